"""Opening an embedded account without help: the pages of `confirmations.pages` are its only caller."""

from confirmations.services import resets, signups
from confirmations.services.signups import Origin
from kernel import texts as kernel_texts
from kernel.errors import BadRequest
from kernel.http import ServiceError
from kernel.principal import Principal
from users.choices import AccountRole
from users.clients.protocol import EmailTaken, User
from users.services import accounts
from users.services.neighbours import user_service

INCOMPLETE = "a name, an address and a password are needed"


def register(*, email: str, full_name: str, password: str, is_clinician: bool) -> None:
    """An account whose address is not proven, and the mail that asks to prove it.

    Someone who asks for an address that has an account learns nothing here; its owner gets the mail that helps: a link
    that confirms or claims the account, or one that resets the password. Raises BadRequest for what the rules forbid.
    """
    if not kernel_texts.name(full_name):
        raise BadRequest(message=INCOMPLETE)
    role = AccountRole.CLINICIAN if is_clinician else AccountRole.PATIENT
    try:
        user = accounts.create_user(
            email=email, full_name=full_name, roles=(role,), password=password, is_proven=False
        )
    except ServiceError:
        raise BadRequest(message=INCOMPLETE) from None
    except EmailTaken:
        _help_owner(email)
        return
    signups.send_signup(user.user_id, Origin(Principal(user.user_id, is_server=False)))


def _help_owner(email: str) -> None:
    user = user_service().get_user(email)
    if _has_proven(user):
        resets.send_reset(email)
    else:
        signups.ask_for_resend(email)


def _has_proven(user: User | None) -> bool:
    return user is not None and user.email_verified and not user.is_custodial

"""A user's account and name, as the account services report them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel import texts
from kernel.errors import ConstraintViolation, NotFound, PermanentFailure, Unavailable
from kernel.http import ServiceError, ServiceUnavailable
from users.choices import AccountRole
from users.clients.protocol import AccountChanged, Expected, Profile, User, UserUpdate
from users.services.neighbours import data_service, profile_service, user_service

REFUSED = 401
PROTECTED = "account_protected"


@dataclass(frozen=True, slots=True)
class Account:
    """`email` as the account has it; None for an account without an address."""

    user_id: str
    email: str | None
    full_name: str | None
    roles: tuple[str, ...]


def read_user(user_id: str) -> tuple[User, Profile]:
    """Raises NotFound, or Unavailable when the account services cannot be reached."""
    try:
        user = user_service().get_user(user_id)
        profile = profile_service().get_profile(user_id) or {}
    except ServiceUnavailable:
        raise Unavailable from None
    if user is None:
        raise NotFound
    return user, profile


def access_account(user_id: str) -> Account:
    """Raises as `read_user`."""
    user, profile = read_user(user_id)
    return Account(user.user_id, user.address or None, _name_in(profile), user.roles)


def access_legacy_account(user_id: str) -> Account:
    """An account that stood for a whole practice. Raises ConstraintViolation for any other."""
    account = access_account(user_id)
    if AccountRole.LEGACY_CLINIC not in account.roles:
        reason = f"user {user_id} is not clinician"
        raise ConstraintViolation(reason)
    return account


def end_custodial_account(user_id: str) -> None:
    """An account with data only loses its address, any other is deleted: a clinic cannot destroy diabetes
    data.

    Only while no one has claimed it: a claimed account belongs to its owner, whatever the clinic's record
    says.
    """
    unclaimed = Expected(is_custodial=True)
    try:
        if data_service().has_data(user_id):
            user_service().update_user(user_id, UserUpdate(emails=()), unclaimed)
        else:
            user_service().delete_user(user_id, unclaimed)
    except (AccountChanged, NotFound):
        return
    except ServiceError as error:
        if error.status == REFUSED:
            # Accounts of clinicians are never deleted this way, so trying again is pointless.
            raise PermanentFailure(PROTECTED) from None
        raise


def has_account(address: str) -> bool:
    """Whether a canonical address belongs to an account. Raises Unavailable when the user service cannot say."""
    try:
        return user_service().get_user(address) is not None
    except (ServiceError, ServiceUnavailable):
        raise Unavailable from None


def find_full_name(user_id: str) -> str | None:
    try:
        profile = profile_service().get_profile(user_id) or {}
    except ServiceUnavailable:
        raise Unavailable from None
    return _name_in(profile)


def _name_in(profile: Mapping[str, Any]) -> str | None:
    return texts.written_elsewhere(profile.get("fullName"))

"""Password reset (rules CONFIRM-107 to CONFIRM-116). No one is signed in here."""

import re
from collections.abc import Callable

from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.services import mails, people, states, texts, transitions
from confirmations.services.documents import new_confirmation, no_account
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import addresses, clock, db
from kernel.errors import BadRequest, NotFound, Unavailable
from users.clients.protocol import AccountChanged, Expected, User, UserUpdate
from users.services.neighbours import user_service

RESET = states.shape_filter(Kind.RESET)
_PASSWORD = re.compile(r"\S{8,72}")


def send_reset(email: str, *, also: Callable[[], None] = lambda: None) -> None:
    """Mail a link to the account's own address, or an invitation to sign up when there is no such account. The steps
    are the same either way.

    An unclaimed account has no password to reset: a link for it would bypass the birthday that a claim asks for.

    `also` is done in the same transaction. Raises Unavailable when the user service cannot answer, which says nothing
    about the address.
    """
    try:
        user = people.get_account_of_address(email)
    except people.OUTAGE:
        raise Unavailable from None
    document = _new_reset(email, user)

    def write() -> None:
        store.put_confirmation(document)
        mails.request(document, variables={"Key": document["_id"], "Email": document["email"]})
        also()

    db.run_in_transaction(write)


def _new_reset(email: str, user: User | None) -> ConfirmationDocument:
    if user is None or user.is_custodial:
        return no_account(email)
    return new_confirmation(
        Kind.RESET,
        template="password_reset",
        email=people.first_address(user),
        user_id=user.user_id,
    )


def accept_reset(*, key: str, email: str, password: str) -> None:
    """Set the password. The link works once, and every other reset link of the account stops working."""
    if not key:
        raise BadRequest(message=texts.RESET_FAILED)
    document = store.find_by_key(key, {**RESET, "status": Status.PENDING.value})
    if document is None or not addresses.is_same(document["email"], email):
        raise NotFound(message=texts.RESET_NOT_FOUND)
    if states.has_expired(document, clock.now()):
        raise NotFound(message=texts.RESET_EXPIRED)
    if not _PASSWORD.fullmatch(password):
        raise BadRequest(message=texts.RESET_FAILED)
    accepted = transitions.accept_with_neighbours(
        Kind.RESET, key, {}, lambda claimed: _set_password(claimed, password)
    )
    if accepted is None:
        raise NotFound(message=texts.RESET_NOT_FOUND)
    transitions.perform_on_all(Kind.RESET, Event.SUPERSEDE, {"userId": document["userId"]})


def _set_password(document: ConfirmationDocument, password: str) -> None:
    """Only while the account still has the address the link was mailed to, and an owner."""
    expected = Expected(address=document["email"], is_custodial=False)
    try:
        user_service().update_user(document["userId"], UserUpdate(password=password), expected)
    except AccountChanged:
        raise NotFound(message=texts.RESET_NOT_FOUND) from None
    except people.OUTAGE:
        raise BadRequest(message=texts.RESET_FAILED) from None

"""The accounts that clinics make for patients and look after until their owners claim them.

The user service is another system, so no transaction covers both an account and its record. Therefore each request is
stored first, and some time later it is checked whether the account got its record: a process may die at any point.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bson import ObjectId

from kernel import clock, ids, outbox
from kernel.db import Document
from kernel.errors import BadRequest, NotFound, PermanentFailure, Unavailable
from kernel.http import ServiceError, ServiceUnavailable
from patients.events import AccountRequested
from patients.services.taken_addresses import AddressTaken
from patients.store import account_requests as store
from patients.store import patients
from users.clients.protocol import AccountChanged, AccountGone, EmailTaken, Expected, UserUpdate
from users.services import people
from users.services.neighbours import user_service

EMAIL_REFUSED = "the user service does not accept the email address"
EMAIL_TAKEN = "duplicate: email address is already taken"
# After this time a creation has either stored its record or failed.
CHECKED_AFTER = timedelta(minutes=5)
_CALL_LASTS = timedelta(
    minutes=1
)  # at most: the time limit of a request to the user service, and its repetition


@dataclass(frozen=True, slots=True)
class NewAccount:
    request_id: ObjectId
    user_id: str


# --- making ---------------------------------------------------------------------------------------
def make_account(clinic_id: ObjectId, email: str | None, origin: str | None = None) -> NewAccount:
    """Raises AddressTaken, BadRequest for an address that the user service refuses, and Unavailable. `origin`: what the
    account is for (see `end_of`)."""
    if email is not None:
        # An account that already has the address is not ours; `end_unfinished` must never take it for the new one.
        require_free(email)
    request_id = _note_request(clinic_id, email, origin)
    try:
        with _asking_user_service(EMAIL_TAKEN):
            user_id = user_service().create_custodial_user(str(clinic_id), email).user_id
    except (AddressTaken, BadRequest):  # after any other error the account may exist all the same
        _forget(request_id)
        raise
    store.set_user(request_id, user_id)
    return NewAccount(request_id, user_id)


def require_free(email: str) -> None:
    """Raises AddressTaken if any account has the address, and Unavailable."""
    with _asking_user_service(EMAIL_TAKEN):
        if user_service().get_user(email) is not None:
            raise EmailTaken


def require_free_or_begun(email: str) -> None:
    """As `require_free`, but an account that waits for its record is none yet (see `is_being_made`)."""
    try:
        require_free(email)
    except AddressTaken:
        if not is_being_made(email):
            raise


def _note_request(clinic_id: ObjectId, email: str | None, origin: str | None) -> ObjectId:
    request_id = ids.new_id()
    request: Document = {"_id": request_id, "clinicId": clinic_id, "createdTime": clock.now()}
    if email is not None:
        request["email"] = email
    if origin is not None:
        request["origin"] = origin
    store.insert_request(request)
    event = AccountRequested(request_id=str(request_id))
    outbox.emit(event, not_before=clock.now() + CHECKED_AFTER)
    return request_id


def _forget(request_id: ObjectId) -> None:
    outbox.withdraw(AccountRequested, str(request_id))
    store.remove_request(request_id)


def is_being_made(email: str) -> bool:
    """Whether an account with this address waits for its record. If the process that made it has died, the account is
    ended within CHECKED_AFTER."""
    request = store.find_last_request(email)
    if request is None:
        return False
    user_id = request.get("userId")
    return user_id is None or not patients.exists_for_user(user_id)


# --- ending what got no record --------------------------------------------------------------------
def give_up(account: NewAccount, *, is_certain: bool) -> None:
    """If it is certain that the creation was refused, the address is free again at once. Otherwise, or if the account
    cannot be ended now, an event takes care of it: a commit whose answer was lost may have stored the record."""
    if is_certain and _is_ended(account.user_id):
        _forget(account.request_id)
        return
    request_id = str(account.request_id)
    outbox.withdraw(AccountRequested, request_id)
    outbox.emit(AccountRequested(request_id=request_id))


def _is_ended(user_id: str) -> bool:
    try:
        people.end_custodial_account(user_id)
    except (PermanentFailure, ServiceError, ServiceUnavailable):
        return False
    return True


def end_unfinished(request_id: str) -> None:
    """End the account of a creation that failed, or whose process died. It has neither record nor data."""
    request = store.find_request(ObjectId(request_id))
    if request is None:
        return
    user_id = request.get("userId") or _find_made(request)
    if user_id is not None and not patients.exists_for_user(user_id):
        people.end_custodial_account(user_id)
    store.remove_request(request["_id"])


def end_of(email: str, origin: str) -> bool:
    """Whether the account with this address that was begun for the same thing is ended now, before CHECKED_AFTER. To be
    called when no one can store a record for it any more. False also while the call that makes it may still go on."""
    request = store.find_last_request(email)
    if request is None or request.get("origin") != origin:
        return False
    if "userId" not in request and request["createdTime"] > clock.now() - _CALL_LASTS:
        return False
    try:
        end_unfinished(str(request["_id"]))
    except PermanentFailure:
        return False
    return True


def end_begun(email: str, origin: str) -> None:
    """In the transaction after which no one can store a record for it: the account with this address that was begun for
    the same thing is ended, not only CHECKED_AFTER its request."""
    request = store.find_last_request(email)
    if request is None or request.get("origin") != origin:
        return
    request_id, now = str(request["_id"]), clock.now()
    is_known = "userId" in request
    outbox.withdraw(AccountRequested, request_id)
    outbox.emit(
        AccountRequested(request_id=request_id),
        not_before=now if is_known else max(now, request["createdTime"] + _CALL_LASTS),
    )


def _find_made(request: Document) -> str | None:
    """The account whose id was never stored. If someone else has requested one with this address since, it is left to
    that request."""
    if "email" not in request or store.has_later_request(request):
        return None
    user = user_service().get_user(request["email"])
    return user.user_id if user is not None else None


# --- changing -------------------------------------------------------------------------------------
def change_email(user_id: str, email: str | None) -> bool:
    """False if the owner has claimed the account, even if the clinic's record does not say so yet: from then on only
    the owner changes the address. Raises NotFound if there is no such account."""
    update = UserUpdate(username=email, emails=(email,)) if email else UserUpdate(emails=())
    try:
        with _asking_user_service(f"unable to update custodial user: {EMAIL_TAKEN}"):
            user_service().update_user(user_id, update, Expected(is_custodial=True))
    except AccountGone:
        raise NotFound from None
    except AccountChanged:
        return False
    return True


@contextmanager
def _asking_user_service(email_taken: str) -> Iterator[None]:
    """Translates its errors to those of this API: address taken, address refused, service unavailable."""
    try:
        yield
    except EmailTaken:
        raise AddressTaken(message=email_taken) from None
    except ServiceUnavailable:
        raise Unavailable from None
    except ServiceError as error:
        if error.status == BadRequest.status:
            raise BadRequest(EMAIL_REFUSED) from None
        raise

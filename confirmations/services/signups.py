"""Account sign-up: verify an address, claim a custodial account (rules CONFIRM-83 to CONFIRM-106)."""

import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from clinic_records.services import access
from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.events import ResendRequested, SignupReminderDue
from confirmations.services import guards, mails, people, states, texts, transitions
from confirmations.services.documents import new_confirmation
from confirmations.services.failures import ClaimRefused, Failed
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from confirmations.store import requests
from kernel import addresses, clock, db, mail_limits, outbox
from kernel.db import Document
from kernel.errors import Conflict, ConstraintViolation, Forbidden, NotFound, Unavailable
from kernel.principal import Principal
from patients.custody import is_custodial
from patients.services import connection_issues, patients
from users.choices import AccountRole
from users.clients.protocol import AccountChanged, Expected, User, UserUpdate
from users.services.neighbours import user_service

SIGNUP = states.shape_filter(Kind.SIGNUP)
PENDING = {**SIGNUP, "status": Status.PENDING.value}
DEFAULT_CREATOR = "Clinician"
DEFAULT_CLINIC = "Diabetes Clinic"
NO_ADDRESS = "the account has no email address"
_PASSWORD = re.compile(r"\S{8,72}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who requests a sign-up: the caller and, for a service, the clinic and the person it acts for."""

    caller: Principal
    clinic_id: str = ""
    invited_by: str = ""

    @property
    def is_clinic_side(self) -> bool:
        return self.caller.is_server and bool(self.clinic_id)


# --- sending --------------------------------------------------------------------------------------
def send_signup(
    user_id: str, origin: Origin, *, also: Callable[[], None] = lambda: None
) -> ConfirmationDocument | None:
    """Store a confirmation and mail its link; None when the account has no address. `also`: in the same transaction."""
    return _store_signup(user_id, origin, is_mailed=True, also=also)


def upsert_signup(user_id: str, origin: Origin) -> ConfirmationDocument | None:
    return _store_signup(user_id, origin, is_mailed=False)


def _store_signup(
    user_id: str, origin: Origin, *, is_mailed: bool, also: Callable[[], None] = lambda: None
) -> ConfirmationDocument | None:
    account = people.get_account(user_id)
    if account is None:
        raise NotFound(message=texts.USER_LOOKUP_FAILED)
    email = people.first_address(account)
    if not email:
        withdraw_signup(user_id)
        return None
    fresh = _new_signup(account, email, origin)
    names = (
        _names(user_id, _creator_after_reissue(user_id, fresh, origin)) if is_mailed else ("", "")
    )

    def write() -> ConfirmationDocument:
        guards.take_turns("signup", user_id)
        document = _insert_or_reissue(fresh, origin)
        if is_mailed:
            _mail(document, *names)
        if is_mailed and origin.is_clinic_side:
            # Who asks for the new link reminds of it: `claim_links`, or the worker of SIDE_EFFECTS=external.
            outbox.withdraw(SignupReminderDue, user_id)
        also()
        return document

    with mail_limits.counted(email if is_mailed else None, origin.caller.acting_user_id):
        return db.run_in_transaction(write)


def withdraw_signup(user_id: str) -> None:
    """Without an address no one may claim the account: the newest link stops working, and no one is reminded of it."""
    newest = store.find_newest({**SIGNUP, "userId": user_id})
    if newest is not None:
        store.remove_confirmation(newest["_id"])
    outbox.withdraw(SignupReminderDue, user_id)


def move_to_clinic(*, source_id: str, target_id: str, user_id: str | None = None) -> None:
    """Only the clinic changes: the mailed link stays as it is. Without `user_id`, of all patients."""
    whose = {} if user_id is None else {"userId": user_id}
    store.apply_change_to_all({**PENDING, "clinicId": source_id, **whose}, {"clinicId": target_id})


def find_clinic_id(user_id: str) -> str:
    """The clinic of the pending sign-up; "" where there is none, or where no clinic asked for it."""
    pending = store.find_newest({**PENDING, "userId": user_id})
    return str((pending and pending.get("clinicId")) or "")


def _creator_after_reissue(user_id: str, fresh: ConfirmationDocument, origin: Origin) -> str:
    """Whose name the mail carries: reissuing without a clinic keeps the first creator."""
    existing = store.find_newest({**SIGNUP, "userId": user_id})
    if existing is None:
        return str(fresh["creatorId"])
    return origin.invited_by if origin.clinic_id else str(existing.get("creatorId") or "")


def _insert_or_reissue(fresh: ConfirmationDocument, origin: Origin) -> ConfirmationDocument:
    existing = store.find_newest({**SIGNUP, "userId": fresh["userId"]})
    if existing is None:
        store.insert_confirmation(fresh)
        return fresh
    if addresses.is_same(existing["email"], fresh["email"]):
        raise Forbidden(message=texts.ALREADY_SIGNED_UP)
    changes = {"email": fresh["email"]}
    if origin.clinic_id:
        changes |= {"clinicId": origin.clinic_id, "creatorId": origin.invited_by}
    parties = {"userId": fresh["userId"]}
    renewed = transitions.perform(Kind.SIGNUP, Event.REISSUE, existing["_id"], parties, changes)
    if renewed is None:
        raise Conflict(message=texts.BEING_CLAIMED)
    return renewed


def _new_signup(account: User, email: str, origin: Origin) -> ConfirmationDocument:
    template, creator_id, clinic_id = _kind_of_signup(account, origin)
    return new_confirmation(
        Kind.SIGNUP,
        template=template,
        email=email,
        user_id=account.user_id,
        creator_id=creator_id,
        clinic_id=clinic_id,
    )


def _kind_of_signup(account: User, origin: Origin) -> tuple[str, str, str]:
    """Template, creator and clinic, chosen by the kind of account and the kind of caller."""
    if AccountRole.LEGACY_CLINIC in account.roles:
        return "signup_clinic_confirmation", "", ""
    if not account.is_custodial:
        return "signup_confirmation", "", ""
    if not origin.caller.is_server:
        template = "signup_custodial_confirmation"
        if _is_clinic_account(origin.caller.user_id):
            template = "signup_custodial_clinic_confirmation"
        return template, origin.caller.user_id, ""
    if origin.clinic_id:
        template = "signup_custodial_new_clinic_experience_confirmation"
        return template, origin.invited_by, origin.clinic_id
    return "signup_custodial_confirmation", "", ""


def _is_clinic_account(user_id: str) -> bool:
    account = people.get_account(user_id)
    return account is not None and AccountRole.LEGACY_CLINIC in account.roles


def _names(user_id: str, creator_id: str) -> tuple[str, str]:
    """The account's own name and its creator's. Raises Failed."""
    creator = people.get_profile(creator_id, texts.PROFILE_FAILED)
    own = people.get_profile(user_id, texts.USER_LOOKUP_FAILED)
    return str(own.get("fullName") or ""), str(creator.get("fullName") or DEFAULT_CREATOR)


def _mail(document: ConfirmationDocument, full_name: str, creator_name: str) -> None:
    clinic_id = document.get("clinicId") or ""
    clinic = access.find_clinic(clinic_id) if clinic_id else None
    clinic_name = str((clinic and clinic.get("name")) or DEFAULT_CLINIC) if clinic_id else ""
    variables = mails.signup_variables(
        document, full_name=full_name, creator_name=creator_name, clinic_name=clinic_name
    )
    mails.request(document, variables=variables)


# --- sending again --------------------------------------------------------------------------------
def ask_for_resend(email: str) -> None:
    """Note that someone wants a new link for this address. A worker looks for a pending sign-up after the response, so
    that every address costs the same two writes."""

    def write() -> None:
        request_id = requests.put_request(email, clock.now())
        outbox.emit(ResendRequested(request_id=request_id))

    db.run_in_transaction(write)


def answer_resend(request_id: str) -> None:
    request = requests.find_request(request_id)
    if request is None:
        return
    pending = store.find_newest_of_address(request["email"], PENDING)
    renew = _renewal(pending)

    def write() -> None:
        renew()
        requests.remove_request(request)

    db.run_in_transaction(write)


def remind_of_signup(user_id: str) -> None:
    """The scheduled reminder of a claim: a new link, if the last one was not used."""
    pending = store.find_newest({**PENDING, "userId": user_id})
    db.run_in_transaction(_renewal(pending))


def resend_signup(user_id: str, origin: Origin, *, also: Callable[[], None]) -> None:
    """A new link at once, which ends the old one; a first link, where none waits. `also`: in the same transaction.
    Raises ConstraintViolation for an account without an address, and Forbidden if its link was used or declined."""
    pending = find_pending(user_id)
    if pending is None or not _is_of_its_account(pending, people.get_account(user_id)):

        def note() -> None:
            _note_invitation(origin.clinic_id, user_id)
            also()

        if send_signup(user_id, origin, also=note) is None:
            raise ConstraintViolation(NO_ADDRESS)
        return
    names = _names(user_id, pending["creatorId"])

    def write() -> None:
        renewed = transitions.perform(Kind.SIGNUP, Event.RESEND, pending["_id"])
        if renewed is None:
            raise Conflict(message=texts.BEING_CLAIMED)
        _mail_again(renewed, *names)
        also()

    db.run_in_transaction(write)


def find_pending(user_id: str) -> ConfirmationDocument | None:
    """The newest link that was not used, expired or not."""
    return store.find_newest({**PENDING, "userId": user_id})


def _renewal(pending: ConfirmationDocument | None) -> Callable[[], None]:
    """The change that mails a new link and ends the old one; it does nothing for an address that the account no
    longer has.

    Other services are asked here, before the transaction.
    """
    if pending is None or not _is_of_its_account(pending, people.get_account(pending["userId"])):
        return lambda: None
    names = _names(pending["userId"], pending["creatorId"])

    def renew() -> None:
        renewed = transitions.perform(Kind.SIGNUP, Event.RESEND, pending["_id"])
        if renewed is not None:
            _mail_again(renewed, *names)

    return renew


def _mail_again(document: ConfirmationDocument, full_name: str, creator_name: str) -> None:
    """In the transaction."""
    _mail(document, full_name, creator_name)
    _note_invitation(document.get("clinicId") or "", document["userId"])


def _note_invitation(clinic_id: str, user_id: str) -> None:
    """A clinic's patient was invited again: the invitation counts as unanswered from now on (rule PATIENT-160)."""
    if clinic_id:
        with suppress(NotFound):  # the patient has left the clinic since
            connection_issues.record_invitation(clinic_id=clinic_id, user_id=user_id)


def _is_of_its_account(document: ConfirmationDocument, account: User | None) -> bool:
    """Whether the account still has the address that the link was mailed to: it verifies that mailbox and no other."""
    return account is not None and addresses.is_same(account.address, document["email"])


# --- accepting ------------------------------------------------------------------------------------
def accept_signup(*, key: str, password: object, birthday: object, has_body: bool) -> None:
    """Verify the address, and claim a custodial account with its first password.

    Verifying again with a used link gives the same answer and changes nothing.
    """
    document = store.find_by_key(key, SIGNUP)
    if document is None or document["status"] not in (Status.PENDING, Status.COMPLETED):
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)
    if states.has_expired(document, clock.now()):
        raise NotFound(message=texts.SIGNUP_EXPIRED)
    account = people.get_account(document["userId"])
    if account is None or not _is_of_its_account(document, account):
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)
    if document["status"] == Status.COMPLETED:
        if account.is_custodial or password:
            raise NotFound(message=texts.SIGNUP_NOT_FOUND)
        return
    if not account.is_custodial:
        _verify(document, may_be_done=not password)
        return
    checked = _check_claim(account.user_id, password, birthday, has_body=has_body)
    _claim(document, checked)


def _verify(document: ConfirmationDocument, *, may_be_done: bool) -> None:
    """Verifying twice is the same as once. Only a caller who sent a password, and lost a race of claims, must not be
    told that it was set."""
    if _use(document, UserUpdate(email_verified=True), is_claim=False):
        return
    existing = store.find_by_key(document["_id"], SIGNUP) if may_be_done else None
    status = existing.get("status") if existing is not None else None
    if status == Status.PENDING:
        raise Unavailable  # someone else is using it at this moment
    if status != Status.COMPLETED:
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)


def _claim(document: ConfirmationDocument, password: str) -> None:
    """Exactly one of several parallel claims sets its password."""
    update = UserUpdate(email_verified=True, password=password)
    if not _use(document, update, is_claim=True):
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)


def _use(document: ConfirmationDocument, update: UserUpdate, *, is_claim: bool) -> bool:
    """Change the account with its link. False when the link is no longer pending, or someone else is using it.

    The account changes only while it has the address that the link was mailed to, and, for a claim, no owner.
    """
    expected = Expected(address=document["email"], is_custodial=is_claim)
    accepted = transitions.accept_with_neighbours(
        Kind.SIGNUP,
        document["_id"],
        {},
        lambda _: _update_account(document["userId"], update, expected),
    )
    return accepted is not None


def _check_claim(user_id: str, password: object, birthday: object, *, has_body: bool) -> str:
    """The password to set. The birthday shows that the mail reached the right person."""
    if not has_body:
        raise ClaimRefused(1001, "User does not have a password")
    if not password:
        raise ClaimRefused(1002, "Password is missing")
    if not isinstance(password, str) or not _PASSWORD.fullmatch(password):
        raise ClaimRefused(1003, "Password specified is invalid")
    if not birthday:
        raise ClaimRefused(1004, "Birthday is missing")
    if not isinstance(birthday, str) or not clock.is_date(birthday):
        raise ClaimRefused(1005, "Birthday specified is invalid")
    if not any(
        hmac.compare_digest(known.encode(), birthday.encode()) for known in _birthdays(user_id)
    ):
        raise ClaimRefused(1006, "Birthday specified does not match patient birthday")
    return password


def _birthdays(user_id: str) -> set[str]:
    """Those in the records of the clinics with custody; a worker copies them into the profile some time later. The
    profile counts only where no such record has a birthday."""
    records = patients.list_patients_of_user(user_id)
    known = {str(r.get("birthDate") or "") for r in records if is_custodial(r)} - {""}
    if known:
        return known
    profile = people.get_profile(user_id, texts.USER_LOOKUP_FAILED)
    return {str(people.patient_part(profile).get("birthday") or "")}


def _update_account(user_id: str, update: UserUpdate, expected: Expected) -> None:
    try:
        user_service().update_user(user_id, update, expected)
    except AccountChanged:
        raise NotFound(message=texts.SIGNUP_NOT_FOUND) from None
    except people.OUTAGE:
        raise Failed(texts.USER_UPDATE_FAILED) from None


# --- ending and reading ---------------------------------------------------------------------------
def dismiss_signup(*, user_id: str, key: str) -> None:
    _end(Event.DECLINE, user_id, key)


def cancel_signup(*, user_id: str, key: str) -> None:
    _end(Event.CANCEL, user_id, key)


def _end(event: Event, user_id: str, key: str) -> None:
    if transitions.perform(Kind.SIGNUP, event, key, {"userId": user_id}) is None:
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)


def get_signup(user_id: str) -> Document:
    """The newest link that still works. Raises NotFound."""
    conditions = {**PENDING, **states.unexpired(clock.now()), "userId": user_id}
    document = store.find_newest(conditions)
    if document is None or not _is_of_its_account(document, people.get_account(user_id)):
        raise NotFound(message=texts.SIGNUP_NOT_FOUND)
    return document

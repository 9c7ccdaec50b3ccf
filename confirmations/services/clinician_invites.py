"""Invitations to become a clinician (rules CONFIRM-46 to CONFIRM-67).

The clinic holds a clinician record with the invitation's key; both change together or not at all.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from clinic_records.documents import ClinicDocument, ClinicianDocument
from clinic_records.services import access
from clinics.events import InvitationAccepted
from clinics.services import clinicians, membership_restrictions
from clinics.services.clinicians import ClinicianDetails
from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.services import mails, people, states, texts, transitions
from confirmations.services.care_team import give_to_its_receiver, list_addressed_to
from confirmations.services.documents import new_confirmation
from confirmations.services.failures import clinic_answers
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import db, mail_limits, outbox
from kernel.db import Document
from kernel.errors import Conflict, ConstraintViolation, Forbidden, NotFound
from kernel.principal import Principal
from users.clients.protocol import User
from users.services.people import find_full_name

TEMPLATE = "clinician_invitation"
NO_ADDRESS = "the invite has no email address"
COMPLETED = {**states.shape_filter(Kind.CLINICIAN), "status": Status.COMPLETED.value}
PENDING = {**states.shape_filter(Kind.CLINICIAN), "status": Status.PENDING.value}


# --- the clinic's side ----------------------------------------------------------------------------
def invite_clinician(
    *,
    clinic_id: str,
    email: str,
    roles: Sequence[str],
    inviter: Principal,
    key: str | None = None,
) -> ClinicianDocument:
    """Returns the clinician record. A refusal by the clinic side is raised as a ClinicAnswer. `key`: of the demo data,
    where it is known beforehand."""
    clinic = _access_clinic(clinic_id)
    document = new_confirmation(
        Kind.CLINICIAN,
        template=TEMPLATE,
        key=key,
        email=email,
        user_id=people.find_id_by_address(email),
        creator_id=inviter.user_id,
        clinic_id=clinic_id,
        creator=_creator(clinic),
    )
    details = ClinicianDetails(roles=roles, email=email, invite_id=document["_id"])
    name = _name_of(inviter.user_id)

    def write() -> ClinicianDocument:
        with clinic_answers():
            clinician = clinicians.create_clinician(clinic_id=clinic_id, details=details)
        store.insert_confirmation(document)
        _mail(document, name)
        return clinician

    with mail_limits.counted(email, inviter.acting_user_id):
        return db.run_in_transaction(write)


def resend_invite(
    *, clinic_id: str, invite_id: str, sender: Principal, also: Callable[[], None] = lambda: None
) -> Document:
    """Mail it again under the same key. A confirmation that was lost or has ended is created again, because the clinic
    still waits for this clinician. `also`: in the same transaction."""
    clinic = _access_clinic(clinic_id)
    email = _invited_address(clinic_id, invite_id)
    user_id = people.find_id_by_address(email)
    creator = _creator(clinic)
    existing = store.find_by_key(invite_id, states.shape_filter(Kind.CLINICIAN))
    name = _name_of((existing and existing.get("creatorId")) or sender.user_id)
    current: Document = {"email": email, "userId": user_id, "creator": creator}

    def write() -> ConfirmationDocument:
        _invited_clinician(clinic_id, invite_id)
        parties = {"clinicId": clinic_id}
        document = transitions.perform(Kind.CLINICIAN, Event.RESEND, invite_id, parties, current)
        if document is None:
            document = new_confirmation(
                Kind.CLINICIAN,
                template=TEMPLATE,
                key=invite_id,
                email=email,
                user_id=user_id,
                creator_id=sender.user_id,
                clinic_id=clinic_id,
                creator=creator,
            )
            store.insert_confirmation(document)
        _mail(document, name)
        also()
        return document

    with mail_limits.counted(email, sender.acting_user_id):
        return db.run_in_transaction(write)


def get_invite(*, clinic_id: str, invite_id: str) -> Document:
    _invited_clinician(clinic_id, invite_id)
    document = store.find_by_key(invite_id, {**PENDING, "clinicId": clinic_id})
    if document is None:
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    return document


def cancel_invite(*, clinic_id: str, invite_id: str) -> None:
    """Succeeds for an unknown invitation too. Raises Conflict for one that was accepted a moment ago: the clinic would
    believe that no one has joined."""

    def write() -> None:
        _remove_clinician(clinic_id, invite_id)
        parties = {"clinicId": clinic_id}
        canceled = transitions.perform(Kind.CLINICIAN, Event.CANCEL, invite_id, parties)
        if canceled is None and store.find_by_key(invite_id, {**COMPLETED, "clinicId": clinic_id}):
            raise Conflict(message=texts.ALREADY_ACCEPTED)

    db.run_in_transaction(write)


def _access_clinic(clinic_id: str) -> ClinicDocument:
    clinic = access.find_clinic(clinic_id)
    if clinic is None:
        raise NotFound(message=texts.CLINIC_NOT_FOUND)
    return clinic


def _creator(clinic: ClinicDocument) -> Document:
    creator = {"clinicId": str(clinic["_id"])}
    return {**creator, "clinicName": clinic["name"]} if clinic.get("name") else creator


def _invited_clinician(clinic_id: str, invite_id: str) -> Document:
    with clinic_answers():
        return clinicians.access_invite(clinic_id, invite_id)


def _invited_address(clinic_id: str, invite_id: str) -> str:
    email = str(_invited_clinician(clinic_id, invite_id).get("email") or "")
    if not email:
        with clinic_answers():
            raise ConstraintViolation(NO_ADDRESS)
    return email


def _remove_clinician(clinic_id: str, invite_id: str) -> None:
    """The record may be gone already."""
    with clinic_answers(), suppress(NotFound):
        clinicians.remove_invite(clinic_id=clinic_id, invite_id=invite_id)


def _name_of(user_id: str) -> str:
    return str((people.find_profile(user_id) or {}).get("fullName") or "")


def _mail(document: ConfirmationDocument, creator_name: str) -> None:
    variables = {
        "CreatorName": creator_name,
        "ClinicName": document["creator"].get("clinicName", ""),
        "Email": document["email"],
        "WebPath": "login" if document["userId"] else "signup/clinician",
    }
    mails.request(document, variables=variables)


def end_invite(*, clinic_id: str, invite_id: str) -> None:
    """The clinic has withdrawn its record, by whatever route."""
    transitions.perform(Kind.CLINICIAN, Event.CANCEL, invite_id, {"clinicId": clinic_id})


def end_all_of_clinic(clinic_id: str) -> None:
    """No one can join a clinic that is gone."""
    transitions.perform_on_all(Kind.CLINICIAN, Event.CANCEL, {"clinicId": clinic_id})


# --- the invited person's side --------------------------------------------------------------------
def list_own_invites(caller: Principal) -> list[tuple[ConfirmationDocument, dict[str, Any] | None]]:
    """Pending invitations, newest first, each with what restricts its acceptance. Raises NotFound when there are
    none."""
    documents = _still_awaited(list_addressed_to(caller.user_id, PENDING))
    if not documents:
        raise NotFound(message=texts.NOTHING_FOUND)
    clinics = {
        str(clinic["_id"]): clinic
        for clinic in access.list_clinics_by_ids(
            {d["clinicId"] for d in documents if "clinicId" in d}
        )
    }
    username = _username(people.get_account(caller.user_id))
    return [(d, _restrictions_of(d, clinics, username, caller)) for d in documents]


def _still_awaited(documents: Sequence[ConfirmationDocument]) -> list[ConfirmationDocument]:
    """Leaves out invitations that the clinic has withdrawn (or whose clinic is gone) before their end event arrives."""
    invites = {d["_id"]: d["clinicId"] for d in documents if "clinicId" in d}
    waiting = clinicians.list_waiting_invites(invites)
    return [d for d in documents if d["_id"] not in invites or d["_id"] in waiting]


def _restrictions_of(
    document: ConfirmationDocument,
    clinics: dict[str, ClinicDocument],
    username: str,
    caller: Principal,
) -> dict[str, Any] | None:
    """None for an invitation without a clinic; no one can join a clinic that is gone."""
    if "clinicId" not in document:
        return None
    clinic = clinics.get(document["clinicId"])
    if clinic is None:
        return {"canAccept": False}
    return membership_restrictions.evaluate(
        clinic.get("membershipRestrictions"), username, caller.identity_provider
    )


def _username(account: User | None) -> str:
    return (account.username if account else None) or ""


def accept_invite(*, caller: Principal, invite_id: str) -> ClinicianDocument:
    """Returns the clinician record, which now belongs to the caller."""
    give_to_its_receiver(caller.user_id, invite_id, PENDING)
    parties = {"userId": caller.user_id}
    document = transitions.find_open(Kind.CLINICIAN, Event.ACCEPT, invite_id, parties)
    if document is None or "clinicId" not in document:
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    clinic_id = document["clinicId"]
    account = people.get_account(caller.user_id)
    _check_acceptable(document, account, caller)
    with clinic_answers():
        name = find_full_name(caller.user_id) or ""

    def write() -> ClinicianDocument:
        accepted = transitions.perform(Kind.CLINICIAN, Event.ACCEPT, invite_id, parties)
        _check_acceptable(accepted, account, caller)
        with clinic_answers():
            clinician = clinicians.associate_clinician(
                clinic_id=clinic_id, invite_id=invite_id, user_id=caller.user_id, name=name
            )
        outbox.emit(
            InvitationAccepted(clinic_id=clinic_id, user_id=caller.user_id, role="clinician")
        )
        return clinician

    return db.run_in_transaction(write)


def _check_acceptable(
    document: ConfirmationDocument | None, account: User | None, caller: Principal
) -> None:
    if document is None or not people.is_addressed_to(document, account):
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    clinic = _access_clinic(document["clinicId"])
    required = clinic.get("membershipRestrictions")
    result = membership_restrictions.evaluate(
        required, _username(account), caller.identity_provider
    )
    if not result["canAccept"]:
        raise Forbidden(message=texts.NOT_ACCEPTABLE)


def dismiss_invite(*, caller: Principal, invite_id: str) -> None:
    """An unknown invitation counts as dismissed."""
    give_to_its_receiver(caller.user_id, invite_id, PENDING)
    parties = {"userId": caller.user_id}
    if transitions.find_open(Kind.CLINICIAN, Event.DECLINE, invite_id, parties) is None:
        return
    account = people.get_account(caller.user_id)

    def write() -> None:
        declined = transitions.perform(Kind.CLINICIAN, Event.DECLINE, invite_id, parties)
        if declined is None:
            return
        if not people.is_addressed_to(declined, account):
            raise NotFound(message=texts.INVITE_NOT_FOUND)
        if "clinicId" in declined:
            _remove_clinician(declined["clinicId"], invite_id)

    with suppress(NotFound):
        db.run_in_transaction(write)

"""Offers of a person to share data with a clinic (rules CONFIRM-68 to CONFIRM-82)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from clinics.events import InvitationAccepted
from clinics.services import clinicians, clinics
from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.services import context, guards, mails, people, states, texts, transitions
from confirmations.services.documents import new_confirmation
from confirmations.services.failures import ClinicAnswer, clinic_answers
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import clock, db, mail_limits, outbox
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, Duplicate, Forbidden, NotFound
from kernel.principal import Principal
from patients.choices import PERMISSIONS
from patients.documents import PatientDocument
from patients.services import patients
from patients.services.patient_details import SharedPatient
from users.choices import Grant

TEMPLATE = "patient_clinic_invitation"
SHARE = states.shape_filter(Kind.CLINIC_SHARE)
PENDING = {"type": SHARE["type"], "status": Status.PENDING.value}
# What a clinic can be granted; anything else in an offer is ignored.
GRANTABLE = tuple(name for name in PERMISSIONS if name != Grant.CUSTODIAN)
_BATCH = 100
_OFFERED = ("creatorId", "sentBy", "context")  # whose data, who offers it, what may be done with it


# --- the person's side ----------------------------------------------------------------------------
def offer_data(
    *, sender_id: str, share_code: str, permissions: Mapping[str, Any], caller: Principal
) -> ConfirmationDocument:
    clinic = _access_by_share_code(share_code)
    clinic_id = str(clinic["_id"])
    closures.require_open(clinic_id)
    if patients.find_patient(clinic_id, sender_id) is not None:
        raise Conflict(message=texts.ALREADY_PATIENT)
    document = new_confirmation(
        Kind.CLINIC_SHARE,
        template=TEMPLATE,
        creator_id=sender_id,
        sent_by=people.custodian_among(caller, sender_id),
        clinic_id=clinic_id,
        shared=context.granted(permissions),
    )
    sharer = people.name_of_sharer(people.find_profile(sender_id))

    def write() -> None:
        guards.take_turns("share", sender_id, clinic_id)
        _refuse_second_offer(sender_id, clinic_id)
        store.insert_confirmation(document)
        _mail_admins(document, clinic, sharer)

    with mail_limits.counted_for_clinic(clinic_id, caller.acting_user_id):
        db.run_in_transaction(write)
    return document


def _access_by_share_code(share_code: str) -> ClinicDocument:
    try:
        return clinics.access_by_share_code(share_code)
    except NotFound:
        raise NotFound(message=texts.CLINIC_NOT_FOUND) from None


def _refuse_second_offer(sender_id: str, clinic_id: str) -> None:
    if _find_pending(sender_id, clinic_id) is not None:
        raise Conflict(message=texts.ALREADY_INVITED)


def _find_pending(sender_id: str, clinic_id: str) -> ConfirmationDocument | None:
    pending = {**PENDING, "creatorId": sender_id, "clinicId": clinic_id}
    return store.find_newest({**pending, **states.unexpired(clock.now())})


def _mail_admins(document: ConfirmationDocument, clinic: ClinicDocument, sharer: str) -> None:
    """One mail each, so that no one learns the others' addresses."""
    if (clinic.get("suppressedNotifications") or {}).get("patientClinicInvitation"):
        return
    variables = {
        "CareteamName": sharer,
        "ClinicName": str(clinic.get("name") or ""),
        "WebPath": "login",
    }
    for address in clinicians.list_addresses_of_admins(clinic["_id"]):
        mails.request(document, variables=variables, recipient=address)


def withdraw_or_decline(*, clinic_id: str, invite_id: str, caller: Principal) -> Document:
    """The sharer takes the offer back; anyone else declines it for the clinic."""
    document = store.find_by_key(invite_id, {"clinicId": clinic_id})
    if document is None:
        raise Forbidden(message=texts.INVITE_NOT_FOUND)
    parties, event = {"clinicId": clinic_id}, Event.DECLINE
    if caller.acting_user_id == document["creatorId"]:
        parties, event = {"creatorId": caller.user_id}, Event.CANCEL
    changed = transitions.perform(Kind.CLINIC_SHARE, event, invite_id, parties)
    if changed is None:
        raise Forbidden(message=texts.FORBIDDEN)
    return changed


def is_sharer(*, clinic_id: str, invite_id: str, user_id: str) -> bool:
    document = store.find_by_key(invite_id, {**SHARE, "clinicId": clinic_id})
    return document is not None and document["creatorId"] == user_id


def end_all_of_clinic(clinic_id: str) -> None:
    """No one can accept for a clinic that is gone."""
    transitions.perform_on_all(Kind.CLINIC_SHARE, Event.SUPERSEDE, {"clinicId": clinic_id})


def move_to_clinic(*, source_id: str, target_id: str) -> None:
    """After a merge the target decides on what was offered to the source (rule CONFIRM-143). Safe to repeat."""
    movable = {"clinicId": source_id}
    while access.find_clinic(target_id, {"_id": 1}) is not None:
        condition = states.precondition(Kind.CLINIC_SHARE, Event.MOVE, movable, clock.now())
        offers = store.list_newest_first(condition, limit=_BATCH)
        for offer in offers:
            _move(offer, target_id)
        if len(offers) < _BATCH:
            break
    end_all_of_clinic(source_id)


def _move(offer: ConfirmationDocument, target_id: str) -> None:
    sender_id = str(offer.get("creatorId") or "")
    parties = {"clinicId": offer["clinicId"]}

    def write() -> None:
        guards.take_turns("share", sender_id, target_id)
        if _can_still_offer(sender_id, target_id):
            moved: Document = {"clinicId": target_id}
            transitions.perform(Kind.CLINIC_SHARE, Event.MOVE, offer["_id"], parties, moved)
        else:
            transitions.perform(Kind.CLINIC_SHARE, Event.SUPERSEDE, offer["_id"], parties)

    db.run_in_transaction(write)


def _can_still_offer(sender_id: str, clinic_id: str) -> bool:
    """Neither a patient of the clinic by now, nor waiting for its answer already."""
    is_patient = patients.find_patient(clinic_id, sender_id) is not None
    return not is_patient and _find_pending(sender_id, clinic_id) is None


# --- the clinic's side ----------------------------------------------------------------------------
def list_offers(clinic_id: str) -> list[ConfirmationDocument]:
    """What the clinic can accept now, newest first."""
    documents = store.list_newest_first(_waiting_for(clinic_id))
    return [document for document in documents if people.sender_still_may(document)]


def page_of_offers(clinic_id: str, *, skip: int, limit: int) -> list[ConfirmationDocument]:
    """What waits for the clinic's answer, newest first, also where the sender may no longer speak for the person."""
    return store.list_newest_first(_waiting_for(clinic_id), skip=skip, limit=limit)


def access_offer(clinic_id: str, invite_id: str) -> ConfirmationDocument:
    """What waits for the clinic's answer. Raises NotFound."""
    document = store.find_by_key(invite_id, _waiting_for(clinic_id))
    if document is None:
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    return document


def _waiting_for(clinic_id: str) -> Document:
    return {**PENDING, "clinicId": clinic_id, **states.unexpired(clock.now())}


def accept_offer(*, clinic_id: str, invite_id: str, shared: SharedPatient) -> Document:
    """Returns the patient. A record that exists already is not changed."""
    closures.require_open(clinic_id)
    document = store.find_by_key(invite_id, {"clinicId": clinic_id})
    if document is None or states.has_expired(document, clock.now()):
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    if document["type"] != PENDING["type"] or document["status"] != Status.PENDING:
        raise Forbidden(message=texts.FORBIDDEN)
    _check_mrn(clinic_id, shared)
    if not people.sender_still_may(document):
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    user_id = document["creatorId"]
    with clinic_answers():
        known = patients.read_user(user_id)
    granted = replace(shared, permissions=_granted(document))

    def accept_new() -> PatientDocument:
        _complete(document)
        with clinic_answers():
            return patients.create_patient_from_user(
                clinic_id=clinic_id, user_id=user_id, shared=granted, known=known
            )

    def accept_existing() -> PatientDocument:
        _complete(document)
        with clinic_answers():
            return patients.access_patient(clinic_id, user_id)

    try:
        return db.run_in_transaction(accept_new)
    except ClinicAnswer as answer:
        if answer.status != Duplicate.status:
            raise
    return db.run_in_transaction(accept_existing)


def _complete(offer: ConfirmationDocument) -> None:
    """Only while it is still the offer that other services were asked about."""
    parties = {"clinicId": offer["clinicId"]}
    completed = transitions.perform(Kind.CLINIC_SHARE, Event.ACCEPT, offer["_id"], parties)
    if completed is None or any(completed.get(name) != offer.get(name) for name in _OFFERED):
        raise Forbidden(message=texts.FORBIDDEN)
    accepted = InvitationAccepted(
        clinic_id=offer["clinicId"], user_id=offer["creatorId"], role="patient"
    )
    outbox.emit(accepted)


def _granted(document: ConfirmationDocument) -> tuple[str, ...]:
    offered = context.decode(document.get("context"))
    return tuple(name for name in GRANTABLE if isinstance(offered, dict) and name in offered)


def _check_mrn(clinic_id: str, shared: SharedPatient) -> None:
    clinic: Document = access.find_clinic(clinic_id) or {}
    is_required = (clinic.get("mrnSettings") or {}).get("required")
    if is_required and not (shared.said.get("mrn") or "").strip():
        raise BadRequest(message=texts.MRN_REQUIRED)

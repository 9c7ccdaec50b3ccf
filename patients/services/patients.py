"""Patients of a clinic: create, find, change, remove (rules PATIENT-26 to PATIENT-56).

Everything is checked before the user service is called, so that a refusal leaves nothing half done. The record, the
counts and the events are written in one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bson import ObjectId
from django.conf import settings
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import addresses, clock, db, ids, mail_limits, outbox, safe_reading, texts
from kernel.db import Document
from kernel.errors import (
    BadRequest,
    ConstraintViolation,
    DomainError,
    Duplicate,
    NotFound,
)
from kernel.policy import Path
from patients import connection_issues, fields, sources
from patients.choices import PERMISSIONS
from patients.custody import is_custodial
from patients.documents import PatientDocument
from patients.events import PatientCreated, PatientDeleted, PatientUpdated
from patients.services import (
    custodial_accounts,
    derived,
    patient_counts,
    plan_limits,
    taken_addresses,
)
from patients.services.patient_details import (
    PatientDetails,
    SharedPatient,
    known_tags_and_sites,
    names_tags_or_sites,
    permissions_of,
)
from patients.store import patients as store
from users.choices import Grant
from users.clients.protocol import Profile
from users.services import people

NOT_FOUND = "patient not found"
ALREADY_PATIENT = "patient is already a member of the clinic"
MOST_DEVICES = 100  # the maximum that the API accepts
TOO_MANY_LEGACY = "the patient comes from the maximum number of legacy clinicians"
MRN_MISSING = "mrn is required"
MRN_TAKEN = "mrn must be unique"
OWN_ADDRESS = "only the person changes the address of an own account"


# --- finding --------------------------------------------------------------------------------------
def find_patient(clinic_id: str | ObjectId, user_id: str) -> PatientDocument | None:
    parsed_id = ids.parse_id(clinic_id)
    return store.find_patient(parsed_id, user_id) if parsed_id is not None else None


def join_patient(path: Path) -> Document | None:
    """The `join` of GetPatient: see `read_patient`."""
    clinic_id = ids.parse_id(path["clinicId"])
    return None if clinic_id is None else store.join_shown_patient(clinic_id, path["patientId"])


def read_patient(
    clinic_id: str, user_id: str, joined: list[Document] | None = None
) -> PatientDocument:
    """The record as it is shown to clients; `joined`: what `join_patient` has read already. Raises NotFound."""
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        raise NotFound(message=NOT_FOUND)
    rows = (
        store.find_shown_patient(parsed_id, user_id)
        if joined is None
        else list(map(PatientDocument, joined))
    )
    if not rows:
        raise NotFound(message=NOT_FOUND)
    return rows[0]


def access_patient(clinic_id: str | ObjectId, user_id: str) -> PatientDocument:
    """Raises NotFound."""
    document = find_patient(clinic_id, user_id)
    if document is None:
        raise NotFound(message=NOT_FOUND)
    return document


def mail_address(document: Document) -> str:
    """The key by which mails to a patient are limited: the address, or the user id if the record has none."""
    return str(document.get("email") or document["userId"])


def list_patients_of_user(user_id: str) -> list[PatientDocument]:
    """The user's records in all clinics, without summaries."""
    return store.list_of_user(user_id, {"summary": 0})


def match_patients(
    *,
    clinic_ids: Sequence[ObjectId],
    mrn: str | None = None,
    birth_date: str | None = None,
    full_name: str | None = None,
    limit: int = 0,
    projection: Mapping[str, Any] | None = None,
) -> list[PatientDocument]:
    """Patients of these clinics who match all criteria that are not None, case and accents aside."""
    criteria = {"mrn": mrn, "birthDate": birth_date, "fullName": full_name}
    normalised = {name: texts.name(value) for name, value in criteria.items() if value is not None}
    return store.list_matching(clinic_ids, normalised, limit=limit, projection=projection)


def has_patients_besides_demo(clinic_id: str | ObjectId) -> bool:
    """Read from the records themselves: a stored count might be wrong, and the clinic would be lost."""
    return store.has_other_patient(parsed_clinic(clinic_id), settings.DEMO_PATIENT_USER_ID)


def has_equal_mrns(clinic_id: ObjectId) -> bool:
    """Whether two patients of the clinic share an MRN, case, accents and blanks around it aside."""
    return bool(store.list_equal_mrns(clinic_id, limit=1))


# --- creating -------------------------------------------------------------------------------------
def create_custodial_patient(
    *,
    clinic_id: str | ObjectId,
    details: PatientDetails,
    invited_by: str | None = None,
    integration: str | None = None,
    origin: str | None = None,
    is_known_free: bool = False,
    check: Callable[[], None] = lambda: None,
    then: Callable[[PatientDocument], None] = lambda _: None,
) -> PatientDocument:
    """Make an account that the clinic looks after until its owner claims it, and its record.

    If the record cannot be stored, the account is removed again, even if this process dies in between. `check` is
    called in the transaction that stores the record, and may refuse it. If two creations run at once in one
    clinic, the second sees the first, since both change the clinic's counts. `integration`: the one that makes the
    record. `origin`: what the creation is for, by which a later try of the same finds an account that this one has left
    without its record. `is_known_free`: the address had no account a while ago; where it has one by now, the caller
    counts that answer. `then` is called in that transaction with the stored record, for what must never be missing
    from it.
    """
    clinic = access.access_open_clinic(str(clinic_id))
    identity = fields.identity(details.said)
    unique = check_mrn(clinic, identity["mrn"], user_id=None)
    limit = plan_limits.check_plan_limit(clinic)
    known_tags_and_sites(clinic, details)  # an unknown site is refused before there is an account
    email = identity["email"] or None
    with (
        mail_limits.counted(email, invited_by),
        taken_addresses.counted(
            invited_by if email and not is_known_free else None, clinic["_id"], email
        ),
    ):
        account = custodial_accounts.make_account(clinic["_id"], email, origin)
    document = {
        **_blank_record(clinic["_id"], account.user_id, requires_unique_mrn=unique),
        **identity,
        **fields.optional(details.said),
        "permissions": permissions_of(PERMISSIONS),
    }
    if invited_by is not None:
        document["invitedBy"] = invited_by
    if integration is not None:
        document["creationMetadata"] = {"integration": integration}
    try:
        return _insert(PatientDocument(document), details, plan_limit=limit, check=check, then=then)
    except Exception as error:
        custodial_accounts.give_up(account, is_certain=isinstance(error, DomainError))
        raise


@dataclass(frozen=True, slots=True)
class KnownUser:
    """What a new record is filled with from the account services."""

    user_id: str
    address: str
    profile: Profile


def read_user(user_id: str) -> KnownUser:
    """Raises NotFound, and Unavailable if the account services do not answer."""
    user, profile = people.read_user(user_id)
    return KnownUser(user_id, user.address, profile)


def create_patient_from_user(
    *,
    clinic_id: str | ObjectId,
    user_id: str,
    shared: SharedPatient,
    known: KnownUser | None = None,
) -> PatientDocument:
    """Make an existing user a patient. With a legacy clinician's id, an existing record stays as it is and only gets
    that id.

    `known`: the result of `read_user`, from a caller that has a transaction open.
    """
    clinic = access.access_open_clinic(str(clinic_id))
    document = _record_of(known or read_user(user_id), clinic, shared)
    document["requireUniqueMrn"] = check_mrn(clinic, document["mrn"], user_id=user_id)
    limit = plan_limits.check_plan_limit(clinic) if is_custodial(document) else None
    try:
        return _insert(document, shared, plan_limit=limit)
    except Duplicate:
        if shared.legacy_clinician_id is None:
            raise
    existing = store.add_legacy_clinician(
        clinic["_id"], user_id, shared.legacy_clinician_id, clock.now()
    )
    if existing is None:
        access_patient(clinic["_id"], user_id)
        raise ConstraintViolation(TOO_MANY_LEGACY)
    return existing


def add_demo_patient(clinic_id: str | ObjectId) -> Document | None:
    """The demo patient of a new clinic; None if none is configured or the clinic already has it."""
    if not settings.DEMO_PATIENT_USER_ID:
        return None
    shared = SharedPatient(permissions=(Grant.VIEW.value,), is_migrated=True)
    try:
        return create_patient_from_user(
            clinic_id=clinic_id, user_id=settings.DEMO_PATIENT_USER_ID, shared=shared
        )
    except Duplicate:
        return None


def ensure_demo_patient(clinic_id: ObjectId) -> None:
    """As `add_demo_patient`, some time later: a clinic that has it may require MRNs by then, and it has none."""
    user_id = settings.DEMO_PATIENT_USER_ID
    if user_id and find_patient(clinic_id, user_id) is None:
        add_demo_patient(clinic_id)


def _record_of(user: KnownUser, clinic: ClinicDocument, shared: SharedPatient) -> PatientDocument:
    document = {
        **_blank_record(clinic["_id"], user.user_id, requires_unique_mrn=False),
        **fields.identity(shared.said),
        **_from_profile(user.profile, shared.said),
        **fields.optional(shared.said),
        "email": user.address or None,
    }
    if shared.permissions is not None:
        document["permissions"] = permissions_of(shared.permissions)
    if shared.is_migrated:
        document["isMigrated"] = True
    if shared.legacy_clinician_id is not None:
        document["legacyClinicianIds"] = [shared.legacy_clinician_id]
    return PatientDocument(document)


def _from_profile(profile: Profile, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the caller said, else what the profile says. The name inside `patient` is that of an owner's child."""
    in_patient = profile.get("patient")
    in_patient = in_patient if isinstance(in_patient, Mapping) else {}
    return {
        "fullName": texts.written_elsewhere(
            said.get("fullName"), in_patient.get("fullName"), profile.get("fullName")
        ),
        "birthDate": said.get("birthDate")
        or texts.written_elsewhere(in_patient.get("birthday"))
        or "",
        "mrn": texts.written_elsewhere(said.get("mrn"), in_patient.get("mrn")),
        "targetDevices": _devices(in_patient),
    }


def _devices(in_patient: Mapping[str, Any]) -> list[str] | None:
    devices = in_patient.get("targetDevices")
    if not isinstance(devices, list):
        return None
    names = (texts.written_elsewhere(device) for device in devices[:MOST_DEVICES])
    return [name for name in names if name]


def _blank_record(clinic_id: ObjectId, user_id: str, *, requires_unique_mrn: bool) -> Document:
    moment = clock.now()
    return {
        "_id": ids.new_id(),
        "clinicId": clinic_id,
        "userId": user_id,
        "requireUniqueMrn": requires_unique_mrn,
        "createdTime": moment,
        "updatedTime": moment,
    }


def _insert(
    document: PatientDocument,
    details: PatientDetails | SharedPatient,
    *,
    plan_limit: int | None,
    check: Callable[[], None] = lambda: None,
    then: Callable[[PatientDocument], None] = lambda _: None,
) -> PatientDocument:
    """Store a record with its counts and events. Raises Duplicate, BadRequest (MRN), PaymentRequired or
    ConstraintViolation (a site that is gone)."""

    def insert() -> PatientDocument:
        clinic = access.access_open_clinic(document["clinicId"])  # not deleted or closed meanwhile
        record = PatientDocument({**document, **known_tags_and_sites(clinic, details)})
        record.update(connection_issues.of_new_record(record))
        check()
        store.insert_patient(record)
        patient_counts.count_change(
            clinic_id=record["clinicId"], before=None, after=record, plan_limit=plan_limit
        )
        outbox.emit(PatientCreated(**_ids_of(record)))
        then(record)
        return record

    try:
        return db.run_in_transaction(insert)
    except DuplicateKeyError as error:
        raise _meaning_of(error) from None


def _ids_of(document: PatientDocument) -> dict[str, str]:
    return {"clinic_id": str(document["clinicId"]), "user_id": document["userId"]}


def _meaning_of(error: DuplicateKeyError) -> BadRequest | Duplicate:
    if "mrn" in ((error.details or {}).get("keyPattern") or {}):
        return BadRequest(MRN_TAKEN)
    return Duplicate(ALREADY_PATIENT)


def check_mrn(clinic: ClinicDocument, mrn: str | None, *, user_id: str | None) -> bool:
    """Whether the clinic requires unique MRNs. Raises BadRequest for a missing MRN or one that is taken."""
    rules = safe_reading.mapping(clinic.get("mrnSettings"))
    if rules.get("required") is True and not mrn:
        raise BadRequest(MRN_MISSING)
    if rules.get("unique") is not True:
        return False
    if has_other_with_mrn(clinic["_id"], mrn, user_id=user_id):
        raise BadRequest(MRN_TAKEN)
    return True


def has_other_with_mrn(clinic_id: ObjectId, mrn: str | None, *, user_id: str | None) -> bool:
    """Whether another patient of the clinic has an equal one (rule PATIENT-27)."""
    return store.find_other_with_mrn(clinic_id, mrn, user_id) is not None if mrn else False


# --- changing -------------------------------------------------------------------------------------
def update_patient(
    *,
    clinic_id: str | ObjectId,
    user_id: str,
    details: PatientDetails,
    changed_by: str | None = None,
) -> PatientDocument:
    """Replace the editable fields of a record; the address only while the clinic looks after the account."""
    stored = access_patient(clinic_id, user_id)
    clinic = access.access_clinic(str(clinic_id))
    written = fields.identity(details.said)
    written["requireUniqueMrn"] = check_mrn(clinic, written["mrn"], user_id=user_id)
    written |= fields.optional(details.said) | known_tags_and_sites(clinic, details)
    if not _follow_address(stored, written["email"] or None, changed_by):
        del written["email"]
    try:
        updated = db.run_in_transaction(
            lambda: _write_changes(
                clinic["_id"], user_id, written | _tags_and_sites_now(clinic, details)
            )
        )
    except DuplicateKeyError as error:
        raise _meaning_of(error) from None
    if user_id != settings.DEMO_PATIENT_USER_ID:
        patient_counts.note_change(clinic["_id"])
    return updated


def correct_patient(
    *,
    clinic_id: str | ObjectId,
    user_id: str,
    said: Mapping[str, Any],
    check: Callable[[PatientDocument], None],
    then: Callable[[PatientDocument], None],
) -> PatientDocument:
    """Change the fields that are said; unlike in an update, all others stay. The rules are the same: `said` is as in
    PatientDetails.

    `check` is called with the stored record before anything is changed, and again in the transaction that writes;
    `then` in that transaction with the changed record.
    """
    stored = access_patient(clinic_id, user_id)
    check(stored)
    clinic = access.access_clinic(str(clinic_id))
    written = fields.corrected(said)
    mrn = written["mrn"] if "mrn" in written else safe_reading.text(stored.get("mrn"))
    written["requireUniqueMrn"] = check_mrn(clinic, mrn, user_id=user_id)
    if "email" in written and not _follow_address(stored, written["email"] or None, None):
        raise ConstraintViolation(OWN_ADDRESS)

    def write() -> PatientDocument:
        return _write_changes(clinic["_id"], user_id, written, check=check, then=then)

    try:
        updated = db.run_in_transaction(write)
    except DuplicateKeyError as error:
        raise _meaning_of(error) from None
    if user_id != settings.DEMO_PATIENT_USER_ID:
        patient_counts.note_change(clinic["_id"])
    return updated


def _follow_address(stored: PatientDocument, email: str | None, changed_by: str | None) -> bool:
    """Whether to write this address: if it is the present one, however that is spelled, or if the account has just been
    changed to it."""
    if not is_custodial(stored):
        return False
    present = safe_reading.text(stored.get("email")) or ""
    if (email or "") == present or addresses.is_same(email or "", present):
        return True
    with (
        mail_limits.counted(email, changed_by),
        taken_addresses.counted(changed_by if email else None, stored["clinicId"], email),
    ):
        return custodial_accounts.change_email(stored["userId"], email)


def _tags_and_sites_now(clinic: ClinicDocument, details: PatientDetails) -> dict[str, Any]:
    """Tags and sites that still exist in the transaction that writes them."""
    if not names_tags_or_sites(details):
        return {}
    return known_tags_and_sites(access.access_clinic(clinic["_id"]), details)


def _write_changes(
    clinic_id: ObjectId,
    user_id: str,
    written: Mapping[str, Any],
    *,
    check: Callable[[PatientDocument], None] = lambda _: None,
    then: Callable[[PatientDocument], None] = lambda _: None,
) -> PatientDocument:
    """Compare and write in one transaction: a change made meanwhile repeats it instead of being lost."""
    stored = store.find_patient(clinic_id, user_id)
    if stored is None:
        raise NotFound(message=NOT_FOUND)
    check(stored)
    derived.settle([stored])
    if written.get("dataSources"):
        kept = sources.in_place_of(stored.get("dataSources"), written["dataSources"])
        written = {**written, "dataSources": kept}
    changes = {name: value for name, value in written.items() if _differs(stored, name, value)}
    changed = [name for name in changes if name != "requireUniqueMrn"]
    removed: Sequence[str] = ()
    if "dataSources" in changes:
        tracked = connection_issues.entering(stored, changes["dataSources"])
        issue = connection_issues.change_for(stored, changes, clock.now(), tracked=tracked)
        changes, removed = {**changes, **issue.fields}, issue.removed
    if "mrn" in changes and texts.mrn(safe_reading.text(stored.get("mrn")) or "") != (
        changes["mrn"] or ""
    ):
        changes |= _deactivated_subscriptions(stored)
    changes["updatedTime"] = clock.now()
    updated = store.set_fields(stored, changes, removed)
    assert updated is not None  # noqa: S101 (read in this transaction)
    patient_counts.count_change(clinic_id=clinic_id, before=stored, after=updated)
    if changed:
        emit_updated(updated, changed)
    then(updated)
    return updated


def _differs(stored: PatientDocument, name: str, value: Any) -> bool:
    if name == "sites" and not value:  # clients send back the [] that stands for none
        return bool(stored.get(name))
    return name not in stored or stored[name] != value or type(stored[name]) is not type(value)


def _deactivated_subscriptions(stored: PatientDocument) -> dict[str, Any]:
    """Reports are sent by MRN: with another MRN they would go to another person."""
    return {
        f"ehrSubscriptions.{name}.active": False for name in stored.get("ehrSubscriptions") or {}
    }


def emit_updated(document: PatientDocument, changed: Sequence[str]) -> None:
    outbox.emit(PatientUpdated(**_ids_of(document), changed=sorted(changed)))


def change_email_of_user(user_id: str, email: str | None) -> int:
    """After the address of an account was changed or removed, copy it to all records of the user as it is written."""

    def change() -> int:
        records = [r for r in store.list_of_user(user_id) if r.get("email") != email]
        for record in records:
            _set_email(record, email)
        return len(records)

    return db.run_in_transaction(change)


def _set_email(record: PatientDocument, email: str | None) -> None:
    changes = {"updatedTime": clock.now()}
    if email is None:
        store.set_fields(record, changes, removed=["email"])
    else:
        store.set_fields(record, {**changes, "email": email})
    emit_updated(record, ["email"])


# --- removing -------------------------------------------------------------------------------------
def remove_patient(
    *, clinic_id: str | ObjectId, user_id: str, deleted_by: str | None = None
) -> None:
    """Remove a record and leave a tombstone with its content. Raises NotFound."""
    clinic_object_id = parsed_clinic(clinic_id)
    if not db.run_in_transaction(
        lambda: remove_in_transaction(clinic_object_id, user_id, deleted_by)
    ):
        raise NotFound(message=NOT_FOUND)


def remove_in_transaction(clinic_id: ObjectId, user_id: str, deleted_by: str | None) -> bool:
    document = store.find_patient(clinic_id, user_id)
    if document is None:
        return False
    derived.settle([document])
    store.remove_patient(document)
    tombstone = {"_id": ids.new_id(), "deletedTime": clock.now(), "patient": document}
    if deleted_by is not None:
        tombstone["deletedByUserId"] = deleted_by
    store.insert_deletion(tombstone)
    patient_counts.count_change(clinic_id=clinic_id, before=document, after=None)
    outbox.emit(
        PatientDeleted(
            **_ids_of(document),
            deletion_id=str(tombstone["_id"]),
            custodial=is_custodial(document),
        )
    )
    return True


def remove_all_patients_of_user(user_id: str, deleted_by: str | None = None) -> int:
    """Remove the user's records from all clinics, or from none."""
    records = store.list_of_user(user_id, {"clinicId": 1})

    def remove() -> int:
        return sum(remove_in_transaction(r["clinicId"], user_id, deleted_by) for r in records)

    return db.run_in_transaction(remove) if records else 0


def remove_non_custodial_patients(clinic_id: str | ObjectId) -> int:
    """For a clinic that has lost its last clinician. Custodial patients stay, so that they can still be claimed."""
    parsed_id = parsed_clinic(clinic_id)
    user_ids = store.list_ids_of_clinic(parsed_id, {"permissions.custodian": {"$exists": False}})
    removals = (partial(remove_in_transaction, parsed_id, user_id, None) for user_id in user_ids)
    return sum(db.run_in_transaction(remove) for remove in removals)


def parsed_clinic(clinic_id: str | ObjectId) -> ObjectId:
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        raise NotFound(message=NOT_FOUND)
    return parsed_id

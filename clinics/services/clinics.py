"""Clinics: create, find, change, delete (rules CLINIC-1 to CLINIC-43)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from bson import ObjectId
from django.conf import settings
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument, ClinicianDocument
from clinic_records.services import access, closures
from clinics.choices import CHOICES
from clinics.events import ClinicCreated, ClinicDeleted, ClinicianSaved
from clinics.services import clinicians
from clinics.services.share_codes import ATTEMPTS, new_share_code
from clinics.store import clinic_creations
from clinics.store import clinicians as clinician_store
from clinics.store import clinics as store
from kernel import clock, db, ids, outbox, page_limits, texts
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.errors import BadRequest, Duplicate, NotFound
from patients.services import kept_files, list_views, patient_counts, patients
from users.services import people

DELETED = "its clinic was deleted"
NOT_EMPTY = "deletion of non-empty clinics is not allowed"
_SIGNAL = "lastDeletedPatientTag"  # a signal to services that watch the collection; not data of the clinic
DEFAULT_PLAN = 250
# How long a repeated request is answered with the clinic of the first, whose answer was lost.
REPEAT_WINDOW = timedelta(seconds=30)
_STORED_NAMES = {
    "preferred_bg_units": "PreferredBgUnits",
    "postal_code": "postalCode",
    "clinic_type": "clinicType",
    "clinic_size": "clinicSize",
    "phone_numbers": "phoneNumbers",
}


@dataclass(frozen=True, slots=True)
class ClinicProfile:
    """What a clinic says about itself; None: nothing was said."""

    name: str | None = None
    preferred_bg_units: str | None = None
    address: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    country: str | None = None
    website: str | None = None
    timezone: str | None = None
    clinic_type: str | None = None
    clinic_size: str | None = None
    phone_numbers: Sequence[Mapping[str, str]] | None = None

    def stored(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {_STORED_NAMES.get(k, k): _normal(v) for k, v in values.items() if v is not None}


def _normal(value: Any) -> Any:
    return texts.name(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class ClinicQuery:
    share_code: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    ehr_enabled: bool | None = None


# --- finding --------------------------------------------------------------------------------------
def access_by_share_code(code: str) -> ClinicDocument:
    """Raises NotFound."""
    document = store.find_by_share_code(texts.share_code(code))
    if document is None:
        raise NotFound
    return document


def list_clinics(query: ClinicQuery, *, skip: int, limit: int) -> list[ClinicDocument]:
    limits = {"$gte": query.created_from, "$lt": query.created_before}
    conditions = {
        "shareCodes": texts.share_code(query.share_code) if query.share_code else None,
        "createdTime": {k: v for k, v in limits.items() if v and v != clock.ZERO} or None,
        "ehrSettings.enabled": query.ehr_enabled,
    }
    present = {name: value for name, value in conditions.items() if value is not None}
    return page_limits.read(limit, lambda most: store.list_clinics(present, skip=skip, limit=most))


# --- creating -------------------------------------------------------------------------------------
def create_clinic(
    *, creator_id: str, profile: ClinicProfile, clinic_id: ObjectId | None = None
) -> ClinicDocument:
    """A clinic with the creator as its only admin, and the demo patient where one is configured. `clinic_id`: of
    invented data whose id is known; none other has it.

    If a client repeats the call after a failure of this service, it gets the clinic that was stored all the same.
    """
    _require_name(profile, "ClinicCreate")
    creator = people.access_account(creator_id)
    if settings.DEMO_PATIENT_USER_ID:
        people.access_account(settings.DEMO_PATIENT_USER_ID)
    digest = _digest(creator_id, profile)
    new = _new_clinic(creator_id, profile, is_migrated=True)
    if clinic_id is not None:
        new["_id"] = clinic_id
    document = _insert(new, creator, digest)
    patients.add_demo_patient(document["_id"])
    clinic_creations.remove_creation(digest)
    return document


def open_legacy_clinic(
    *, user_id: str, then: Callable[[ClinicDocument], None] | None = None
) -> ClinicDocument:
    """An empty clinic for a legacy account, whose owner fills in the profile before the migration. `then` runs in the
    transaction of the change."""
    owner = people.access_legacy_account(user_id)
    digest = _digest(user_id, ClinicProfile())
    opened = _new_clinic(user_id, ClinicProfile(), is_migrated=False)
    document = _insert(opened, owner, digest, then)
    clinic_creations.remove_creation(digest)
    return document


def _require_name(profile: ClinicProfile, written: str) -> None:
    if not texts.name(profile.name or ""):
        message = (
            f"request body has an error: doesn't match schema #/components/schemas/{written}: "
            'Error at "/name": minimum string length is 1'
        )
        raise BadRequest(message=message)


def _digest(creator_id: str, profile: ClinicProfile) -> str:
    content = orjson.dumps([creator_id, profile.stored()], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


def _new_clinic(creator_id: str, profile: ClinicProfile, *, is_migrated: bool) -> ClinicDocument:
    check_choices(profile.stored())
    moment = clock.now()
    document = {
        "_id": ids.new_id(),
        "phoneNumbers": None,
        "timezone": None,
        **profile.stored(),
        "admins": [creator_id],
        "patientCount": {"total": 0, "demo": 0, "plan": 0},
        "patientCountSettings": {"hardLimit": {"plan": DEFAULT_PLAN}},
        "createdTime": moment,
        "updatedTime": moment,
    }
    if is_migrated:
        document["isMigrated"] = True
    return ClinicDocument(document)


def _insert(
    clinic: ClinicDocument,
    creator: people.Account,
    digest: str,
    then: Callable[[ClinicDocument], None] | None = None,
) -> ClinicDocument:
    """Store a clinic with its first admin and an unused share code. Raises Duplicate after 100 codes in use."""
    for _ in range(ATTEMPTS):
        code = new_share_code()
        if store.find_by_share_code(code) is not None:
            continue
        document = ClinicDocument({**clinic, "canonicalShareCode": code, "shareCodes": [code]})
        try:
            return db.run_in_transaction(partial(_write, document, creator, digest, then))
        except DuplicateKeyError:  # another clinic has taken the code meanwhile
            continue
    raise Duplicate(message="duplicate share code")


def _write(
    clinic: ClinicDocument,
    creator: people.Account,
    digest: str,
    then: Callable[[ClinicDocument], None] | None,
) -> ClinicDocument:
    moment = clinic["createdTime"]
    stored_before = clinic_creations.find_clinic_id(digest, since=moment - REPEAT_WINDOW)
    repeated = access.find_clinic(stored_before) if stored_before else None
    if repeated is not None:
        return repeated
    store.insert_clinic(clinic)
    patient_counts.begin_empty(clinic["_id"])
    clinician_store.insert_clinician(_first_admin(clinic, creator))
    clinic_creations.put_creation(digest, clinic["_id"], moment)
    clinic_id = str(clinic["_id"])
    outbox.emit(ClinicCreated(clinic_id=clinic_id))
    outbox.emit(ClinicianSaved(clinic_id=clinic_id, user_id=creator.user_id))
    if then is not None:
        then(clinic)
    return clinic


def _first_admin(clinic: ClinicDocument, creator: people.Account) -> ClinicianDocument:
    clinician = {
        "_id": ids.new_id(),
        "clinicId": clinic["_id"],
        "userId": creator.user_id,
        "name": creator.full_name,
        "roles": [ClinicianRole.ADMIN],
        "createdTime": clinic["createdTime"],
        "updatedTime": clinic["createdTime"],
    }
    return ClinicianDocument({**clinician, "email": creator.email} if creator.email else clinician)


# --- changing -------------------------------------------------------------------------------------
def update_clinic(clinic_id: str | ObjectId, profile: ClinicProfile) -> Document:
    """Write the fields that were sent; the others stay, including time zone and telephone numbers."""
    _require_name(profile, "ClinicUpdate")
    return change_clinic(clinic_id, profile.stored())


def update_tier(clinic_id: str | ObjectId, tier: str) -> None:
    change_clinic(clinic_id, {"tier": tier})


def update_suppressed_notifications(
    clinic_id: str | ObjectId, suppressed: Mapping[str, bool]
) -> None:
    change_clinic(clinic_id, {"suppressedNotifications": dict(suppressed)})


def update_membership_restrictions(
    clinic_id: str | ObjectId, restrictions: Sequence[Mapping[str, str]]
) -> ClinicDocument:
    closures.require_free(clinic_id)
    stored = [{k: v for k, v in item.items() if v != ""} for item in restrictions]
    return change_clinic(clinic_id, {"membershipRestrictions": stored or None})


def change_clinic(clinic_id: str | ObjectId, changes: Mapping[str, Any]) -> ClinicDocument:
    """The clinic after the change. Raises NotFound, and BadRequest for a value that is not among the choices."""
    check_choices(changes)
    document = access.change_clinic(clinic_id, changes)
    if document is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    return document


def check_choices(fields: Mapping[str, Any]) -> None:
    """Raises BadRequest. Forms and the API check the choices themselves, but other callers may not."""
    for name, choices in CHOICES.items():
        if fields.get(name) is not None and fields[name] not in choices:
            reason = f"unknown {name}"
            raise BadRequest(reason)


# --- deleting -------------------------------------------------------------------------------------
def delete_clinic(clinic_id: str | ObjectId, *, deleted_by: str | None = None) -> None:
    """Delete the clinic with its clinicians and its demo patient, each of which leaves a tombstone. Refused if there
    are other patients."""
    clinic_object_id = access.access_clinic(clinic_id)["_id"]
    closures.require_free(clinic_object_id)

    def delete() -> None:
        delete_in_transaction(clinic_object_id, deleted_by=deleted_by, words=DELETED)
        outbox.emit(ClinicDeleted(clinic_id=str(clinic_object_id)))

    db.run_in_transaction(delete)


def delete_in_transaction(
    clinic_id: ObjectId, *, deleted_by: str | None, words: str
) -> ClinicDocument:
    """The clinic as it was. Whether it was deleted or merged is for the caller to announce; `words` say so where staff
    see what has ended with it."""
    if patients.has_patients_besides_demo(clinic_id):
        raise BadRequest(NOT_EMPTY)
    if settings.DEMO_PATIENT_USER_ID:
        patients.remove_in_transaction(clinic_id, settings.DEMO_PATIENT_USER_ID, deleted_by)
    clinicians.archive(clinician_store.list_of_clinic(clinic_id), deleted_by=deleted_by)
    clinician_store.remove_all_of_clinic(clinic_id)
    removed = _archive_clinic(clinic_id, deleted_by)
    patient_counts.forget_clinic(clinic_id)
    list_views.forget_clinic(clinic_id)
    kept_files.forget_clinic(clinic_id, words)
    return removed


def _archive_clinic(clinic_id: ObjectId, deleted_by: str | None) -> ClinicDocument:
    removed = store.remove_clinic(clinic_id)
    if removed is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    clinic = {name: value for name, value in removed.items() if name != _SIGNAL}
    tombstone = {"_id": ids.new_id(), "deletedTime": clock.now(), "clinic": clinic}
    if deleted_by is not None:
        tombstone["deletedByUserId"] = deleted_by
    store.insert_deletion(tombstone)
    return removed

"""What the staff pages read: clinics by name or trouble, members of a clinic, clinics of a user."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from clinics.search_keys import in_fields
from kernel import db, ids, texts
from kernel.db import Document

CLINICS, CLINICIANS, PATIENTS = "clinics", "clinicians", "patients"
_COLLATION = {"locale": "en", "strength": 1}
LISTED = {
    "name": 1, "canonicalShareCode": 1, "tier": 1, "country": 1, "admins": 1, "ehrSettings": 1, "createdTime": 1,
    "patientCount": 1, "patientCountSettings": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClinicFilter:
    """All conditions hold together; None and "" do not matter."""

    name: str = ""
    tier: str = ""
    ehr: bool | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom staff look for: by user id, by the spellings of one address, or both; or an invite by its record."""

    user_id: str = ""
    spellings: tuple[str, ...] = ()
    invite: ObjectId | None = None


_OF_MEMBERS = {"clinicId": 1, "userId": 1, "email": 1, "name": 1, "roles": 1, "createdTime": 1}
_OF_PATIENTS = {
    "clinicId": 1, "userId": 1, "email": 1, "fullName": 1, "permissions": 1, "createdTime": 1,
}  # fmt: skip


def list_clinics(
    wanted: ClinicFilter, *, newest_first: bool, skip: int, limit: int
) -> list[Document]:
    order = [("_id", DESCENDING)] if newest_first else [("name", ASCENDING), ("_id", ASCENDING)]
    return list(
        db.collection(CLINICS).find(
            _conditions(wanted),
            LISTED,
            sort=order,
            skip=skip,
            limit=limit,
            collation=_COLLATION,
        )
    )


def count_clinics(wanted: ClinicFilter) -> int:
    return db.collection(CLINICS).count_documents(_conditions(wanted))


def find_clinic_with_code(code: str) -> Document | None:
    return db.collection(CLINICS).find_one({"shareCodes": code}, {"_id": 1})


def list_suspects(free_tiers: Sequence[str | None]) -> list[Document]:
    """Clinics without an admin, with EHR on, or of a tier that may have a limit and near it."""
    over = {"$expr": {"$gte": ["$patientCount.plan", "$patientCountSettings.hardLimit.plan"]}}
    limited = {
        "tier": {"$in": list(free_tiers)},
        "patientCountSettings.hardLimit.plan": {"$type": "number"},
        **over,
    }
    doubtful = [{"admins": {"$in": [None, []]}}, {"ehrSettings.enabled": True}, limited]
    return list(db.collection(CLINICS).find({"$or": doubtful}, LISTED, sort=[("name", ASCENDING)]))


def list_members(clinic_id: ObjectId) -> list[Document]:
    """Members and pending invites, by name; a clinic has hundreds at most."""
    found = db.collection(CLINICIANS).find(
        {"clinicId": clinic_id}, sort=[("name", ASCENDING), ("_id", ASCENDING)], limit=2000
    )
    return list(found)


def is_invite(record_id: ObjectId) -> bool:
    """Pending or removed, and of nobody with an account, who is named by the user id."""
    never_joined = {"userId": {"$exists": False}}
    archived = {"clinician._id": record_id, "clinician.userId": {"$exists": False}}
    pending = db.collection(CLINICIANS).find_one({"_id": record_id, **never_joined}, {"_id": 1})
    return bool(pending or db.collection("clinician_deletions").find_one(archived, {"_id": 1}))


def list_memberships(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    return _page_of(CLINICIANS, person, _OF_MEMBERS, skip=skip, limit=limit)


def list_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    return _page_of(PATIENTS, person, _OF_PATIENTS, skip=skip, limit=limit)


def _page_of(
    name: str, person: Person, fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Newest first, and the number of all. Each way to find a person has an index that spans all clinics."""
    ways: list[Document] = []
    if person.user_id:
        ways.append({"userId": person.user_id})
    if person.spellings:
        ways.append({"email": {"$in": list(person.spellings)}})
    if person.invite and name == CLINICIANS:
        ways.append({"_id": person.invite})
    if not ways:
        return [], 0
    query, order = {"$or": ways}, [("createdTime", DESCENDING), ("_id", DESCENDING)]
    found = db.collection(name).find(query, fields, sort=order, skip=skip, limit=limit)
    return list(found), db.collection(name).count_documents(query)


def list_former_memberships(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    wanted = {"userId": person.user_id, "_id": person.invite}
    return _removed("clinician", wanted, _OF_MEMBERS, skip=skip, limit=limit)


def list_former_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    return _removed("patient", {"userId": person.user_id}, _OF_PATIENTS, skip=skip, limit=limit)


def _removed(
    part: str, wanted: Document, fields: Document, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Tombstones, the newest first: by id alone, as the audit trail names people."""
    query = {f"{part}.{name}": value for name, value in wanted.items() if value}
    if not query:
        return [], 0
    shown = {"deletedTime": 1, "deletedByUserId": 1, **{f"{part}.{name}": 1 for name in fields}}
    archive = db.collection(f"{part}_deletions")
    order = [("deletedTime", DESCENDING), ("_id", DESCENDING)]
    found = archive.find(query, shown, sort=order, skip=skip, limit=limit)
    return list(found), archive.count_documents(query)


Keys = Sequence[tuple[ObjectId, str]]  # clinic and id


def list_clinicians(keys: Keys) -> list[Document]:
    """The archived ones first."""
    return _archived_and_present("clinician", CLINICIANS, "userId", keys)


def list_patients(keys: Keys) -> list[Document]:
    return _archived_and_present("patient", PATIENTS, "userId", keys)


def list_invites(keys: Keys) -> list[Document]:
    by_record = [(clinic_id, ids.parse_id(text)) for clinic_id, text in keys]
    return _archived_and_present("clinician", CLINICIANS, "_id", by_record)


def _archived_and_present(
    part: str, name: str, field: str, keys: Sequence[tuple[ObjectId, Any]]
) -> list[Document]:
    clinic_ids, wanted = (list(values) for values in zip(*keys, strict=True))
    shown = {"clinicId": 1, "userId": 1, "name": 1, "email": 1, "fullName": 1}
    archived = db.collection(f"{part}_deletions").find(
        {f"{part}.clinicId": {"$in": clinic_ids}, f"{part}.{field}": {"$in": wanted}},
        {f"{part}.{path}": 1 for path in ("_id", *shown)},
        sort=[("_id", ASCENDING)],
    )
    present = db.collection(name).find(
        {"clinicId": {"$in": clinic_ids}, field: {"$in": wanted}}, shown
    )
    return [*(row[part] for row in archived), *present]


def list_names(clinic_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    found = db.collection(CLINICS).find({"_id": {"$in": list(clinic_ids)}}, {"name": 1})
    return {clinic["_id"]: clinic.get("name") or str(clinic["_id"]) for clinic in found}


def count_subscribed(clinic_id: ObjectId) -> int:
    return db.collection(PATIENTS).count_documents(
        {"clinicId": clinic_id, "ehrSubscriptions.summaryAndReports.active": True}
    )


def _conditions(wanted: ClinicFilter) -> dict[str, Any]:
    query: dict[str, Any] = {}
    if wanted.name:
        query |= in_fields(texts.words(wanted.name), ["name"])
    if wanted.tier:
        query["tier"] = {"$in": [wanted.tier, *([None, ""] if wanted.tier == "tier0100" else [])]}
    if wanted.ehr is not None:
        query["ehrSettings.enabled"] = True if wanted.ehr else {"$ne": True}
    created = {"$gte": wanted.created_from, "$lt": wanted.created_before}
    given = {operator: moment for operator, moment in created.items() if moment is not None}
    if given:
        query["createdTime"] = given
    return query

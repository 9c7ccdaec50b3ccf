"""What the staff pages read: clinics by name or trouble, members of a clinic, clinics of a user."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from clinic_records.choices import Tier
from clinic_records.store import people
from kernel import db, ids, texts
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from patients.search_keys import in_fields

CLINICS, CLINICIANS, DELETIONS = "clinics", "clinicians", "clinic_deletions"
MOST_MEMBERS = 200_001  # keys of one clinic: an export has one less, and refuses what is more
_BY_NAME = [("name", ASCENDING), ("_id", ASCENDING)]
_COLLATION = {"locale": "en", "strength": 1}
LISTED = {
    "name": 1, "canonicalShareCode": 1, "tier": 1, "country": 1, "admins": 1, "ehrSettings": 1, "createdTime": 1,
    "patientCount": 1, "patientCountSettings": 1,
}  # fmt: skip

ARCHIVED = {
    "deletedTime": 1, "clinic._id": 1, "clinic.name": 1, "clinic.canonicalShareCode": 1, "clinic.shareCodes": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClinicFilter:
    """All conditions must hold; None and "" set no condition."""

    name: str = ""
    tier: str = ""
    ehr: bool | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    among: tuple[ObjectId, ...] | None = None


_MEMBER_FIELDS = {"clinicId": 1, "userId": 1, "email": 1, "name": 1, "roles": 1, "createdTime": 1}


def list_clinics(
    conditions: ClinicFilter, *, newest_first: bool, skip: int, limit: int
) -> list[Document]:
    return list(
        db.collection(CLINICS).find(
            _conditions(conditions),
            LISTED,
            sort=_order(newest_first=newest_first),
            skip=skip,
            limit=limit,
            collation=_COLLATION,
        )
    )


def list_clinic_ids(conditions: ClinicFilter, *, newest_first: bool, limit: int) -> list[ObjectId]:
    found = db.collection(CLINICS).find(
        _conditions(conditions),
        {"_id": 1},
        sort=_order(newest_first=newest_first),
        limit=limit,
        collation=_COLLATION,
    )
    return [clinic["_id"] for clinic in found]


def _order(*, newest_first: bool) -> list[tuple[str, int]]:
    return [("_id", DESCENDING)] if newest_first else _BY_NAME


def count_clinics(conditions: ClinicFilter, *, most: int = MOST_COUNTED) -> int:
    """At most `most`."""
    return db.collection(CLINICS).count_up_to(_conditions(conditions), most)


def count_all_clinics() -> int:
    """As the database keeps it: none of them is looked at."""
    return db.collection(CLINICS).count_all()


def list_all_names() -> list[Document]:
    return list(db.collection(CLINICS).find({}, {"name": 1}))


def list_newest(limit: int) -> list[Document]:
    """The names of the clinics that were made last."""
    return list(
        db.collection(CLINICS).find({}, {"name": 1}, sort=[("_id", DESCENDING)], limit=limit)
    )


def list_of_ids(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    return list(db.collection(CLINICS).find({"_id": {"$in": list(clinic_ids)}}, LISTED))


def find_clinic_with_code(code: str) -> Document | None:
    return db.collection(CLINICS).find_one({"shareCodes": code}, {"_id": 1})


def list_suspects(free_tiers: Sequence[str | None]) -> list[Document]:
    """Clinics that may be in trouble: without an admin, with EHR on, or on a tier with limits and at the limit."""
    over = {"$expr": {"$gte": ["$patientCount.plan", "$patientCountSettings.hardLimit.plan"]}}
    limited = {
        "tier": {"$in": list(free_tiers)},
        "patientCountSettings.hardLimit.plan": {"$type": "number"},
        **over,
    }
    suspicious = [{"admins": {"$in": [None, []]}}, {"ehrSettings.enabled": True}, limited]
    return list(
        db.collection(CLINICS).find({"$or": suspicious}, LISTED, sort=[("name", ASCENDING)])
    )


def find_deletion(clinic_id: ObjectId) -> Document | None:
    """The newest tombstone of the clinic."""
    newest = [("_id", DESCENDING)]
    return db.collection(DELETIONS).find_one({"clinic._id": clinic_id}, ARCHIVED, sort=newest)


def list_deletions(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    """The newest tombstone of each clinic comes last."""
    query = {"clinic._id": {"$in": list(clinic_ids)}}
    return list(db.collection(DELETIONS).find(query, ARCHIVED, sort=[("_id", ASCENDING)]))


def list_newest_deletions(limit: int) -> list[Document]:
    rows = db.collection(DELETIONS).find({}, ARCHIVED, sort=[("deletedTime", DESCENDING)])
    return list(rows.limit(limit))


def list_with_role(clinic_id: ObjectId, role: str) -> list[Document]:
    return list(db.collection(CLINICIANS).find({"clinicId": clinic_id, "roles": role}))


def list_service_accounts(clinic_id: ObjectId) -> list[Document]:
    """Sorted by name."""
    query = {"clinicId": clinic_id, "isServiceAccount": True}
    return list(db.collection(CLINICIANS).find(query, sort=_BY_NAME))


def list_member_keys(clinic_id: ObjectId) -> list[Document]:
    """Members and pending invites, sorted by name, with nothing but `name`, `email`, `userId` and `_id`, which are read
    from an index."""
    shown = {"name": 1, "email": 1, "userId": 1}
    return list(
        db.collection(CLINICIANS).find(
            {"clinicId": clinic_id},
            shown,
            sort=_BY_NAME,
            limit=MOST_MEMBERS,
            hint="MembersOfClinic",
        )
    )


def list_members_of_ids(record_ids: Sequence[ObjectId]) -> list[Document]:
    return list(db.collection(CLINICIANS).find({"_id": {"$in": list(record_ids)}}, sort=_BY_NAME))


def list_members_of_users(clinic_id: ObjectId, user_ids: Sequence[str]) -> list[Document]:
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    return list(db.collection(CLINICIANS).find(query, sort=_BY_NAME))


def list_invite_ids(clinic_id: ObjectId) -> list[str]:
    """The ids of a clinic's invites, of which accepted ones may be left, read from an index."""
    query = {"clinicId": clinic_id, "inviteId": {"$gt": ""}}
    rows = db.collection(CLINICIANS).find(query, {"inviteId": 1, "_id": 0}, hint="UniqueInviteId")
    return [row["inviteId"] for row in rows]


def is_invite(record_id: ObjectId) -> bool:
    """Whether it is an invite, pending or removed, that no one has accepted; members are identified by user id."""
    never_joined = {"userId": {"$exists": False}}
    archived = {"clinician._id": record_id, "clinician.userId": {"$exists": False}}
    pending = db.collection(CLINICIANS).find_one({"_id": record_id, **never_joined}, {"_id": 1})
    return bool(pending or db.collection("clinician_deletions").find_one(archived, {"_id": 1}))


def list_memberships(person: people.Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    invite = [{"_id": person.invite}] if person.invite else []
    return people.page_of(
        CLINICIANS, [*person.conditions(), *invite], _MEMBER_FIELDS, skip=skip, limit=limit
    )


def list_former_memberships(
    person: people.Person, *, skip: int, limit: int
) -> tuple[list[Document], int]:
    person_ids = {"userId": person.user_id, "_id": person.invite}
    return people.removed("clinician", person_ids, _MEMBER_FIELDS, skip=skip, limit=limit)


def list_named(beginnings: Sequence[str], *, limit: int) -> list[Document]:
    """Members and invites of all clinics whose name begins like one of these, letter case and accents aside."""
    rows = db.collection(CLINICIANS).find(
        {"$or": [{"name": {"$gte": begin, "$lt": f"{begin}\uffff"}} for begin in beginnings]},
        _MEMBER_FIELDS,
        sort=[("name", ASCENDING), ("_id", ASCENDING)],
        limit=limit,
        collation=_COLLATION,
    )
    return list(rows)


def walk_all_names() -> Iterator[Document]:
    """Those of members and invites of all clinics."""
    yield from db.collection(CLINICIANS).find({}, {"name": 1, "userId": 1})


def list_newest_names(limit: int) -> list[Document]:
    newest = [("createdTime", DESCENDING), ("_id", DESCENDING)]
    return list(
        db.collection(CLINICIANS).find({}, {"name": 1, "userId": 1}, sort=newest, limit=limit)
    )


def find_name_of_member(user_id: str) -> str | None:
    """The name in the newest of the person's records."""
    newest = [("createdTime", DESCENDING), ("_id", DESCENDING)]
    found = db.collection(CLINICIANS).find_one({"userId": user_id}, {"name": 1}, sort=newest)
    return found.get("name") if found else None


def list_clinicians(keys: people.Keys) -> list[Document]:
    """Archived records come first."""
    return people.archived_and_present("clinician", CLINICIANS, "userId", keys)


def list_invites(keys: people.Keys) -> list[Document]:
    by_record = [(clinic_id, ids.parse_id(text)) for clinic_id, text in keys]
    return people.archived_and_present("clinician", CLINICIANS, "_id", by_record)


def list_names(clinic_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    clinics = db.collection(CLINICS).find({"_id": {"$in": list(clinic_ids)}}, {"name": 1})
    return {clinic["_id"]: clinic.get("name") or str(clinic["_id"]) for clinic in clinics}


def _conditions(clinic_filter: ClinicFilter) -> dict[str, Any]:
    query: dict[str, Any] = {}
    if clinic_filter.name:
        query |= in_fields(texts.words_of_staff(clinic_filter.name), ["name"])
    if clinic_filter.among is not None:
        query["_id"] = {"$in": list(clinic_filter.among)}
    if clinic_filter.tier:
        query["tier"] = {
            "$in": [clinic_filter.tier, *([None, ""] if clinic_filter.tier == Tier.FREE else [])]
        }
    if clinic_filter.ehr is not None:
        query["ehrSettings.enabled"] = True if clinic_filter.ehr else {"$ne": True}
    created = {"$gte": clinic_filter.created_from, "$lt": clinic_filter.created_before}
    bounds = {operator: moment for operator, moment in created.items() if moment is not None}
    if bounds:
        query["createdTime"] = bounds
    return query

"""The `clinicians` collection: members (`userId`) and pending invites (`inviteId`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from clinic_records.documents import ClinicianDocument
from clinic_records.store.clinicians import COLLECTION, NEWEST_FIRST
from kernel import addresses, db, texts
from kernel.db import Document
from patients.search_keys import in_fields

DELETIONS = "clinician_deletions"
MOST_UPDATES = 200
_PROFILE = "securityProfile"


def find_clinician(clinic_id: ObjectId, user_id: str) -> ClinicianDocument | None:
    return db.collection(COLLECTION).find_one({"clinicId": clinic_id, "userId": user_id})


def find_invite(clinic_id: ObjectId, invite_id: str) -> ClinicianDocument | None:
    return db.collection(COLLECTION).find_one({"clinicId": clinic_id, "inviteId": invite_id})


def list_with_any(
    clinic_id: ObjectId, values: Mapping[str, Any], *, but: ObjectId
) -> list[ClinicianDocument]:
    """Other records of the clinic that have one of these values of fields with a unique index."""
    if not values:
        return []
    equal = [{"clinicId": clinic_id, name: value} for name, value in values.items()]
    return list(db.collection(COLLECTION).find({"$or": equal, "_id": {"$ne": but}}))


def list_invite_ids(invites: Sequence[tuple[ObjectId, str]]) -> set[str]:
    """The invite ids among these (clinic, invite) pairs that no one has accepted or withdrawn."""
    pairs = [{"clinicId": clinic_id, "inviteId": invite_id} for clinic_id, invite_id in invites]
    rows = db.collection(COLLECTION).find({"$or": pairs}, {"_id": 0, "inviteId": 1})
    return {row["inviteId"] for row in rows}


def list_clinicians(
    clinic_id: ObjectId,
    *,
    search: str | None,
    email: str | None,
    role: str | None,
    skip: int,
    limit: int,
) -> list[ClinicianDocument]:
    """Members and invites of the clinic, newest first. `search`: words, each of which is part of the name or
    the address."""
    query: dict[str, Any] = {"clinicId": clinic_id}
    if search is not None:
        query |= in_fields(texts.words(search), ["name", "email"])
    if email is not None:
        query["email"] = {"$in": _spellings(clinic_id, email)}
    if role is not None:
        query["roles"] = role
    return _page(query, skip=skip, limit=limit)


def _spellings(clinic_id: ObjectId, email: str) -> list[str]:
    """The spellings of an address in the clinic's records: other services store it as typed. Reads index keys only."""
    stored = {"clinicId": clinic_id, "email": {"$exists": True}}
    spellings = db.collection(COLLECTION).distinct("email", stored)
    return [text for text in spellings if addresses.is_same(text or "", email)]


def list_memberships(user_id: str, *, skip: int = 0, limit: int = 0) -> list[ClinicianDocument]:
    return _page({"userId": user_id}, skip=skip, limit=limit)


def list_created_between(
    start: datetime | None, end: datetime | None, *, skip: int, limit: int
) -> list[ClinicianDocument]:
    """Clinicians of all clinics with start <= createdTime < end, newest first."""
    limits = {"$gte": start, "$lt": end}
    bounds = {name: value for name, value in limits.items() if value is not None}
    return _page({"createdTime": bounds} if bounds else {}, skip=skip, limit=limit)


def _page(query: Mapping[str, Any], *, skip: int, limit: int) -> list[ClinicianDocument]:
    rows = db.collection(COLLECTION).find(query, sort=NEWEST_FIRST, skip=skip, limit=limit)
    return list(rows)


def list_of_clinic(clinic_id: ObjectId) -> list[ClinicianDocument]:
    return list(db.collection(COLLECTION).find({"clinicId": clinic_id}))


def has_clinicians(clinic_id: ObjectId) -> bool:
    """Whether there are any, including invites and service accounts."""
    return db.collection(COLLECTION).find_one({"clinicId": clinic_id}, {"_id": 1}) is not None


def insert_clinician(document: ClinicianDocument) -> None:
    """Raises DuplicateKeyError for a user, invite or address that the clinic already has."""
    db.collection(COLLECTION).insert_one(document)


def set_clinician(clinician_id: ObjectId, fields: Mapping[str, Any]) -> ClinicianDocument | None:
    """Change a member."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinician_id}, {"$set": dict(fields)}, return_document=ReturnDocument.AFTER
    )


def longer_history(stored: ClinicianDocument, entry: Mapping[str, Any]) -> Document:
    """`rolesUpdates` with one entry more, as a whole: services that watch the collection do not recognise the change of
    a part. Only the newest entries are kept."""
    entries = stored.get("rolesUpdates")
    known = entries if isinstance(entries, list) else []
    return {"rolesUpdates": [*known, dict(entry)][-MOST_UPDATES:]}


def claim_invite(
    clinic_id: ObjectId, invite_id: str, fields: Mapping[str, Any]
) -> ClinicianDocument | None:
    """Turn an invite into a member. Raises DuplicateKeyError if the user is already a member."""
    return db.collection(COLLECTION).find_one_and_update(
        {"clinicId": clinic_id, "inviteId": invite_id, "userId": {"$exists": False}},
        {"$set": dict(fields), "$unset": {"inviteId": ""}},
        return_document=ReturnDocument.AFTER,
    )


def set_email_of_user(user_id: str, email: str, moment: datetime) -> int:
    """Sets it in all clinics. Raises DuplicateKeyError if another record of one of the clinics has the address."""
    result = db.collection(COLLECTION).update_many(
        {"userId": user_id}, {"$set": {"email": email, "updatedTime": moment}}
    )
    return result.matched_count


def merge_security_profile(
    user_id: str,
    fields: Mapping[str, Any],
    *,
    login: datetime | None,
    possible: datetime,
) -> int:
    """In all clinics of the user: replaces `fields` of the profile, and the last log-in by a later one, or by any one
    where it is after `possible`; without a second factor there is no time of it. Returns the number of records.
    `updatedTime` stays: the clinic has changed nothing."""
    stored = f"${_PROFILE}"
    is_object = {"$eq": [{"$type": stored}, "object"]}
    known = {"$cond": [is_object, stored, {}]}
    changes: dict[str, Any] = {name: {"$literal": value} for name, value in fields.items()}
    if login is not None:
        known_login = f"{stored}.lastLoginTime"
        is_wrong = {"$gt": [known_login, possible]}
        changes["lastLoginTime"] = {"$cond": [is_wrong, login, {"$max": [known_login, login]}]}
    is_off, time = {"$eq": [f"{stored}.mfaEnabled", False]}, "mfaEnabledTime"
    update: list[Document] = [
        {"$set": {_PROFILE: {"$mergeObjects": [known, changes]}}},
        {"$set": {f"{_PROFILE}.{time}": {"$cond": [is_off, "$$REMOVE", f"{stored}.{time}"]}}},
    ]
    return db.collection(COLLECTION).update_many({"userId": user_id}, update).matched_count


def find_first_membership(user_id: str) -> ClinicianDocument | None:
    """The oldest record of the user, with its clinic and security profile alone."""
    oldest_first = [(name, -direction) for name, direction in NEWEST_FIRST]
    return db.collection(COLLECTION).find_one(
        {"userId": user_id}, {"clinicId": 1, _PROFILE: 1}, sort=oldest_first
    )


def set_security_profile(clinic_id: ObjectId, user_id: str, profile: Document) -> None:
    db.collection(COLLECTION).update_one(
        {"clinicId": clinic_id, "userId": user_id}, {"$set": {_PROFILE: profile}}
    )


def remove_clinician(clinic_id: ObjectId, user_id: str) -> ClinicianDocument | None:
    return db.collection(COLLECTION).find_one_and_delete({"clinicId": clinic_id, "userId": user_id})


def remove_invite(clinic_id: ObjectId, invite_id: str) -> ClinicianDocument | None:
    return db.collection(COLLECTION).find_one_and_delete(
        {"clinicId": clinic_id, "inviteId": invite_id}
    )


def move_clinician(
    clinician_id: ObjectId, fields: Mapping[str, Any], *, removed: Sequence[str] = ()
) -> None:
    """`fields` include the clinic. Raises DuplicateKeyError if that clinic has the user, invite or address."""
    change: Document = {"$set": dict(fields)}
    if removed:
        change["$unset"] = dict.fromkeys(removed, "")
    db.collection(COLLECTION).update_one({"_id": clinician_id}, change)


def remove_by_id(clinician_id: ObjectId) -> bool:
    return db.collection(COLLECTION).delete_one({"_id": clinician_id}).deleted_count > 0


def remove_all_of_clinic(clinic_id: ObjectId) -> int:
    return db.collection(COLLECTION).delete_many({"clinicId": clinic_id}).deleted_count


def insert_deletions(documents: Sequence[Document]) -> None:
    if documents:
        db.collection(DELETIONS).insert_many(documents)

"""Records of patients that move from one clinic to another: read and written many at once, by their ids."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DeleteOne, InsertOne, UpdateOne

from kernel import db
from kernel.db import Document
from patients.documents import PatientDocument
from patients.store.patients import COLLATION, COLLECTION, ONE

# What a plan's document keeps of a patient: not the statistics.
WITHOUT_SUMMARY = {"summary": 0}


def list_by_ids(
    ids: Sequence[ObjectId], projection: Mapping[str, Any] | None = None
) -> list[PatientDocument]:
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(ids)}}, projection))


def list_sizes(ids: Sequence[ObjectId]) -> dict[ObjectId, int]:
    pipeline: list[Document] = [
        {"$match": {"_id": {"$in": list(ids)}}},
        {"$project": {"size": {"$bsonSize": "$$ROOT"}}},
    ]
    return {row["_id"]: row["size"] for row in db.collection(COLLECTION).aggregate(pipeline)}


def has_unique_mrn(clinic_id: ObjectId, mrns: Sequence[str]) -> bool:
    """Whether a patient of the clinic has one of these MRNs, which must be unique: as the unique index sees it."""
    query = {"clinicId": clinic_id, "mrn": {"$in": list(mrns)}, "requireUniqueMrn": True}
    found = db.collection(COLLECTION).find_one(
        query, {"_id": 1}, collation=COLLATION, hint="PatientMRNEn"
    )
    return found is not None


def list_of_users(
    clinic_id: ObjectId, user_ids: Sequence[str], projection: Mapping[str, Any] | None = None
) -> list[PatientDocument]:
    """The records of these users in one clinic."""
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    return list(db.collection(COLLECTION).find(query, projection, hint=ONE))


def list_present_users(clinic_id: ObjectId, user_ids: Sequence[Any]) -> list[Any]:
    """Those of the values, whatever they are, that a record of the clinic has as `userId`; None for none."""
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    rows = db.collection(COLLECTION).find(query, {"userId": 1}, hint=ONE)
    return [row.get("userId") for row in rows]


def list_keys(clinic_id: ObjectId, *, but: str, limit: int) -> list[Document]:
    """{_id, userId} of the clinic's patients except one user, in order of their user ids."""
    query = {"clinicId": clinic_id, "userId": {"$ne": but}}
    rows = db.collection(COLLECTION).find(
        query, {"userId": 1}, sort=[("userId", 1)], limit=limit, hint=ONE
    )
    return list(rows)


def write(changes: Sequence[UpdateOne | DeleteOne | InsertOne[Document]]) -> None:
    """Raises BulkWriteError, whose message contains the records."""
    if changes:
        db.collection(COLLECTION).bulk_write(list(changes))

"""What the staff pages read of the EHR thread: lists by id, newest first, without the payloads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel

from clinics_site.core import db, indexes
from clinics_site.core.db import Document

MESSAGES, SCHEDULED = "redox", "scheduledSummaryAndReportsOrders"
PROCESSING, DELIVERIES = "ehrProcessing", "redoxDeliveries"
# Counting stops here: "10,000" then stands for as many or more.
MOST_COUNTED = 10_000
# Payloads hold demographics: lists do not even fetch them.
WITHOUT_PAYLOAD: dict[str, Mapping[str, Any]] = {
    MESSAGES: {"meta": 1},
    SCHEDULED: {"lastMatchedOrder.message": 0},
    PROCESSING: {},
    DELIVERIES: {"payload": 0, "report": 0},
}
Query = Mapping[str, Any]


def list_page(collection: str, query: Query, *, skip: int, limit: int) -> list[Document]:
    found = db.collection(collection).find(
        query,
        WITHOUT_PAYLOAD.get(collection) or None,
        sort=[("_id", DESCENDING)],
        skip=skip,
        limit=limit,
    )
    return list(found)


def count(collection: str, query: Query) -> int:
    return db.collection(collection).count_documents(query, limit=MOST_COUNTED)


def find(collection: str, document_id: ObjectId, *, payload: bool) -> Document | None:
    projection = None if payload else WITHOUT_PAYLOAD.get(collection) or None
    return db.collection(collection).find_one({"_id": document_id}, projection)


def list_by_ids(collection: str, wanted: Iterable[ObjectId]) -> dict[ObjectId, Document]:
    query = {"_id": {"$in": list(wanted)}}
    found = db.collection(collection).find(query, WITHOUT_PAYLOAD.get(collection) or None)
    return {document["_id"]: document for document in found}


def list_records(kind: str, document_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    query = {"kind": kind, "documentId": {"$in": list(document_ids)}}
    return {record["documentId"]: record for record in db.collection(PROCESSING).find(query)}


def list_kinds(document_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    """Whether these are messages or scheduled sends, as their records say."""
    query = {
        "kind": {"$in": ["message", "scheduled"]},
        "documentId": {"$in": list(document_ids)},
    }
    found = db.collection(PROCESSING).find(query, {"documentId": 1, "kind": 1})
    return {record["documentId"]: record["kind"] for record in found}


# --- runs: the scheduled sends of one sync call share clinic and time of creation -----------------------
indexes.declare(
    SCHEDULED,
    IndexModel(
        [("clinicId", ASCENDING), ("createdTime", DESCENDING), ("_id", ASCENDING)],
        name="ScheduledByRun",
    ),
)


def list_runs(query: Query, *, skip: int, limit: int) -> list[Document]:
    """Newest first: {_id: {clinicId, createdTime}, total}."""
    rows = db.collection(SCHEDULED).aggregate(
        [
            {"$match": query},
            {"$group": {"_id": RUN_KEY, "total": {"$sum": 1}}},
            {"$sort": {"_id.createdTime": -1, "_id.clinicId": 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
    )
    return list(rows)


def count_runs(query: Query) -> int:
    rows = db.collection(SCHEDULED).aggregate(
        [{"$match": query}, {"$group": {"_id": RUN_KEY}}, {"$count": "n"}]
    )
    return sum(row["n"] for row in rows)


RUN_KEY = {"clinicId": "$clinicId", "createdTime": "$createdTime"}


def list_ids_of_run(clinic_id: ObjectId, created: datetime) -> list[ObjectId]:
    rows = db.collection(SCHEDULED).find(
        {"clinicId": clinic_id, "createdTime": created}, {"_id": 1}
    )
    return [row["_id"] for row in rows]


def find_newest_of_clinic(clinic_id: ObjectId) -> datetime | None:
    newest = db.collection(SCHEDULED).find_one(
        {"clinicId": clinic_id}, {"createdTime": 1}, sort=[("createdTime", DESCENDING)]
    )
    return newest["createdTime"] if newest else None


def count_states(kind: str, document_ids: Sequence[ObjectId]) -> dict[str, int]:
    rows = db.collection(PROCESSING).aggregate(
        [
            {"$match": {"kind": kind, "documentId": {"$in": list(document_ids)}}},
            {"$group": {"_id": "$state", "n": {"$sum": 1}}},
        ]
    )
    return {row["_id"]: row["n"] for row in rows}

"""What the staff pages read of the EHR integration: lists by id, newest first, without payloads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.db import Document
from redox.choices import ProcessingState, RecordKind

MESSAGES, SCHEDULED = "redox", "scheduledSummaryAndReportsOrders"
PROCESSING, DELIVERIES = "ehrProcessing", "redoxDeliveries"
# Counting stops here: "10,000" then means 10,000 or more.
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
    documents = db.collection(collection).find(
        query,
        WITHOUT_PAYLOAD.get(collection) or None,
        sort=[("_id", DESCENDING)],
        skip=skip,
        limit=limit,
    )
    return list(documents)


def count(collection: str, query: Query) -> int:
    return db.collection(collection).count_documents(query, limit=MOST_COUNTED)


def find(collection: str, document_id: ObjectId, *, payload: bool) -> Document | None:
    projection = None if payload else WITHOUT_PAYLOAD.get(collection) or None
    return db.collection(collection).find_one({"_id": document_id}, projection)


def list_by_ids(collection: str, document_ids: Iterable[ObjectId]) -> dict[ObjectId, Document]:
    query = {"_id": {"$in": list(document_ids)}}
    documents = db.collection(collection).find(query, WITHOUT_PAYLOAD.get(collection) or None)
    return {document["_id"]: document for document in documents}


def list_records(kind: str, document_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    query = {"kind": kind, "documentId": {"$in": list(document_ids)}}
    return {record["documentId"]: record for record in db.collection(PROCESSING).find(query)}


def list_kinds(document_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    """Whether these are messages or scheduled sends, as their records say."""
    query = {
        "kind": {"$in": RecordKind.values},
        "documentId": {"$in": list(document_ids)},
    }
    records = db.collection(PROCESSING).find(query, {"documentId": 1, "kind": 1})
    return {record["documentId"]: record["kind"] for record in records}


# --- runs: the sends of one sync call share clinic and time, also in their records ---------------------
_RUN_KEY = {"clinicId": "$clinicId", "documentTime": "$documentTime"}
_STATES = (ProcessingState.DONE, ProcessingState.IGNORED, ProcessingState.FAILED)


def list_runs(query: Query, *, skip: int, limit: int) -> list[Document]:
    """Newest first: {_id: {clinicId, documentTime}, total, done, ignored, failed}, from the index alone.

    In a snapshot: the index holds the state, so a record that changes meanwhile would be counted twice or missed.
    """
    return db.run_in_transaction(lambda: _list_runs(query, skip=skip, limit=limit))


def _list_runs(query: Query, *, skip: int, limit: int) -> list[Document]:
    ended = {state: {"$sum": {"$toInt": {"$eq": ["$state", state]}}} for state in _STATES}
    rows = db.collection(PROCESSING).aggregate(
        [
            {"$match": {"kind": "scheduled", **query}},
            {"$group": {"_id": _RUN_KEY, "total": {"$sum": 1}, **ended}},
            {"$sort": {"_id.documentTime": -1, "_id.clinicId": 1}},
            {"$skip": skip},
            {"$limit": limit},
        ]
    )
    return list(rows)


def count_runs(query: Query) -> int:
    rows = db.collection(PROCESSING).aggregate(
        [
            {"$match": {"kind": "scheduled", **query}},
            {"$group": {"_id": _RUN_KEY}},
            {"$count": "n"},
        ]
    )
    return sum(row["n"] for row in rows)


def find_newest_of_clinic(clinic_id: ObjectId) -> datetime | None:
    newest = db.collection(PROCESSING).find_one(
        {"clinicId": clinic_id, "kind": "scheduled"},
        {"documentTime": 1},
        sort=[("_id", DESCENDING)],
    )
    return newest["documentTime"] if newest else None

"""What the staff pages read of processing records and their documents: lists by id, newest first, without payloads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from ehr.choices import ProcessingState
from ehr.kinds import Kind
from ehr.store.processing import COLLECTION
from kernel import db
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED

Query = Mapping[str, Any]


def list_records(query: Query, *, skip: int, limit: int) -> list[Document]:
    records = db.collection(COLLECTION).find(
        query, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(records)


def count_records(query: Query) -> int:
    return db.collection(COLLECTION).count_up_to(query, MOST_COUNTED)


def count_by_state(kind: str, start: datetime, end: datetime) -> dict[str, int]:
    """Records of documents that came in this time."""
    states: list[Document] = [
        {"$match": {"kind": kind, "documentTime": {"$gte": start, "$lt": end}}},
        {"$group": {"_id": "$state", "number": {"$sum": 1}}},
    ]
    found = db.collection(COLLECTION).aggregate(states, hint="ProcessingByRun")
    return {str(state["_id"]): state["number"] for state in found}


def count_failed_by_clinic(since: datetime) -> dict[ObjectId, int]:
    """What began since then, of all kinds."""
    failed: list[Document] = [
        {
            "$match": {
                "state": ProcessingState.FAILED,
                "_id": {"$gte": ObjectId.from_datetime(since)},
            }
        },
        {"$group": {"_id": "$clinicId", "number": {"$sum": 1}}},
    ]
    found = db.collection(COLLECTION).aggregate(failed, hint="ProcessingByState")
    return {row["_id"]: row["number"] for row in found if isinstance(row["_id"], ObjectId)}


def find_records(kind: str, document_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """By the id of the document that each is about."""
    query = {"kind": kind, "documentId": {"$in": list(document_ids)}}
    return {record["documentId"]: record for record in db.collection(COLLECTION).find(query)}


def list_kinds(kinds: Sequence[str], document_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    """Which kind each document is of, as its record says."""
    query = {"kind": {"$in": list(kinds)}, "documentId": {"$in": list(document_ids)}}
    records = db.collection(COLLECTION).find(query, {"documentId": 1, "kind": 1})
    return {record["documentId"]: record["kind"] for record in records}


# --- documents: payloads hold demographics, so lists do not even fetch them -------------------------------
def list_documents(kind: Kind, query: Query, *, skip: int, limit: int) -> list[Document]:
    documents = db.collection(kind.collection).find(
        query, kind.hidden or None, sort=[("_id", DESCENDING)], skip=skip, limit=limit
    )
    return list(documents)


def count_documents(kind: Kind, query: Query) -> int:
    return db.collection(kind.collection).count_up_to(query, MOST_COUNTED)


def find_documents(kind: Kind, document_ids: Iterable[ObjectId]) -> dict[ObjectId, Document]:
    query = {"_id": {"$in": list(document_ids)}}
    documents = db.collection(kind.collection).find(query, kind.hidden or None)
    return {document["_id"]: document for document in documents}


def find_document(kind: Kind, document_id: ObjectId, *, payload: bool) -> Document | None:
    projection = None if payload else kind.hidden or None
    return db.collection(kind.collection).find_one({"_id": document_id}, projection)

"""The collection `ehrProcessing`: what became of each document of every kind (`ehr.kinds`).

{kind, documentId, documentTime, orderId?, clinicId?, userId?, state, outcome?, attempts, sends: {name: time},
accountCreated?, noteEventType?, uploadUri?, lastError?, times}
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from ehr.choices import ProcessingState
from kernel import db
from kernel.db import Document

COLLECTION = "ehrProcessing"
PENDING, RUNNING = ProcessingState.PENDING, ProcessingState.RUNNING
DONE, IGNORED, FAILED = ProcessingState.DONE, ProcessingState.IGNORED, ProcessingState.FAILED


def insert_many(records: Sequence[Document]) -> None:
    db.collection(COLLECTION).insert_many(records, ordered=False)


def start(kind: str, document_id: ObjectId, moment: datetime) -> Document | None:
    """The record, now running; None when it has ended already, or does not exist."""
    return db.collection(COLLECTION).find_one_and_update(
        {
            "kind": kind,
            "documentId": document_id,
            "state": {"$in": [PENDING, RUNNING, FAILED]},
        },
        {"$set": {"state": RUNNING, "updatedTime": moment}, "$inc": {"attempts": 1}},
        return_document=ReturnDocument.AFTER,
    )


def find(kind: str, document_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"kind": kind, "documentId": document_id})


def set_fields(record_id: ObjectId, fields: Mapping[str, Any], moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": record_id}, {"$set": {**fields, "updatedTime": moment}}
    )


def set_waiting(record_id: ObjectId, reason: str, moment: datetime) -> None:
    """A try has failed. A record that has ended meanwhile is not changed."""
    db.collection(COLLECTION).update_one(
        {"_id": record_id, "state": RUNNING},
        {"$set": {"state": PENDING, "lastError": reason, "updatedTime": moment}},
    )


def set_failed(kind: str, document_id: ObjectId, reason: str, moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"kind": kind, "documentId": document_id, "state": {"$nin": [DONE, IGNORED]}},
        {"$set": {"state": FAILED, "lastError": reason, "updatedTime": moment}},
    )


def claim_requeue(kind: str, document_id: ObjectId, moment: datetime) -> bool:
    """From failed to pending; False in any other state, so that two clicks start it once."""
    result = db.collection(COLLECTION).update_one(
        {"kind": kind, "documentId": document_id, "state": FAILED},
        {"$set": {"state": PENDING, "updatedTime": moment}, "$unset": {"outcome": ""}},
    )
    return result.modified_count > 0


def list_failed(*, kind: str | None, clinic_id: ObjectId | None, limit: int) -> list[Document]:
    """Oldest first; None means any."""
    conditions = {"state": FAILED, "kind": kind, "clinicId": clinic_id}
    query = {name: value for name, value in conditions.items() if value is not None}
    fields = {"kind": 1, "documentId": 1, "lastError": 1}
    return list(db.collection(COLLECTION).find(query, fields, sort=[("_id", 1)], limit=limit))


def list_unfinished(kind: str, document_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Documents whose processing has not ended well: waiting, running, or failed, in which case an operator may start
    it again. One that could not be read is finished once it has failed: starting it again would not help."""
    query = {
        "kind": kind,
        "documentId": {"$in": list(document_ids)},
        "state": {"$nin": [DONE, IGNORED]},
        "$nor": [{"state": FAILED, "isUnreadable": True}],
    }
    records = db.collection(COLLECTION).find(query, {"documentId": 1})
    return {record["documentId"] for record in records}


def list_ended(kind: str, *, before: datetime, limit: int) -> list[ObjectId]:
    query = {"kind": kind, "documentTime": {"$lt": before}, "state": {"$in": [DONE, IGNORED]}}
    records = db.collection(COLLECTION).find(
        query, {"documentId": 1}, sort=[("documentTime", 1)], limit=limit, hint="ProcessingByRun"
    )
    return [record["documentId"] for record in records]


def delete_many(kind: str, document_ids: Sequence[ObjectId]) -> None:
    db.collection(COLLECTION).delete_many({"kind": kind, "documentId": {"$in": list(document_ids)}})

"""The collection `ehrProcessing`: what became of each message and scheduled send.

{kind: message|scheduled, documentId, documentTime, orderId?, clinicId?, userId?, state, outcome?, attempts,
sends: {results?, flowsheet?, notes?: time}, accountCreated?, noteEventType?, uploadUri?, lastError?, times}
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, ReturnDocument

from clinics.choices import Destination
from kernel import db
from kernel.db import Document
from redox.choices import ProcessingState, RecordKind

COLLECTION = "ehrProcessing"
DELIVERIES = "redoxDeliveries"
SENDS = tuple(Destination.values)
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


def find_last_delivered(order_id: ObjectId, before: datetime) -> Document | None:
    """The newest earlier scheduled send of this order whose note was delivered."""
    return db.collection(COLLECTION).find_one(
        {
            "orderId": order_id,
            "kind": RecordKind.SCHEDULED,
            "documentTime": {"$lt": before},
            "sends.notes": {"$exists": True},
        },
        {"documentId": 1, "documentTime": 1},
        sort=[("documentTime", DESCENDING)],
    )


def insert_delivery(delivery: Document) -> None:
    """Once per kind and document, however often it is repeated."""
    key = {"kind": delivery["kind"], "documentId": delivery["documentId"]}
    db.collection(DELIVERIES).update_one(key, {"$setOnInsert": delivery}, upsert=True)


def list_failed(*, kind: str | None, clinic_id: ObjectId | None, limit: int) -> list[Document]:
    """Oldest first; None means any."""
    conditions = {"state": FAILED, "kind": kind, "clinicId": clinic_id}
    query = {name: value for name, value in conditions.items() if value is not None}
    fields = {"kind": 1, "documentId": 1, "lastError": 1}
    return list(db.collection(COLLECTION).find(query, fields, sort=[("_id", 1)], limit=limit))

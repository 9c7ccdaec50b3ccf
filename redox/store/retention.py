"""Deleting raw messages: the daily run, which messages are old, and what still needs them.

The collection `ehrRetention` holds one document: {_id: "messages", notBefore, claim?, after?: last id that was
checked}.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import ReturnDocument

from kernel import db
from kernel.db import Document
from redox.store import deliveries, messages, scheduled

COLLECTION = "ehrRetention"
RUN = "messages"
ORDER_ID = "lastMatchedOrder._id"
FIRST = ObjectId("0" * 24)
Ids = Sequence[ObjectId]


# --- the run ------------------------------------------------------------------------------------------
def claim_run(moment: datetime, until: datetime) -> Document | None:
    """Claims the run until then; None when it is not due, or another process has it."""
    db.collection(COLLECTION).update_one(
        {"_id": RUN}, {"$setOnInsert": {"notBefore": moment}}, upsert=True
    )
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": RUN, "notBefore": {"$lte": moment}},
        {"$set": {"notBefore": until, "claim": secrets.token_hex(8)}},
        return_document=ReturnDocument.AFTER,
    )


def extend_run(run: Document, until: datetime) -> None:
    db.collection(COLLECTION).update_one(_held(run), {"$set": {"notBefore": until}})


def pause_run(run: Document, moment: datetime, after: ObjectId) -> None:
    """Due again at once; it will continue after this message."""
    db.collection(COLLECTION).update_one(
        _held(run), {"$set": {"notBefore": moment, "after": after}, "$unset": {"claim": ""}}
    )


def end_run(run: Document, following: datetime) -> None:
    db.collection(COLLECTION).update_one(
        _held(run), {"$set": {"notBefore": following}, "$unset": {"claim": "", "after": ""}}
    )


def _held(run: Document) -> Document:
    return {"_id": RUN, "claim": run["claim"]}


# --- messages -----------------------------------------------------------------------------------------
def list_received(*, after: ObjectId, before: ObjectId, limit: int) -> list[ObjectId]:
    """In the order they came: the id holds the time of receipt."""
    documents = db.collection(messages.COLLECTION).find(
        {"_id": {"$gt": after, "$lt": before}}, {"_id": 1}, sort=[("_id", 1)], limit=limit
    )
    return [row["_id"] for row in documents]


def list_scheduled(message_ids: Ids) -> set[ObjectId]:
    """Messages that a scheduled send was created from."""
    rows = db.collection(scheduled.COLLECTION).aggregate(
        [{"$match": {ORDER_ID: {"$in": list(message_ids)}}}, {"$group": {"_id": f"${ORDER_ID}"}}]
    )
    return {row["_id"] for row in rows}


def delete_deliveries(document_ids: Ids) -> None:
    deliveries.delete_many(document_ids)


def delete_messages(message_ids: Ids) -> int:
    """With what was sent in answer. Returns how many messages were deleted."""
    deliveries.delete_many(message_ids)
    matching = {"_id": {"$in": list(message_ids)}}
    return db.collection(messages.COLLECTION).delete_many(matching).deleted_count

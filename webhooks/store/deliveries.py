"""The collection `webhookDeliveries`: one document for each message and webhook."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, ReturnDocument

from kernel import db
from kernel.db import Document
from webhooks.choices import DeliveryState

COLLECTION = "webhookDeliveries"
WAITING = DeliveryState.WAITING.value
PARKED = DeliveryState.PARKED.value
DELIVERED = DeliveryState.DELIVERED.value


def insert_many(deliveries: Sequence[Document]) -> None:
    """Raises BulkWriteError for a second delivery of an event to a webhook."""
    db.collection(COLLECTION).insert_many(deliveries)


def list_told(event_id: str) -> set[ObjectId]:
    """The webhooks that have a delivery of this event already."""
    rows = db.collection(COLLECTION).find({"eventId": event_id}, {"webhookId": 1})
    return {row["webhookId"] for row in rows}


def find(delivery_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": delivery_id})


def list_page(
    webhook_id: ObjectId, *, state: str | None, skip: int, limit: int, most: int
) -> tuple[list[Document], int]:
    """Newest first, and how many there are, up to `most`."""
    query: Document = {"webhookId": webhook_id, **({"state": state} if state else {})}
    collection = db.collection(COLLECTION)
    page = collection.find(query, sort=[("_id", DESCENDING)], skip=skip, limit=limit)
    return list(page), collection.count_up_to(query, most)


def note_try(delivery_id: ObjectId, fields: Mapping[str, Any], moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": delivery_id, "state": WAITING},
        {"$set": {**fields, "lastTime": moment}, "$inc": {"attempts": 1}},
    )


def end_delivered(delivery_id: ObjectId, fields: Mapping[str, Any], moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": delivery_id, "state": WAITING},
        {
            "$set": {**fields, "state": DELIVERED, "lastTime": moment},
            "$inc": {"attempts": 1},
            "$unset": {"isAtOnce": ""},
        },
    )


def end(delivery_id: ObjectId, fields: Mapping[str, Any]) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": delivery_id, "state": WAITING}, {"$set": fields, "$unset": {"isAtOnce": ""}}
    )


def begin_again(webhook_id: ObjectId, delivery_id: ObjectId, moment: datetime) -> Document | None:
    """From delivered or parked to waiting; None in any other state, so that two clicks send it once."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": delivery_id, "webhookId": webhook_id, "state": {"$in": [DELIVERED, PARKED]}},
        {"$set": {"state": WAITING, "dueTime": moment, "isAtOnce": True}},
        return_document=ReturnDocument.AFTER,
    )


def list_parked(webhook_id: ObjectId, *, limit: int) -> list[Document]:
    """Oldest first."""
    query = {"webhookId": webhook_id, "state": PARKED}
    rows = db.collection(COLLECTION).find(query, sort=[("_id", 1)], limit=limit)
    return list(rows.hint("DeliveriesByState"))


def delete_of_webhook(webhook_id: ObjectId) -> int:
    return db.collection(COLLECTION).delete_many({"webhookId": webhook_id}).deleted_count

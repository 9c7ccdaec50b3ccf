"""The collection `xealth_order`: notifications of orders, with the order as it was read back."""

from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "xealth_order"


def insert_order(document: Document) -> None:
    """Raises DuplicateKeyError for a notification that was delivered before."""
    db.collection(COLLECTION).insert_one(document)


def find_order(document_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": document_id})


def find_delivered(key: str) -> ObjectId | None:
    document = db.collection(COLLECTION).find_one({"deliveryKey": key}, {"_id": 1})
    return document["_id"] if document is not None else None


def set_order_data(document_id: ObjectId, fields: dict[str, Any]) -> None:
    db.collection(COLLECTION).update_one({"_id": document_id}, {"$set": fields})


def is_cancelled(deployment: str, order_id: str, *, since: datetime) -> bool:
    """Whether a notification says that the order was cancelled at this moment or later."""
    query = {
        "eventNotification.deployment": deployment,
        "eventNotification.orderId": order_id,
        "eventNotification.eventContext": "cancel",
        "eventNotification.eventTimeStamp": {"$gte": since},
    }
    return db.collection(COLLECTION).find_one(query, {"_id": 1}) is not None

"""What was sent to Redox: the collection `redoxDeliveries`, and the sends that processing records note."""

from collections.abc import Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import DESCENDING

from clinics.choices import Destination
from kernel import db
from kernel.db import Document
from redox.kinds import SCHEDULED

COLLECTION, PROCESSING = "redoxDeliveries", "ehrProcessing"
SENDS = tuple(Destination.values)


def find_last_delivered(order_id: ObjectId, before: datetime) -> Document | None:
    """The newest earlier scheduled send of this order whose note was delivered."""
    return db.collection(PROCESSING).find_one(
        {
            "orderId": order_id,
            "kind": SCHEDULED,
            "documentTime": {"$lt": before},
            "sends.notes": {"$exists": True},
        },
        {"documentId": 1, "documentTime": 1},
        sort=[("documentTime", DESCENDING)],
    )


def insert_delivery(delivery: Document) -> None:
    """Once per kind and document, however often it is repeated."""
    key = {"kind": delivery["kind"], "documentId": delivery["documentId"]}
    db.collection(COLLECTION).update_one(key, {"$setOnInsert": delivery}, upsert=True)


def delete_many(document_ids: Sequence[ObjectId]) -> None:
    """What was sent in answer to these documents."""
    db.collection(COLLECTION).delete_many(
        {"kind": {"$in": list(SENDS)}, "documentId": {"$in": list(document_ids)}}
    )

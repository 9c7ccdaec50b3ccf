"""The collection `scheduledSummaryAndReportsOrders`: one document per scheduled send, deleted after 90 days."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "scheduledSummaryAndReportsOrders"


def insert_many(documents: Sequence[Document]) -> None:
    db.collection(COLLECTION).insert_many(documents, ordered=False)


def find_scheduled(scheduled_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": scheduled_id})


def list_newest(order_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """The newest scheduled document of each order: {_id, createdTime}."""
    rows = db.collection(COLLECTION).aggregate(
        [
            {"$match": {"lastMatchedOrder._id": {"$in": list(order_ids)}}},
            {"$sort": {"lastMatchedOrder._id": 1, "createdTime": -1}},
            {
                "$group": {
                    "_id": "$lastMatchedOrder._id",
                    "id": {"$first": "$_id"},
                    "createdTime": {"$first": "$createdTime"},
                }
            },
        ]
    )
    return {row["_id"]: {"_id": row["id"], "createdTime": row["createdTime"]} for row in rows}

"""The collection `redox`: every accepted message. A setting says how long unneeded ones are kept."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "redox"


def insert_message(document: Document) -> None:
    """Raises DuplicateKeyError for a message that Redox delivered before."""
    db.collection(COLLECTION).insert_one(document)


def find_message(message_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": message_id})


def find_delivered(key: str) -> ObjectId | None:
    document = db.collection(COLLECTION).find_one({"deliveryKey": key}, {"_id": 1})
    return document["_id"] if document is not None else None


def list_messages(message_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    documents = db.collection(COLLECTION).find({"_id": {"$in": list(message_ids)}})
    return {document["_id"]: document for document in documents}

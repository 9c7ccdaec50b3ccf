"""The collection `ehrSyncs`: one sync of a clinic and its progress, deleted after 90 days."""

from datetime import datetime

from bson import ObjectId
from pymongo import ReturnDocument

from kernel import db, ids
from kernel.db import Document

COLLECTION = "ehrSyncs"


def insert(clinic_id: ObjectId, moment: datetime) -> Document:
    sync: Document = {
        "_id": ids.new_id(),
        "clinicId": clinic_id,
        "createdTime": moment,
        "after": None,
        "count": 0,
    }
    db.collection(COLLECTION).insert_one(sync)
    return sync


def find(sync_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": sync_id})


def advance(sync: Document, after: ObjectId, count: int) -> Document | None:
    """None when another process has advanced it meanwhile."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": sync["_id"], "after": sync["after"]},
        {"$set": {"after": after}, "$inc": {"count": count}},
        return_document=ReturnDocument.AFTER,
    )

"""The collection `ehrSyncs`: one sync of a clinic and its progress, deleted after 90 days."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from kernel import db, ids
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED

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


def find_of_run(clinic_id: ObjectId, moment: datetime) -> Document | None:
    return db.collection(COLLECTION).find_one({"clinicId": clinic_id, "createdTime": moment})


def count(query: Mapping[str, Any]) -> int:
    return db.collection(COLLECTION).count_up_to(query, MOST_COUNTED)


def advance(sync: Document, after: ObjectId, count: int) -> Document | None:
    """None when another process has advanced it meanwhile."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": sync["_id"], "after": sync["after"]},
        {"$set": {"after": after}, "$inc": {"count": count}},
        return_document=ReturnDocument.AFTER,
    )

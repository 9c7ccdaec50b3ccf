"""`merge_plans`: what a merge did, one document for each tag, site, patient and member.

Other services watch it and send mails, so until the merge is complete its documents wait in a collection of our own.
"""

from collections.abc import Sequence

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.db import Document

COLLECTION = "merge_plans"
WAITING = "clinicMergeDocuments"


def insert(documents: Sequence[Document]) -> None:
    if documents:
        db.collection(WAITING).insert_many(documents)


def publish(plan_id: ObjectId, limit: int) -> bool:
    """Show some of those that wait; False when there are none. In the caller's transaction."""
    documents = list(db.collection(WAITING).find({"planId": plan_id}, limit=limit))
    if documents:
        db.collection(COLLECTION).insert_many(documents)
        shown = [document["_id"] for document in documents]
        db.collection(WAITING).delete_many({"_id": {"$in": shown}})
    return bool(documents)


def find_by_code_of_source(plan_ids: Sequence[ObjectId], share_code: str) -> Document | None:
    """The newest document of these plans about a source with this share code. One that waits is newer than others."""
    about = {"planId": {"$in": plan_ids}, "type": "clinic", "plan.source.shareCodes": share_code}
    newest = [("planId", DESCENDING)]
    waiting = db.collection(WAITING).find_one(about, {"planId": 1}, sort=newest)
    return waiting or db.collection(COLLECTION).find_one(about, {"planId": 1}, sort=newest)


def remove(plan_id: ObjectId) -> None:
    """For a merge that was taken back."""
    db.collection(WAITING).delete_many({"planId": plan_id})
    # A merge that an earlier version began may have shown some at once.
    db.collection(COLLECTION).delete_many({"planId": plan_id})

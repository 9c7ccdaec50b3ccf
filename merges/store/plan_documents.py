"""`merge_plans`: what a merge did, one document for each tag, site, patient and member. Other services watch it."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "merge_plans"


def insert(documents: Sequence[Document]) -> None:
    if documents:
        db.collection(COLLECTION).insert_many(documents)


def remove(plan_id: ObjectId) -> None:
    """For a merge that was taken back."""
    db.collection(COLLECTION).delete_many({"planId": plan_id})

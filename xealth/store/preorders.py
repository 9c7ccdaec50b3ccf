"""What clinicians have entered in the forms of pre-orders: one query or atomic change per function."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from kernel import clock, db, ids
from kernel.db import Document

COLLECTION = "xealth_preorder"


def save_preorder(tracking_id: str, fields: Mapping[str, Any], *, absent: Iterable[str]) -> None:
    """Replaces an earlier one of the same tracking id."""
    moment = clock.now()
    change = {
        "$set": {**fields, "updatedTime": moment},
        "$unset": dict.fromkeys(absent, ""),
        "$setOnInsert": {"_id": ids.new_id(), "createdTime": moment},
    }
    query = {"dataTrackingId": tracking_id}
    try:
        db.collection(COLLECTION).update_one(query, change, upsert=True)
    except DuplicateKeyError:  # the same form, sent twice at once: it is there now
        db.collection(COLLECTION).update_one(query, change, upsert=True)


def find_preorder(tracking_id: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"dataTrackingId": tracking_id})

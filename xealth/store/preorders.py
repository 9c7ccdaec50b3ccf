"""What clinicians have entered in the forms of pre-orders: one query or atomic change per function."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from kernel import clock, db, ids
from kernel.db import Document

COLLECTION = "xealth_preorder"


def save_preorder(tracking_id: str, fields: Mapping[str, Any], *, absent: Iterable[str]) -> bool:
    """Replaces an earlier one of the same tracking id and person (`personKey`; the earlier service stored none). False
    where the tracking id belongs to someone else's."""
    moment = clock.now()
    change = {
        "$set": {**fields, "updatedTime": moment},
        "$unset": dict.fromkeys(absent, ""),
        "$setOnInsert": {"_id": ids.new_id(), "createdTime": moment},
    }
    same_person = {"$in": [fields["personKey"], None]}
    query = {"dataTrackingId": tracking_id, "personKey": same_person}
    try:
        db.collection(COLLECTION).update_one(query, change, upsert=True)
    except (
        DuplicateKeyError
    ):  # the same form, sent twice at once: it is there now; or it is someone else's
        return db.collection(COLLECTION).update_one(query, change).matched_count > 0
    return True


def find_preorder(tracking_id: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"dataTrackingId": tracking_id})

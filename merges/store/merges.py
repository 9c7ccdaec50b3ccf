"""The collection of merges: one document for each, which says how far it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, ReturnDocument

from kernel import clock, db
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from merges.choices import MergeState

COLLECTION = "clinicMerges"
UNFINISHED = [MergeState.RUNNING.value, MergeState.TAKING_BACK.value]
_NEWEST_FIRST = [("_id", DESCENDING)]


def insert(merge: Document) -> None:
    """Raises DuplicateKeyError if the two clinics are being merged already."""
    db.collection(COLLECTION).insert_one(merge)


def find(merge_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": merge_id})


def find_newest(source_id: ObjectId, target_id: ObjectId) -> Document | None:
    pair = {"sourceId": source_id, "targetId": target_id}
    return db.collection(COLLECTION).find_one(pair, sort=_NEWEST_FIRST, hint="MergesBySource")


def find_completed_of(source_id: ObjectId) -> Document | None:
    """The merge that has ended the clinic."""
    completed = {"sourceId": source_id, "state": MergeState.COMPLETED.value}
    return db.collection(COLLECTION).find_one(
        completed, {"targetId": 1}, sort=_NEWEST_FIRST, hint="MergesBySource"
    )


def list_completed_into(target_id: ObjectId) -> list[ObjectId]:
    """Newest first."""
    completed = {"targetId": target_id, "state": MergeState.COMPLETED.value}
    found = db.collection(COLLECTION).find(completed, {"_id": 1}, sort=_NEWEST_FIRST)
    return [merge["_id"] for merge in found.hint("MergesByTarget")]


def list_newest(*, skip: int, limit: int) -> list[Document]:
    rows = db.collection(COLLECTION).find({}, sort=_NEWEST_FIRST, skip=skip, limit=limit)
    return list(rows)


def count() -> int:
    """At most `MOST_COUNTED`."""
    return db.collection(COLLECTION).count_up_to({}, MOST_COUNTED)


def advance(
    merge: Mapping[str, Any], fields: Mapping[str, Any], *, done: int = 0
) -> Document | None:
    """The merge afterwards; None if it is no longer where `merge` is: another worker went on with it, or someone
    wants it taken back. Every step calls this in its transaction, so that no step is taken twice."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": merge["_id"], "state": merge["state"], "steps": merge["steps"]},
        {"$set": {**fields, "updatedTime": clock.now()}, "$inc": {"done": done, "steps": 1}},
        return_document=ReturnDocument.AFTER,
    )


def turn_back(
    merge_id: ObjectId,
    stages: Sequence[str],
    fields: Mapping[str, Any],
    *,
    at_step: int | None = None,
) -> bool:
    """Begin to take it back, unless it has come past these stages, or past the step."""
    place = {"stage": {"$in": list(stages)}} | ({} if at_step is None else {"steps": at_step})
    result = db.collection(COLLECTION).update_one(
        {"_id": merge_id, "state": MergeState.RUNNING, **place},
        {
            "$set": {
                **fields,
                "state": MergeState.TAKING_BACK.value,
                "updatedTime": clock.now(),
            }
        },
    )
    return result.modified_count > 0

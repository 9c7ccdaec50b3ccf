"""What a merge has to do, one document for each tag, site, patient and member, in the order in which it is done.

`{mergeId, number, kind, action, recordId, otherId?, conflicts?, isDone, before?}`. `before` is what is needed to take
the item back; items are removed when the merge has ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bson
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, UpdateOne

from kernel import db
from kernel.db import Document

COLLECTION = "clinicMergeItems"
_REMOVED_AT_ONCE = 2000
_WITHOUT_SUMMARIES = {"before.record.summary": 0, "conflicts": 0}


def remove_all(merge_id: ObjectId) -> None:
    db.collection(COLLECTION).delete_many({"mergeId": merge_id})


def insert(items: Sequence[Document]) -> None:
    db.collection(COLLECTION).insert_many(items)


def list_next(merge_id: ObjectId, kind: str, limit: int) -> list[Document]:
    query = {"mergeId": merge_id, "isDone": False, "kind": kind}
    return list(_find(query, limit=limit, direction=ASCENDING))


def list_last(merge_id: ObjectId, limit: int, *, most_bytes: int) -> list[Document]:
    """The ones that were done last, newest first: no more than have this size, together with their records, but one at
    least."""
    found: list[Document] = []
    n_bytes = 0
    for item in _find({"mergeId": merge_id, "isDone": True}, limit=limit, direction=DESCENDING):
        n_bytes += len(bson.encode(item)) + item.get("before", {}).get("size", 0)
        if found and n_bytes > most_bytes:
            break
        found.append(item)
    return found


def list_after(merge_id: ObjectId, number: int, limit: int) -> list[Document]:
    query = {"mergeId": merge_id, "number": {"$gt": number}}
    rows = db.collection(COLLECTION).find(query, sort=[("number", ASCENDING)], limit=limit)
    return list(rows)


def _find(query: Mapping[str, Any], *, limit: int, direction: int) -> Iterator[Document]:
    return db.collection(COLLECTION).find(
        query, sort=[("number", direction)], limit=limit, hint="MergeItemsByState"
    )


def list_record_ids(merge_id: ObjectId, kind: str, record_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Those of these records that are among the items."""
    query = {"mergeId": merge_id, "kind": kind, "recordId": {"$in": list(record_ids)}}
    return {row["recordId"] for row in db.collection(COLLECTION).find(query, {"recordId": 1})}


def list_done_to(merge_id: ObjectId, record_ids: Sequence[ObjectId]) -> list[Document]:
    """Items that have changed one of these records of patients; those of an account that is in both clinics have
    changed two. Without summaries."""
    done = {"mergeId": merge_id, "kind": "patient", "isDone": True}
    found: dict[ObjectId, Document] = {}
    for field, index in (
        ("recordId", "MergeItemsByRecord"),
        ("before.otherId", "MergeItemsByOther"),
    ):
        query = {**done, field: {"$in": list(record_ids)}}
        rows = db.collection(COLLECTION).find(query, _WITHOUT_SUMMARIES, hint=index)
        found |= {row["_id"]: row for row in rows}
    return list(found.values())


def last_number(merge_id: ObjectId) -> int:
    newest = db.collection(COLLECTION).find_one(
        {"mergeId": merge_id}, {"number": 1}, sort=[("number", DESCENDING)]
    )
    return int(newest["number"]) if newest else 0


def mark_done(items: Mapping[ObjectId, Document]) -> None:
    """`items`: item id -> what is needed to take it back."""
    changes = [
        UpdateOne({"_id": item_id}, {"$set": {"isDone": True, "before": before}})
        for item_id, before in items.items()
    ]
    if changes:
        db.collection(COLLECTION).bulk_write(changes)


def mark_taken_back(item_ids: Sequence[ObjectId]) -> None:
    db.collection(COLLECTION).update_many(
        {"_id": {"$in": list(item_ids)}}, {"$set": {"isDone": False}, "$unset": {"before": ""}}
    )


def remove_some(merge_id: ObjectId) -> bool:
    """False when none was left."""
    rows = db.collection(COLLECTION).find(
        {"mergeId": merge_id}, {"_id": 1}, limit=_REMOVED_AT_ONCE, hint="UniqueMergeItem"
    )
    found = [row["_id"] for row in rows]
    if found:
        db.collection(COLLECTION).delete_many({"_id": {"$in": found}})
    return bool(found)

"""What is stored of a follower: one row with its position and its lease, and a row for each parked id.

Only the holder of the lease writes the row: each write states the holder in its filter, so a process that was
suspended and then continues cannot overwrite the position of its successor.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from kernel import clock, db, indexes, leases
from kernel.db import SessionCollection

COLLECTION = "followers"
FAILURES = "followerFailures"

Row = dict[str, Any]
Place = tuple[str, Any]  # a collection and the id of a document

indexes.declare(
    FAILURES,
    IndexModel(
        [("follower", ASCENDING), ("collection", ASCENDING), ("documentId", ASCENDING)],
        name="UniqueFailure",
        unique=True,
    ),
)


class LeaseLost(Exception):
    """Another process follows now."""


def collection() -> SessionCollection[Row]:
    return db.collection(COLLECTION)


def failures() -> SessionCollection[Row]:
    return db.collection(FAILURES)


# --- the lease
def take(name: str, holder: str) -> Row | None:
    """The row, if the lease is free or the holder's already; it is made at the first start."""
    moment = clock.now()
    free = {"_id": name, "$or": [{"holder": holder}, {"leaseTime": {"$lte": moment}}]}
    change = {"$set": {"holder": holder, "leaseTime": moment + leases.LEASE}}
    try:
        return collection().find_one_and_update(
            free, change, upsert=True, return_document=ReturnDocument.AFTER
        )
    except DuplicateKeyError:
        return None


def extend(name: str, holder: str) -> bool:
    change = {"$set": {"leaseTime": clock.now() + leases.LEASE}}
    return collection().update_one({"_id": name, "holder": holder}, change).matched_count == 1


def release(name: str, holder: str) -> None:
    """For the next process, which need not wait for the end of the lease."""
    collection().update_one({"_id": name, "holder": holder}, {"$set": {"leaseTime": clock.now()}})


# --- the position
def change(name: str, holder: str, update: Mapping[str, Any]) -> Row:
    """Raises LeaseLost."""
    row = collection().find_one_and_update(
        {"_id": name, "holder": holder}, update, return_document=ReturnDocument.AFTER
    )
    if row is None:
        raise LeaseLost
    return row


def note_failure(name: str, reason: str) -> None:
    """Also without the lease: a failure is worth knowing."""
    noted = {"lastError": reason, "lastErrorTime": clock.now()}
    collection().update_one({"_id": name}, {"$set": noted, "$inc": {"failures": 1}})


def forget(name: str) -> None:
    """A follower that is no longer part of the service."""
    collection().delete_one({"_id": name})
    failures().delete_many({"follower": name})


# --- parked ids
def park(follower: str, reasons: Mapping[Place, str], moment: datetime) -> None:
    failures().bulk_write(
        [
            UpdateOne(
                {"follower": follower, "collection": collection, "documentId": document_id},
                {"$set": {"error": reason, "time": moment}},
                upsert=True,
            )
            for (collection, document_id), reason in reasons.items()
        ],
        ordered=False,
    )


def unpark(follower: str, changes: Mapping[str, set[Any]]) -> None:
    """Called after each batch: nearly always none is parked, and to ask for one costs the database half as much as to
    delete none."""
    if failures().find_one({"follower": follower}, {"_id": 1}) is None:
        return
    for name, ids in changes.items():
        failures().delete_many(
            {"follower": follower, "collection": name, "documentId": {"$in": list(ids)}}
        )


def list_parked(follower: str, *, limit: int) -> list[Place]:
    """Those that have waited longest come first."""
    found = failures().find({"follower": follower}, sort=[("time", ASCENDING)], limit=limit)
    return [(row["collection"], row["documentId"]) for row in found]


def count_parked(follower: str, *, limit: int) -> int:
    return failures().count_documents({"follower": follower}, limit=limit)

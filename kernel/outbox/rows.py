"""The collection: states of a row, its indexes, and the filters that more than one module uses.

Rows of one `key` and handler run one after another, in an order that MongoDB determines: events of the
changes that a transaction saw or overwrote come before its own events, in any process and with any clock.
Between independent transactions there is no order to keep (docs/decisions/0012-event-order.md).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from kernel import db, indexes
from kernel.choices import RowState
from kernel.db import SessionCollection

COLLECTION = "outbox"
# Plain texts, because they are part of hot queries and of index definitions.
PENDING, CLAIMED = RowState.PENDING.value, RowState.CLAIMED.value
DONE, DEAD = RowState.DONE.value, RowState.DEAD.value
UNDELIVERED = [PENDING, CLAIMED]
KEEP_DONE = timedelta(days=30)
IN_ORDER = [("order", ASCENDING), ("_id", ASCENDING)]

Row = dict[str, Any]
WakeUp = tuple[ObjectId, str]  # a row and the queue of its workers

indexes.declare(
    COLLECTION,
    IndexModel(
        [("queue", ASCENDING), ("notBefore", ASCENDING)],
        name="OutboxDueByQueue",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel(
        [(name, ASCENDING) for name in ("handler", "key", "order", "_id")],
        name="OutboxPlaces",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel(
        [("dueTime", ASCENDING)],
        name="OutboxBacklog",
        partialFilterExpression={"state": {"$in": UNDELIVERED}},
    ),
    IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="OutboxState"),
    # "Did the work on this object give up?"
    IndexModel(
        [("handler", ASCENDING), ("key", ASCENDING)],
        name="OutboxDeadOfObject",
        partialFilterExpression={"state": DEAD},
    ),
    IndexModel(
        [("doneTime", ASCENDING)],
        name="OutboxCleanup",
        expireAfterSeconds=int(KEEP_DONE.total_seconds()),
    ),
)


def collection() -> SessionCollection[Row]:
    return db.collection(COLLECTION)


def due(queue: str, moment: datetime) -> dict[str, Any]:
    return {"queue": queue, "state": {"$in": UNDELIVERED}, "notBefore": {"$lte": moment}}


def held(row: Mapping[str, Any]) -> dict[str, Any]:
    """Filter for a row whose claim has not passed to another worker."""
    return {"_id": row["_id"], "state": CLAIMED, "claim": row["claim"]}


def undelivered_of_key(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"handler": row["handler"], "key": row["key"], "state": {"$in": UNDELIVERED}}


def earlier(row: Mapping[str, Any]) -> dict[str, Any]:
    """Filter for undelivered rows of the same key that come before the row."""
    return {**undelivered_of_key(row), **_before(row)}


def _before(row: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of an older version have no order: they come first, sorted by their ids."""
    if "order" in row:
        return {"order": {"$not": {"$gte": row["order"]}}}
    return {"order": {"$exists": False}, "_id": {"$lt": row["_id"]}}


def due_behind(row: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
    """Filter for unclaimed due rows of the same key that come after the row."""
    return {
        "handler": row["handler"],
        "key": row["key"],
        "order": {"$gt": row["order"]} if "order" in row else {"$exists": True},
        "state": PENDING,
        "notBefore": {"$lte": moment},
    }

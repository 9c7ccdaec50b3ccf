"""What the events page reads: rows by state, newest first, and how many there are."""

from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db, outbox

# Counting stops here: "10,000 or more" is answer enough, and a cheap one.
MOST_COUNTED = 10_000


def list_rows(query: dict[str, Any], *, offset: int, limit: int) -> list[dict[str, Any]]:
    return list(
        db.collection(outbox.COLLECTION).find(
            query, sort=[("_id", DESCENDING)], skip=offset, limit=limit
        )
    )


def count_rows(query: dict[str, Any]) -> int:
    return db.collection(outbox.COLLECTION).count_documents(query, limit=MOST_COUNTED)


def list_ids(query: dict[str, Any], *, limit: int) -> list[ObjectId]:
    rows = db.collection(outbox.COLLECTION).find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)
    return [row["_id"] for row in rows]


def find_row(row_id: ObjectId) -> dict[str, Any] | None:
    return db.collection(outbox.COLLECTION).find_one({"_id": row_id})


def count_by_state() -> dict[str, int]:
    return {
        state: count_rows({"state": state})
        for state in (outbox.PENDING, outbox.CLAIMED, outbox.DEAD)
    }

"""Claims rows: each by one atomic update, under a lease, and only the first row of its key.

A claimed row that is not the first of its key waits, and no worker reads it again until the end of the first
row releases the next one (`kernel.outbox.ending`). A row that begins to wait is recorded on the first row
(`followers`), and the end of that row reads the record, both in transactions, so that one of the two always
sees the other.
"""

import secrets
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, ReturnDocument

from kernel import clock, db, leases
from kernel.outbox import rows
from kernel.outbox.retries import LASTING
from kernel.outbox.rows import CLAIMED, IN_ORDER, PENDING, UNDELIVERED, Row

CLAIM_BATCH = 64
WAIT_BATCH = 1000


class Due:
    """The due rows of a queue, read in batches, each from the end of the last batch: MongoDB keeps index
    entries of finished rows for minutes, and a search from the beginning would walk over all of them."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._ids: list[ObjectId] = []
        self._since: datetime | None = None
        self._is_crowded = False

    def claim_next(self) -> Row | None:
        while self._ids or self._find():
            row = claim_any(self._ids.pop(0))
            if row is not None:
                return row
            # Another worker reads the same rows, so each begins at a different one.
            self._ids, self._is_crowded = [], True
        return None

    def _find(self) -> bool:
        due = (self._since and self._list(self._since)) or self._list(None)
        if due:
            self._since = due[0]["notBefore"]
            start = secrets.randbelow(len(due)) if self._is_crowded else 0
            self._ids = [row["_id"] for row in due[start:]]
        return bool(due)

    def _list(self, since: datetime | None) -> list[Row]:
        query = rows.due(self._queue, clock.now())
        if since is not None:
            query["notBefore"]["$gte"] = since
        due = rows.collection().find(
            query, {"notBefore": 1}, sort=[("notBefore", ASCENDING)], limit=CLAIM_BATCH
        )
        return list(due)


def claim(row_id: ObjectId) -> Row | None:
    """Claim the row if it is due, unclaimed and first of its key."""
    row = claim_any(row_id)
    return row if row is not None and is_first(row) else None


def claim_any(row_id: ObjectId) -> Row | None:
    """Claim the row if it is due and unclaimed, even if it is not the first of its key."""
    moment = clock.now()
    return rows.collection().find_one_and_update(
        {"_id": row_id, "state": {"$in": UNDELIVERED}, "notBefore": {"$lte": moment}},
        {
            "$set": {
                "state": CLAIMED,
                "claim": secrets.token_hex(8),
                # A claim is a lease: if its worker dies, the row becomes due again.
                "notBefore": moment + leases.LEASE,
                "updatedTime": moment,
            },
            # Then the relay hands it out at once, even if it did so just before.
            "$unset": {"waits": "", "nudgedTime": ""},
            "$inc": {"attempts": 1},
        },
        return_document=ReturnDocument.AFTER,
    )


def extend(row: Row) -> None:
    rows.collection().update_one(
        rows.held(row), {"$set": {"notBefore": clock.now() + leases.LEASE}}
    )


def is_first(row: Row) -> bool:
    """Whether all earlier rows of the key have ended; if not, the claim is given back until one of them
    ends."""
    if not row["key"] or not _has_predecessor(row):
        return True
    return not db.run_in_transaction(lambda: _wait(row))


def _has_predecessor(row: Row) -> bool:
    """The claim is committed by a majority, so this read sees at least everything committed before it."""
    return rows.collection().find_one(rows.earlier(row), {"_id": 1}) is not None


def _wait(row: Row) -> bool:
    """Runs in a transaction. It writes the first row, as does the end of that row, so neither can miss the
    other."""
    if not _follows(rows.earlier(row)):
        return False
    fields = waiting()
    rows.collection().update_one(rows.held(row), {"$set": fields, "$inc": {"attempts": -1}})
    _let_others_wait(row, fields)
    return True


def is_behind(row: Row) -> bool:
    """In the transaction that will insert the row: whether there are others of its key. Then it has to begin as
    `waiting()` says."""
    return _follows(rows.undelivered_of_key(row))


def _follows(others: dict[str, Any]) -> bool:
    first = rows.collection().find_one_and_update(
        others, {"$inc": {"followers": 1}}, projection={"_id": 1}, sort=IN_ORDER
    )
    return first is not None


def waiting() -> dict[str, Any]:
    """The row is released before that time, which is only a safeguard against manual changes of the rows."""
    return {"state": PENDING, "waits": True, "notBefore": clock.now() + LASTING}


def _let_others_wait(row: Row, waiting: dict[str, Any]) -> None:
    """Let the rows behind a waiting row wait too. Otherwise each would be claimed and put back separately,
    and they would conflict at the first row, which every one of them has to write."""
    behind = rows.collection().find(
        rows.due_behind(row, clock.now()), {"_id": 1}, sort=IN_ORDER, limit=WAIT_BATCH
    )
    ids = [follower["_id"] for follower in behind]
    if ids:
        rows.collection().update_many({"_id": {"$in": ids}}, {"$set": waiting})

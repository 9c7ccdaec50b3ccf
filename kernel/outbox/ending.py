"""The end of a row, done or dead, and the release of the next row of its key.

That row needs no wake-up: the delivering worker continues with the due rows of the queue. Rows that take turns may be
long, and the worker ends after one of them: then workers are woken.
"""

from typing import Any

from kernel import clock, db
from kernel.outbox import rows, subscriptions, waking
from kernel.outbox.rows import DEAD, DONE, IN_ORDER, Row


def finish(row: Row) -> None:
    """Mark the row as delivered."""
    declared = subscriptions.BY_NAME[row["handler"]].event.declared
    if declared.forget_row:
        rows.collection().delete_one(rows.held(row))
        return
    moment = clock.now()
    change: dict[str, Any] = {"$set": {"state": DONE, "updatedTime": moment, "doneTime": moment}}
    if declared.forget_payload:
        change["$unset"] = {"payload": ""}
    _end(row, change)


def bury(row: Row, reason: str) -> None:
    """Give up the row until staff start it again. A dead row does not hold up others."""
    _end(row, {"$set": {"state": DEAD, "updatedTime": clock.now(), "lastError": reason}})


def _end(row: Row, change: dict[str, Any]) -> None:
    if "followers" in row or not _end_alone(row, change):
        released = db.run_in_transaction(lambda: _end_followed(row, change))
        subscription = subscriptions.BY_NAME.get(row["handler"])
        if released is not None and subscription is not None and subscription.takes_turns:
            waking.remember([(released["_id"], row["queue"])])


def _end_alone(row: Row, change: dict[str, Any]) -> bool:
    alone = {**rows.held(row), "followers": {"$exists": False}}
    return bool(rows.collection().update_one(alone, change).matched_count)


def _end_followed(row: Row, change: dict[str, Any]) -> Row | None:
    """The next row becomes the first one of the key; if it was waiting, it becomes due. Returns it, if there is one."""
    if not rows.collection().update_one(rows.held(row), change).matched_count:
        return None
    due = {"$cond": ["$waits", clock.now(), "$notBefore"]}
    followers = {"$add": [{"$ifNull": ["$followers", 0]}, 1]}
    return rows.collection().find_one_and_update(
        rows.undelivered_of_key(row),
        [
            {"$set": {"notBefore": due, "followers": followers}},
            {"$unset": ["waits", "nudgedTime"]},
        ],
        projection={"_id": 1},
        sort=IN_ORDER,
    )

"""For operators: the size of the backlog, and starting dead rows again."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.errors import PyMongoError

from kernel import clock
from kernel.choices import Failure
from kernel.outbox import rows, subscriptions, waking
from kernel.outbox.retries import FAULTY_WAIT, LASTING
from kernel.outbox.rows import DEAD, PENDING, UNDELIVERED


def requeue(row_id: ObjectId) -> bool:
    """Start a dead row again; False if it is not dead (a second click changes nothing)."""
    row = rows.collection().find_one_and_update(
        {"_id": row_id, "state": DEAD}, _begun_again(clock.now())
    )
    if row is not None:
        waking.enqueue([(row_id, row["queue"])])
    return row is not None


def requeue_unknown() -> int:
    """Start again what workers of another version gave up, in the last day, because they did not know its handler, and
    this version does. Version 0.1.0 gives it up at once, so its workers may take what ours should do while both run;
    the pause keeps the two from passing a row to and fro without end."""
    moment = clock.now()
    given_up = {
        "state": DEAD,
        "lastError": Failure.HANDLER_UNKNOWN.value,
        "handler": {"$in": list(subscriptions.BY_NAME)},
        "updatedTime": {"$gte": moment - LASTING, "$lte": moment - FAULTY_WAIT},
    }
    return rows.collection().update_many(given_up, _begun_again(moment)).modified_count


def _begun_again(moment: datetime) -> dict[str, Any]:
    times = dict.fromkeys(("dueTime", "notBefore", "updatedTime"), moment)
    change = {"state": PENDING, "attempts": 0, "faults": 0, **times}
    return {"$set": change, "$unset": {"nudgedTime": ""}}


def depth() -> dict[str, float]:
    """Backlog for the metrics: waiting, dead, seconds since the oldest waiting row was due.

    A reminder for next week is not waiting yet.
    """
    moment = clock.now()
    waiting = _waiting(moment)
    try:
        return {
            "waiting": rows.collection().count_documents(waiting),
            "dead": rows.collection().count_documents({"state": DEAD}),
            "oldest_seconds": _oldest_seconds(moment),
        }
    except PyMongoError:
        return {}


def _waiting(moment: datetime) -> dict[str, Any]:
    """Without what waits for others: nothing here would make it faster."""
    others = [name for name, one in subscriptions.BY_NAME.items() if one.waits_for_others]
    turns = [name for name, one in subscriptions.BY_NAME.items() if one.takes_turns]
    tried = [{"lastError": {"$exists": True}}, {"waits": True}]
    return {
        "state": {"$in": UNDELIVERED},
        "dueTime": {"$lte": moment},
        "$nor": [
            {"handler": {"$in": others}, "$or": tried},
            {"handler": {"$in": turns}, "waits": True},
        ],
    }


def oldest_seconds() -> float:
    """Since the oldest waiting row was due; 0 where nothing waits, or MongoDB does not answer."""
    try:
        return _oldest_seconds(clock.now())
    except PyMongoError:
        return 0.0


def _oldest_seconds(moment: datetime) -> float:
    waiting = _waiting(moment)
    oldest = rows.collection().find_one(waiting, sort=[("dueTime", 1)])
    return (moment - oldest["dueTime"]).total_seconds() if oldest else 0.0


def is_late(queue: str, wait: timedelta) -> bool:
    """Whether a row of the queue has waited so long for its first try that workers cannot keep up. What was tried and
    failed says nothing about that."""
    query = {**rows.due(queue, clock.now() - wait), "attempts": 0}
    return rows.collection().find_one(query, {"_id": 1}) is not None


def depth_by_queue() -> dict[str, tuple[int, float]]:
    """Waiting rows of each queue, and seconds since the oldest was due."""
    moment = clock.now()
    waiting = _waiting(moment)
    group = {"_id": "$queue", "count": {"$sum": 1}, "oldest": {"$min": "$dueTime"}}
    found = {
        row["_id"]: (row["count"], (moment - row["oldest"]).total_seconds())
        for row in rows.collection().aggregate([{"$match": waiting}, {"$group": group}])
    }
    return {queue: found.get(queue, (0, 0.0)) for queue in subscriptions.queues()}


def dead_by_handler() -> dict[str, int]:
    """Handlers that this version does not have are `unknown`: a stored name may be anyone's."""
    counts = Counter(
        {
            row["_id"]: row["count"]
            for row in rows.collection().aggregate(
                [
                    {"$match": {"state": DEAD}},
                    {"$group": {"_id": "$handler", "count": {"$sum": 1}}},
                ]
            )
        }
    )
    known = {name: counts[name] for name in subscriptions.BY_NAME if counts[name]}
    unknown = counts.total() - sum(known.values())
    return {**known, "unknown": unknown} if unknown else known

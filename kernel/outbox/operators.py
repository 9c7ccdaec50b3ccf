"""For operators: the size of the backlog, and starting dead rows again."""

from collections import Counter

from bson import ObjectId
from pymongo.errors import PyMongoError

from kernel import clock
from kernel.outbox import rows, subscriptions, waking
from kernel.outbox.rows import DEAD, PENDING, UNDELIVERED


def requeue(row_id: ObjectId) -> bool:
    """Start a dead row again; False if it is not dead (a second click changes nothing)."""
    moment = clock.now()
    times = dict.fromkeys(("dueTime", "notBefore", "updatedTime"), moment)
    change = {"state": PENDING, "attempts": 0, "faults": 0, **times}
    row = rows.collection().find_one_and_update(
        {"_id": row_id, "state": DEAD}, {"$set": change, "$unset": {"nudgedTime": ""}}
    )
    if row is not None:
        waking.enqueue([(row_id, row["queue"])])
    return row is not None


def depth() -> dict[str, float]:
    """Backlog for the metrics: waiting, dead, seconds since the oldest waiting row was due.

    A reminder for next week is not waiting yet.
    """
    moment = clock.now()
    waiting = {"state": {"$in": UNDELIVERED}, "dueTime": {"$lte": moment}}
    try:
        oldest = rows.collection().find_one(waiting, sort=[("dueTime", 1)])
        age = (moment - oldest["dueTime"]).total_seconds() if oldest else 0.0
        return {
            "waiting": rows.collection().count_documents(waiting),
            "dead": rows.collection().count_documents({"state": DEAD}),
            "oldest_seconds": age,
        }
    except PyMongoError:
        return {}


def depth_by_queue() -> dict[str, tuple[int, float]]:
    """Waiting rows of each queue, and seconds since the oldest was due."""
    moment = clock.now()
    waiting = {"state": {"$in": UNDELIVERED}, "dueTime": {"$lte": moment}}
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

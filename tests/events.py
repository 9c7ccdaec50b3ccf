"""View and deliver the events that a test has caused."""

from kernel import clock, db, outbox
from tests import deliveries


def emitted(event=None):
    """Payloads of undelivered events, oldest first."""
    query = {"event": event} if event else {}
    rows = db.collection(outbox.COLLECTION).find(
        {**query, "state": outbox.PENDING}, sort=[("order", 1)]
    )
    return [row["payload"] for row in rows]


def deliver_all(rounds=20):
    """Deliver all due events, and those caused by them, until nothing is due. Returns how many were
    delivered."""
    delivered = 0
    for _ in range(rounds):
        rows = db.collection(outbox.COLLECTION).find(
            {"state": outbox.PENDING, "attempts": 0}, {"_id": 1}, sort=[("order", 1)]
        )
        done = sum(deliveries.deliver(row["_id"]) for row in list(rows))
        if not done:
            return delivered
        delivered += done
    message = "events keep causing events"
    raise AssertionError(message)


def everything_due():
    """What has failed is tried for the first time again."""
    db.collection(outbox.COLLECTION).update_many(
        {"state": outbox.PENDING},
        {"$set": {"dueTime": clock.now(), "notBefore": clock.now(), "attempts": 0}},
    )

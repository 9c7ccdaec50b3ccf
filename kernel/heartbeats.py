"""An event for each queue every half minute that goes the way of all events: scheduler, broker, worker, row, broker,
worker, done. Its age says whether work is done at all, for the metrics and the staff's first page.

It also gives an idle worker something to take, so that `kernel.worker_watch` notices one that is stuck before there is
work to do.
"""

from datetime import datetime, timedelta

from django.conf import settings

from kernel import clock, db, outbox, updates
from kernel.events import HeartbeatSent

COLLECTION = "heartbeats"  # the scheduler's own note is there, too: kernel.beat
LATE = timedelta(minutes=5)  # a worker may be busy with one task for three


def send(queue: str) -> None:
    """Called on a worker of the queue, so that a queue without workers has no rows that wait."""
    outbox.emit(HeartbeatSent(queue=queue), queue=queue)


def note(queue: str) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": _name(queue)}, [updates.latest("time", clock.now())], upsert=True
    )


def ages() -> dict[str, float]:
    """By queue: seconds since a heartbeat was done; infinite if that never happened."""
    times = _times()
    return {queue: _age(times.get(_name(queue))) for queue in settings.OUTBOX_QUEUES}


def late_queues() -> dict[str, int]:
    """Minutes by queue. One that has never had a heartbeat is as old as the scheduler's first note."""
    times, scheduler = _times(), db.collection(COLLECTION).find_one({"_id": "beat"}) or {}
    began = scheduler.get("began", clock.now())
    silent = {queue: _age(times.get(_name(queue), began)) for queue in settings.OUTBOX_QUEUES}
    return {queue: int(age // 60) for queue, age in silent.items() if age > LATE.total_seconds()}


def _times() -> dict[str, datetime]:
    names = [_name(queue) for queue in settings.OUTBOX_QUEUES]
    notes = db.collection(COLLECTION).find({"_id": {"$in": names}})
    return {note["_id"]: note["time"] for note in notes}


def _age(moment: datetime | None) -> float:
    return (clock.now() - moment).total_seconds() if moment else float("inf")


def _name(queue: str) -> str:
    return f"queue:{queue}"

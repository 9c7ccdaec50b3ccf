"""Tells workers that rows are due: at once after a change (`nudge`), and periodically (`relay`).

Nudging only saves the wait for the relay: a broker that is down costs time, but no event.

A worker that is woken goes on with other due rows. So while messages wait in the broker all workers of the queue are
at work, and more messages would wake no one: under steady load they would pile up, and the periodic tasks behind them.
"""

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import structlog
from bson import ObjectId
from celery import current_app
from pymongo import ASCENDING

from kernel import broker, clock, deadline
from kernel.outbox import rows, subscriptions
from kernel.outbox.rows import WakeUp

RELAY_BATCH = 64
# By name, because the task itself is in a layer above the outbox (`kernel.tasks`).
DELIVER_TASK = "core.deliver_event"
_RENUDGE = timedelta(seconds=30)
MOST_WAITING = 8  # messages of a queue; a periodic task behind them waits for that many drains, divided by processes
_LOOK_EVERY = 0.25  # seconds
_PATIENCE = 2.0  # seconds: all connections to the broker are in use

log = structlog.get_logger("kernel.outbox")
_emitted = threading.local()  # rows of this thread since its last nudge
_rooms: dict[str, tuple[float, int]] = {}  # by queue: when it was looked at, and room since


def remember(wake_ups: Iterable[WakeUp]) -> None:
    """Remember rows for the next nudge. The first ones of each queue are enough: a worker continues with other due
    rows of its queue."""
    for wake_up in wake_ups:
        of_queue = _remembered().setdefault(wake_up[1], [])
        if len(of_queue) < RELAY_BATCH:
            of_queue.append(wake_up)


def nudge() -> None:
    """Wake workers for the rows that this thread has emitted; not if its request is too late already, since a
    broker that hangs would hold it up longer."""
    wake_ups = list(chain.from_iterable(_remembered().values()))
    forget()
    if wake_ups and deadline.seconds_left() > 0:
        enqueue(wake_ups)


def forget() -> None:
    """Leave what is remembered to the relay."""
    _remembered().clear()


def _remembered() -> dict[str, list[WakeUp]]:
    by_queue: dict[str, list[WakeUp]] = _emitted.__dict__.setdefault("by_queue", {})
    return by_queue


def enqueue(wake_ups: list[WakeUp]) -> list[ObjectId]:
    """Returns the rows that were handed out; the others are left to the relay."""
    handed_out = []
    try:
        for row_id, queue in wake_ups:
            if _has_room(queue):
                current_app.send_task(
                    DELIVER_TASK, (str(row_id), queue), queue=queue, retry=False, ignore_result=True
                )
                handed_out.append(row_id)
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises, the relay will repair it)
        log.warning("outbox.broker_unavailable", error=type(error).__name__, count=len(wake_ups))
    return handed_out


def _has_room(queue: str) -> bool:
    """Whether so few messages wait that one more may be needed. What was seen holds for a moment, less what this
    process has sent since."""
    seen, room = _rooms.get(queue, (float("-inf"), 0))
    if time.monotonic() - seen > _LOOK_EVERY:
        seen, room = time.monotonic(), MOST_WAITING - _waiting(queue)
    _rooms[queue] = (seen, room - 1)
    return room > 0


def _waiting(queue: str) -> int:
    with current_app.pool.acquire(block=True, timeout=_PATIENCE) as connection:
        return broker.waiting(connection, [queue])


def relay() -> int:
    """Wake workers for due rows that were not handed out recently. Called by beat; safe to run anywhere and
    often. Returns for how many."""
    return sum(_relay_queue(queue, clock.now()) for queue in subscriptions.queues())


def _relay_queue(queue: str, moment: datetime) -> int:
    due = rows.collection().find(
        {**rows.due(queue, moment), **_not_nudged_since(moment - _RENUDGE)},
        {"_id": 1},
        sort=[("notBefore", ASCENDING)],
        limit=RELAY_BATCH,
    )
    handed_out = enqueue([(row["_id"], queue) for row in due])
    if handed_out:
        # The next run tries those again for which there was no room. A row that a worker has claimed meanwhile is not
        # due any more, and stays without a time: if its worker dies, it is handed out at once.
        still_due = {"_id": {"$in": handed_out}, "notBefore": {"$lte": moment}}
        rows.collection().update_many(still_due, {"$set": {"nudgedTime": moment}})
    return len(handed_out)


def _not_nudged_since(moment: datetime) -> dict[str, Any]:
    return {"$or": [{"nudgedTime": {"$exists": False}}, {"nudgedTime": {"$lte": moment}}]}

"""Tells workers that rows are due: at once after a change (`nudge`), and periodically (`relay`).

Nudging only saves the wait for the relay: a broker that is down costs time, but no event.
"""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import structlog
from bson import ObjectId
from celery import current_app
from pymongo import ASCENDING

from kernel import clock, deadline
from kernel.outbox import rows, subscriptions
from kernel.outbox.rows import WakeUp

RELAY_BATCH = 64
# By name, because the task itself is in a layer above the outbox (`kernel.tasks`).
DELIVER_TASK = "core.deliver_event"
_RENUDGE = timedelta(seconds=30)

log = structlog.get_logger("kernel.outbox")
_emitted = threading.local()  # rows of this thread since its last nudge


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


def enqueue(wake_ups: list[WakeUp]) -> None:
    try:
        for row_id, queue in wake_ups:
            current_app.send_task(
                DELIVER_TASK, (str(row_id), queue), queue=queue, retry=False, ignore_result=True
            )
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises, the relay will repair it)
        log.warning("outbox.broker_unavailable", error=type(error).__name__, count=len(wake_ups))


def relay() -> int:
    """Wake workers for due rows that were not handed out recently. Called by beat; safe to run anywhere and
    often."""
    return sum(_relay_queue(queue, clock.now()) for queue in subscriptions.queues())


def _relay_queue(queue: str, moment: datetime) -> int:
    due = rows.collection().find(
        {**rows.due(queue, moment), **_not_nudged_since(moment - _RENUDGE)},
        {"_id": 1},
        sort=[("notBefore", ASCENDING)],
        limit=RELAY_BATCH,
    )
    ids: list[ObjectId] = [row["_id"] for row in due]
    if ids:
        rows.collection().update_many({"_id": {"$in": ids}}, {"$set": {"nudgedTime": moment}})
        enqueue([(row_id, queue) for row_id in ids])
    return len(ids)


def _not_nudged_since(moment: datetime) -> dict[str, Any]:
    return {"$or": [{"nudgedTime": {"$exists": False}}, {"nudgedTime": {"$lte": moment}}]}

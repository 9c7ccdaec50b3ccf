"""Durable events: written with the change that causes them, delivered at least once, never lost.

`emit()` inside `run_in_transaction` stores one row per subscribed handler. A row is claimed by one atomic
update, run by a Celery task, repeated with growing delay kept in MongoDB, and parked as `dead` after the last
try, where staff see it and can start it again. Payloads hold ids only.
"""

from kernel.outbox.delivery import work
from kernel.outbox.derived import derive, has_effect
from kernel.outbox.emitting import emit, emit_many, withdraw
from kernel.outbox.events import Event, event, key, secret
from kernel.outbox.operators import (
    dead_by_handler,
    depth,
    depth_by_queue,
    is_late,
    oldest_seconds,
    requeue,
    requeue_unknown,
)
from kernel.outbox.retries import Retries
from kernel.outbox.rows import CLAIMED, COLLECTION, DEAD, DONE, PENDING
from kernel.outbox.subscriptions import DEFAULT_QUEUE, is_ours, subscribe
from kernel.outbox.waking import nudge, relay

__all__ = [
    "CLAIMED",
    "COLLECTION",
    "DEAD",
    "DEFAULT_QUEUE",
    "DONE",
    "PENDING",
    "Event",
    "Retries",
    "dead_by_handler",
    "depth",
    "depth_by_queue",
    "derive",
    "emit",
    "emit_many",
    "event",
    "has_effect",
    "is_late",
    "is_ours",
    "key",
    "nudge",
    "oldest_seconds",
    "relay",
    "requeue",
    "requeue_unknown",
    "secret",
    "subscribe",
    "withdraw",
    "work",
]

"""Storing events in the transaction of the change that causes them: one row for each subscribed handler."""

from collections.abc import Iterable
from datetime import datetime

from bson import ObjectId, Timestamp

from kernel import clock, db, tracing
from kernel.outbox import claiming, derived, events, rows, subscriptions, waking
from kernel.outbox.events import Event
from kernel.outbox.rows import PENDING, Row
from kernel.outbox.subscriptions import Subscription

# MongoDB replaces an empty timestamp by its logical clock, which advances with each document. A transaction
# that sees another's writes began after its commit, which advanced the clock too, so its rows sort later. Ids
# of two processes do not sort within a second (docs/decisions/0012-event-order.md).
_NEXT_PLACE = Timestamp(0, 0)


def emit(
    event: Event,
    *,
    not_before: datetime | None = None,
    begun_here: bool = False,
    queue: str | None = None,
) -> None:
    """Store the event for each handler that is this service's, in the current transaction.

    `begun_here`: it continues what this service has begun, so no other worker does it (SIDE_EFFECTS). `queue`: for
    the handlers of this queue alone. After the transaction the relay finds the rows; call `nudge()` once the change
    is committed to save that wait.
    """
    emit_many([event], not_before=not_before, begun_here=begun_here, queue=queue)


def emit_many(
    emitted: Iterable[Event],
    *,
    not_before: datetime | None = None,
    begun_here: bool = False,
    queue: str | None = None,
) -> None:
    moment = clock.now()
    due = not_before or moment
    times = {"dueTime": due, "notBefore": due, "createdTime": moment, "updatedTime": moment}
    parent = tracing.parent()
    trace = {"trace": parent} if parent else {}
    stored = [
        {**_row(event, subscription), **times, **trace}
        for event in derived.with_derived(emitted)
        for subscription in subscriptions.of_event(type(event))
        if (begun_here or subscription.is_ours) and queue in (None, subscription.queue)
    ]
    for row in stored:
        if subscriptions.BY_NAME[row["handler"]].takes_turns and claiming.is_behind(row):
            row.update(claiming.waiting())
    if stored:
        rows.collection().insert_many(stored)
        waking.remember((row["_id"], row["queue"]) for row in stored if "waits" not in row)


def _row(event: Event, subscription: Subscription) -> Row:
    return {
        "_id": ObjectId(),
        "order": _NEXT_PLACE,
        "event": event.declared.name,
        "handler": subscription.name,
        "queue": subscription.queue,
        "key": events.key_of(event),
        "payload": events.payload_of(event),
        "state": PENDING,
        "attempts": 0,
    }


def withdraw(event: type[Event], key: str) -> int:
    """Remove rows of this key that have not started, for instance because a newer reminder replaces them."""
    handlers = [subscription.name for subscription in subscriptions.of_event(event)]
    query = {"handler": {"$in": handlers}, "key": key, "state": PENDING}
    # All or none: a row that has just begun to wait for one of them is removed too.
    return db.run_in_transaction(lambda: rows.collection().delete_many(query).deleted_count)

"""Storing events in the transaction of the change that causes them: one row for each subscribed handler."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bson import ObjectId, Timestamp
from django.conf import settings

from kernel import clock, db
from kernel.outbox import events, rows, subscriptions, waking
from kernel.outbox.events import Event
from kernel.outbox.rows import PENDING, Row
from kernel.outbox.subscriptions import Subscription

# MongoDB puts its logical clock in the place of an empty timestamp, a tick for each document. A transaction that sees
# another's writes began after that one's commit, which ticked too, so its rows get a later place. Ids of two processes
# do not sort within a second (docs/decisions/0012-event-order.md).
_NEXT_PLACE = Timestamp(0, 0)


def emit(
    happened: Event | str,
    payload: dict[str, Any] | None = None,
    *,
    key: str = "",
    not_before: datetime | None = None,
) -> None:
    """Store the event for each handler, in the current transaction.

    Nothing is stored with SIDE_EFFECTS=external. After the transaction the relay finds the rows; call `nudge()` once
    the change is committed to save that wait.
    """
    if isinstance(happened, str):
        _store([(happened, payload or {}, key)], not_before)
    else:
        emit_many([happened], not_before=not_before)


def emit_many(happened: Iterable[Event], *, not_before: datetime | None = None) -> None:
    _store(
        ((type(one), events.payload_of(one), events.key_of(one)) for one in happened), not_before
    )


def _store(
    happened: Iterable[tuple[type[Event] | str, dict[str, Any], str]], not_before: datetime | None
) -> None:
    if settings.SIDE_EFFECTS == "external":
        return
    moment = clock.now()
    due = not_before or moment
    times = {"dueTime": due, "notBefore": due, "createdTime": moment, "updatedTime": moment}
    stored = [
        {**_row(subscription, payload, key), **times}
        for event, payload, key in happened
        for subscription in subscriptions.of_event(event)
    ]
    if stored:
        rows.collection().insert_many(stored)
        waking.remember((row["_id"], row["queue"]) for row in stored)


def _row(subscription: Subscription, payload: dict[str, Any], key: str) -> Row:
    return {
        "_id": ObjectId(),
        "order": _NEXT_PLACE,
        "event": subscriptions.name_of(subscription.event),
        "handler": subscription.name,
        "queue": subscription.queue,
        "key": key,
        "payload": payload,
        "state": PENDING,
        "attempts": 0,
    }


def withdraw(event: type[Event] | str, key: str) -> int:
    """Take back what was emitted under this key and has not started: a newer reminder replaces it."""
    handlers = [subscription.name for subscription in subscriptions.of_event(event)]
    query = {"handler": {"$in": handlers}, "key": key, "state": PENDING}
    # All or none: a row that has just begun to wait for one of them goes too.
    return db.run_in_transaction(lambda: rows.collection().delete_many(query).deleted_count)

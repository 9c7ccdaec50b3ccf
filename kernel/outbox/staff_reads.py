"""Reads for the staff pages of events: rows by state, newest first, and their numbers."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel.models import OutboxRow
from kernel.outbox import rows, subscriptions
from kernel.outbox.events import Event
from kernel.outbox.rows import CLAIMED, DEAD, PENDING, Row
from kernel.page_limits import MOST_COUNTED


def list_rows(query: dict[str, Any], *, offset: int, limit: int) -> list[Row]:
    newest_first = [("_id", DESCENDING)]
    return list(rows.collection().find(query, sort=newest_first, skip=offset, limit=limit))


def count_rows(query: dict[str, Any]) -> int:
    return rows.collection().count_up_to(query, MOST_COUNTED)


def find_of_key(handler: str, key: str, *states: str) -> Row | None:
    """A row of this handler about this object."""
    return rows.collection().find_one(
        {"handler": handler, "key": key, "state": {"$in": list(states)}}
    )


def list_line(event: type[Event], key: str, *, limit: int) -> list[Row]:
    """The rows of this event about one object that are still to be handled, in the order in which they are."""
    handlers = [subscription.name for subscription in subscriptions.of_event(event)]
    query = {"handler": {"$in": handlers}, "key": key, "state": {"$in": rows.UNDELIVERED}}
    found = rows.collection().find(query, sort=rows.IN_ORDER, limit=limit, hint="OutboxPlaces")
    return list(found)


def is_waiting(event: type[Event], key: str) -> bool:
    """Whether a handler of this event has still to run about this object, or runs."""
    handlers = [subscription.name for subscription in subscriptions.of_event(event)]
    return any(find_of_key(handler, key, PENDING, CLAIMED) for handler in handlers)


def list_ids(query: dict[str, Any], *, limit: int) -> list[ObjectId]:
    oldest_first = [("_id", 1)]
    return [
        row["_id"]
        for row in rows.collection().find(query, {"_id": 1}, sort=oldest_first, limit=limit)
    ]


def find_row(row_id: ObjectId) -> OutboxRow | None:
    return next(iter(OutboxRow.objects.filter(pk=row_id)), None)


def count_by_state() -> dict[str, int]:
    return {state: count_rows({"state": state}) for state in (PENDING, CLAIMED, DEAD)}


def shown_payload(handler: str, payload: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The ids in an event, without secrets; nothing for an event that names a person."""
    subscription = subscriptions.BY_NAME.get(handler)
    if subscription is None:
        return None
    declared = subscription.event.declared
    if declared.forget_payload:
        return None
    shown = set(declared.stored.values()) - declared.secret
    return {name: value for name, value in (payload or {}).items() if name in shown}


def handler_names() -> list[str]:
    return sorted(subscriptions.BY_NAME)

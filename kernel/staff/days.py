"""A filter by days in UTC, for documents whose ids hold their time: it needs no index of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bson import ObjectId

WRONG = "A day is written as 2026-11-24"
Bounds = dict[str, ObjectId]


def bounds_of_ids(asked: Mapping[str, str]) -> tuple[Bounds, str]:
    """What `from` and `to` ask for, and what is wrong with them, if anything."""
    bounds: Bounds = {}
    try:
        if asked.get("from"):
            bounds["$gte"] = ObjectId.from_datetime(_day(asked["from"]))
        if asked.get("to"):
            end = _day(asked["to"]) + timedelta(days=1)
            bounds["$lt"] = ObjectId.from_datetime(end)
    except (ValueError, OverflowError):
        return {}, WRONG
    return bounds, ""


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)

"""A filter by days in UTC, for documents whose ids hold their time: it needs no index of its own."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId
from django.http import HttpRequest

WRONG = "A day is written as 2026-11-24"
Bounds = dict[str, ObjectId]


def bounds_of_ids(request: HttpRequest) -> tuple[Bounds, str]:
    """What `from` and `to` of the query ask for, and what is wrong with them, if anything."""
    bounds: Bounds = {}
    try:
        if request.GET.get("from"):
            bounds["$gte"] = ObjectId.from_datetime(_day(request.GET["from"]))
        if request.GET.get("to"):
            end = _day(request.GET["to"]) + timedelta(days=1)
            bounds["$lt"] = ObjectId.from_datetime(end)
    except (ValueError, OverflowError):
        return {}, WRONG
    return bounds, ""


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)

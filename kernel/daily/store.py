"""The collection `dailyNumbers`: {_id: "2026-11-29", day, numbers: {name: {series: n}}, keptTime?}.

`keptTime` is the time of the last count. A day on which something was only added has none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from kernel import db, indexes
from kernel.db import Document

COLLECTION = "dailyNumbers"
_DAYS = 400  # a year, to compare with
indexes.declare(
    COLLECTION,
    IndexModel([("day", ASCENDING)], name="DailyNumbersCleanup", expireAfterSeconds=_DAYS * 86_400),
)


def put(day: datetime, numbers: Mapping[str, Mapping[str, int]], moment: datetime) -> None:
    """What was kept of these numbers is replaced, so a repetition changes nothing."""
    values = {f"numbers.{name}": dict(series) for name, series in numbers.items()}
    _change(day, {"$set": {"day": day, **values}, "$max": {"keptTime": moment}})


def add(day: datetime, name: str, series: str, number: int) -> None:
    _change(day, {"$set": {"day": day}, "$inc": {f"numbers.{name}.{series}": number}})


def list_from(day: datetime) -> list[Document]:
    """Oldest first. A document whose day is none, which someone has changed by hand, is left out."""
    found = db.collection(COLLECTION).find({"day": {"$gte": day}}, sort=[("day", 1)])
    return [numbers for numbers in found if isinstance(numbers["day"], datetime)]


def _change(day: datetime, change: Mapping[str, Any]) -> None:
    db.collection(COLLECTION).update_one({"_id": f"{day:%Y-%m-%d}"}, change, upsert=True)

"""The questions of staff: who has seen this patient, and which lists may have shown them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.accesses.rows import RECORDS
from kernel.db import Document


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, as bounds of ids, which hold their time."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def ids(self) -> dict[str, ObjectId]:
        bounds = {"$gte": self.since, "$lt": self.until}
        return {name: ObjectId.from_datetime(time) for name, time in bounds.items() if time}


def list_of_patient(
    user_id: str, period: Period, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Newest first; `before` is the last record of the page before."""
    return _page({"patient": user_id}, period, before, limit, index="AccessByPatient")


def list_lists(
    clinic_ids: Sequence[ObjectId], period: Period, *, before: ObjectId | None, limit: int
) -> list[Document]:
    """Lists of these clinics, and those across clinics."""
    query = {"clinic": {"$in": [*clinic_ids, None]}, "list": {"$exists": True}}
    return _page(query, period, before, limit, index="AccessLists")


def list_clinics_of(user_id: str, period: Period) -> list[ObjectId]:
    """In which the patient's record was used."""
    query = {"patient": user_id, **({"_id": period.ids} if period.ids else {})}
    return [clinic for clinic in db.collection(RECORDS).distinct("clinic", query) if clinic]


def _page(
    query: dict[str, Any], period: Period, before: ObjectId | None, limit: int, *, index: str
) -> list[Document]:
    parts = [query, {"_id": period.ids} if period.ids else {}]
    parts.append({"_id": {"$lt": before}} if before is not None else {})
    return list(
        db.collection(RECORDS).find(
            {"$and": [part for part in parts if part]},
            sort=[("_id", DESCENDING)],
            limit=limit,
            hint=index,
        )
    )

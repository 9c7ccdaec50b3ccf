"""The queries of the TIDE report. From a summary they fetch one period, and only the fields that a row shows.

For one tag there are two queries along the index of the patients who have it. An index over an array answers for one
value at a time; so for several tags, a query before these finds from index keys who has all of them, and no other
document is read.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.cursor import Cursor

from kernel import db
from kernel.db import Document
from patients import statistics
from patients.choices import DataProvider, SourceState
from patients.documents import PatientDocument
from patients.store.patient_lists import holders_of_all
from patients.store.patients import COLLECTION

LAST_DATA = statistics.date_path("cgm", "lastData")
_COMPARE = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt}
# The fields of the period that a row shows; they include all that categories depend on.
ROW_FIELDS = (
    "averageGlucoseMmol",
    "glucoseManagementIndicator",
    "timeCGMUseMinutes",
    "timeCGMUsePercent",
    *(f"timeIn{band}Percent" for band in statistics.BANDS),
    "timeInTargetPercentDelta",
)
_SHOWN = ("userId", "email", "fullName", "tags", "reviews", "dataSources", LAST_DATA)


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison with a field of the period; never true for a missing value."""

    field: str
    operator: str
    value: float

    def holds(self, period: Document) -> bool:
        value = period.get(self.field)
        return value is not None and bool(_COMPARE[self.operator](value, self.value))

    def condition(self, period: str) -> dict[str, Any]:
        return {statistics.path("cgm", period, self.field): {self.operator: self.value}}


class Holders:
    """The patients of a clinic who have all of some tags."""

    def __init__(self, clinic_id: ObjectId, tags: Sequence[ObjectId]) -> None:
        self._query: dict[str, Any] = {"clinicId": clinic_id, "tags": {"$all": list(tags)}}
        self._found: dict[ObjectId, datetime | None] | None = None
        if len(set(tags)) > 1:
            rows = db.collection(COLLECTION).aggregate(
                holders_of_all(clinic_id, tags, last=LAST_DATA),
                hint="TideTags",
                batchSize=100_000,
            )
            self._found = {row["_id"]: row["last"] for row in rows}

    def since(self, cutoff: datetime) -> dict[str, Any]:
        """The query for those with data since the cutoff, and the index to use."""
        if self._found is None:
            return {"filter": {**self._query, LAST_DATA: {"$gte": cutoff}}, "hint": "TideTags"}
        ids = [i for i, last in self._found.items() if last is not None and last >= cutoff]
        return {"filter": {"_id": {"$in": ids}, LAST_DATA: {"$gte": cutoff}}, "hint": "_id_"}

    def silent(self, certain: datetime, possible: datetime, limit: int) -> dict[str, Any]:
        """The query for those without data since `certain`, or since `possible` if there are fewer than `limit`."""
        if self._found is None:
            return {"filter": self._query, "hint": "TideTags"}
        order = {i: (last is not None, last, i) for i, last in self._found.items()}
        never_or_long = [i for i, last in self._found.items() if last is None or last < certain]
        ids = sorted(never_or_long, key=order.__getitem__)[:limit]
        if len(ids) < limit:
            ids += [i for i, last in self._found.items() if last and certain <= last < possible]
        return {"filter": {"_id": {"$in": ids}}, "hint": "_id_"}


def list_candidates(
    holders: Holders,
    *,
    period: str,
    cutoff: datetime,
    any_of: Sequence[tuple[Bound, ...]],
) -> list[Document]:
    """Holders with data since the cutoff who meet all bounds of at least one group."""
    groups = [{"$and": [bound.condition(period) for bound in group]} for group in any_of]
    query = holders.since(cutoff)
    query["filter"]["$or"] = groups
    # Everything in one batch: a row is about 1 KB.
    return list(_find(query, period, batch_size=10_000))


def list_without_recent_data(
    holders: Holders,
    *,
    period: str,
    cutoff: datetime,
    recent: datetime,
    limit: int,
) -> list[Document]:
    """Those who never had data first, then those without data for longest. Includes patients whose source is
    disconnected, even if their data are newer."""
    disconnected = {
        "$elemMatch": {
            "providerName": DataProvider.DEXCOM,
            "state": {"$ne": SourceState.CONNECTED},
        }
    }
    certain = min(cutoff, recent)
    query = holders.silent(certain, recent, limit)
    query["filter"]["$or"] = [
        {LAST_DATA: None},
        {LAST_DATA: {"$lt": certain}},
        {LAST_DATA: {"$lt": recent}, "dataSources": disconnected},
    ]
    return list(_find(query, period, sort=[(LAST_DATA, 1), ("_id", 1)], limit=limit))


def _find(query: dict[str, Any], period: str, **options: Any) -> Cursor[PatientDocument]:
    fields = (statistics.path("cgm", period, name) for name in ROW_FIELDS)
    shown = dict.fromkeys((*_SHOWN, *fields), 1)
    return db.collection(COLLECTION).find(query["filter"], shown, hint=query["hint"], **options)

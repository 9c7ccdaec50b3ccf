"""The two queries of the TIDE report; each fetches one period and what a row shows, nothing else of a summary."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinics import statistics
from clinics.store.patients import COLLECTION
from clinics_site.core import db
from clinics_site.core.db import Document

LAST_DATA = statistics.date_path("cgm", "lastData")
_COMPARE = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt}
# What a row shows of the period, all of it also what categories look at.
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
    """A comparison with a field of the period; a missing value never holds."""

    field: str
    operator: str
    value: float

    def holds(self, period: Document) -> bool:
        found = period.get(self.field)
        return found is not None and bool(_COMPARE[self.operator](found, self.value))

    def condition(self, period: str) -> dict[str, Any]:
        return {statistics.path("cgm", period, self.field): {self.operator: self.value}}


def list_candidates(
    clinic_id: ObjectId,
    tags: Sequence[ObjectId],
    *,
    period: str,
    cutoff: datetime,
    any_of: Sequence[tuple[Bound, ...]],
) -> list[Document]:
    """Patients with all tags and data since the cutoff to whom one of the groups of bounds applies."""
    groups = [{"$and": [bound.condition(period) for bound in group]} for group in any_of]
    query = {
        "clinicId": clinic_id,
        "tags": {"$all": list(tags)},
        LAST_DATA: {"$gte": cutoff},
        "$or": groups,
    }
    # One answer instead of many: a row is about 1 KB.
    found = db.collection(COLLECTION).find(
        query, _projection(period), hint="TideTags", batch_size=10_000
    )
    return list(found)


def list_without_recent_data(
    clinic_id: ObjectId,
    tags: Sequence[ObjectId],
    *,
    period: str,
    cutoff: datetime,
    recent: datetime,
    limit: int,
) -> list[Document]:
    """Never any data first, then the longest silent. A disconnected source counts even when data are newer."""
    disconnected = {"$elemMatch": {"providerName": "dexcom", "state": {"$ne": "connected"}}}
    query = {
        "clinicId": clinic_id,
        "tags": {"$all": list(tags)},
        "$or": [
            {LAST_DATA: None},
            {LAST_DATA: {"$lt": min(cutoff, recent)}},
            {LAST_DATA: {"$lt": recent}, "dataSources": disconnected},
        ],
    }
    found = db.collection(COLLECTION).find(
        query,
        _projection(period),
        sort=[(LAST_DATA, 1), ("_id", 1)],
        limit=limit,
        hint="TideTags",
    )
    return list(found)


def _projection(period: str) -> dict[str, int]:
    fields = (statistics.path("cgm", period, name) for name in ROW_FIELDS)
    return dict.fromkeys((*_SHOWN, *fields), 1)

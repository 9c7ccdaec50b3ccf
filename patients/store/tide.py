"""The queries of the TIDE report: who is in it, from the rows of `patientLists`, and then what it shows of them."""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db
from kernel.db import Document
from patients import list_rows, statistics
from patients.choices import DataProvider, SourceState
from patients.documents import PatientDocument
from patients.list_rows import NO_FLAG, SEPARATOR, patient_id_of
from patients.store.list_rows import COLLECTION as ROWS
from patients.store.patient_lists import BY_SITE, BY_TAG, Comparison
from patients.store.patients import COLLECTION

_LAST_DATA = list_rows.date_path("cgm", "lastData")
_COMPARE = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
_BY_LAST_DATA = list_rows.INDEXED_ORDERS[_LAST_DATA]
# The fields of the period that a row of the report shows; they include all that categories depend on.
ROW_FIELDS = (
    "averageGlucoseMmol",
    "glucoseManagementIndicator",
    "timeCGMUseMinutes",
    "timeCGMUsePercent",
    *(f"timeIn{band}Percent" for band in statistics.BANDS),
    "timeInTargetPercentDelta",
)
_DATES = statistics.date_path("cgm", "lastData")
_SHOWN = ("userId", "email", "fullName", "tags", "reviews", "dataSources", _DATES)
_DISCONNECTED = {
    "$regex": f"(^|{SEPARATOR}){DataProvider.DEXCOM.value}[.]"
    f"(?!{SourceState.CONNECTED.value}($|{SEPARATOR}))"
}


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
        path = list_rows.statistic_path("cgm", period, self.field)
        return Comparison(path, self.operator, self.value).condition


@dataclass(frozen=True, slots=True)
class Group:
    """Patients of a clinic with all of these tags and any of these sites. No tags, or no sites: whichever they have."""

    clinic_id: ObjectId
    tags: Sequence[ObjectId] = ()
    sites: Sequence[ObjectId] = ()

    @property
    def condition(self) -> dict[str, Any]:
        condition: dict[str, Any] = {"clinicId": self.clinic_id}
        if self.tags:
            condition["tags"] = {"$all": list(self.tags)}
        if self.sites:
            condition["sites"] = {"$in": list(self.sites)}
        return condition

    @property
    def index(self) -> str:
        """The index with which the fewest rows have to be fetched."""
        if self.tags:
            return BY_TAG
        return BY_SITE if self.sites else _BY_LAST_DATA


def list_candidates(
    group: Group,
    *,
    period: str,
    cutoff: datetime,
    any_of: Sequence[tuple[Bound, ...]],
    fields: Iterable[str],
) -> list[tuple[ObjectId, Document]]:
    """Id and values (of these fields of the period) of those in the group who have data since the cutoff, and meet all
    bounds of at least one item of `any_of`."""
    query = {
        **group.condition,
        _LAST_DATA: {"$gte": cutoff},
        "$or": [{"$and": [bound.condition(period) for bound in bounds]} for bounds in any_of],
    }
    paths = {name: list_rows.statistic_path("cgm", period, name) for name in fields}
    projection = {path + end: 1 for path in paths.values() for end in ("", NO_FLAG)}
    rows = db.collection(ROWS).find(query, projection, hint=group.index, batch_size=100_000)
    return [(patient_id_of(row), _named(row, paths)) for row in rows]


def _named(row: Document, paths: dict[str, str]) -> Document:
    values: Document = {}
    for name, path in paths.items():
        block, _, code = path.partition(".")
        stored = row.get(block, {})
        values[name] = stored.get(code, stored.get(code + NO_FLAG))
    return values


def list_without_recent_data(
    group: Group, *, cutoff: datetime, recent: datetime, limit: int
) -> list[ObjectId]:
    """Those who never had data first, then those without data for longest. Includes patients whose source is
    disconnected, even if their data are newer."""
    silent = [
        {_LAST_DATA: None},
        {_LAST_DATA: {"$lt": min(cutoff, recent)}},
        {_LAST_DATA: {"$lt": recent}, "sources": _DISCONNECTED},
    ]
    query, order = {**group.condition, "$or": silent}, [(_LAST_DATA, 1), ("patientId", 1)]
    if group.index == _BY_LAST_DATA:
        # One walk along the index, in whose order rows with the same time lie by the ids of their patients.
        query, order = query | {_LAST_DATA: {"$not": {"$gte": recent}}}, [(_LAST_DATA, 1)]
    rows = db.collection(ROWS).find(
        query, {"patientId": 1}, sort=order, limit=limit, hint=group.index
    )
    return [row["patientId"] for row in rows]


def list_shown(
    clinic_id: ObjectId, ids: Sequence[ObjectId], period: str
) -> dict[ObjectId, PatientDocument]:
    """Records of the clinic with one period of their summary, and only the fields that the report shows."""
    fields = (statistics.path("cgm", period, name) for name in ROW_FIELDS)
    shown = dict.fromkeys((*_SHOWN, *fields), 1)
    records = db.collection(COLLECTION).find(
        {"_id": {"$in": list(ids)}, "clinicId": clinic_id}, shown, batch_size=len(ids) + 1
    )
    return {record["_id"]: record for record in records}

"""Pages and counts of a clinic's patients.

Orders that an index has are read from it. Other orders sort keys only: the values to sort by, never documents, then
the page's documents are fetched by id. `_id` is the last key of every order, so a page boundary never repeats or
loses a patient.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinics.search_keys import SEARCHED, SEPARATOR, fold
from clinics.store.patients import COLLATION, COLLECTION
from clinics_site.core import db
from clinics_site.core.db import Document

LONGEST_SEARCH = 4000  # characters; MongoDB refuses patterns much longer than that
_NOTHING: dict[str, Any] = {"_id": {"$in": []}}
_EMPTY: dict[str, Any] = {"$in": [None, []]}
Condition = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is MongoDB's: $lt, $lte, $gt or $gte. Missing values never match."""

    path: str
    operator: str
    value: float | datetime


@dataclass(frozen=True, slots=True)
class PatientFilter:
    """All conditions hold together. `tags`: all of these, `sites`: any of these. An empty list means patients without
    any, None that it does not matter."""

    search: str | None = None
    tags: Sequence[ObjectId] | None = None
    sites: Sequence[ObjectId] | None = None
    reviewed_until: datetime | None = None
    only_standard_ranges: bool = False
    comparisons: Sequence[Comparison] = ()

    @property
    def is_empty(self) -> bool:
        return self == NO_FILTER


NO_FILTER = PatientFilter()


@dataclass(frozen=True, slots=True)
class Ordering:
    """`keys`: paths and directions before `_id`. `value_first`: the path whose absence puts a patient last, where no
    stored flag tells. `collated`: by language rules, ignoring case and accents."""

    keys: tuple[tuple[str, int], ...]
    collated: bool = False
    is_indexed: bool = False
    value_first: str | None = None


def list_page(
    clinic_id: ObjectId, wanted: PatientFilter, ordering: Ordering, *, skip: int, limit: int
) -> list[Document]:
    query = conditions(clinic_id, wanted)
    if not ordering.is_indexed:
        return _list_by_ids(_sorted_ids(query, ordering, skip, limit))
    options: dict[str, Any] = {"collation": COLLATION} if ordering.collated else {}
    found = db.collection(COLLECTION).find(
        query, sort=[*ordering.keys, ("_id", 1)], skip=skip, limit=limit, **options
    )
    return list(found)


def count_matching(clinic_id: ObjectId, wanted: PatientFilter) -> int:
    return db.collection(COLLECTION).count_documents(conditions(clinic_id, wanted))


def _sorted_ids(query: Condition, ordering: Ordering, skip: int, limit: int) -> list[ObjectId]:
    fields: dict[str, Any] = {f"k{i}": f"${path}" for i, (path, _) in enumerate(ordering.keys)}
    order = {f"k{i}": direction for i, (_, direction) in enumerate(ordering.keys)}
    if ordering.value_first is not None:
        fields["has"] = {"$gt": [f"${ordering.value_first}", None]}
        order = {"has": -1, **order}
    rows = db.collection(COLLECTION).aggregate(
        [
            {"$match": query},
            {"$project": fields},
            {"$sort": {**order, "_id": 1}},
            {"$skip": skip},
            {"$limit": limit},
            {"$project": {"_id": 1}},
        ]
    )
    return [row["_id"] for row in rows]


def _list_by_ids(ids: list[ObjectId]) -> list[Document]:
    if not ids:
        return []
    found = {d["_id"]: d for d in db.collection(COLLECTION).find({"_id": {"$in": ids}})}
    return [found[i] for i in ids if i in found]


# --- conditions -----------------------------------------------------------------------------------
def conditions(clinic_id: ObjectId, wanted: PatientFilter) -> Condition:
    query: Condition = {"clinicId": clinic_id, **_labels(wanted)}
    if wanted.reviewed_until is not None:
        query["reviews.0.time"] = {"$lte": wanted.reviewed_until}
    for comparison in wanted.comparisons:
        query.setdefault(comparison.path, {})[comparison.operator] = comparison.value
    alternatives = [] if wanted.search is None else [_search(wanted.search)]
    if wanted.only_standard_ranges:
        alternatives.append(_STANDARD_RANGES)
    if alternatives:
        query["$and"] = alternatives
    return query


def _labels(wanted: PatientFilter) -> Condition:
    found: Condition = {}
    if wanted.tags is not None:
        found["tags"] = {"$all": list(wanted.tags)} if wanted.tags else _EMPTY
    if wanted.sites:
        found["sites.id"] = {"$in": list(wanted.sites)}
    elif wanted.sites is not None:
        found["sites"] = _EMPTY
    return found


_STANDARD_RANGES: Condition = {
    "$or": [
        {"glycemicRanges.preset": "adaStandard"},
        {"glycemicRanges": {"$exists": False}},
    ]
}


def _search(text: str) -> Condition:
    """Records without a key (written elsewhere) are looked at field by field."""
    if "\0" in text or len(text) > LONGEST_SEARCH:
        return _NOTHING
    by_field = {"$or": [{name: _pattern(text, "i")} for name in SEARCHED]}
    if SEPARATOR in text:
        return by_field
    return {"$or": [{"searchKey": _pattern(fold(text), "")}, {"searchKey": None, **by_field}]}


def _pattern(text: str, options: str) -> Condition:
    return {"$regex": re.escape(text), "$options": options}

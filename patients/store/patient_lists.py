"""Pages and counts of a clinic's patients: which ids, from the rows of `patientLists`, and then the records.

An order that has an index is walked, unless so few match a filter that finding them is faster. Otherwise the rows that
can match are read and sorted. The id is the last key of every order, in its direction, so a page boundary never repeats
or loses a patient, and one index serves both directions.

Every query names its index: all indexes begin with the clinic, and MongoDB would try two dozen plans to find out which
is best. Rows of a clinic that no index narrows down are read where they lie, side by side. In a large clinic these and
the keys of a search are read in two halves at the same time (`halves`), and one more query puts what was found in
order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING

from kernel import db, parallel, texts
from kernel.db import Document
from patients import statistics
from patients.documents import PatientDocument
from patients.list_rows import (
    NO_FLAG,
    SEPARATOR,
    date_path,
    escape,
    order_keys,
    patient_id_of,
    row_id,
)
from patients.search_keys import in_key
from patients.store.halves import LAST_DATA, ROW, SEARCH_KEY, halves, is_seldom
from patients.store.list_rows import BY_ISSUE, BY_KEY, BY_PATIENT, COLLECTION
from patients.store.patients import COLLATION, list_shown

BY_TAG, BY_SITE, BY_SEARCH, SIDE_BY_SIDE = "ListTags", "ListSites", "ListSearch", "_id_"
# Index -> the key of it in whose order the halves of a clinic lie.
_HALVED = {SIDE_BY_SIDE: ROW, BY_SEARCH: SEARCH_KEY, BY_TAG: LAST_DATA}
Condition = dict[str, Any]
_LEAST: dict[type, Any] = {float: float("-inf"), datetime: datetime.min.replace(tzinfo=UTC)}
_PATIENT = {"patientId": 1, "_id": 0}  # as keys of an index have it
# How far a page may lie behind the first one to be found in halves: each half has to be read as far as its end.
_FARTHEST = 2000
# Names that are sent back to be put in order: a command has room for 16 MB, and a row's name has up to 4 KB.
_MOST_SENT = 3000
_FIRST_ID, _LAST_ID = ObjectId(b"\0" * 12), ObjectId(b"\xff" * 12)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path` in a row. `operator` is MongoDB's: $lt, $lte, $gt or $gte. Missing values never match."""

    path: str
    operator: str
    value: float | datetime

    @property
    def condition(self) -> Condition:
        compared = {self.operator: self.value}
        if isinstance(self.value, datetime):
            return {self.path: compared}
        return {"$or": [{self.path: compared}, {self.path + NO_FLAG: compared}]}


@dataclass(frozen=True, slots=True)
class PatientFilter:
    """All conditions must hold. `tags`: all of these, `sites`: any of these. An empty list selects patients without
    any; None sets no condition. `patterns`: what staff search for, see
    `search_keys.patterns_of`. `issues`: one of these, by the codes of rows. `is_subscribed`: reports are sent to the
    health record. `source_state`: of any data source, "" for patients without one. `data_since`: some data are as new
    as that; `no_data_since`: none are, or there are none at all."""

    search: str | None = None
    patterns: Sequence[str] = ()
    tags: Sequence[ObjectId] | None = None
    sites: Sequence[ObjectId] | None = None
    reviewed_until: datetime | None = None
    only_standard_ranges: bool = False
    issues: Sequence[int] | None = None
    is_custodial: bool | None = None
    is_subscribed: bool | None = None
    source_state: str | None = None
    data_since: datetime | None = None
    no_data_since: datetime | None = None
    comparisons: Sequence[Comparison] = ()

    @property
    def is_empty(self) -> bool:
        return self == NO_FILTER

    @property
    def is_search(self) -> bool:
        return self.search is not None or bool(self.patterns)


NO_FILTER = PatientFilter()


@dataclass(frozen=True, slots=True)
class Ordering:
    """`path` in a row and its direction. `values`: their type, if patients with a value (and its flag) come before
    those without, in both directions. `collated`: by language rules, ignoring case and accents. `index`: the one that
    has this order. `is_rough`: those without a value (or its flag) are in no order among themselves, which spares
    looking for a second value in each row."""

    path: str
    direction: int
    values: type | None = None
    collated: bool = False
    index: str | None = None
    is_rough: bool = False

    @property
    def options(self) -> dict[str, Any]:
        return {"collation": COLLATION} if self.collated else {}


@dataclass(frozen=True, slots=True)
class Window:
    skip: int
    limit: int


# --- pages ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Reading:
    """Queries that find each matching row once, and the index with which they do."""

    clinic_id: ObjectId
    parts: Sequence[Condition]
    index: str

    def narrowed(self, condition: Condition) -> "_Reading":
        return replace(self, parts=[{"$and": [part, condition]} for part in self.parts])


def _reading(
    clinic_id: ObjectId, patient_filter: PatientFilter, index: str, total: int
) -> _Reading:
    query, key = conditions(clinic_id, patient_filter, index), _HALVED.get(index)
    if key is None:
        return _Reading(clinic_id, [query], index)
    parts = [{"$and": [*query["$and"], *half]} for half in halves(clinic_id, key, total)]
    return _Reading(clinic_id, parts, index)


def list_page(
    clinic_id: ObjectId,
    patient_filter: PatientFilter,
    ordering: Ordering,
    window: Window,
    *,
    is_rare: bool = False,
    total: int,
) -> list[PatientDocument]:
    """As `list_ids`."""
    ids = list_ids(clinic_id, patient_filter, ordering, window, is_rare=is_rare, total=total)
    return list_shown(clinic_id, ids)


def list_ids(
    clinic_id: ObjectId,
    patient_filter: PatientFilter,
    ordering: Ordering,
    window: Window,
    *,
    is_rare: bool = False,
    total: int,
) -> list[ObjectId]:
    """`is_rare`: so few patients match that finding and sorting them is faster than walking along the order. `total`:
    how many patients the clinic has, as far as is known."""
    index = ordering.index if ordering.index and not is_rare else _index_for(patient_filter)
    reading = _reading(clinic_id, patient_filter, index, total if _is_near(window) else 0)
    if ordering.values is None:
        return _list_ids(reading, ordering, window)
    return _list_by_values(reading, ordering, window, total)


def _is_near(window: Window) -> bool:
    return window.skip + window.limit <= _FARTHEST


def _list_ids(reading: _Reading, ordering: Ordering, window: Window) -> list[ObjectId]:
    if len(reading.parts) == 1:
        return _sorted_ids(reading.parts[0], ordering, window, reading.index)
    first = Window(0, window.skip + window.limit)
    found = parallel.run(
        [partial(_sorted_ids, part, ordering, first, reading.index) for part in reading.parts]
    )
    return _in_order(reading.clinic_id, list(chain(*found)), ordering, window)


def _in_order(
    clinic_id: ObjectId, ids: Sequence[ObjectId], ordering: Ordering, window: Window
) -> list[ObjectId]:
    rows = {"patientId": {"$in": list(ids)}, "clinicId": clinic_id}
    return _sorted_ids(rows, ordering, window, BY_PATIENT)


def _sorted_ids(query: Condition, ordering: Ordering, window: Window, index: str) -> list[ObjectId]:
    rows = db.collection(COLLECTION).find(
        query,
        _PATIENT,
        sort=[(path, ordering.direction) for path in _sort_keys(ordering, index)],
        skip=window.skip,
        limit=window.limit,
        hint=index,
        **ordering.options,
    )
    return [row["patientId"] for row in rows]


def _sort_keys(ordering: Ordering, index: str) -> tuple[str, ...]:
    """The index of an order need not hold the id: entries with equal keys lie in the order of the rows, and the
    collection is clustered by clinic and patient."""
    if ordering.path == ROW:
        return (ROW,)
    keys = order_keys(ordering.path)
    if index == ordering.index:
        return keys
    return (ordering.path, "patientId") if ordering.is_rough else (*keys, "patientId")


def _list_by_values(
    reading: _Reading, ordering: Ordering, window: Window, total: int
) -> list[ObjectId]:
    """Downwards MongoDB puts what is missing behind all values by itself, and a page whose last patient has a value is
    right in any order of the others. That is one look at each row less, but twice the time where it is not so."""
    if ordering.direction < 0:
        if reading.index == ordering.index:
            return _list_ids(reading, ordering, window)
        ids = _list_roughly(reading, ordering, window, total)
        if ids is not None:
            return ids
    return _list_groups(_groups(reading, ordering), window)


def _list_roughly(
    reading: _Reading, ordering: Ordering, window: Window, total: int
) -> list[ObjectId] | None:
    """None if the last patient of the page has no value, or seems to have none."""
    if is_seldom(reading.clinic_id, ordering.path, total):
        return None
    ids = _list_ids(reading, replace(ordering, is_rough=True), window)
    is_right = not ids or _has(reading.clinic_id, ids[-1], ordering.path)
    return ids if is_right else None


def _has(clinic_id: ObjectId, patient_id: ObjectId, path: str) -> bool:
    row = {"_id": row_id(clinic_id, patient_id), "clinicId": clinic_id, path: {"$ne": None}}
    return db.collection(COLLECTION).find_one(row, {"_id": 1}, hint=BY_KEY) is not None


def _groups(reading: _Reading, ordering: Ordering) -> list[tuple[_Reading, Ordering]]:
    """Those who have a value, and behind them the others: by their values without a flag where they have one, which
    are behind nothing upwards and before it downwards. Those with nothing are met in the order of the rows, where none
    is looked for first."""
    assert ordering.values is not None  # noqa: S101 (for the type checker)
    is_value = {"$gte": _LEAST[ordering.values]}
    with_value = reading.narrowed({ordering.path: is_value}), replace(ordering, is_rough=True)
    if reading.index == ordering.index:
        return [with_value, (reading.narrowed({ordering.path: None}), ordering)]
    keys = order_keys(ordering.path)
    by_row = Ordering(ROW, ordering.direction)
    without = reading.narrowed(dict.fromkeys(keys)), by_row
    unflagged = [
        (reading.narrowed({key: is_value}), replace(ordering, path=key, is_rough=True))
        for key in keys[1:]
    ]
    behind = [without, *unflagged]
    return [with_value, *behind[:: ordering.direction]]


def _list_groups(groups: Sequence[tuple[_Reading, Ordering]], window: Window) -> list[ObjectId]:
    """A page of all, one group behind the other."""
    ids: list[ObjectId] = []
    skip = window.skip
    for reading, ordering in groups:
        if len(ids) == window.limit:
            break
        found = _list_ids(reading, ordering, Window(skip, window.limit - len(ids)))
        skip = 0 if found or not skip else max(0, skip - _count(reading))
        ids += found
    return ids


def search_page(
    clinic_id: ObjectId,
    patient_filter: PatientFilter,
    window: Window,
    ordering: Ordering,
    *,
    most: int,
    total: int,
) -> tuple[list[PatientDocument] | None, int]:
    """A page of the hits in order of their names, and their number, from one pass over the keys of the index. There is
    no page if there are more than `most` hits, or more than are sent back to be put in order."""
    reading, most = _reading(clinic_id, patient_filter, BY_SEARCH, total), min(most, _MOST_SENT)
    found = parallel.run([partial(_hits, part, most) for part in reading.parts])
    count = sum(number for _, number in found)
    if count > most:
        return None, count
    rows = [
        # Without a name a patient has a key of null in the index, and no field in the row.
        {"fullName": row.get("fullName"), "patientId": row["patientId"]}
        for hits, _ in found
        for row in hits
    ]
    return list_shown(clinic_id, _by_name(rows, ordering, window)), count


def _hits(query: Condition, most: int) -> tuple[list[Document], int]:
    """The hits, and their number; without them if there are more than `most`. Without a collation: only so are the
    keys of the index the bounds of a half."""
    rows = db.collection(COLLECTION)
    shown = {"searchKey": 1, "fullName": 1, **_PATIENT}
    order, limit = [("searchKey", ASCENDING)], most + 1
    hits = list(rows.find(query, shown, sort=order, limit=limit, batch_size=limit, hint=BY_SEARCH))
    if len(hits) <= most:
        return hits, len(hits)
    last = hits[-1]["searchKey"]
    before = sum(row["searchKey"] != last for row in hits)
    rest = {"$and": [query, {"searchKey": {"$gte": last}}]}
    return [], before + rows.count_documents(rest, hint=BY_SEARCH)


def _by_name(hits: list[Document], ordering: Ordering, window: Window) -> list[ObjectId]:
    """MongoDB knows the rules of the language; the rows need not be read for it."""
    pipeline: list[Document] = [
        {"$documents": {"$literal": hits}},
        {"$sort": {"fullName": ordering.direction, "patientId": ordering.direction}},
        {"$skip": window.skip},
        {"$limit": window.limit},
        {"$project": {"patientId": 1}},
    ]
    return [row["patientId"] for row in db.database().aggregate(pipeline, **ordering.options)]


def count_matching(clinic_id: ObjectId, patient_filter: PatientFilter, *, total: int) -> int:
    """`total`: how many patients the clinic has, as far as is known."""
    return _count(_reading(clinic_id, patient_filter, _index_for(patient_filter), total))


def _count(reading: _Reading) -> int:
    return sum(parallel.run([partial(_number, part, reading.index) for part in reading.parts]))


def _number(query: Condition, index: str) -> int:
    return db.collection(COLLECTION).count_documents(query, hint=index)


# --- conditions -----------------------------------------------------------------------------------
def _index_for(patient_filter: PatientFilter) -> str:
    """The index with which the filter has to fetch the fewest rows."""
    if patient_filter.issues is not None:
        return BY_ISSUE
    if patient_filter.tags:
        return BY_TAG
    if patient_filter.sites:
        return BY_SITE
    return BY_SEARCH if patient_filter.is_search else SIDE_BY_SIDE


def conditions(clinic_id: ObjectId, patient_filter: PatientFilter, index: str) -> Condition:
    return {"$and": [*_of_clinic(clinic_id, index), *_of_filter(patient_filter)]}


def _of_clinic(clinic_id: ObjectId, index: str) -> Iterator[Condition]:
    if index == SIDE_BY_SIDE:
        first, last = row_id(clinic_id, _FIRST_ID), row_id(clinic_id, _LAST_ID)
        yield {"_id": {"$gte": first, "$lte": last}}
    else:
        yield {"clinicId": clinic_id}


def _of_filter(patient_filter: PatientFilter) -> Iterator[Condition]:
    if patient_filter.tags is not None:
        yield {"tags": {"$all": list(patient_filter.tags)} if patient_filter.tags else None}
    if patient_filter.sites is not None:
        yield {"sites": {"$in": list(patient_filter.sites)} if patient_filter.sites else None}
    if patient_filter.only_standard_ranges:
        yield {"hasOwnRanges": None}
    if patient_filter.reviewed_until is not None:
        yield {"reviewed": {"$lte": patient_filter.reviewed_until}}
    if patient_filter.issues is not None:
        yield {"issue": {"$in": list(patient_filter.issues)}}
    yield from _of_account_and_data(patient_filter)
    yield from ({"searchKey": in_key(word)} for word in texts.words(patient_filter.search or ""))
    yield from ({"searchKey": {"$regex": pattern}} for pattern in patient_filter.patterns)
    yield from (comparison.condition for comparison in patient_filter.comparisons)


def _of_account_and_data(patient_filter: PatientFilter) -> Iterator[Condition]:
    """By what staff narrow lists."""
    flags = {
        "isCustodial": patient_filter.is_custodial,
        "isSubscribed": patient_filter.is_subscribed,
    }
    yield from ({name: wanted or None} for name, wanted in flags.items() if wanted is not None)
    if patient_filter.source_state is not None:
        yield {"sources": _with_state(patient_filter.source_state)}
    if patient_filter.data_since is not None:
        yield {"$or": list(_of_last_data({"$gte": patient_filter.data_since}))}
    if patient_filter.no_data_since is not None:
        yield from _of_last_data({"$not": {"$gte": patient_filter.no_data_since}})


def _with_state(state: str) -> Any:
    """A condition on the text of a row's sources."""
    ends = rf"\.{re.escape(escape(state))}(?:{SEPARATOR}|$)"
    return {"$regex": ends} if state else None


def _of_last_data(condition: Condition) -> Iterator[Condition]:
    return ({date_path(kind, "lastData"): condition} for kind in statistics.KINDS)


def list_figures(ids: Sequence[ObjectId], paths: Sequence[str]) -> dict[ObjectId, Document]:
    """What rows have at these paths, by id of the patient."""
    query = {"patientId": {"$in": list(ids)}}
    rows = db.collection(COLLECTION).find(query, dict.fromkeys(paths, 1), hint=BY_PATIENT)
    return {patient_id_of(row): row for row in rows}

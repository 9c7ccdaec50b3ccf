"""Pages and counts of a clinic's patients.

If an index has the requested order, the page is read from it. Otherwise only keys are sorted (the values to sort by,
never documents), and then the page's documents are fetched by id. `_id` is the last key of every order, so a page
boundary never repeats or loses a patient.

Every query names its index: all indexes begin with the clinic, and MongoDB would try two dozen plans on documents of
13 KB to find out which is best (measured: 2 to 10 seconds at 10,000 patients).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db, texts
from kernel.db import Document
from patients import statistics
from patients.choices import RangePreset, RangeType
from patients.documents import PatientDocument
from patients.search_keys import MARK, SEARCHED, WITHOUT_KEY, in_fields, in_key
from patients.store.patients import COLLATION, COLLECTION, find_shown

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
    """All conditions must hold. `tags`: all of these, `sites`: any of these. An empty list selects patients without
    any; None sets no condition."""

    search: str | None = None
    tags: Sequence[ObjectId] | None = None
    sites: Sequence[ObjectId] | None = None
    reviewed_until: datetime | None = None
    only_standard_ranges: bool = False
    comparisons: Sequence[Comparison] = ()

    @property
    def is_empty(self) -> bool:
        return self == NO_FILTER

    @property
    def is_several_tags(self) -> bool:
        """Whether the only condition is on at least two different tags."""
        return len(set(self.tags or ())) > 1 and self == PatientFilter(tags=self.tags)


NO_FILTER = PatientFilter()


@dataclass(frozen=True, slots=True)
class Ordering:
    """`keys`: paths and directions before `_id`. `value_first`: the path whose absence puts a patient last, where no
    stored flag says whether there is a value. `collated`: by language rules, ignoring case and accents. `index`: the
    pair of indexes, one for each direction, that has this order."""

    keys: tuple[tuple[str, int], ...]
    collated: bool = False
    index: str | None = None
    value_first: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        return {"collation": COLLATION} if self.collated else {}


@dataclass(frozen=True, slots=True)
class Window:
    skip: int
    limit: int


# --- pages ----------------------------------------------------------------------------------------
def list_page(
    clinic_id: ObjectId,
    patient_filter: PatientFilter,
    ordering: Ordering,
    window: Window,
    *,
    is_rare: bool = False,
) -> list[PatientDocument]:
    """`is_rare`: so few patients match that fetching and sorting them is faster than walking along the order."""
    query = conditions(clinic_id, patient_filter)
    index = _index_in_order(patient_filter, ordering, is_rare=is_rare)
    if index is None:
        return _list_by_ids(_sorted_ids(query, patient_filter, ordering, window))
    return find_shown(
        query,
        sort=[*ordering.keys, ("_id", 1)],
        skip=window.skip,
        limit=window.limit,
        hint=index,
        **ordering.options,
    )


def has_choice(patient_filter: PatientFilter, ordering: Ordering) -> bool:
    """Whether `is_rare` matters: an index has the order, but does not contain the filter as well."""
    walked = _index_in_order(patient_filter, ordering, is_rare=False)
    return walked is not None and walked != _index_in_order(patient_filter, ordering, is_rare=True)


def _index_in_order(
    patient_filter: PatientFilter, ordering: Ordering, *, is_rare: bool
) -> str | None:
    """The index that has the order; None when the keys have to be sorted."""
    if ordering.index is None:
        return None
    direction = "Up" if ordering.keys[-1][1] > 0 else "Down"
    if ordering.collated and patient_filter.tags is not None:
        return f"{ordering.index}ByTag{direction}"
    if ordering.collated and patient_filter.sites:
        return f"{ordering.index}BySite{direction}"
    return None if is_rare else f"{ordering.index}{direction}"


def search_page(
    clinic_id: ObjectId, patient_filter: PatientFilter, ordering: Ordering, window: Window
) -> tuple[list[PatientDocument], int]:
    """A page of the hits and their total number, from one pass over the keys of the search index."""
    everyone_has_a_key = _all_have_search_keys(clinic_id)
    query = conditions(clinic_id, patient_filter, by_key_alone=everyone_has_a_key)
    rows = db.collection(COLLECTION).aggregate(
        [{"$match": query}, *_by_keys(ordering), *_page_and_count(window)],
        hint="ListSearch",
        **ordering.options,
    )
    return _page_of(rows)


def tags_page(
    clinic_id: ObjectId, tags: Sequence[ObjectId], ordering: Ordering, window: Window
) -> tuple[list[PatientDocument], int]:
    """A page, sorted by name, of the patients who have all of several tags, and their number.

    An index over an array answers for one value at a time. So everyone with each tag is read from the index keys, and
    those who have all the tags are worked out before any document is fetched.
    """
    _, direction = ordering.keys[0]
    pipeline = [
        *holders_of_all(clinic_id, tags, fullName="fullName"),
        {"$sort": {"fullName": direction, "_id": 1}},
        *_page_and_count(window),
    ]
    rows = db.collection(COLLECTION).aggregate(pipeline, hint=BY_TAG, **ordering.options)
    return _page_of(rows)


def holders_of_all(clinic_id: ObjectId, tags: Sequence[ObjectId], **kept: str) -> list[Condition]:
    """Stages that find, from the keys of `TideTags`, who has all the tags. `kept`: name in the result -> path."""
    fields: Condition = {name: f"${path}" for name, path in kept.items()} or {"_id": 1}
    holders: list[list[Condition]] = [
        [{"$match": {"clinicId": clinic_id, "tags": tag}}, {"$project": fields}]
        for tag in dict.fromkeys(tags)
    ]
    firsts = {name: {"$first": f"${name}"} for name in kept}
    first, *others = holders
    return [
        *first,
        *({"$unionWith": {"coll": COLLECTION, "pipeline": pipeline}} for pipeline in others),
        {"$group": {"_id": "$_id", "n": {"$sum": 1}, **firsts}},
        {"$match": {"n": len(holders)}},
    ]


def _page_and_count(window: Window) -> list[Condition]:
    collected = {"_id": None, "n": {"$sum": 1}, "ids": {"$push": "$_id"}}
    page = {"n": 1, "ids": {"$slice": ["$ids", window.skip, window.limit]}}
    return [{"$group": collected}, {"$project": page}]


def _page_of(rows: Iterable[Document]) -> tuple[list[PatientDocument], int]:
    for row in rows:
        return _list_by_ids(row["ids"]), row["n"]
    return [], 0


def _all_have_search_keys(clinic_id: ObjectId) -> bool:
    """Reads at most one index key, however large the clinic is."""
    query = {"clinicId": clinic_id, **WITHOUT_KEY}
    return db.collection(COLLECTION).find_one(query, {"_id": 1}, hint="ListSearch") is None


def _sorted_ids(
    query: Condition, patient_filter: PatientFilter, ordering: Ordering, window: Window
) -> list[ObjectId]:
    rows = db.collection(COLLECTION).aggregate(
        [
            {"$match": query},
            *_by_keys(ordering),
            {"$skip": window.skip},
            {"$limit": window.limit},
            {"$project": {"_id": 1}},
        ],
        hint=_index_for(patient_filter, ordering),
        **ordering.options,
    )
    return [row["_id"] for row in rows]


def _by_keys(ordering: Ordering) -> list[dict[str, Any]]:
    """Stages that reduce patients to the values to sort by, and sort those."""
    fields: dict[str, Any] = {}
    order: dict[str, int] = {}
    if ordering.value_first is not None:
        fields["has"] = {"$gt": [f"${ordering.value_first}", None]}
        order["has"] = -1
    for number, (path, direction) in enumerate(ordering.keys):
        fields[f"k{number}"] = _value_at(path)
        order[f"k{number}"] = direction
    return [{"$project": fields}, {"$sort": {**order, "_id": 1}}]


def _value_at(path: str) -> Any:
    """Expressions do not support array positions in paths, so the newest review needs `$first`."""
    if path != REVIEWED:
        return f"${path}"
    return {"$let": {"vars": {"r": {"$first": "$reviews"}}, "in": "$$r.time"}}


def _list_by_ids(ids: list[ObjectId]) -> list[PatientDocument]:
    if not ids:
        return []
    by_id = {d["_id"]: d for d in find_shown({"_id": {"$in": ids}})}
    return [by_id[document_id] for document_id in ids if document_id in by_id]


def list_last_data(ids: Sequence[ObjectId]) -> list[Document]:
    """{_id, summary}, where the summary has only the time of the last data of each kind."""
    paths = dict.fromkeys((statistics.date_path(kind, "lastData") for kind in statistics.KINDS), 1)
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(ids)}}, paths))


# --- counts ---------------------------------------------------------------------------------------
def count_matching(clinic_id: ObjectId, patient_filter: PatientFilter) -> int:
    """Counted from index keys alone if one index contains every field of the filter."""
    if patient_filter.is_several_tags:
        return _count_with_all_tags(clinic_id, patient_filter.tags or ())
    return db.collection(COLLECTION).count_documents(
        conditions(clinic_id, patient_filter), hint=_index_for(patient_filter)
    )


def _count_with_all_tags(clinic_id: ObjectId, tags: Sequence[ObjectId]) -> int:
    pipeline = [*holders_of_all(clinic_id, tags), {"$count": "n"}]
    return sum(row["n"] for row in db.collection(COLLECTION).aggregate(pipeline, hint=BY_TAG))


def _index_for(patient_filter: PatientFilter, ordering: Ordering | None = None) -> str:
    """The index with which the filter has to fetch the fewest documents."""
    if patient_filter.tags is not None:
        return BY_TAG
    if patient_filter.sites:
        return BY_SITE
    paths = _compared(patient_filter, ordering)
    if len(paths) == 1 and paths <= _FIRST_FIELDS.keys():
        return _FIRST_FIELDS[paths.pop()]
    covered = {
        period_name: len(paths.intersection(statistics.filter_index_fields(period_name)))
        for period_name in _FILTERED_PERIODS
    }
    period = max(covered, key=covered.__getitem__)
    return statistics.filter_index(period) if covered[period] else ANY_PATIENT


def _compared(patient_filter: PatientFilter, ordering: Ordering | None) -> set[str]:
    paths = {comparison.path for comparison in patient_filter.comparisons}
    if patient_filter.only_standard_ranges:
        paths.add("glycemicRanges.type")
    if patient_filter.reviewed_until is not None:
        paths.add(REVIEWED)
    if ordering is not None and ordering.value_first is not None:
        paths.add(ordering.value_first)
    return paths


# The usual period first: it wins if others would do as well.
_FILTERED_PERIODS = (statistics.DEFAULT_PERIOD, *statistics.PERIODS)
BY_TAG, BY_SITE, ANY_PATIENT = "TideTags", "Sites", "UniquePatient"
REVIEWED = "reviews.0.time"
# If the filter is about one of these alone, only the index keys within its bounds are read.
_FIRST_FIELDS = {
    statistics.date_path("cgm", "lastData"): "ListLastDataCGMUp",
    statistics.date_path("bgm", "lastData"): "ListLastDataBGMUp",
    REVIEWED: "ListReviewedUp",
}


# --- conditions -----------------------------------------------------------------------------------
def conditions(
    clinic_id: ObjectId, patient_filter: PatientFilter, *, by_key_alone: bool = False
) -> Condition:
    query: Condition = {"clinicId": clinic_id, **_tags_and_sites(patient_filter)}
    if patient_filter.only_standard_ranges:
        query |= _STANDARD_RANGES
    if patient_filter.search is not None:
        query |= _search(patient_filter.search, by_key_alone=by_key_alone)
    if patient_filter.reviewed_until is not None:
        query[REVIEWED] = {"$lte": patient_filter.reviewed_until}
    for comparison in patient_filter.comparisons:
        query.setdefault(comparison.path, {})[comparison.operator] = comparison.value
    return query


def _tags_and_sites(patient_filter: PatientFilter) -> Condition:
    tag_and_site_conditions: Condition = {}
    if patient_filter.tags is not None:
        tag_and_site_conditions["tags"] = (
            {"$all": list(patient_filter.tags)} if patient_filter.tags else _EMPTY
        )
    if patient_filter.sites:
        tag_and_site_conditions["sites.id"] = {"$in": list(patient_filter.sites)}
    elif patient_filter.sites is not None:
        tag_and_site_conditions["sites"] = _EMPTY
    return tag_and_site_conditions


# Patients without a setting count as standard. With `$in` and null an index answers this; `$exists: false` would fetch
# every patient.
_STANDARD_RANGES: Condition = {
    "glycemicRanges.type": {"$in": [RangeType.PRESET, None]},
    "glycemicRanges.preset": {"$in": [RangePreset.STANDARD, None]},
}


def _search(text: str, *, by_key_alone: bool) -> Condition:
    """In records without a search key by the current rules (written by another service or by an earlier release),
    each field is searched."""
    words = texts.words(text)
    if not words:
        return {}
    by_field = in_fields(words, SEARCHED)
    by_key: Condition = {"$and": [{"searchKey": in_key(word)} for word in words]}
    return by_key if by_key_alone else {"$or": [by_key, {"searchKey": _NO_KEY, **by_field}]}


# A pattern, not a range: a range comparison would be affected by the collation with which some lists are sorted.
_NO_KEY: Condition = {"$not": {"$regex": f"^{MARK}"}}

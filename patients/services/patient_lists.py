"""Lists of patients: sorts, filters, search and pages (rules PATIENT-80 to PATIENT-99)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import clock, ids, page_limits, safe_reading
from kernel.db import Document
from kernel.errors import BadRequest
from patients import statistics
from patients.documents import PatientDocument
from patients.services import patient_counts
from patients.store import patient_lists as store
from patients.store.patient_lists import NO_FILTER, Comparison, Ordering, PatientFilter, Window

BAD_RANGE = "couldn't parse range filter"
NO_DIRECTION = "invalid sort parameter, missing sort order"
NO_TYPE = "invalid sort parameter, missing type"
BAD_ATTRIBUTE = "invalid sort parameter, invalid sort attribute"
BY_NAME = Ordering((("fullName", 1),), collated=True, index="ListName")
INDEXED_DATES = ("lastData",)
_PLAIN = {
    "fullName": ("fullName", True, "ListName"),
    "birthDate": ("birthDate", False, "ListBirthDate"),
    "lastReviewed": (store.REVIEWED, False, "ListReviewed"),
}
_OPERATORS = {">=": "$gte", ">": "$gt", "<=": "$lte", "<": "$lt"}
_RANGE = re.compile(r"(>=|>|<=|<)(.*)")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_PARAMETERS = {name: (kind, field) for name, kind, field, _ in statistics.filter_parameters()}


@dataclass(frozen=True, slots=True)
class PatientPage:
    """`count`: the number that match; `total`: the number of all patients of the clinic."""

    documents: list[PatientDocument]
    count: int
    total: int


def list_patients(
    *, clinic_id: str, patient_filter: PatientFilter, ordering: Ordering, skip: int, limit: int
) -> PatientPage:
    """An unknown clinic has no patients; that is not an error."""
    clinic, window = ObjectId(clinic_id), Window(skip, min(limit, page_limits.MOST + 1))
    total = patient_counts.total_of(clinic)
    if patient_filter.is_empty:
        return _page_of_all(clinic, ordering, window, total)
    if patient_filter.search is not None:
        documents, count = store.search_page(clinic, patient_filter, ordering, window)
    elif patient_filter.is_several_tags and ordering.collated:
        documents, count = store.tags_page(clinic, patient_filter.tags or (), ordering, window)
    else:
        return _filtered_page(clinic, patient_filter, ordering, window, total)
    page_limits.check(len(documents))
    return PatientPage(documents, count, _at_least(count, clinic, total))


def _page_of_all(clinic: ObjectId, ordering: Ordering, window: Window, total: int) -> PatientPage:
    """Whatever total is stored, the page shows the patients who exist, and the total agrees with the page."""
    if total <= window.skip:
        total = patient_counts.counted_total(clinic)
    if total <= window.skip:
        return PatientPage([], total, total)
    page_limits.check(min(window.limit, total - window.skip))
    is_last = total <= window.skip + window.limit
    read = Window(window.skip, window.limit + is_last)  # one more, in case it is not the last page
    rows = store.list_page(clinic, NO_FILTER, ordering, read)
    documents = rows[: window.limit]
    page_limits.check(len(documents))
    if len(rows) != min(read.limit, total - window.skip):
        total = patient_counts.counted_total(clinic)
    return PatientPage(documents, total, total)


def _filtered_page(
    clinic: ObjectId, patient_filter: PatientFilter, ordering: Ordering, window: Window, total: int
) -> PatientPage:
    count = store.count_matching(clinic, patient_filter)
    if store.has_choice(patient_filter, ordering):
        # The choice of the index depends on the total. Counting it costs less than counting those who match.
        total = patient_counts.counted_total(clinic)
    total = _at_least(count, clinic, total)
    if count <= window.skip:
        return PatientPage([], count, total)
    page_limits.check(min(window.limit, count - window.skip))
    is_rare = _is_rare(count, total, window)
    documents = store.list_page(clinic, patient_filter, ordering, window, is_rare=is_rare)
    return PatientPage(documents, count, total)


def count_patients(clinic: ObjectId, patient_filter: PatientFilter) -> int:
    """The exact number that match, whatever total is stored."""
    if patient_filter.is_empty:
        return patient_counts.counted_total(clinic)
    if patient_filter.search is not None:
        return store.search_page(clinic, patient_filter, BY_NAME, Window(0, 1))[1]
    return store.count_matching(clinic, patient_filter)


def _at_least(count: int, clinic: ObjectId, total: int) -> int:
    """The stored total, or if more than that match, an exact one."""
    return total if count <= total else max(count, patient_counts.counted_total(clinic))


def _is_rare(count: int, total: int, window: Window) -> bool:
    """Walking along the order reads (skip + limit) x total / count patients to fill a page; otherwise all hits are
    read."""
    return count * count < (window.skip + window.limit) * total


def with_last_data(documents: Sequence[Document]) -> list[tuple[Document, datetime | None]]:
    """Lists do not contain the statistics, which are most of a record; this fetches only their dates."""
    rows = {row["_id"]: row for row in store.list_last_data([d["_id"] for d in documents])}
    return [(document, last_data(rows.get(document["_id"], {}))) for document in documents]


def last_data(document: Document) -> datetime | None:
    """The time of the newest data of any kind."""
    stats = (
        safe_reading.mapping(safe_reading.mapping(document.get("summary")).get(f"{kind}Stats"))
        for kind in statistics.KINDS
    )
    dates = (safe_reading.mapping(part.get("dates")).get("lastData") for part in stats)
    return max((moment for moment in dates if isinstance(moment, datetime)), default=None)


# --- filters --------------------------------------------------------------------------------------
def read_filter(query: Mapping[str, Any]) -> PatientFilter:
    """From validated query parameters."""
    period = query.get("period", statistics.DEFAULT_PERIOD)
    return PatientFilter(
        search=query.get("search"),
        tags=_readable_ids(query.get("tags")),
        sites=_readable_ids(query.get("sites")),
        reviewed_until=query.get("lastReviewed"),
        only_standard_ranges=query.get("omitNonStandardRanges", False),
        comparisons=(*_windows(query), *_ranges(query, period)),
    )


def _readable_ids(texts: list[str] | None) -> list[ObjectId] | None:
    """Ids that cannot be read are ignored. If none can be read (clients send `_`), the list is empty: "without any"."""
    if texts is None:
        return None
    return [parsed_id for parsed_id in map(ids.parse_id, texts) if parsed_id is not None]


def _windows(query: Mapping[str, Any]) -> Iterator[Comparison]:
    for kind in statistics.KINDS:
        for name, operator in (("lastDataFrom", "$gte"), ("lastDataTo", "$lt")):
            moment = _unless_zero(query.get(f"{kind}.{name}"))
            if moment is not None:
                yield Comparison(statistics.date_path(kind, "lastData"), operator, moment)


def _unless_zero(moment: datetime | None) -> datetime | None:
    """Clients send the zero time for none."""
    return None if moment == clock.ZERO else moment


def _ranges(query: Mapping[str, Any], period: str) -> Iterator[Comparison]:
    for name, (kind, field) in _PARAMETERS.items():
        if name in query:
            yield _range(query[name], statistics.path(kind, period, field))


def _range(text: str, path: str) -> Comparison:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadRequest(BAD_RANGE)
    sign, number = match.groups()
    value = int(number) if _WHOLE.fullmatch(number) else float(number)
    return Comparison(path, _OPERATORS[sign], value)


# --- sorting --------------------------------------------------------------------------------------
def read_ordering(query: Mapping[str, Any]) -> Ordering:
    """Reads `+attribute` or `-attribute`, for the kind in `sortType`; without `sort`, by name. Raises BadRequest."""
    text = query.get("sort")
    if text is None:
        return BY_NAME
    if text[0] not in "+-":
        raise BadRequest(NO_DIRECTION)
    kind = query.get("sortType")
    if kind is None:
        raise BadRequest(NO_TYPE)
    direction = 1 if text[0] == "+" else -1
    period = query.get("period", statistics.DEFAULT_PERIOD)
    return _ordering(kind, text[1:], direction, period)


def _ordering(kind: str, name: str, direction: int, period: str) -> Ordering:
    if name in _PLAIN:
        path, collated, index = _PLAIN[name]
        return Ordering(((path, direction),), collated=collated, index=index)
    if name in statistics.DATES:
        flag = statistics.date_path(kind, statistics.flag_of(name))
        path = statistics.date_path(kind, name)
        own = statistics.order_index(kind, name) if name in INDEXED_DATES else None
        return Ordering(((flag, -1), (path, direction)), index=own)
    return _by_statistic(kind, name, direction, period)


def _by_statistic(kind: str, name: str, direction: int, period: str) -> Ordering:
    """Patients with a value before those without, in both directions."""
    sortable = statistics.sortable(kind)
    if name not in sortable:
        raise BadRequest(BAD_ATTRIBUTE)
    path, flag = statistics.path(kind, period, name), sortable[name]
    if flag is None or (kind == "cgm" and name in statistics.FILTERED):
        return Ordering(((path, direction),), value_first=path)
    indexed = period == statistics.DEFAULT_PERIOD and name in statistics.ORDERED[kind]
    index = statistics.order_index(kind, name) if indexed else None
    keys = ((statistics.path(kind, period, flag), -1), (path, direction))
    return Ordering(keys, index=index)

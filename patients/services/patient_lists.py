"""Lists of patients: sorts, filters, search and pages (rules PATIENT-80 to PATIENT-99)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from math import isqrt
from typing import Any

from bson import ObjectId

from kernel import clock, db, ids, page_limits
from kernel.db import Document
from kernel.errors import BadRequest
from patients import list_rows, statistics
from patients.connection_issues import codes
from patients.documents import PatientDocument
from patients.services import patient_counts, preparing
from patients.store import patient_lists as store
from patients.store.patient_lists import Comparison, Ordering, PatientFilter, Window
from patients.store.patients import list_shown

BAD_RANGE = "couldn't parse range filter"
NO_DIRECTION = "invalid sort parameter, missing sort order"
NO_TYPE = "invalid sort parameter, missing type"
BAD_ATTRIBUTE = "invalid sort parameter, invalid sort attribute"
BY_NAME = Ordering("fullName", 1, collated=True, index="ListName")
_PLAIN = {
    "fullName": BY_NAME,
    "birthDate": Ordering("birthDate", 1, index="ListBirthDate"),
    "lastReviewed": Ordering("reviewed", 1, index="ListReviewed"),
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
    preparing.require_rows(clinic)
    total = patient_counts.total_of(clinic)
    if patient_filter.is_empty:
        documents = store.list_page(clinic, patient_filter, ordering, window, total=total)
        count = total = _total_that_fits(clinic, documents, window, total)
    else:
        documents, count = _matching_page(clinic, patient_filter, ordering, window, total)
    page_limits.check(len(documents))
    return PatientPage(documents, count, _at_least(count, clinic, total))


def list_ids(
    clinic: ObjectId,
    patient_filter: PatientFilter,
    ordering: Ordering,
    *,
    limit: int,
    moment: db.Moment | None = None,
) -> list[ObjectId]:
    """Record ids of all that match, in order, as they are at one moment: for work that goes through all of them, and
    at which it can read more."""
    preparing.require_rows(clinic)
    total, window, is_rare = (
        patient_counts.total_of(clinic),
        Window(0, limit),
        not patient_filter.is_empty,
    )
    read = db.read_at_one_moment if moment is None else moment.read
    return read(
        lambda: store.list_ids(
            clinic, patient_filter, ordering, window, is_rare=is_rare, total=total
        )
    )


def list_by_ids(clinic: ObjectId, record_ids: Sequence[str]) -> list[PatientDocument]:
    """In this order; without those that the clinic does not have any more."""
    return list_shown(clinic, [ObjectId(record_id) for record_id in record_ids])


def _matching_page(
    clinic: ObjectId, patient_filter: PatientFilter, ordering: Ordering, window: Window, total: int
) -> tuple[list[PatientDocument], int]:
    if patient_filter.is_search and ordering.path == BY_NAME.path:
        most = _most_rare(total, window)
        documents, count = store.search_page(
            clinic, patient_filter, window, ordering, most=most, total=total
        )
        if documents is not None:
            return documents, count
    else:
        count = store.count_matching(clinic, patient_filter, total=total)
    is_rare = count <= _most_rare(max(count, total), window)
    documents = store.list_page(
        clinic, patient_filter, ordering, window, is_rare=is_rare, total=total
    )
    return documents, count


def _total_that_fits(
    clinic: ObjectId, documents: Sequence[Document], window: Window, total: int
) -> int:
    """The page is what the query gives. A total that does not agree with it is counted, and so is one that says that
    nothing comes after a full page, or that an empty page lies behind the end."""
    is_full = len(documents) == window.limit
    end = window.skip + len(documents)
    fits = end < total if is_full else (end == total and bool(documents))
    return total if fits else patient_counts.counted_total(clinic)


def count_patients(clinic: ObjectId, patient_filter: PatientFilter) -> int:
    """The exact number that match, whatever total is stored."""
    preparing.require_rows(clinic)
    if patient_filter.is_empty:
        return patient_counts.counted_total(clinic)
    return store.count_matching(clinic, patient_filter, total=patient_counts.total_of(clinic))


def _at_least(count: int, clinic: ObjectId, total: int) -> int:
    """The stored total, or if more than that match, an exact one."""
    return total if count <= total else max(count, patient_counts.counted_total(clinic))


def _most_rare(total: int, window: Window) -> int:
    """Walking along the order reads (skip + limit) x total / count rows to fill a page; otherwise all hits are read."""
    return isqrt((window.skip + window.limit) * total)


@dataclass(frozen=True, slots=True)
class Figures:
    """What rows know of a patient's data: the times of the newest ones, and of the CGM data of fourteen days the share
    in range, 0-1, and the GMI in percent. None where there is none."""

    last_cgm: datetime | None
    last_bgm: datetime | None
    time_in_target: float | None
    gmi: float | None

    @property
    def last_data(self) -> datetime | None:
        dates = (self.last_cgm, self.last_bgm)
        return max((moment for moment in dates if moment is not None), default=None)


_DATES = [list_rows.date_path(kind, "lastData") for kind in ("cgm", "bgm")]
_STATISTICS = [
    list_rows.order_keys(list_rows.statistic_path("cgm", statistics.DEFAULT_PERIOD, name))
    for name in ("timeInTargetPercent", "glucoseManagementIndicator")
]
_OF_FIGURES = [*_DATES, *chain.from_iterable(_STATISTICS)]


def with_figures(documents: Sequence[Document]) -> list[tuple[Document, Figures]]:
    """Each with what its row knows of its data."""
    rows = store.list_figures([document["_id"] for document in documents], _OF_FIGURES)
    return [(document, _figures(rows.get(document["_id"], {}))) for document in documents]


def _figures(row: Document) -> Figures:
    dates = (_value(row, path) for path in _DATES)
    return Figures(*dates, *(_statistic(row, *paths) for paths in _STATISTICS))


def _value(row: Document, path: str) -> Any:
    return list_rows.value_at(row, *path.split("."))


def _statistic(row: Document, path: str, without_flag: str) -> float | None:
    """As the page of the patient shows it, which asks for no flag; but a zero without its flag stands for no value."""
    value: float | None = _value(row, path)
    return (_value(row, without_flag) or None) if value is None else value


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
        issues=codes(
            query.get("connectionIssueCauses"),
            only_hidden=query.get("onlyHiddenConnectionIssues", False),
        ),
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
                yield Comparison(list_rows.date_path(kind, "lastData"), operator, moment)


def _unless_zero(moment: datetime | None) -> datetime | None:
    """Clients send the zero time for none."""
    return None if moment == clock.ZERO else moment


def _ranges(query: Mapping[str, Any], period: str) -> Iterator[Comparison]:
    for name, (kind, field) in _PARAMETERS.items():
        if name in query:
            yield _range(query[name], list_rows.statistic_path(kind, period, field))


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


def attributes(kind: str) -> list[str]:
    """Everything that a list can be sorted by."""
    return [*_PLAIN, *statistics.DATES, *statistics.sortable(kind)]


def _ordering(kind: str, name: str, direction: int, period: str) -> Ordering:
    """Patients with a value before those without, in both directions (rules PATIENT-98 and PATIENT-99)."""
    if name in _PLAIN:
        return replace(_PLAIN[name], direction=direction)
    if name in statistics.DATES:
        return _values_first(list_rows.date_path(kind, name), direction, datetime)
    if name not in statistics.sortable(kind):
        raise BadRequest(BAD_ATTRIBUTE)
    return _values_first(list_rows.statistic_path(kind, period, name), direction, float)


def _values_first(path: str, direction: int, values: type) -> Ordering:
    return Ordering(path, direction, values, index=list_rows.INDEXED_ORDERS.get(path))

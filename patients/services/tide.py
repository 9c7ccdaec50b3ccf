"""The TIDE report: who needs attention, most urgent first (rules PATIENT-113 to PATIENT-121).

One query reads the values of the candidates, a second one finds patients without recent data, and a third fetches what
is shown. The categories are filled in memory: each patient appears in the first category that fits, and there are 100
patients in all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import ObjectId
from django.conf import settings

from kernel import clock
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services import preparing
from patients.store import tide as store
from patients.store.tide import Bound

ROW_FIELDS = store.ROW_FIELDS
Group = store.Group
MAX_PATIENTS = 100
MAX_NO_DATA = 50
RECENT = timedelta(hours=8)
NO_CUTOFF = "no lastDataCutoff provided"


@dataclass(frozen=True, slots=True)
class Category:
    """`needs`: all of these must hold. `avoids`: none of these may hold, and a missing value never does. `sort_by`:
    field and direction."""

    needs: tuple[Bound, ...]
    sort_by: tuple[str, int]
    avoids: tuple[Bound, ...] = ()

    def fits(self, period: Document) -> bool:
        return all(bound.holds(period) for bound in self.needs) and not any(
            bound.holds(period) for bound in self.avoids
        )


# Who is in a category, in fractions from 0 to 1. `rounded` are the values of which the whole percent, rounded half to
# even, is in the category: at least 1, 4, 1, 5 and 25, at most -15, at most 70, less than 70 (decision 0028).
_BOUNDS: dict[str, dict[str, tuple[str, float]]] = {
    "classic": {
        "timeInVeryLowPercent": ("$gt", 0.01),
        "timeInAnyLowPercent": ("$gt", 0.04),
        "timeInExtremeHighPercent": ("$gte", 0.01),
        "timeInVeryHighPercent": ("$gt", 0.05),
        "timeInAnyHighPercent": ("$gt", 0.25),
        "dropInTimeInTargetPercent": ("$lt", -0.15),
        "timeInTargetPercent": ("$lt", 0.7),
        "timeCGMUsePercent": ("$lt", 0.7),
    },
    "rounded": {
        "timeInVeryLowPercent": ("$gt", 0.005),
        "timeInAnyLowPercent": ("$gte", 0.035),
        "timeInExtremeHighPercent": ("$gt", 0.005),
        "timeInVeryHighPercent": ("$gt", 0.045),
        "timeInAnyHighPercent": ("$gt", 0.245),
        "dropInTimeInTargetPercent": ("$lt", -0.145),
        "timeInTargetPercent": ("$lte", 0.705),
        "timeCGMUsePercent": ("$lt", 0.695),
    },
}
_FIELDS = {"dropInTimeInTargetPercent": "timeInTargetPercentDelta"}  # of categories named otherwise
_MISSED = (
    "timeInAnyLowPercent",
    "timeInVeryLowPercent",
    "timeInAnyHighPercent",
    "timeInVeryHighPercent",
    "timeInExtremeHighPercent",
)
_ABOVE = {"$lt": "$gte", "$lte": "$gt"}
MEETING_TARGETS = "meetingTargets"


def _table(bounds: Mapping[str, tuple[str, float]]) -> dict[str, Category]:
    table = {name: _outside(_FIELDS.get(name, name), *bound) for name, bound in bounds.items()}
    target, use = (
        Bound(name, _ABOVE[operator], value)
        for name in ("timeInTargetPercent", "timeCGMUsePercent")
        for operator, value in (bounds[name],)
    )
    return {
        **table,
        MEETING_TARGETS: Category(
            needs=(target, use),
            sort_by=(target.field, -1),
            avoids=tuple(table[name].needs[0] for name in _MISSED),
        ),
    }


def _outside(field: str, operator: str, value: float) -> Category:
    """The most urgent first: the highest above a bound, the lowest below one."""
    return Category(
        (Bound(field, operator, value),), (field, -1 if operator in ("$gt", "$gte") else 1)
    )


_TABLES = {name: _table(bounds) for name, bounds in _BOUNDS.items()}
CATEGORIES = (*_BOUNDS["classic"], MEETING_TARGETS)
DEFAULT_CATEGORIES = (
    "timeInVeryLowPercent",
    "timeInAnyLowPercent",
    "timeInVeryHighPercent",
    "timeInAnyHighPercent",
    "dropInTimeInTargetPercent",
    "timeCGMUsePercent",
    "meetingTargets",
)


_COMPARED = {
    bound.field
    for category in _TABLES["classic"].values()
    for bound in (*category.needs, *category.avoids)
}


@dataclass(frozen=True, slots=True)
class TideQuestion:
    """Patients with all of the tags and at any of the sites; of the whole clinic without both."""

    group: Group
    period: str
    cutoff: datetime
    categories: Sequence[str] = DEFAULT_CATEGORIES
    with_no_data: bool = True


def tide_report(question: TideQuestion) -> dict[str, list[Document]]:
    """Stored documents by category, in the requested order; a category that was not reached has no key."""
    if question.cutoff == clock.ZERO:
        raise BadRequest(NO_CUTOFF)
    preparing.require_rows(question.group.clinic_id)
    chosen = dict(_fill(question, _candidates(question)))
    if question.with_no_data:
        chosen["noData"] = store.list_without_recent_data(
            question.group,
            cutoff=question.cutoff,
            recent=clock.now() - RECENT,
            limit=MAX_NO_DATA,
        )
    every = [i for ids in chosen.values() for i in ids]
    records = store.list_shown(question.group.clinic_id, every, question.period)
    return {name: [records[i] for i in ids if i in records] for name, ids in chosen.items()}


def categories() -> Mapping[str, Category]:
    """As the setting says what belongs to each."""
    return _TABLES[settings.TIDE_ROUNDING]


def _candidates(question: TideQuestion) -> dict[ObjectId, Document]:
    candidates = store.list_candidates(
        question.group,
        period=question.period,
        cutoff=question.cutoff,
        any_of=[categories()[name].needs for name in question.categories],
        fields=_COMPARED,
    )
    return dict(candidates)


def _fill(
    question: TideQuestion, candidates: dict[ObjectId, Document]
) -> Iterator[tuple[str, list[ObjectId]]]:
    remaining, room = dict(candidates), MAX_PATIENTS
    for name in dict.fromkeys(question.categories):
        category = categories()[name]
        fitting = [i for i, values in remaining.items() if category.fits(values)]
        chosen = sorted(fitting, key=_urgency(category, remaining))[:room]
        yield name, chosen
        room -= len(chosen)
        if room < 1:
            return
        for patient_id in chosen:
            del remaining[patient_id]


def _urgency(
    category: Category, values: Mapping[ObjectId, Document]
) -> Callable[[ObjectId], tuple[float, ObjectId]]:
    field, direction = category.sort_by
    return lambda patient_id: (direction * values[patient_id][field], patient_id)


def period_of(document: Document, period: str) -> Document:
    stats = (document.get("summary") or {}).get("cgmStats") or {}
    statistics_of_period: Document = (stats.get("periods") or {}).get(period) or {}
    return statistics_of_period

"""The TIDE report: who needs attention, most urgent first (rules PATIENT-113 to PATIENT-121).

One query reads the values of the candidates, a second one finds patients without recent data, and a third fetches what
is shown. The categories are filled in memory: each patient appears in the first category that fits, and there are 100
patients in all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import ObjectId

from kernel import clock
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services import preparing
from patients.store import tide as store
from patients.store.tide import Bound

ROW_FIELDS = store.ROW_FIELDS
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


def _over(name: str, operator: str, value: float) -> Category:
    return Category((Bound(name, operator, value),), (name, -1))


def _under(name: str, value: float) -> Category:
    return Category((Bound(name, "$lt", value),), (name, 1))


CATEGORIES = {
    "timeInVeryLowPercent": _over("timeInVeryLowPercent", "$gt", 0.01),
    "timeInAnyLowPercent": _over("timeInAnyLowPercent", "$gt", 0.04),
    "timeInExtremeHighPercent": _over("timeInExtremeHighPercent", "$gte", 0.01),
    "timeInVeryHighPercent": _over("timeInVeryHighPercent", "$gt", 0.05),
    "timeInAnyHighPercent": _over("timeInAnyHighPercent", "$gt", 0.25),
    "dropInTimeInTargetPercent": _under("timeInTargetPercentDelta", -0.15),
    "timeInTargetPercent": _under("timeInTargetPercent", 0.7),
    "timeCGMUsePercent": _under("timeCGMUsePercent", 0.7),
}
_TARGETS_MET = Category(
    needs=(Bound("timeInTargetPercent", "$gte", 0.7), Bound("timeCGMUsePercent", "$gte", 0.7)),
    sort_by=("timeInTargetPercent", -1),
    avoids=tuple(
        CATEGORIES[name].needs[0]
        for name in (
            "timeInAnyLowPercent",
            "timeInVeryLowPercent",
            "timeInAnyHighPercent",
            "timeInVeryHighPercent",
            "timeInExtremeHighPercent",
        )
    ),
)
CATEGORIES["meetingTargets"] = _TARGETS_MET
DEFAULT_CATEGORIES = (
    "timeInVeryLowPercent",
    "timeInAnyLowPercent",
    "timeInVeryHighPercent",
    "timeInAnyHighPercent",
    "dropInTimeInTargetPercent",
    "timeCGMUsePercent",
    "meetingTargets",
)


_COMPARED = {b.field for c in CATEGORIES.values() for b in (*c.needs, *c.avoids)}


@dataclass(frozen=True, slots=True)
class TideQuestion:
    clinic_id: ObjectId
    period: str
    tags: Sequence[ObjectId]
    cutoff: datetime
    categories: Sequence[str] = DEFAULT_CATEGORIES
    with_no_data: bool = True


def tide_report(question: TideQuestion) -> dict[str, list[Document]]:
    """Stored documents by category, in the requested order; a category that was not reached has no key."""
    if question.cutoff == clock.ZERO:
        raise BadRequest(NO_CUTOFF)
    preparing.require_rows(question.clinic_id)
    chosen = dict(_fill(question, _candidates(question)))
    if question.with_no_data:
        chosen["noData"] = store.list_without_recent_data(
            question.clinic_id,
            question.tags,
            cutoff=question.cutoff,
            recent=clock.now() - RECENT,
            limit=MAX_NO_DATA,
        )
    every = [i for ids in chosen.values() for i in ids]
    records = store.list_shown(question.clinic_id, every, question.period)
    return {name: [records[i] for i in ids if i in records] for name, ids in chosen.items()}


def _candidates(question: TideQuestion) -> dict[ObjectId, Document]:
    candidates = store.list_candidates(
        question.clinic_id,
        question.tags,
        period=question.period,
        cutoff=question.cutoff,
        any_of=[CATEGORIES[name].needs for name in question.categories],
        fields=_COMPARED,
    )
    return dict(candidates)


def _fill(
    question: TideQuestion, candidates: dict[ObjectId, Document]
) -> Iterator[tuple[str, list[ObjectId]]]:
    remaining, room = dict(candidates), MAX_PATIENTS
    for name in dict.fromkeys(question.categories):
        category = CATEGORIES[name]
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

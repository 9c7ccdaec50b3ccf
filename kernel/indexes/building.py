"""Make the declared indexes, one after the other; what cannot be made is reported and does not stop the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from kernel import collections, db
from kernel.indexes import equals, problems, records, shapes
from kernel.indexes.declarations import DECLARED, name_of, title
from kernel.indexes.problems import Problem
from kernel.indexes.shapes import Live

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Report:
    created: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def ensure(*, replace: bool = False, only: Sequence[str] | None = None) -> Report:
    """Create missing indexes. An index with the same name but other options is reported and left, or with `replace`
    dropped and created again. `only`: no more than these, as COLLECTION.INDEX or COLLECTION."""
    collections.ensure()
    report = Report()
    for collection, models in DECLARED.items():
        wanted = [m for m in models if only is None or _is_among(only, collection, m)]
        if wanted:
            _ensure_collection(collection, wanted, report, replace=replace)
    report.problems += [
        problems.other_collection(name)
        for name in collections.misshapen()
        if only is None or name in only
    ]
    records.note(report.problems, tried=only)
    for problem in report.problems:
        log.warning("index.missing", index=problem.title, reason=problem.reason.value)
    return report


def _is_among(only: Sequence[str], collection: str, model: IndexModel) -> bool:
    return collection in only or title(collection, name_of(model)) in only


def try_again() -> Report:
    """Those that could not be made a day ago."""
    due = records.claim_due()
    return ensure(only=due) if due else Report()


def missing() -> list[str]:
    """Declared indexes that the database does not have with these options."""
    return [
        title(collection, name_of(model))
        for collection, models in DECLARED.items()
        for present in [shapes.live(collection)]
        for model in models
        if not _is_there(model, present)
    ]


def _is_there(model: IndexModel, present: Live) -> bool:
    existing = present.get(name_of(model))
    return existing is not None and not shapes.differences(model, existing)


def _ensure_collection(
    collection: str, models: Sequence[IndexModel], report: Report, *, replace: bool
) -> None:
    try:
        present = shapes.live(collection)
    except OperationFailure:
        report.problems.append(problems.not_allowed(collection))
        return
    for model in models:
        if _is_there(model, present):
            continue
        problem = _make(collection, model, present, replace=replace)
        if problem:
            report.problems.append(problem)
        else:
            report.created.append(title(collection, name_of(model)))


def _make(collection: str, model: IndexModel, present: Live, *, replace: bool) -> Problem | None:
    existing = present.get(name_of(model))
    if existing is not None and not replace:
        return problems.other_shape(collection, model, shapes.differences(model, existing))
    raw = db.database()[collection]
    try:
        if existing is not None:
            if model.document.get("unique") and (found := equals.find(collection, model)).records:
                return problems.equal_records(collection, model, found)  # the old one stays
            raw.drop_index(name_of(model))
        raw.create_indexes([model])
    except OperationFailure as error:
        return problems.refused(collection, model, present, error)
    return None

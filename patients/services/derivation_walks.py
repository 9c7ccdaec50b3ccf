"""All records are gone through, slice by slice, and what is derived from them is compared or corrected: records, then
what has lost its record, then the counts of clinics. A walk can end after any slice and be continued from its position.

The follower's rescan, `manage.py prepare`, `manage.py check_derived` and the daily check are such walks.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from bson import ObjectId

from clinic_records.services import access
from kernel import transient_errors
from kernel.db import Document
from patients.list_rows import patient_id_of
from patients.services import connection_issues, derived, patient_counts
from patients.store import derivations as store
from patients.store import list_rows

RECORDS, ROWS, ANSWERS, CLINICS = "records", "rows", "answers", "clinics"
FAILED = "failed"
Position = Document  # {phase, after}
Found = Counter[tuple[ObjectId | None, str]]  # how many, by clinic and kind

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """`repairs`: what is wrong is corrected. `publishes`: also the counts that clinics' own documents show."""

    repairs: bool
    publishes: bool = True


REBUILD = Work(repairs=True, publishes=False)


@dataclass(slots=True)
class Step:
    """A slice of `n` of what the phase goes through. `position`: of the next one; None at the end of the walk."""

    phase: str
    n: int
    position: Position | None = None
    found: Found = field(default_factory=Counter)

    @property
    def n_records(self) -> int:
        return self.n if self.phase == RECORDS else 0


def step(position: Position | None, work: Work) -> Step:
    """The slice after this position; None is the beginning."""
    name, after = (position["phase"], position["after"]) if position else (RECORDS, None)
    phase = _PHASES[name]
    keys = phase.list_keys(after, phase.size)
    if not keys:
        return Step(name, 0, _next_phase(name))
    return Step(name, len(keys), {"phase": name, "after": keys[-1]}, phase.handle(keys, work))


def whole(work: Work, position: Position | None = None) -> Iterator[Step]:
    done = step(position, work)
    while done.position is not None:
        yield done
        done = step(done.position, work)
    yield done


def of_clinic(clinic_id: ObjectId, work: Work) -> Iterator[Step]:
    """The same for one clinic, in slices that cannot be continued."""
    ids = dict.fromkeys(store.list_ids_of_clinic(clinic_id)) | dict.fromkeys(
        list_rows.list_all(clinic_id)
    )
    for chunk in derived.chunks(ids):
        yield Step(RECORDS, len(chunk), found=_follow(chunk, work))
    yield Step(CLINICS, 1, found=_counts([clinic_id], work))


# --- phases ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Phase:
    list_keys: Callable[[Any, int], list[Any]]
    handle: Callable[[Sequence[Any], Work], Found]
    size: int


def _next_phase(name: str) -> Position | None:
    following = _ORDER[_ORDER.index(name) + 1 :]
    return {"phase": following[0], "after": None} if following else None


def _follow(ids: Sequence[ObjectId], work: Work) -> Found:
    """One record that cannot be read hides none of the others."""
    try:
        return _derive(ids, work)
    except Exception as error:
        if transient_errors.is_transient(error):
            raise
        if len(ids) == 1:
            log.exception("derived.failed", row=str(ids[0]))
            return Counter({(None, FAILED): 1})
    return sum((_follow([i], work) for i in ids), Counter())


def _derive(ids: Sequence[ObjectId], work: Work) -> Found:
    if not work.repairs:
        return derived.compare(ids).by_clinic()
    found = derived.follow(ids)
    connection_issues.refresh(found.issues)
    return found.by_clinic()


def _follow_lost(ids: Sequence[ObjectId], work: Work) -> Found:
    """Those whose record is gone; the others were looked at before."""
    lost = sorted(set(ids) - store.list_present(ids))
    return _follow(lost, work) if lost else Counter()


def _follow_rows(row_ids: Sequence[bytes], work: Work) -> Found:
    return _follow_lost([patient_id_of({"_id": row_id}) for row_id in row_ids], work)


def _counts(clinic_ids: Sequence[ObjectId], work: Work) -> Found:
    found: Found = Counter()
    for clinic_id in clinic_ids:
        for kind, n in _counts_of(clinic_id, work).items():
            found[clinic_id, kind] += n
    return found


def _counts_of(clinic_id: ObjectId, work: Work) -> Mapping[str, int]:
    if work.repairs:
        patient_counts.kept_counts(clinic_id)  # a clinic of an older database may have none yet
    wrong = patient_counts.wrong_counts(clinic_id)
    if not work.publishes:
        wrong.pop(patient_counts.PUBLISHED, None)
    if work.repairs and wrong:
        patient_counts.recount(clinic_id)
    return wrong


_PHASES = {
    RECORDS: _Phase(store.list_record_ids, _follow, derived.BATCH),
    ROWS: _Phase(store.list_row_ids, _follow_rows, 10 * derived.BATCH),
    ANSWERS: _Phase(store.list_answer_ids, _follow_lost, 10 * derived.BATCH),
    CLINICS: _Phase(access.list_ids, _counts, 20),
}
_ORDER = tuple(_PHASES)

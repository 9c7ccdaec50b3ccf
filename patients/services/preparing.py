"""What lists read is derived once for a whole database: by `manage.py prepare`, by the follower's first rescan, and
until one of them has finished, for a clinic whose list is asked for."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bson import ObjectId

from clinic_records.services import access
from kernel import collections, indexes
from kernel.db import Document
from kernel.errors import RetryLater, Unavailable
from patients.services import derivation_walks, derived, patient_counts, prepared
from patients.services.derivation_walks import ANSWERS, CLINICS, REBUILD, RECORDS, ROWS, Position
from patients.store import derivations as store
from patients.store import kept_versions, list_rows, patient_answers

MOST_IN_REQUEST = 1000  # patients; some seconds
MOST_COMPARED = 20_000  # patients of a clinic, whose rows are all read for it
TO_BE_CONTINUED = "to_be_continued"
WORK_SECONDS = 60.0  # of a task, which is ended after 200


# --- the whole database ---------------------------------------------------------------------------
def rescan(position: Position | None) -> Position | None:
    """A slice, for the follower."""
    if position is None:
        _make_collections()
    _begin(position)
    following = derivation_walks.step(position, REBUILD).position
    if following is None:
        store.note_prepared()
    return following


@dataclass(frozen=True, slots=True)
class Progress:
    """`n` of `total`, about, of what the phase goes through; `corrected`: differences so far in this call."""

    phase: str
    n: int
    total: int
    corrected: int


def prepare() -> Iterator[Progress]:
    """From where an interrupted call has come to."""
    _make_collections()
    stored = store.find(store.PREPARE) or {}
    position, counted = stored.get("position"), Counter[str](stored.get("counted", {}))
    corrected = 0
    _begin(position)
    for done in derivation_walks.whole(REBUILD, position):
        counted[done.phase] += done.n
        corrected += done.found.total()
        if done.position is not None:
            store.note_position(done.position, counted)
        yield Progress(done.phase, counted[done.phase], _ESTIMATES[done.phase](), corrected)
    store.forget_position()
    store.note_prepared()


_ESTIMATES: dict[str, Callable[[], int]] = {
    RECORDS: store.estimate_records,
    ROWS: list_rows.estimate,
    ANSWERS: patient_answers.estimate,
    CLINICS: access.estimate_clinics,
}


def _make_collections() -> None:
    """What is derived is written into collections that are as declared, with their indexes. Rows that were dropped are
    a database that is not prepared."""
    kept_versions.remove_counts_without_version()
    collections.remake()
    indexes.ensure(only=[list_rows.COLLECTION])
    if store.estimate_records() and not list_rows.estimate():
        prepared.forget()


def _begin(position: Position | None) -> None:
    """Counts that an earlier version has kept are not sums over rows, and would become too high with the rows that are
    added. Those that are missing are counted when they are needed."""
    if position is None and not prepared.is_prepared():
        store.forget_counts()


def begin_new_database() -> int:
    """Without patients there is nothing to prepare. For `kernel.backfills`, which prints how many documents change."""
    if not store.estimate_records():
        store.note_prepared()
    return 0


# --- one clinic -----------------------------------------------------------------------------------
def patient_count_of(counted_clinic: Document) -> Document:
    """The exact {total, demo, plan, providers?} of a clinic. Raises Unavailable."""
    if not prepared.is_current():
        require_rows(counted_clinic["_id"])
        counted_clinic = {"_id": counted_clinic["_id"]}  # the counts may be others now
    return patient_counts.patient_count_of(counted_clinic)


def require_rows(clinic_id: ObjectId) -> None:
    """A list or count of a clinic whose rows are still to be derived must not leave patients out (rule PATIENT-147).
    Raises Unavailable."""
    if prepared.is_current():
        return
    if prepared.is_overtaken():
        if not _derive_again(clinic_id):
            raise Unavailable
        return
    if prepared.is_prepared() and _is_remembered(clinic_id):
        return
    records, rows = patient_counts.count_records(clinic_id), list_rows.count(clinic_id)
    if records - rows > MOST_IN_REQUEST:
        patient_counts.doubt(clinic_id)
        raise Unavailable
    # As many rows as records may be those of others: a row is left for each record that was removed.
    is_compared = rows < records or records <= MOST_COMPARED
    unmatched = derived.list_unmatched(clinic_id) if is_compared else []
    if len(unmatched) > MOST_IN_REQUEST:
        patient_counts.doubt(clinic_id)
        raise Unavailable
    if not unmatched:
        _remember(clinic_id)
        return
    derived.follow_all(unmatched)
    patient_counts.recount(clinic_id)


def derive_if_overtaken(clinic_id: ObjectId) -> bool:
    """Whether the counts of a clinic that was read before may have changed now. A large clinic is left to the
    follower."""
    return not prepared.is_current() and prepared.is_overtaken() and _derive_again(clinic_id)


def _derive_again(clinic_id: ObjectId) -> bool:
    """Another version has changed records meanwhile, and numbers of rows do not tell which. The follower will come to
    them; a small clinic need not wait for it. False for a large one."""
    if _is_remembered(clinic_id):
        return True
    if patient_counts.count_records(clinic_id) > MOST_IN_REQUEST:
        return False
    for _ in derivation_walks.of_clinic(clinic_id, REBUILD):
        pass
    _remember(clinic_id)
    return True


# By clinic: until when its rows are taken for those of its records.
_derived: dict[ObjectId, float] = {}
_MOST_REMEMBERED = 10_000


def _is_remembered(clinic_id: ObjectId) -> bool:
    return time.monotonic() < _derived.get(clinic_id, 0.0)


def _remember(clinic_id: ObjectId) -> None:
    if len(_derived) >= _MOST_REMEMBERED:
        _derived.clear()
    _derived[clinic_id] = time.monotonic() + prepared.CURRENT_SECONDS


def count_again(clinic_id: ObjectId) -> None:
    """For a worker: rows are counted, so those that do not go with the records are derived first. Raises NotFound,
    and RetryLater when that is not finished within a minute."""
    if patient_counts.count_records(clinic_id) != list_rows.count(clinic_id):
        deadline = time.monotonic() + WORK_SECONDS
        if not derived.follow_missing(clinic_id, goes_on=lambda: time.monotonic() < deadline):
            raise RetryLater(TO_BE_CONTINUED, wait=timedelta(seconds=1))
    patient_counts.recount(clinic_id)

"""Connection issues that time alone has changed are corrected: data become stale, invitations expire.

Rows of lists say when the issue of their record will be another one, and an index holds nothing but these moments. So a
sweep reads keys until the first moment that is still to come, however many clinics and patients there are, and only
records whose issue changes. What it has corrected is not due any more: so it can end after any batch, and the next one
goes on. It runs five minutes after the last one, or sooner after one that failed.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from bson import ObjectId

from kernel import clock, leases, transient_errors
from kernel.db import Document
from patients.services import connection_issues, derived, prepared
from patients.store import derivations as store
from patients.store import list_rows

EVERY = timedelta(minutes=5)
AFTER_FAILURE, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
JITTER = timedelta(seconds=10)
LATE = timedelta(minutes=30)
WORK_SECONDS = 20.0  # of the minute between two calls: what is due at once in many clinics is spread over several

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """The last sweep that has come to the end: when, and how many issues it has changed."""

    time: datetime
    seconds: int
    checked: int

    @property
    def is_late(self) -> bool:
        return self.time < clock.now() - LATE


def sweep() -> int:
    """The sweep that is due now, or a part of it; one process has it at a time. Returns how many issues it has changed.
    A database whose rows are still being derived is left alone."""
    moment = clock.now()
    if not prepared.is_prepared():
        return 0
    run = store.claim(store.ISSUES, moment, moment + leases.LEASE)
    if run is None:
        return 0
    with leases.renewed(lambda: store.extend(run, clock.now() + leases.LEASE)):
        try:
            n, is_done = _sweep(moment, _until(time.monotonic() + WORK_SECONDS))
        except Exception:
            _note_failure(run)
            raise
    _note(run, moment, n, is_done=is_done)
    return n


def sweep_all() -> int:
    """All that is due now, for a caller who waits for it."""
    n, _ = _sweep(clock.now(), lambda: True)
    return n


def last_result() -> Result | None:
    last = (store.find(store.ISSUES) or {}).get("last")
    return Result(**last) if last else None


# --- one run --------------------------------------------------------------------------------------
def _until(deadline: float) -> Callable[[], bool]:
    return lambda: time.monotonic() < deadline


def _sweep(moment: datetime, goes_on: Callable[[], bool]) -> tuple[int, bool]:
    """How many issues were changed, and whether all that were due have been looked at."""
    n, stuck = 0, set[ObjectId]()
    while True:
        due = list_rows.list_issues_due(moment, derived.BATCH + len(stuck))
        batch = [patient_id for patient_id in due if patient_id not in stuck]
        if not batch:
            return n, True
        changed = _refresh(batch)
        n += len(changed)
        stuck |= _follow(set(batch) - set(changed))
        if not goes_on():
            return n, False


def _refresh(ids: Sequence[ObjectId]) -> list[ObjectId]:
    """One record that cannot be written hides none of the others."""
    try:
        return connection_issues.refresh(ids)
    except Exception as error:
        if transient_errors.is_transient(error):
            raise
        if len(ids) == 1:
            log.exception("issues.failed", row=str(ids[0]))
            return []
    return [changed for i in ids for changed in _refresh([i])]


def _follow(ids: set[ObjectId]) -> set[ObjectId]:
    """Records that have the right issue, although their row says otherwise: another service has changed them."""
    for chunk in derived.chunks(ids):
        derived.follow(chunk)
    return ids


def _note(run: Document, began: datetime, n: int, *, is_done: bool) -> None:
    now, began = clock.now(), run.get("beganTime", began)
    n += run.get("checked", 0)
    if not is_done:
        store.note_slice(run, {"beganTime": began, "checked": n})
        store.pause(run, now)
        return
    result = {"time": now, "seconds": int((now - began).total_seconds()), "checked": n}
    store.end(run, result, now + EVERY + _jitter())
    log.info("issues.swept", count=n)


def _note_failure(run: Document) -> None:
    failures = run.get("failures", 0) + 1
    wait = min(AFTER_FAILURE * 2 ** min(failures - 1, 10), LONGEST)
    store.note_slice(run, {"failures": failures})
    store.pause(run, clock.now() + wait + _jitter())


def _jitter() -> timedelta:
    return JITTER * random.random()

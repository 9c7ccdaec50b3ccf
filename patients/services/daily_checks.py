"""Once a day everything that is derived from records is compared with them and repaired, a little at a time. The result
is for metrics and staff: after a day in which all is well there is nothing to repair."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from kernel import clock, leases
from kernel.db import Document
from patients.services import derivation_walks, patient_counts, prepared
from patients.services.derivation_walks import Step, Work
from patients.store import derivations as store

EVERY = timedelta(days=1)
LATE = timedelta(days=3)
WORK_SECONDS = 20.0  # of the five minutes between two calls

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What the last check that ended has found. `wrong`: how many of each kind were, and were repaired."""

    time: datetime
    seconds: int
    checked: int
    wrong: dict[str, int] = field(default_factory=dict)

    @property
    def differences(self) -> int:
        """Without published counts, which another service that writes the same database may leave old."""
        return sum(n for kind, n in self.wrong.items() if kind != patient_counts.PUBLISHED)

    @property
    def is_late(self) -> bool:
        return self.time < clock.now() - LATE


def check() -> int:
    """Today's check, or a part of it. A database that is still being prepared is not checked. Returns how many records
    were compared."""
    moment = clock.now()
    if not prepared.is_prepared():
        return 0
    run = store.claim(store.CHECK, moment, moment + leases.LEASE)
    if run is None:
        return 0
    before: int = run.get("checked", 0)
    with leases.renewed(lambda: store.extend(run, clock.now() + leases.LEASE)):
        _work(run, moment)
    checked: int = run["checked"]
    return checked - before


def _work(run: Document, moment: datetime) -> None:
    deadline = time.monotonic() + WORK_SECONDS
    run.setdefault("beganTime", moment)
    while True:
        done = derivation_walks.step(run.get("position"), Work(repairs=True))
        run |= _counted(run, done)
        if done.position is None:
            _end(run)
            return
        noted = {name: run[name] for name in ("position", "beganTime", "checked", "wrong")}
        if not store.note_slice(run, noted):
            return
        if time.monotonic() >= deadline:
            store.pause(run, clock.now())
            return


def _counted(run: Document, done: Step) -> Document:
    wrong = Counter[str](run.get("wrong", {}))
    for (_, kind), n in done.found.items():
        wrong[kind] += n
    checked = run.get("checked", 0) + done.n_records
    return {"position": done.position, "checked": checked, "wrong": dict(wrong)}


def _end(run: Document) -> None:
    now = clock.now()
    seconds = int((now - run["beganTime"]).total_seconds())
    result = {"time": now, "seconds": seconds, "checked": run["checked"], "wrong": run["wrong"]}
    store.end(run, result, run["beganTime"] + EVERY)
    level = log.warning if Result(**result).differences else log.info
    level("derived.checked", count=run["checked"])


def last_result() -> Result | None:
    last = (store.find(store.CHECK) or {}).get("last")
    return Result(**last) if last else None

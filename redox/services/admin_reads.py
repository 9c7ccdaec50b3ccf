"""What staff pages show of the Redox connection: what was sent, and the runs of its syncs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from ehr.services import records
from ehr.services.records import Filter, Item, days
from kernel import clock, ids
from kernel.db import Document
from redox.kinds import SCHEDULED
from redox.services import scheduling
from redox.store import admin_reads as store
from redox.store import deliveries, syncs

SENDS = deliveries.SENDS


# --- deliveries -----------------------------------------------------------------------------------------
def list_deliveries(
    conditions: Filter, *, document_id: ObjectId | None, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Newest first, without payloads and reports."""
    fields = {"kind": conditions.kind, "documentId": document_id}
    query = {name: value for name, value in fields.items() if value is not None}
    query |= conditions.who | days(conditions)
    return store.list_deliveries(query, skip=skip, limit=limit), store.count_deliveries(query)


def list_sent_for(documents: Sequence[ObjectId]) -> dict[ObjectId, list[Document]]:
    """By document, newest first, without payloads."""
    found = defaultdict(list)
    for delivery in store.list_sent_for(documents, SENDS):
        found[delivery["documentId"]].append(delivery)
    return found


def find_delivery(delivery_id: ObjectId) -> Document | None:
    return store.find_delivery(delivery_id)


# --- runs ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Run:
    """One sync of a clinic: its scheduled sends counted by outcome. Those without one are waiting."""

    clinic_id: ObjectId
    started: datetime
    total: int
    done: int
    ignored: int
    failed: int
    is_scheduling: bool = False  # there may be more sends soon

    @property
    def id(self) -> str:
        return run_id(self.clinic_id, self.started)

    @property
    def settled(self) -> int:
        return self.done + self.ignored + self.failed

    @property
    def waiting(self) -> int:
        return self.total - self.settled

    @property
    def is_finished(self) -> bool:
        return self.waiting <= 0 and not self.is_scheduling


MOST_FAILED = 10  # that a list counts


@dataclass(frozen=True, slots=True)
class Outline:
    """A run in a list: how many sends were scheduled, whether all of them have ended, and how many have failed, up to
    `MOST_FAILED`."""

    clinic_id: ObjectId
    started: datetime
    total: int
    is_finished: bool
    failed: int

    @property
    def id(self) -> str:
        return run_id(self.clinic_id, self.started)


def run_id(clinic_id: ObjectId, started: datetime) -> str:
    return f"{clinic_id}-{round(started.timestamp() * 1000):x}"


RECENT = timedelta(days=30)


def list_runs(conditions: Filter, *, skip: int, limit: int) -> tuple[list[Outline], int]:
    """Newest first; of the last thirty days unless the filter has a first day."""
    query: dict[str, Any] = {"createdTime": {"$gte": conditions.start or clock.now() - RECENT}}
    if conditions.end is not None:
        query["createdTime"]["$lt"] = conditions.end
    if conditions.clinic_ids:
        query["clinicId"] = {"$in": list(conditions.clinic_ids)}
    return _outlines(query, skip=skip, limit=limit), syncs.count(query)


def find_last_run(clinic_id: ObjectId) -> Outline | None:
    return next(iter(_outlines({"clinicId": clinic_id}, skip=0, limit=1)), None)


_NEWEST = 10  # of a clinic, among which those are looked for that go on


def list_unfinished_runs(clinic_id: ObjectId) -> list[Outline]:
    """Those of the newest of the clinic whose sends have not all ended."""
    runs = _outlines({"clinicId": clinic_id}, skip=0, limit=_NEWEST)
    return [run for run in runs if not run.is_finished]


def _outlines(query: Document, *, skip: int, limit: int) -> list[Outline]:
    rows = store.list_syncs(query, skip=skip, limit=limit, most_failed=MOST_FAILED)
    return [
        Outline(
            clinic_id=row["clinicId"],
            started=row["createdTime"],
            total=row["count"],
            is_finished=not row["waiting"],
            failed=len(row["failed"]),
        )
        for row in rows
    ]


def find_run(run_id: str) -> Run | None:
    clinic_text, _, moment_text = run_id.partition("-")
    clinic_id = ids.parse_id(clinic_text)
    try:
        moment = datetime.fromtimestamp(int(moment_text, 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _find(clinic_id, clock.truncate(moment)) if clinic_id else None


def _find(clinic_id: ObjectId, started: datetime) -> Run | None:
    """The sync is read before its sends: a run whose last sends are scheduled meanwhile is not finished."""
    sync = syncs.find_of_run(clinic_id, started)
    is_scheduling = sync is not None and scheduling.is_scheduling(sync)
    numbers = store.count_sends(clinic_id, started)
    if sync is None and not numbers["total"]:
        return None
    return Run(
        clinic_id=clinic_id,
        started=started,
        total=numbers["total"],
        done=numbers["done"],
        ignored=numbers["ignored"],
        failed=numbers["failed"],
        is_scheduling=is_scheduling,
    )


def list_items_of_run(
    run: Run, *, state: str | None, skip: int, limit: int
) -> tuple[list[Item], int]:
    """The sends of one run. Their documents are deleted after 90 days, their records stay."""
    query: dict[str, Any] = {
        "kind": SCHEDULED,
        "documentTime": run.started,
        "clinicId": run.clinic_id,
    }
    if state is not None:
        query["state"] = state
    return records.items_of_records(SCHEDULED, query, skip=skip, limit=limit)

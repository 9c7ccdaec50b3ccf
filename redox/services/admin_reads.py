"""What staff pages show of the Redox connection: what was sent, and the runs of its syncs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from ehr.services import records
from ehr.services.records import Filter, Item, days
from kernel import clock, ids
from kernel.db import Document
from redox.kinds import SCHEDULED
from redox.store import admin_reads as store
from redox.store import deliveries

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

    @property
    def id(self) -> str:
        return f"{self.clinic_id}-{round(self.started.timestamp() * 1000):x}"

    @property
    def settled(self) -> int:
        return self.done + self.ignored + self.failed

    @property
    def waiting(self) -> int:
        return self.total - self.settled

    @property
    def is_finished(self) -> bool:
        return self.waiting <= 0


RECENT = timedelta(days=30)


def list_runs(conditions: Filter, *, skip: int, limit: int) -> tuple[list[Run], int]:
    """Newest first; of the last thirty days unless the filter has a first day."""
    query: dict[str, Any] = {"documentTime": {"$gte": conditions.start or clock.now() - RECENT}}
    if conditions.end is not None:
        query["documentTime"]["$lt"] = conditions.end
    if conditions.clinic_ids:
        query["clinicId"] = {"$in": list(conditions.clinic_ids)}
    runs = [_run(row) for row in store.list_runs(query, skip=skip, limit=limit)]
    return runs, store.count_runs(query)


def find_run(run_id: str) -> Run | None:
    clinic_text, _, moment_text = run_id.partition("-")
    clinic_id = ids.parse_id(clinic_text)
    try:
        moment = datetime.fromtimestamp(int(moment_text, 16) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _find(clinic_id, clock.truncate(moment)) if clinic_id else None


def find_last_run(clinic_id: ObjectId) -> Run | None:
    newest = store.find_newest_of_clinic(clinic_id)
    return _find(clinic_id, newest) if newest is not None else None


def _find(clinic_id: ObjectId, started: datetime) -> Run | None:
    rows = store.list_runs({"clinicId": clinic_id, "documentTime": started}, skip=0, limit=1)
    return _run(rows[0]) if rows else None


def _run(row: Document) -> Run:
    return Run(
        clinic_id=row["_id"]["clinicId"],
        started=row["_id"]["documentTime"],
        total=row["total"],
        done=row["done"],
        ignored=row["ignored"],
        failed=row["failed"],
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

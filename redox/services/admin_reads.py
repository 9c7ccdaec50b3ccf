"""What staff pages show of the EHR integration: messages, scheduled sends, processing and runs, with filters."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from kernel import clock, ids, safe_reading
from kernel.db import Document
from redox.choices import ProcessingState, RecordKind
from redox.messages import bodies
from redox.store import admin_reads as store
from redox.store import processing

MESSAGE, SCHEDULED = RecordKind.MESSAGE.value, RecordKind.SCHEDULED.value
SENDS = processing.SENDS
COLLECTIONS = {MESSAGE: store.MESSAGES, SCHEDULED: store.SCHEDULED}
MOST_SHOWN = 100_000  # bytes of what could not be read
STATES = tuple(ProcessingState.values)


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions apply together; None means any. Days are compared with the time in the id."""

    state: str | None = None
    clinic_id: ObjectId | None = None
    user_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    kind: str | None = None

    @property
    def needs_record(self) -> bool:
        """Messages name neither clinic nor patient: their processing record does."""
        return bool(self.state or self.clinic_id or self.user_id)


@dataclass(frozen=True, slots=True)
class Item:
    """A message or scheduled send with its processing record; either may be missing."""

    kind: str
    document_id: ObjectId
    document: Document | None
    record: Document | None


def list_records(conditions: Filter, *, skip: int, limit: int) -> tuple[list[Document], int]:
    query = _record_query(conditions)
    page = store.list_page(store.PROCESSING, query, skip=skip, limit=limit)
    return page, store.count(store.PROCESSING, query)


def list_items(kind: str, conditions: Filter, *, skip: int, limit: int) -> tuple[list[Item], int]:
    """Newest first. Starts from the processing records when the filter needs what only they hold."""
    collection = COLLECTIONS[kind]
    if conditions.needs_record:
        query = _record_query(conditions) | {"kind": kind}
        records = store.list_page(store.PROCESSING, query, skip=skip, limit=limit)
        documents_by_id = store.list_by_ids(
            collection, (record["documentId"] for record in records)
        )
        items = [
            Item(kind, r["documentId"], documents_by_id.get(r["documentId"]), r) for r in records
        ]
        return items, store.count(store.PROCESSING, query)
    query = _days(conditions)
    documents = store.list_page(collection, query, skip=skip, limit=limit)
    records_by_id = store.list_records(kind, [document["_id"] for document in documents])
    items = [Item(kind, d["_id"], d, records_by_id.get(d["_id"])) for d in documents]
    return items, store.count(collection, query)


def find_item(kind: str, document_id: ObjectId, *, payload: bool = False) -> Item | None:
    document = store.find(COLLECTIONS[kind], document_id, payload=payload)
    record = store.list_records(kind, [document_id]).get(document_id)
    if document is None and record is None:
        return None
    return Item(kind, document_id, document, record)


def payload_of(item: Item) -> Document:
    """The order or message as it was received; for an unreadable one, as much of its text as can be shown."""
    document = safe_reading.mapping(item.document)
    if "raw" in document:
        text = bodies.shown(bytes(document["raw"][:MOST_SHOWN]))
        return {"unreadable": text, "bytes": len(document["raw"])}
    order = safe_reading.mapping(document.get("lastMatchedOrder")) or document
    return safe_reading.mapping(order.get("message"))


def _record_query(conditions: Filter) -> dict[str, Any]:
    fields = {
        "kind": conditions.kind,
        "state": conditions.state,
        "clinicId": conditions.clinic_id,
        "userId": conditions.user_id,
    }
    query = {name: value for name, value in fields.items() if value is not None}
    return query | _days(conditions, path="documentId")


def _days(conditions: Filter, path: str = "_id") -> dict[str, Any]:
    bounds = {}
    if conditions.start is not None:
        bounds["$gte"] = ObjectId.from_datetime(conditions.start)
    if conditions.end is not None:
        bounds["$lt"] = ObjectId.from_datetime(conditions.end)
    return {path: bounds} if bounds else {}


# --- deliveries -----------------------------------------------------------------------------------------
def list_deliveries(
    conditions: Filter, *, document_id: ObjectId | None, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Newest first, without payloads and reports."""
    fields = {
        "kind": conditions.kind,
        "clinicId": conditions.clinic_id,
        "userId": conditions.user_id,
        "documentId": document_id,
    }
    query = {name: value for name, value in fields.items() if value is not None} | _days(conditions)
    page = store.list_page(store.DELIVERIES, query, skip=skip, limit=limit)
    return page, store.count(store.DELIVERIES, query)


def find_delivery(delivery_id: ObjectId) -> Document | None:
    return store.find(store.DELIVERIES, delivery_id, payload=True)


def kinds_of(document_ids: list[ObjectId]) -> dict[ObjectId, str]:
    return store.list_kinds(document_ids)


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
    if conditions.clinic_id is not None:
        query["clinicId"] = conditions.clinic_id
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
    records = store.list_page(store.PROCESSING, query, skip=skip, limit=limit)
    documents_by_id = store.list_by_ids(
        store.SCHEDULED, (record["documentId"] for record in records)
    )
    items = [
        Item(SCHEDULED, r["documentId"], documents_by_id.get(r["documentId"]), r) for r in records
    ]
    return items, store.count(store.PROCESSING, query)

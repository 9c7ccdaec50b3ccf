"""What staff read of the work for health record systems: documents of every kind and their processing, with filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId

from ehr import kinds
from ehr.choices import ProcessingState
from ehr.store import records as store
from kernel import safe_reading
from kernel.db import Document

STATES = tuple(ProcessingState.values)


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions apply together; None and () mean any. Days are compared with the time in the id."""

    state: str | None = None
    clinic_ids: tuple[ObjectId, ...] = ()
    user_ids: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    kind: str | None = None

    @property
    def needs_record(self) -> bool:
        """Documents may name neither clinic nor patient: their processing record does."""
        return bool(self.state or self.clinic_ids or self.user_ids)

    @property
    def who(self) -> dict[str, Any]:
        """The conditions on clinic and patient, as records and deliveries name them."""
        named = {"clinicId": self.clinic_ids, "userId": self.user_ids}
        return {name: {"$in": list(values)} for name, values in named.items() if values}


@dataclass(frozen=True, slots=True)
class Item:
    """A document with its processing record; either may be missing."""

    kind: str
    document_id: ObjectId
    document: Document | None
    record: Document | None


def list_records(conditions: Filter, *, skip: int, limit: int) -> tuple[list[Document], int]:
    query = _record_query(conditions)
    return store.list_records(query, skip=skip, limit=limit), store.count_records(query)


def list_items(kind: str, conditions: Filter, *, skip: int, limit: int) -> tuple[list[Item], int]:
    """Newest first. Starts from the processing records when the filter needs what only they hold."""
    if conditions.needs_record:
        query = _record_query(conditions) | {"kind": kind}
        return items_of_records(kind, query, skip=skip, limit=limit)
    declared, query = kinds.of(kind), days(conditions)
    documents = store.list_documents(declared, query, skip=skip, limit=limit)
    records_by_id = store.find_records(kind, [document["_id"] for document in documents])
    items = [Item(kind, d["_id"], d, records_by_id.get(d["_id"])) for d in documents]
    return items, store.count_documents(declared, query)


def items_of_records(
    kind: str, query: dict[str, Any], *, skip: int, limit: int
) -> tuple[list[Item], int]:
    """The records of this kind that the query finds, with their documents, and their number. `query` names the kind,
    too."""
    records = store.list_records(query, skip=skip, limit=limit)
    return _with_documents(kind, records), store.count_records(query)


def list_newest(kind: str, clinic_id: ObjectId, *, limit: int) -> list[Item]:
    """Those of a clinic, uncounted."""
    query = _record_query(Filter(clinic_ids=(clinic_id,))) | {"kind": kind}
    return _with_documents(kind, store.list_records(query, skip=0, limit=limit))


def _with_documents(kind: str, records: Sequence[Document]) -> list[Item]:
    documents_by_id = store.find_documents(
        kinds.of(kind), (record["documentId"] for record in records)
    )
    return [Item(kind, r["documentId"], documents_by_id.get(r["documentId"]), r) for r in records]


def find_item(kind: str, document_id: ObjectId, *, payload: bool = False) -> Item | None:
    document = store.find_document(kinds.of(kind), document_id, payload=payload)
    record = store.find_records(kind, [document_id]).get(document_id)
    if document is None and record is None:
        return None
    return Item(kind, document_id, document, record)


def payload_of(item: Item) -> Document:
    """The part with the patient's data, as it was received."""
    return kinds.of(item.kind).payload(safe_reading.mapping(item.document))


def kinds_of(document_ids: list[ObjectId]) -> dict[ObjectId, str]:
    return store.list_kinds(kinds.names(), document_ids)


def _record_query(conditions: Filter) -> dict[str, Any]:
    fields = {"kind": conditions.kind, "state": conditions.state}
    query = {name: value for name, value in fields.items() if value is not None}
    return query | conditions.who | days(conditions, path="documentId")


def days(conditions: Filter, path: str = "_id") -> dict[str, Any]:
    """The condition on an id, which holds the time."""
    bounds = {}
    if conditions.start is not None:
        bounds["$gte"] = ObjectId.from_datetime(conditions.start)
    if conditions.end is not None:
        bounds["$lt"] = ObjectId.from_datetime(conditions.end)
    return {path: bounds} if bounds else {}


# --- counted ------------------------------------------------------------------------------------
def count_by_state(kind: str, start: datetime, end: datetime) -> dict[str, int]:
    return store.count_by_state(kind, start, end)


def count_failed_by_clinic(since: datetime) -> dict[ObjectId, int]:
    return store.count_failed_by_clinic(since)

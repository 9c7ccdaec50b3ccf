"""The collections, and how a batch of records is sealed.

`accessRecords` has one small document for each access. Its id is an ObjectId made here: the second, the process, a
counter. So the records of a process are in the order in which it wrote them, and those of a patient in that of time.

`accessBatches` has a row for each batch that a process wrote: its number, its first and last record, how many they are,
and a keyed digest of all of them after the digest of the batch before. `accessProcesses` says of each process how far
its chain goes, and whether it said that it ends. All three are written in one transaction: a record is there with its
seal, or not at all.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import bson
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from django.conf import settings
from pymongo import DESCENDING, IndexModel

from kernel import collections, ids, indexes, seals
from kernel.accesses.declarations import Access

RECORDS, BATCHES, PROCESSES = "accessRecords", "accessBatches", "accessProcesses"
_SMALL = {"wiredTiger": {"configString": "block_compressor=zstd"}}
_DAYS_OF_YEAR = 365.25
_SEAL_BYTES = 16  # of a digest: as strong as is needed, and there are many of them

for _name in (RECORDS, BATCHES):
    collections.declare(_name, is_derived=False, storageEngine=_SMALL)


def keep_seconds() -> int:
    return int(settings.ACCESS_RECORD_YEARS * _DAYS_OF_YEAR * 86400)


def _until_old(field_name: str, name: str) -> IndexModel:
    return IndexModel([(field_name, 1)], name=name, expireAfterSeconds=keep_seconds())


indexes.declare(
    RECORDS,
    # "Who has seen this record?"
    IndexModel(
        [("patient", 1), ("_id", DESCENDING)],
        name="AccessByPatient",
        partialFilterExpression={"patient": {"$exists": True}},
    ),
    # Where this patient was seen, and when last, without reading every access.
    IndexModel(
        [("patient", 1), ("clinic", 1), ("_id", DESCENDING)],
        name="AccessByPatientAndClinic",
        partialFilterExpression={"patient": {"$exists": True}},
    ),
    # "What has this person seen?"
    IndexModel([("who", 1), ("_id", DESCENDING)], name="AccessByActor"),
    # Lists that may have shown a patient.
    IndexModel(
        [("clinic", 1), ("_id", DESCENDING)],
        name="AccessLists",
        partialFilterExpression={"list": {"$exists": True}},
    ),
    _until_old("time", "AccessExpiry"),
)
indexes.declare(BATCHES, _until_old("time", "AccessBatchExpiry"))
indexes.declare(
    PROCESSES,
    _until_old("seen", "AccessProcessExpiry"),
    IndexModel([("ended", 1), ("seen", DESCENDING)], name="AccessProcessesByEnd"),
)


@dataclass(slots=True)
class Entry:
    """What the thread of a request knows of its access."""

    operation: str
    access: Access
    clinic: str
    patient: str
    kind: str = ""
    who: str = ""
    outcome: str = ""
    request: str = ""
    time: float = 0.0
    shown: int | None = None
    query: str = ""  # of a list, as it was sent
    parameters: Sequence[Any] = ()  # that the operation declares
    others: set[str] | None = None

    def note_patient(self, user_id: str) -> None:
        if not self.patient:
            self.patient = user_id
        elif user_id != self.patient:
            self.others = {user_id, *(self.others or ())}


def document_of(entry: Entry, record_id: ObjectId) -> dict[str, Any]:
    """Ids and names only. What is not in the form of an id is left out: anything may stand in a path."""
    document: dict[str, Any] = {
        "_id": record_id,
        "time": datetime.fromtimestamp(entry.time, UTC),
        "who": entry.who,
        "kind": entry.kind,
        "operation": entry.operation,
        "outcome": entry.outcome,
        "request": entry.request,
    }
    clinic = ids.parse_id(entry.clinic)
    if clinic is not None:
        document["clinic"] = clinic
    if entry.others:
        entry.shown = (entry.shown or 0) + 1 + len(entry.others)
    elif ids.is_user_id(entry.patient):
        document["patient"] = entry.patient
    if entry.access.is_list or entry.others:
        document["list"] = _scope(entry)
    return document


def _scope(entry: Entry) -> dict[str, Any]:
    """Names of declared parameters alone: any other name is a text of the caller."""
    known = {parameter.name for parameter in entry.parameters}
    query = dict(parse_qsl(entry.query, keep_blank_values=True))
    scope: dict[str, Any] = {"by": sorted(query.keys() & known)}
    offset = query.get("offset", "")
    if offset.isdecimal() and offset.isascii() and len(offset) < 10:
        scope["offset"] = int(offset)
    if entry.shown is not None:
        scope["shown"] = entry.shown
    return scope


# --- seals -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction of a process. The last one of a process may have no records."""

    process: str
    number: int
    records: list[RawBSONDocument]
    row: dict[str, Any]

    @property
    def seal(self) -> bytes:
        return self.row["seal"]  # type: ignore[no-any-return]


def batch_id(process: str, number: int) -> str:
    """In the order of numbers."""
    return f"{process}:{number:08x}"


def make_batch(
    process: str,
    number: int,
    documents: list[dict[str, Any]],
    *,
    previous: bytes,
    before: datetime | None,
    moment: datetime,
    is_last: bool,
) -> Batch:
    records = [RawBSONDocument(bson.encode(document)) for document in documents]
    row: dict[str, Any] = {
        "_id": batch_id(process, number),
        "time": moment,
        "before": before,
        "count": len(records),
        "first": documents[0]["_id"] if documents else None,
        "last": documents[-1]["_id"] if documents else None,
        "end": is_last,
        "key": seals.key_id(seals.present_key()),
    }
    row["seal"] = seal(row, (record.raw for record in records), previous, seals.present_key())
    return Batch(process, number, records, row)


def seal(
    row: Mapping[str, Any], records: Iterable[bytes | memoryview], previous: bytes, key: bytes
) -> bytes:
    digest = hmac.new(key, b"access:" + previous, hashlib.sha256)
    parts = [row.get(name) for name in ("_id", "time", "before", "count", "first", "last", "end")]
    digest.update(bson.encode({"batch": parts}))
    for record in records:
        digest.update(record)
    return digest.digest()[:_SEAL_BYTES]


def head_content(head: Mapping[str, Any]) -> str:
    """What the signature of a process's end says."""
    parts = [head.get(name) for name in ("number", "seal", "written")]
    content = bson.encode({"end": [*parts, head.get("ended") is not None]})
    return f"access:{head.get('_id')}:{content.hex()}"

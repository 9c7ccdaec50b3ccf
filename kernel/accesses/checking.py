"""Checks what processes wrote: no record was changed, added or removed, no batch is missing, no chain was cut.

Records are read once, in the order of their ids, and every process's are compared with its batches. What has expired
is not missed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from kernel import clock, db, seals
from kernel.accesses import rows
from kernel.accesses.processes import SILENT_AFTER
from kernel.accesses.rows import BATCHES, PROCESSES, RECORDS
from kernel.db import Document

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument, tz_aware=True)
_BATCHES_READ = 50
_LONGEST_WAIT = timedelta(hours=1)  # of a record for its batch, while MongoDB is away
NOT_YET = timedelta(minutes=2)  # within this a record is in a batch, or will never be


def oldest_kept() -> datetime:
    """MongoDB deletes what is older, one document after the other."""
    return clock.now() - timedelta(seconds=rows.keep_seconds()) + timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Flaw:
    process: str
    what: str

    def __str__(self) -> str:
        return f"process {self.process}: {self.what}"


@dataclass(slots=True)
class Check:
    """All that was written since then, as far as it was written when the check begins."""

    since: datetime = field(default_factory=oldest_kept)
    records: int = 0
    silent: list[str] = field(default_factory=list)  # processes

    def flaws(self) -> Iterator[Flaw]:
        recent = clock.now() - NOT_YET
        known = _processes_with_batches(self.since)
        lived = db.collection(PROCESSES).find({"seen": {"$gte": self.since}})
        heads = {head["_id"]: head for head in lived}
        walks: dict[str, Walk] = {}  # of the processes that were met
        for record in _raw_records(self.since - _LONGEST_WAIT):
            self.records += 1
            process = _process_of(record["_id"])
            if process in heads and process not in walks:
                walks[process] = Walk(process, heads[process], self.since)
            walk = walks.get(process)
            is_known = walk.take(record) if walk else False
            yield from walk.take_flaws() if walk else ()
            if not is_known and self.since <= record["_id"].generation_time < recent:
                yield Flaw(process, in_no_batch(record))
        for process, head in heads.items():
            yield from (walks.get(process) or Walk(process, head, self.since)).finish()
        for process in sorted(known - heads.keys()):
            yield Flaw(process, "the end of its chain is missing")
        self.silent = sorted(process for process, head in heads.items() if _is_silent(head))


class Walk:
    """Follows the chain of one process to its end."""

    def __init__(self, process: str, head: Mapping[str, Any], since: datetime) -> None:
        self.process, self._head, self._since = process, head, since
        self._number, self._seal = 0, b""  # of the last batch that was checked
        self._batches = _batches_of(process, head, since)
        self._batch: Document | None = next(self._batches, None)
        self._records: list[bytes] = []
        self._flaws: list[str] = []

    def take(self, record: RawBSONDocument) -> bool:
        """False if the record is after the chain: then it may be in a batch to come."""
        self._close_batches_before(record["_id"])
        batch = self._batch
        if batch is None:
            return False
        if record["_id"] >= batch["first"]:
            self._records.append(bytes(record.raw))
        elif not self._is_cut(batch):
            self._flaws.append(in_no_batch(record))
        return True

    def take_flaws(self) -> Iterator[Flaw]:
        flaws, self._flaws = self._flaws, []
        return (Flaw(self.process, what) for what in flaws)

    def finish(self) -> Iterator[Flaw]:
        while self._batch is not None:
            self._close()
        yield from self.take_flaws()
        head = self._head
        if not seals.is_signed(head.get("mac"), rows.head_content(head)):
            yield Flaw(self.process, "the end of its chain was changed")
        elif head["written"] >= self._since and self._number != head["number"]:
            yield Flaw(self.process, f"batches {self._number + 1} to {head['number']} are missing")
        elif self._number and self._seal != bytes(head["seal"]):
            yield Flaw(self.process, "its last batch is another one")

    def _close_batches_before(self, record_id: ObjectId) -> None:
        while self._batch is not None and (
            self._batch["last"] is None or self._batch["last"] < record_id
        ):
            self._close()

    def _close(self) -> None:
        batch = self._batch
        assert batch is not None  # noqa: S101 (for the type checker)
        number = int(batch["_id"].rpartition(":")[2], 16)
        if not self._is_cut(batch):
            self._flaws += self._faults(batch, number)
        self._number, self._seal, self._records = number, bytes(batch["seal"]), []
        self._batch = next(self._batches, None)

    def _faults(self, batch: Document, number: int) -> Iterator[str]:
        if number != self._number + 1:
            yield f"batches {self._number + 1} to {number - 1} are missing"
        elif batch["count"] != len(self._records):
            yield f"batch {number} has {len(self._records)} records instead of {batch['count']}"
        elif not self._is_sealed(batch):
            yield f"batch {number} or one of its records was changed"

    def _is_sealed(self, batch: Document) -> bool:
        key = seals.known_keys().get(batch.get("key") or "")
        if key is None:
            return False
        return rows.seal(batch, self._records, self._seal, key) == bytes(batch["seal"])

    def _is_cut(self, batch: Document) -> bool:
        """Whether the check begins in the middle of the chain, with this batch: then it only says where to go on."""
        before = batch["before"]
        return not self._number and before is not None and before < self._since


def in_no_batch(record: RawBSONDocument) -> str:
    return f"record {record['_id']} is in no batch"


def _process_of(record_id: ObjectId) -> str:
    return str(record_id)[8:18]


def _raw_records(since: datetime) -> Iterator[RawBSONDocument]:
    collection: Any = db.database().get_collection(RECORDS, codec_options=_RAW)
    query = {"_id": {"$gte": ObjectId.from_datetime(since)}}
    return iter(collection.find(query, sort=[("_id", 1)]))


def _batches_of(process: str, head: Mapping[str, Any], since: datetime) -> Iterator[Document]:
    """In the order of their numbers, read a few at a time: many processes are walked at once."""
    after, last = rows.batch_id(process, 0), rows.batch_id(process, head["number"])
    while True:
        query = {"_id": {"$gt": after, "$lte": last}, "time": {"$gte": since}}
        batches = list(db.collection(BATCHES).find(query, sort=[("_id", 1)], limit=_BATCHES_READ))
        yield from batches
        if len(batches) < _BATCHES_READ:
            return
        after = batches[-1]["_id"]


def _processes_with_batches(since: datetime) -> set[str]:
    """By one look for each process: there may be a thousand million batches."""
    found, after = set(), ""
    while first := _batch({"$gt": after}, 1):
        process = first["_id"].partition(":")[0]
        after = f"{process}:~"  # behind its last number
        newest = _batch({"$lt": after}, -1) or first
        if newest["time"] >= since:
            found.add(process)
    return found


def _batch(bounds: Document, order: int) -> Document | None:
    return db.collection(BATCHES).find_one({"_id": bounds}, {"time": 1}, sort=[("_id", order)])


def _is_silent(head: Mapping[str, Any]) -> bool:
    return head.get("ended") is None and head["seen"] < clock.now() - SILENT_AFTER

"""The chain of one process: which batch is next, and how it gets into the database."""

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any

import structlog
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from kernel import clock, db, seals
from kernel.accesses import rows
from kernel.accesses.rows import BATCHES, PROCESSES, RECORDS, Batch, Entry

SAY_ALIVE_EVERY = timedelta(seconds=20)
_PROCESS_BYTES = 5
_MOST_COUNTED = 1 << 24

log = structlog.get_logger("kernel.accesses")


class Chain:
    def __init__(self) -> None:
        self.process = ""  # of ten hexadecimal digits; chosen with the first batch
        self._number = 0
        self._seal = b""
        self._written_time: datetime | None = None
        self._seen_time: datetime | None = None
        self._second, self._counter = 0, 0
        self._unwritten: Batch | None = None
        self._is_ended = False

    @property
    def has_unwritten(self) -> bool:
        return self._unwritten is not None

    @property
    def count_unwritten(self) -> int:
        return len(self._unwritten.records) if self._unwritten else 0

    def take(self, entries: list[Entry], *, is_last: bool = False) -> None:
        """Make the next batch of these."""
        if not self.process:
            self.process = _new_process()
            log.info("accesses.began", name=self.process)
        documents = [self._document(entry) for entry in entries]
        self._unwritten = rows.make_batch(
            self.process,
            self._number + 1,
            documents,
            previous=self._seal,
            before=self._written_time,
            moment=clock.now(),
            is_last=is_last,
        )

    def write(self) -> None:
        """Write the batch that was made. Whether an earlier try has written it although it failed does not matter."""
        batch = self._unwritten
        assert batch is not None  # noqa: S101 (for the type checker)
        try:
            db.run_in_transaction(lambda: self._insert(batch))
        except DuplicateKeyError:
            if not _is_written(batch):
                raise
        self._number, self._seal, self._is_ended = batch.number, batch.seal, batch.row["end"]
        self._written_time = self._seen_time = batch.row["time"]
        self._unwritten = None

    def end(self) -> None:
        """Say that nothing follows. A process without accesses says nothing."""
        if self.process and not self._is_ended:
            self.take([], is_last=True)
            self.write()
            log.info(
                "accesses.ended", name=self.process, anchor=f"{self._number}:{self._seal.hex()}"
            )

    def say_alive(self) -> None:
        moment = clock.now()
        if self._seen_time is not None and moment - self._seen_time >= SAY_ALIVE_EVERY:
            self._seen_time = moment
            db.collection(PROCESSES).update_one({"_id": self.process}, {"$set": {"seen": moment}})

    def _document(self, entry: Entry) -> dict[str, Any]:
        return rows.document_of(entry, self._next_id(entry.time))

    def _next_id(self, time: float) -> ObjectId:
        """Never before the id of an earlier record of the process, even if its clock goes back."""
        self._second = max(self._second, int(time))
        self._counter = (self._counter + 1) % _MOST_COUNTED
        text = f"{self._second:08x}{self.process}{self._counter:06x}"
        return ObjectId(text)

    def _insert(self, batch: Batch) -> None:
        """The row first: its id tells whether an earlier try has written all of it."""
        db.collection(BATCHES).insert_one(batch.row)
        if batch.records:
            db.collection(RECORDS).insert_many(batch.records)  # type: ignore[arg-type]
        self._move_head(batch)

    def _move_head(self, batch: Batch) -> None:
        is_ended, moment = batch.row["end"], batch.row["time"]
        head = {
            "_id": batch.process,
            "number": batch.number,
            "seal": batch.seal,
            "written": moment,
            "ended": moment if is_ended else None,
            "seen": moment,
        }
        head["mac"] = seals.sign(rows.head_content(head))
        if batch.number == 1:
            origin = {"began": moment, "host": socket.gethostname(), "pid": os.getpid()}
            db.collection(PROCESSES).insert_one({**head, **origin})
        else:
            db.collection(PROCESSES).update_one({"_id": batch.process}, {"$set": head})


def _new_process() -> str:
    while True:
        process = secrets.token_hex(_PROCESS_BYTES)
        if db.collection(PROCESSES).find_one({"_id": process}, {"_id": 1}) is None:
            return process


def _is_written(batch: Batch) -> bool:
    row = db.collection(BATCHES).find_one({"_id": batch.row["_id"]})
    return row is not None and bytes(row["seal"]) == batch.seal

"""The file of a job: rows are kept as they are made, and become a file at the end. Staff fetch theirs once; what was
made for a program can be read again until it expires.

Neither rows nor file are ever in memory as a whole.
"""

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import IO, Any

import orjson
from bson import ObjectId

from kernel import clock, tables
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from kernel.jobs import store

IS_KEPT = timedelta(days=1)  # before it is fetched
PIECE = 1024 * 1024
ROWS = "rows"
EXPIRED = "the file has expired or was removed; begin another export"
GONE = "the file was fetched already, or has expired; begin another export"
PARTS_GONE = "the work was interrupted for too long; begin it again"
CSV, XLSX = "csv", "xlsx"
FORMATS = {CSV: "CSV", XLSX: "Excel"}
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class PartsGone(Exception):
    """Rows have expired: a file without them would look complete."""


def pack(rows: Sequence[Sequence[Any]]) -> bytes:
    texts = [[tables.plain(value) for value in row] for row in rows]
    return zlib.compress(orjson.dumps(texts), 1)


Writer = Callable[[IO[bytes], Iterable[list[str]]], None]


def write(job: Document, header: Sequence[str], own: Writer | None) -> Document:
    """Make the file of all rows. Where two workers do it at the same time, the job will name the file of one, and the
    other removes its pieces. Raises PartsGone."""
    series, expires = str(ObjectId()), clock.now() + IS_KEPT
    with tempfile.TemporaryFile() as file:
        if own is None:
            tables.WRITERS[job["options"]["format"]](file, header, _rows(job))
        else:
            own(file, _rows(job))
        size = file.tell()
        file.seek(0)
        for number, piece in enumerate(_pieces(file)):
            store.insert_part(job["_id"], series, number, expires, data=piece)
    return {"series": series, "size": size, "expiresTime": expires}


def _rows(job: Document) -> Iterator[list[str]]:
    """There is one part for each step of the work."""
    parts = 0
    for data in store.walk_data(job["_id"], ROWS):
        yield from orjson.loads(zlib.decompress(data))
        parts += 1
    if parts != job["position"]:
        raise PartsGone


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def is_ready(job: Mapping[str, Any]) -> bool:
    file = job.get("file") or {}
    return bool(file) and not file.get("fetchedTime") and file["expiresTime"] > clock.now()


def fetch(job_id: ObjectId) -> Iterable[bytes]:
    """Its pieces, for one reader, in the caller's transaction. Raises Conflict for any other."""
    job = store.claim_file(job_id, clock.now())
    if job is None:
        raise Conflict(message=GONE)
    return _emptied(job)


def read(job: Mapping[str, Any]) -> Iterator[bytes]:
    """Its pieces, for anyone who may, as often as they ask while it is kept. Raises NotFound for one that is gone, and
    where it goes while it is read: a part of a file would look complete."""
    if not is_ready(job):
        raise NotFound(message=EXPIRED)
    file, size = job["file"], 0
    for piece in store.walk_data(job["_id"], file["series"]):
        size += len(piece)
        yield piece
    if size != file["size"]:
        raise NotFound(message=EXPIRED)


def _emptied(job: Document) -> Iterator[bytes]:
    try:
        yield from store.walk_data(job["_id"], job["file"]["series"])
    finally:
        store.remove_parts(job["_id"])

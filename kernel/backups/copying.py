"""Copy the database as it was at one moment, while everyone goes on writing.

All collections are read at one time of MongoDB's clock (read concern "snapshot" with `atClusterTime`), which MongoDB
can go back to for `minSnapshotHistoryWindowInSeconds` (300 s unless it is set otherwise). A backup that takes longer
ends with an error that says so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bson import Timestamp
from django.conf import settings
from pymongo.collection import Collection
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from kernel import audit_anchors, db
from kernel.backups.folders import FORMAT, BackupError, Folder, Progress
from kernel.db import Document

_GONE = {239, 246}  # SnapshotTooOld, SnapshotUnavailable
_BATCH = 1000  # documents; MongoDB ends a batch at 16 MB anyway


class _AtTime(ReadConcern):
    """PyMongo's own snapshot sessions choose the time themselves, so a backup could not be continued with them."""

    def __init__(self, time: Timestamp) -> None:
        super().__init__("snapshot")
        self._time = time

    @property
    def document(self) -> dict[str, Any]:
        return {**super().document, "atClusterTime": self._time}


def back_up(path: Path, *, goes_on: bool = False) -> Iterator[Progress]:
    """Into an empty or new folder; `goes_on`: continue one that was interrupted. Raises BackupError."""
    folder = Folder(path)
    contents = _unfinished(folder) if goes_on else _begin(folder)
    for name in _list_names():
        if name not in contents["collections"]:
            yield from _copy(folder, name, contents)
    contents["ended"] = _now()
    folder.write(contents)


def _begin(folder: Folder) -> Document:
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.path.iterdir()):
        message = f"{folder.path} is not empty; --continue goes on with an interrupted backup"
        raise BackupError(message)
    anchor = audit_anchors.write(settings.ENVIRONMENT)
    time = _time_after_anchor()
    contents = {
        "format": FORMAT,
        "database": db.database_name(),
        "began": _now(),
        "time": [time.time, time.inc],
        "anchor": str(anchor),
        "collections": {},
    }
    folder.write(contents)
    return contents


def _unfinished(folder: Folder) -> Document:
    contents = folder.read()
    if "ended" in contents:
        message = f"{folder.path} holds a whole backup"
        raise BackupError(message)
    if contents["database"] != db.database_name():
        message = f"{folder.path} holds a backup of the database {contents['database']}"
        raise BackupError(message)
    return contents


def _time_after_anchor() -> Timestamp:
    """A moment at which the anchor is there: it was written by a majority before."""
    command = {
        "find": audit_anchors.COLLECTION,
        "limit": 1,
        "projection": {"_id": 1},
        "readConcern": {"level": "snapshot"},
    }
    answer = db.database().command(command)
    time: Timestamp = answer["cursor"]["atClusterTime"]
    return time


def _list_names() -> list[str]:
    names = db.database().list_collection_names(filter={"type": "collection"})
    return sorted(name for name in names if not name.startswith("system."))


def _copy(folder: Folder, name: str, contents: Document) -> Iterator[Progress]:
    n, total = 0, db.database()[name].estimated_document_count()
    folder.write_shape(name, _shape(name))
    with folder.writing(name) as file:
        for batch in _batches(name, Timestamp(*contents["time"])):
            file.write(batch)
            n += _count(batch)
            yield Progress(name, n, max(n, total))
    contents["collections"][name] = {"documents": n, "sha256": folder.digest_of(name)}
    folder.write(contents)


def _shape(name: str) -> Document:
    (found,) = db.database().list_collections(filter={"name": name})
    indexes = [dict(index) for index in db.database()[name].list_indexes()]
    return {"indexes": indexes, "options": found["options"]}


def _batches(name: str, time: Timestamp) -> Iterator[bytes]:
    collection: Collection[Document] = db.database()[name]
    reader = collection.with_options(read_concern=_AtTime(time))
    try:
        yield from reader.find_raw_batches(sort=[("_id", 1)], batch_size=_BATCH)
    except OperationFailure as error:
        if error.code not in _GONE:
            raise
        message = (
            f"MongoDB cannot read {name} as it was when this backup began. Begin again; if no one has made indexes "
            "meanwhile, set minSnapshotHistoryWindowInSeconds to more seconds than the backup takes before"
        )
        raise BackupError(message) from error


def _count(batch: bytes) -> int:
    n = position = 0
    while position < len(batch):
        position += int.from_bytes(batch[position : position + 4], "little")
        n += 1
    return n


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

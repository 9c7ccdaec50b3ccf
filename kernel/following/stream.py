"""MongoDB's change stream of some collections, read in batches. It brings ids and times, no content.

The whole database is watched, and the server leaves out what is not asked for: a stream of one collection
would end when it is dropped or renamed.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pymongo
import structlog
from bson import Timestamp
from pymongo.errors import OperationFailure

from kernel import db, transient_errors

MOST_CHANGES = 200  # in a batch
GATHER_SECONDS = 0.5  # between batches that are not full
# A batch is what is there: a server that waited would answer at once, for each change alone.
_AWAIT_MS = 1
# A server that hangs is noticed; a stopped network would otherwise keep the connection for hours.
_TIMEOUT_SECONDS = 30.0
# CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost
_LOST_CODES = {136, 260, 280, 286}
_LOST_LABEL = "NonResumableChangeStreamError"
_OF_DATABASE = ["dropDatabase", "invalidate"]
_OF_COLLECTION = {"drop", "rename"}
_READ = {"ns": 1, "operationType": 1, "clusterTime": 1, "documentKey._id": 1}

log = structlog.get_logger("kernel.following")


class PositionLost(Exception):
    """The stream cannot be continued: what happened since is not known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Batch:
    changes: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    count: int = 0
    time: datetime | None = None  # of the last change; None if there was none
    was_dropped: bool = (
        False  # a collection, or renamed: the documents bring no changes of their own
    )
    token: Mapping[str, Any] | None = None  # where the next batch begins


class Stream:
    def __init__(
        self,
        collections: Sequence[str],
        *,
        token: Mapping[str, Any] | None,
        start_at: Timestamp | None,
    ) -> None:
        """Raises PositionLost."""
        with _lost_if(_is_lost if token is None else _is_refused):
            self._stream = db.database().watch(
                _pipeline(collections),
                # Unlike `resume_after` this also continues after a stream that has ended.
                start_after=token,
                start_at_operation_time=None if token else start_at,
                max_await_time_ms=_AWAIT_MS,
                batch_size=MOST_CHANGES,
            )

    def close(self) -> None:
        self._stream.close()

    def read(self) -> Batch:
        """What is there, without waiting for more. Raises PositionLost."""
        batch = Batch()
        with _lost_if(_is_lost):
            while batch.count < MOST_CHANGES and (change := self._next()) is not None:
                _add(batch, change)
        batch.token = self._stream.resume_token
        return batch

    def _next(self) -> Mapping[str, Any] | None:
        with pymongo.timeout(_TIMEOUT_SECONDS):
            return self._stream.try_next()


def present_position() -> Timestamp:
    """Everything that happens from now on comes after it."""
    position: Timestamp = db.client().admin.command("ping")["operationTime"]
    return position


def _pipeline(collections: Sequence[str]) -> list[dict[str, Any]]:
    names = {"$in": list(collections)}
    wanted = [
        {"ns.coll": names},
        {"to.coll": names},
        {"operationType": {"$in": _OF_DATABASE}},
    ]
    return [{"$match": {"$or": wanted}}, {"$project": _READ}]


def _add(batch: Batch, change: Mapping[str, Any]) -> None:
    kind = change["operationType"]
    if kind in _OF_DATABASE:
        raise PositionLost(kind)
    batch.count += 1
    batch.time = change["clusterTime"].as_datetime()
    if kind in _OF_COLLECTION:
        batch.was_dropped = True
    elif "documentKey" in change:
        _add_id(batch, change["ns"]["coll"], change["documentKey"]["_id"])


def _add_id(batch: Batch, collection: str, document_id: Any) -> None:
    """No service of ours writes or finds a document whose id is an object."""
    if isinstance(document_id, Hashable):
        batch.changes[collection].add(document_id)
    else:
        log.warning("following.id_unusable", collection=collection)


@contextmanager
def _lost_if(means_loss: Callable[[OperationFailure], bool]) -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if means_loss(error):
            reason = f"code_{error.code}"
            raise PositionLost(reason) from error
        raise


def _is_lost(error: OperationFailure) -> bool:
    return error.code in _LOST_CODES or error.has_error_label(_LOST_LABEL)


def _is_refused(error: OperationFailure) -> bool:
    """For a stored token. The server has many codes for one that it cannot use."""
    return not transient_errors.is_transient(error)

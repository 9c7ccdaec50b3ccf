"""Clinics that a merge holds (rules MERGE-60 to MERGE-68).

Nearly no clinic is ever held, but every request about a clinic has to know. So each process remembers all closures,
which are few, for a second; the one who closes a clinic waits until every process knows (`CACHE_SECONDS`).
"""

import threading
import time
from collections.abc import Mapping

import structlog
from bson import ObjectId
from pymongo.errors import BulkWriteError, PyMongoError

from clinic_records.choices import ClosureRole
from clinic_records.store import closures as store
from kernel import clock, ids
from kernel.db import Document
from kernel.errors import Busy, Conflict

CACHE_SECONDS = 1.0
SOURCE_CLOSED = "the clinic is being merged into another clinic"
HELD = "the clinic is being merged with another clinic"
REQUESTED = "the clinic is to be merged into another clinic: nothing more is begun in it"

log = structlog.get_logger(__name__)


class _Remembered:
    """What this process knows of closures, by clinic. Never older than CACHE_SECONDS, unless they cannot be read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._closures: Mapping[ObjectId, Document] = {}
        self._until = 0.0

    def closures(self) -> Mapping[ObjectId, Document]:
        if time.monotonic() >= self._until:
            with self._lock:
                if time.monotonic() >= self._until:
                    self._read()
        return self._closures

    def _read(self) -> None:
        """A failure is no failure of the request: what was known before is used for another second."""
        began = time.monotonic()
        try:
            self._closures = {row["_id"]: row for row in store.list_all()}
            self._until = began + CACHE_SECONDS
        except PyMongoError as error:
            self._until = time.monotonic() + CACHE_SECONDS
            log.warning("closures.not_read", error=type(error).__name__)


_remembered = _Remembered()
forget = _remembered.forget


# --- holding clinics ------------------------------------------------------------------------------
# A merge is asked for some time before it closes its clinics. What goes on for long, such as a file of patients, must
# not begin in between, because the merge would cut it off. So the request marks the clinic that will go, and refuses
# where such work goes on; and what begins asks for the mark. Both record an event at the end of the audit trail, in the
# same transaction, so of two at the same moment one is repeated, and finds what the other has written.
def mark_requested(merge_id: ObjectId, source_id: ObjectId) -> None:
    """In the caller's transaction, with an event of the audit trail. The mark goes with `reopen`."""
    store.insert_requested({"_id": source_id, "mergeId": merge_id, "createdTime": clock.now()})


def is_requested(clinic_id: ObjectId) -> bool:
    """Whether a merge will make it part of another clinic, or is about to. Read now."""
    return store.find_requested(clinic_id) is not None


def require_not_requested(clinic_id: ObjectId) -> None:
    """For what begins long work in a clinic: in its transaction, with an event of the audit trail. Raises Busy."""
    if is_requested(clinic_id):
        raise Busy(message=REQUESTED)


def close(merge_id: ObjectId, *, source_id: ObjectId, target_id: ObjectId) -> None:
    """In the caller's transaction. Raises Conflict if a merge holds one of the clinics."""
    common = {"mergeId": merge_id, "createdTime": clock.now()}
    roles = {source_id: ClosureRole.SOURCE.value, target_id: ClosureRole.TARGET.value}
    try:
        store.insert([{"_id": c, "role": role, **common} for c, role in roles.items()])
    except BulkWriteError as error:
        if any(item.get("code") != 11000 for item in error.details.get("writeErrors", ())):
            raise
        raise Conflict(message=HELD) from None


def reopen(merge_id: ObjectId) -> None:
    """In the caller's transaction."""
    store.remove_of_merge(merge_id)


def find(clinic_id: ObjectId) -> Document | None:
    """Read now, not remembered."""
    return store.find(clinic_id)


# --- asking ---------------------------------------------------------------------------------------
def require_open(clinic_id: str | ObjectId) -> None:
    """For what reads a clinic or adds to it. Raises Busy for the source of a merge."""
    if _role(clinic_id) == ClosureRole.SOURCE:
        raise Busy(message=SOURCE_CLOSED)


def require_free(clinic_id: str | ObjectId) -> None:
    """For what would change the outcome of a merge. Raises Busy for its source and its target."""
    role = _role(clinic_id)
    if role is not None:
        raise Busy(message=SOURCE_CLOSED if role == ClosureRole.SOURCE else HELD)


def other_clinic(clinic_id: ObjectId) -> tuple[ClosureRole, ObjectId] | None:
    """What the other clinic is in the merge that holds this one, and its id; None where no merge does."""
    closures = _remembered.closures()
    own = closures.get(clinic_id)
    others = (row for row in closures.values() if own and row["mergeId"] == own["mergeId"])
    return next(
        ((ClosureRole(row["role"]), row["_id"]) for row in others if row["_id"] != clinic_id), None
    )


def _role(clinic_id: str | ObjectId) -> str | None:
    closures = _remembered.closures()
    if not closures:
        return None
    parsed_id = ids.parse_id(clinic_id)
    closure = closures.get(parsed_id) if parsed_id else None
    return closure["role"] if closure else None

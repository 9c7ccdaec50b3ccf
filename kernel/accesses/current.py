"""The access of this request, or of this handler of an event.

The thread of a request does no more than fill in an `Entry` and append it to the queue (`recording`); what costs time,
checking and encoding, is done where it is written.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

from kernel.accesses import declarations, recording
from kernel.accesses.declarations import Access
from kernel.accesses.rows import Entry
from kernel.choices import AccessKind
from kernel.errors import Unavailable
from kernel.principal import ENVIRON_KEY, Principal

FAILED, DONE = "failed", "done"  # outcomes of a handler
BEGUN = "begun"  # of a request that waits for work elsewhere; another record says how it ended
_MOST_QUERY = 4_000  # characters; longer ones would fill the memory while MongoDB is away
_current: ContextVar[Entry | None] = ContextVar("access", default=None)


def forget() -> None:
    """Before a request: the thread may have served another that ended without an answer."""
    _current.set(None)


def begin(operation: str, path: Mapping[str, str], parameters: Sequence[Any] = ()) -> None:
    """`parameters`: those of the query that the operation declares."""
    access = declarations.table()[operation]
    if not access.is_recorded:
        return
    patient = path.get(access.patient, "") if access.patient else ""
    entry = Entry(operation, access, path.get("clinicId", ""), patient)
    entry.parameters = parameters
    _current.set(entry)


def admit() -> None:
    """Raises Unavailable where an access could not be recorded: nothing is done unrecorded (rule ACCOUNT-171)."""
    entry = _current.get()
    if entry is not None and recording.is_stopped():
        _current.set(None)
        raise Unavailable


def finish(meta: Mapping[str, Any], outcome: str) -> None:
    """Reads nothing that the client could have made unreadable: what it sent is parsed where it is written."""
    entry = _current.get()
    if entry is None:
        return
    _current.set(None)
    if not entry.kind:
        _take_caller(entry, meta.get(ENVIRON_KEY))
    if entry.access.is_list:
        entry.query = meta.get("QUERY_STRING", "")[:_MOST_QUERY]
    _add(entry, outcome)


def _take_caller(entry: Entry, principal: Principal | None) -> None:
    if principal is None:
        entry.kind = AccessKind.ANONYMOUS.value
    else:
        kind = AccessKind.SERVICE if principal.is_server else AccessKind.USER
        entry.kind, entry.who = kind.value, principal.user_id


def _add(entry: Entry, outcome: str) -> None:
    entry.time, entry.outcome = time.time(), outcome
    entry.request = structlog.contextvars.get_contextvars().get("request", "")
    recording.add(entry)


# --- work in the background --------------------------------------------------------------------------------------
@contextmanager
def in_background(
    name: str, access: Access, *, clinic: str = "", patient: str = ""
) -> Iterator[None]:
    """The access of a handler, or of a task, which has no caller. Where nothing can be recorded it is not begun, and
    tried again later."""
    if not access.is_recorded:
        yield
        return
    token = _current.set(Entry(name, access, clinic, patient, AccessKind.SYSTEM.value))
    outcome = FAILED
    try:
        admit()
        yield
        outcome = DONE
    finally:
        entry = _current.get()
        _current.reset(token)
        if entry is not None:
            _add(entry, outcome)


# --- what the code notes -----------------------------------------------------------------------------------------
def note_patient(user_id: str) -> None:
    """A patient of whom this access has read or changed something."""
    entry = _current.get()
    if entry is not None:
        entry.note_patient(str(user_id))


def note_clinic(clinic_id: Any) -> None:
    entry = _current.get()
    if entry is not None:
        entry.clinic = str(clinic_id)


def note_shown(number: int) -> None:
    """So many patients more were shown or changed."""
    entry = _current.get()
    if entry is not None:
        entry.shown = (entry.shown or 0) + number


def note_caller(kind: AccessKind, name: str) -> None:
    """For an operation with a credential of its own, when it was found right."""
    entry = _current.get()
    if entry is not None:
        entry.kind, entry.who = kind.value, name


def note_answer(data: Any) -> None:
    """The patient, or how many of them, as the answer shows."""
    entry = _current.get()
    if entry is None:
        return
    if entry.access.is_list:
        data = _note_list(entry, data)
    user_id = _value_at(entry.access.answer, data)
    if isinstance(user_id, str):
        entry.note_patient(user_id)


def _note_list(entry: Entry, data: Any) -> Any:
    """Returns what is shown alone: who searches for one patient has seen that patient."""
    items = data.get("data") if isinstance(data, dict) else data
    if not isinstance(items, list | tuple):
        return None
    if entry.shown is None:
        entry.shown = len(items)
    return items[0] if len(items) == 1 else None


def _value_at(path: str, data: Any) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data

"""Whether any webhook waits for an event, known without a command of the database in the request.

Each process remembers for a second what all webhooks that are on listen to. Who registers one, or switches it on, waits
until every process has read it (`wait_until_known`), so that what happens after the answer is told. Where the
webhooks cannot be read, every event counts as waited for, and a worker decides when it can read them.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from contextvars import Context

import structlog
from pymongo.errors import PyMongoError

from kernel import deadline
from webhooks.store import hooks as store

CACHE_SECONDS = 1.0
READ_SECONDS = 1.0  # no request waits longer for it, whatever hangs
# A change may have been decided on with the older knowledge, and not be committed yet.
MARGIN = 1.0
ALL = ""  # stands for the clinics of a webhook of the installation

log = structlog.get_logger(__name__)
Heard = Mapping[str, frozenset[str]]


class _Remembered:
    """By kind, the clinics with a webhook for it; None: unknown."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._heard: Heard | None = None
        self._until = 0.0

    def heard(self) -> Heard | None:
        if time.monotonic() >= self._until:
            with self._lock:
                if time.monotonic() >= self._until:
                    self._read()
        return self._heard

    def _read(self) -> None:
        """Not in the transaction that asks, which sees the webhooks as they were when it began."""
        began = time.monotonic()
        try:
            self._heard = Context().run(_heard_now)
            self._until = began + CACHE_SECONDS
        except PyMongoError as error:
            self._heard = None
            self._until = time.monotonic() + CACHE_SECONDS
            log.warning("webhooks.not_read", error=type(error).__name__)


def _heard_now() -> Heard:
    clinics: dict[str, set[str]] = {}
    with deadline.within(READ_SECONDS):
        for hook in store.list_heard():
            for kind in hook["kinds"]:
                clinics.setdefault(kind, set()).add(str(hook.get("clinicId") or ALL))
    return {kind: frozenset(ids) for kind, ids in clinics.items()}


_remembered = _Remembered()
forget = _remembered.forget


def is_heard(kind: str, clinic_ids: Iterable[str] = ()) -> bool:
    """Whether a webhook may have to be told; without clinics: a webhook of any clinic."""
    heard = _remembered.heard()
    if heard is None:
        return True
    listening = heard.get(kind)
    if not listening:
        return False
    wanted = set(clinic_ids)
    return not wanted or ALL in listening or not wanted.isdisjoint(listening)


def wait_until_known() -> None:
    """Until no process remembers what was before."""
    time.sleep(CACHE_SECONDS + MARGIN)

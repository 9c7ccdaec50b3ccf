"""Answers of the API that say that the service failed. No record says how many there were, so they are counted as they
happen: each process adds its own to the day, at most once a second.

While MongoDB takes none they wait. A process that is killed loses those of its last second.
"""

import atexit
import os
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime

import pymongo
import structlog
from pymongo.errors import PyMongoError

from kernel import clock
from kernel.daily import store
from kernel.daily.keeping import midnight

EVERY = 1.0  # seconds
PATIENCE = 2.0  # seconds
FAILED = 500  # and every status above

log = structlog.get_logger(__name__)
NAME, SERIES = "apiErrors", "failed"


class Recorder:
    """One for each process. Its thread lives while there is something to write."""

    def __init__(self) -> None:
        self._waiting: Counter[datetime] = Counter()
        self._lock = threading.Lock()
        self._is_running = False

    def note(self) -> None:
        with self._lock:
            self._waiting[midnight(clock.now())] += 1
            starts, self._is_running = not self._is_running, True
        if starts:
            self._start()

    def write(self) -> None:
        """Raises an error of MongoDB; then what was not written goes on waiting."""
        for day in list(self._waiting):
            with self._lock:
                number = self._waiting.pop(day, 0)
            try:
                store.add(day, NAME, SERIES, number)
            except PyMongoError:
                with self._lock:
                    self._waiting[day] += number
                raise

    def _start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="api-errors").start()

    def _run(self) -> None:
        while self._has_more():
            time.sleep(EVERY)
            try:
                with pymongo.timeout(PATIENCE):
                    self.write()
            except PyMongoError as error:
                log.warning("api_errors.not_written", error=type(error).__name__)

    def _has_more(self) -> bool:
        with self._lock:
            self._is_running = bool(self._waiting)
            return self._is_running


_recorder = Recorder()


def note(operation: str, status: int) -> None:
    """Called with every answer. Pages of staff, and requests that reached no operation, are not the API's."""
    if status >= FAILED and operation != "other" and not operation.startswith("admin."):
        _recorder.note()


def write() -> None:
    _recorder.write()


def end() -> None:
    with suppress(PyMongoError), pymongo.timeout(PATIENCE):
        _recorder.write()


def begin_again() -> None:
    """In a process that was forked."""
    global _recorder  # noqa: PLW0603 (the one of this process)
    _recorder = Recorder()


atexit.register(end)
os.register_at_fork(after_in_child=begin_again)

"""The queue of this process, and the thread that writes it in batches: each second, or when 500 wait.

What a crash loses is at most the accesses since the last batch: those of a second, as long as MongoDB takes them. If
it takes none for ten seconds, or 10,000 wait, operations on patients' data are refused until it does.

The thread begins with the first access, in the process that serves: a process that is forked inherits nothing of its
parent's. A process that ends orderly calls `end`; otherwise the interpreter's own end does.
"""

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

import structlog
from prometheus_client import Counter

from kernel.accesses.rows import Entry
from kernel.accesses.writing import Chain

EVERY = 1.0  # seconds
BATCH = 500
MOST_WAITING = 10_000
LONGEST_WITHOUT = 10.0  # seconds
END_SECONDS = 5.0

LOST = Counter("clinics_accesses_lost_total", "Accesses that an ending process could not record")
FAILED = Counter("clinics_access_batches_failed_total", "Batches of access records to be repeated")
log = structlog.get_logger(__name__)


class Recorder:
    """One for each process."""

    def __init__(self, chain: Chain | None = None) -> None:
        self._chain = chain or Chain()
        self._waiting: deque[Entry] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._is_ending = False
        self._trying_since: float | None = None

    def add(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if self._thread is None:
            self._start()
        elif len(self._waiting) >= BATCH:
            self._wake.set()

    def is_stopped(self) -> bool:
        """Whether what is done now could not be recorded soon."""
        since = self._trying_since
        is_late = since is not None and time.monotonic() - since > LONGEST_WITHOUT
        return is_late or len(self._waiting) >= MOST_WAITING

    def write(self) -> None:
        """Write all that waits. Raises an error of MongoDB; then the next call writes the same batch."""
        while self._waiting or self._chain.has_unwritten:
            self._trying_since = self._trying_since or time.monotonic()
            if not self._chain.has_unwritten:
                self._take_next()
            self._chain.write()
            self._trying_since = None

    def end(self) -> None:
        """Write what waits, and that nothing follows."""
        self._is_ending = True
        self._wake.set()
        if self._thread is None:
            self._finish()
        else:
            self._thread.join(END_SECONDS)
        lost = len(self._waiting) + self._chain.count_unwritten
        if lost:
            log.error("accesses.lost", count=lost)
            LOST.inc(lost)

    def _take_next(self) -> None:
        entries = list(islice(self._waiting, BATCH))
        self._chain.take(entries)
        for _ in entries:
            self._waiting.popleft()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="accesses")
                self._thread.start()

    def _run(self) -> None:
        while not self._is_ending:
            self._wake.wait(EVERY)
            self._wake.clear()
            if not self._is_ending:
                self._try(self._chain.say_alive)
        self._finish()

    def _finish(self) -> None:
        deadline = time.monotonic() + END_SECONDS - 1.0
        while not self._try(self._chain.end) and time.monotonic() < deadline:
            time.sleep(0.2)

    def _try(self, then: Callable[[], None]) -> bool:
        try:
            self.write()
            then()
        except Exception as error:
            FAILED.inc()
            log.warning("accesses.not_written", exc_info=error, count=len(self._waiting))
            return False
        return True


_recorder = Recorder()


def add(entry: Entry) -> None:
    _recorder.add(entry)


def is_stopped() -> bool:
    return _recorder.is_stopped()


def write() -> None:
    _recorder.write()


def end() -> None:
    """The process ends, or has nothing to do with patients any more."""
    global _recorder
    recorder, _recorder = _recorder, Recorder()
    recorder.end()


def begin_again() -> None:
    """In a process that was forked."""
    global _recorder  # noqa: PLW0603 (the one of this process)
    _recorder = Recorder()


atexit.register(end)
os.register_at_fork(after_in_child=begin_again)

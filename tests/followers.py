"""A process that follows, step by step, so that every test decides what happens when.

with following(kept.FOLLOWER) as process:
    …  # someone writes
    process.catch_up()
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from kernel.following import BY_NAME, rows, stream
from kernel.following.tenure import Tenure

WITHIN = 10.0


class Process:
    def __init__(self, name: str, *, holder: str = "first") -> None:
        self.name = name
        self.stop = threading.Event()
        row = rows.take(name, holder)
        assert row is not None, "another process follows"
        self.tenure = Tenure(BY_NAME[name], holder, row, stop=self.stop)
        self.tenure.begin()

    def catch_up(self) -> None:
        """Until nothing is left to read and no rescan is under way."""
        self.tenure.turn()
        self.until(lambda: self.row.get("isQuiet") and self.row.get("rescanTime") is None)

    def until(self, check: Callable[[], object]) -> None:
        deadline = time.monotonic() + WITHIN
        while not check():
            assert time.monotonic() < deadline, f"not within {WITHIN} seconds: {self.row}"
            self.tenure.turn()

    @property
    def row(self) -> rows.Row:
        return self.tenure.row

    def die(self) -> None:
        """Its lease stays, as that of a killed process would."""
        self.tenure.close()


@contextmanager
def following(name: str, *, holder: str = "first") -> Iterator[Process]:
    """Waits for changes only briefly, because a test knows that they are there."""
    with mock.patch.object(stream, "_AWAIT_MS", 20):
        process = Process(name, holder=holder)
        try:
            yield process
        finally:
            process.die()

"""Parallel calls of the same work share a run of it."""

import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kernel import deadline
from kernel.errors import Unavailable

T = TypeVar("T")


@dataclass(slots=True)
class _Turns(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    callers: int = 0
    begun: float = float("-inf")
    results: list[T] = field(default_factory=list)  # that of the last run, if there was one


class SharedRuns(Generic[T]):
    """One call of a key runs at a time. Those who wait take the result of a run that began after they came: it is never
    older than the call, and any number of parallel calls are two runs. Calls of one process alone share.
    Raises Unavailable where the time of the request ends before its turn comes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turns: dict[Hashable, _Turns[T]] = {}

    def run(self, key: Hashable, work: Callable[[], T]) -> T:
        came = time.monotonic()
        turns = self._come(key)
        try:
            _wait(turns.lock)
            try:
                if turns.begun < came:
                    began, result = time.monotonic(), work()
                    turns.begun, turns.results = began, [result]
                return turns.results[0]
            finally:
                turns.lock.release()
        finally:
            self._go(key, turns)

    def _come(self, key: Hashable) -> _Turns[T]:
        with self._guard:
            turns = self._turns.get(key)
            if turns is None:
                turns = self._turns[key] = _Turns()
            turns.callers += 1
            return turns

    def _go(self, key: Hashable, turns: _Turns[T]) -> None:
        """Forgotten when no one waits."""
        with self._guard:
            turns.callers -= 1
            if not turns.callers:
                del self._turns[key]


def _wait(lock: threading.Lock) -> None:
    seconds = deadline.seconds_left()
    if not lock.acquire(timeout=-1 if math.isinf(seconds) else max(seconds, 0)):
        raise Unavailable

"""When the request that this thread works on has to be answered (`REQUEST_TIME_LIMIT`).

A neighbour that hangs would otherwise hold the thread through one operation after the other. PyMongo knows of such a
moment by itself: no operation, and no repetition of one, goes on after it. What waits for something else asks
`seconds_left`. Work in the background has no such moment; its tasks have a time limit of their own.
"""

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from threading import TIMEOUT_MAX, Lock
from typing import Any

import pymongo

from kernel.errors import Unavailable

_moment: ContextVar[float] = ContextVar("deadline", default=math.inf)


class _At:
    """A class, because a generator costs a third more, and each request enters several of these."""

    __slots__ = ("_ends", "_limit", "_token")

    def __init__(self, ends: float) -> None:
        self._ends = ends

    def __enter__(self) -> None:
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise Unavailable
        self._token = _moment.set(self._ends)
        self._limit = pymongo.timeout(seconds)
        self._limit.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._limit.__exit__(*error)
        _moment.reset(self._token)


def at(moment: float) -> AbstractContextManager[None]:
    """`moment` is one of `time.monotonic()`. Raises Unavailable if it has passed already."""
    return _At(moment)


def within(seconds: float) -> AbstractContextManager[None]:
    """What is inside has no longer than this, and no longer than its request has."""
    now = time.monotonic()
    return _At(min(now + seconds, _moment.get()))


@contextmanager
def early() -> Iterator[None]:
    """What is inside ends when three quarters of the time that is left are over: time remains for something else
    instead."""
    left = seconds_left()
    if math.isinf(left):
        yield
        return
    with within(left * 0.75):
        yield


@contextmanager
def held(lock: Lock) -> Iterator[None]:
    """The lock, for which no one waits longer than their request has: what holds it may wait for something that hangs.
    Raises Unavailable."""
    if not lock.acquire(timeout=min(max(seconds_left(), 0), TIMEOUT_MAX)):
        raise Unavailable
    try:
        yield
    finally:
        lock.release()


def seconds_left() -> float:
    """Without a deadline infinite; negative when it has passed."""
    return _moment.get() - time.monotonic()

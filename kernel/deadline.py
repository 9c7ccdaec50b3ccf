"""When the request that this thread works on has to be answered (`REQUEST_TIME_LIMIT`).

A neighbour that hangs would otherwise hold the thread through one operation after the other. PyMongo knows of such a
moment by itself: no operation, and no repetition of one, goes on after it. What waits for something else asks
`seconds_left`. Work in the background has no such moment; its tasks have a time limit of their own.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import TIMEOUT_MAX, Lock

import pymongo

from kernel.errors import Unavailable

_moment: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def at(moment: float) -> Iterator[None]:
    """`moment` is one of `time.monotonic()`. Raises Unavailable if it has passed already."""
    seconds = moment - time.monotonic()
    if seconds <= 0:
        raise Unavailable
    token = _moment.set(moment)
    try:
        with pymongo.timeout(seconds):
            yield
    finally:
        _moment.reset(token)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is inside has no longer than this, and no longer than its request has."""
    with at(time.monotonic() + min(seconds, seconds_left())):
        yield


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

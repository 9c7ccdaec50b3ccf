"""Several calls at the same time, for queries that MongoDB answers with one core each.

The calls see the request they belong to (its deadline, its names in the log), but no transaction: the session of a
transaction serves one thread. A process has few threads for this. Where none is free, the calls run one after the
other, so a busy process is no slower with it than without.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

T = TypeVar("T")
_THREADS = 4
_free = BoundedSemaphore(_THREADS)


def run(calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results, in order. An error of one is raised when all have ended."""
    *others, own = calls
    begun = [_begin(call) for call in others]
    try:
        last = own()
    finally:
        for future in begun:
            future.exception()  # waits
    return [*(future.result() for future in begun), last]


def _begin(call: Callable[[], T]) -> "Future[T]":
    if not _free.acquire(blocking=False):
        return _here(call)
    future = _pool(os.getpid()).submit(copy_context().run, call)
    future.add_done_callback(lambda _: _free.release())
    return future


def _here(call: Callable[[], T]) -> "Future[T]":
    future: Future[T] = Future()
    try:
        future.set_result(call())
    except Exception as error:  # noqa: BLE001 (raised by `run`, as one of another thread would be)
        future.set_exception(error)
    return future


@cache
def _pool(pid: int) -> ThreadPoolExecutor:
    """Threads do not survive a fork, so a process has its own."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix=f"parallel-{pid}")

"""A worker that takes no task although tasks wait exits; the process manager starts it again.

Runs in a thread of the worker's main process, which has no connection to MongoDB (a pool process may be
forked from it at any time, fact F29). So it compares the queues of the broker with the progress of the
worker: the relay of the outbox sends tasks for due rows again and again, at least every half minute.
"""

import os
import signal
import threading
import time
from typing import Any

import structlog
from billiard.process import active_children
from celery.worker import state
from django.conf import settings

from kernel import broker, metrics, metrics_port

EVERY = 5.0
STUCK_SECONDS = 60.0
_EXIT = 75  # EX_TEMPFAIL

log = structlog.get_logger(__name__)
_ended = threading.Event()


class Progress:
    """Tells from one check to the next whether a worker is stuck."""

    def __init__(self, now: float) -> None:
        self._last, self._since = -1, now

    def is_stuck(self, now: float, *, taken: int, waiting: int, is_busy: bool) -> bool:
        if waiting == 0 or is_busy or taken != self._last:
            self._last, self._since = taken, now
        return now - self._since >= STUCK_SECONDS


def start(consumer: Any) -> None:
    threading.Thread(target=_watch, args=(consumer,), daemon=True, name="worker-watch").start()


def stop() -> None:
    _ended.set()


def _watch(consumer: Any) -> None:
    queues = sorted(consumer.app.amqp.queues.consume_from)
    progress, busy = Progress(time.monotonic()), Busy()
    while not _ended.wait(EVERY):
        waiting = _waiting(consumer.app, queues)
        now = time.monotonic()
        is_busy = busy.is_busy(now, {request.id for request in list(state.active_requests)})
        taken = state.all_total_count[0]
        if progress.is_stuck(now, taken=taken, waiting=waiting, is_busy=is_busy):
            _end(waiting)


def _waiting(app: Any, queues: list[str]) -> int:
    """0 while the broker does not answer: that is not the worker's fault."""
    try:
        with app.connection_for_read() as connection:
            return broker.waiting(connection, queues)
    except Exception as error:  # noqa: BLE001 (any exception of the broker's client)
        log.warning("worker.broker_unavailable", error=type(error).__name__)
        return 0


class Busy:
    """Running tasks count as busy for as long as a task may run; after that the process is killed, or should
    have been."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def is_busy(self, now: float, running: set[str]) -> bool:
        self._since = {task: self._since.get(task, now) for task in running}
        longest = settings.CELERY_TASK_TIME_LIMIT + STUCK_SECONDS
        return any(now - since < longest for since in self._since.values())


def _end(waiting: int) -> None:
    """No task runs, and the work still to do is in the outbox."""
    log.error("worker.stuck", count=waiting)
    metrics.WORKERS_STUCK.inc()
    metrics_port.wait_for_last_reading()
    for process in active_children():
        if process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
    os._exit(_EXIT)

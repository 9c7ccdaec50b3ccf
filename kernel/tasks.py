"""Celery's side of the kernel: the task base class, delivery of outbox rows, and the relay.

Arguments are ids, never data: they are visible in the broker. No log has them.

A task returns how many things it did. Most of those that come every few seconds find nothing to do, or only bring up to
date what is kept: they return 0 or nothing, and only the metrics count them.
"""

import time
from typing import Any

import structlog
from bson import ObjectId
from celery import Task, shared_task

from kernel import (
    audit_anchors,
    crash_reports,
    heartbeats,
    indexes,
    metrics,
    outbox,
    transient_errors,
)
from kernel.accesses import daily_checks
from kernel.daily import keeping
from kernel.outbox.waking import DELIVER_TASK

DONE, FAILED = "done", "failed"
log = structlog.get_logger("task")


class BaseTask(Task):
    """Acknowledged late, requeued when its worker dies; every run is measured, and logged if it did something."""

    abstract = True
    Request = "kernel.task_requests:Request"
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            count = super().__call__(*args, **kwargs)
        except BaseException as error:
            self._end(FAILED, started, error=error)
            raise
        self._end(DONE, started, count=count)
        return count

    def _end(
        self, outcome: str, started: float, *, count: Any = None, error: BaseException | None = None
    ) -> None:
        outbox.nudge()
        seconds = time.perf_counter() - started
        metrics.task_finished(self.name, outcome, seconds)
        tell = log.error if error else log.info if count else log.debug
        tell(
            "task",
            task=self.name,
            outcome=outcome,
            milliseconds=round(seconds * 1000, 1),
            **({"exc_info": error} if error else {"count": count or 0}),
        )

    def on_failure(self, exc: Exception, *_: Any) -> None:
        if not transient_errors.is_transient(exc):
            crash_reports.send(exc, task=self.name)


@shared_task(base=BaseTask, name=DELIVER_TASK)
def deliver_event(row_id: str, queue: str) -> int:
    return outbox.work(ObjectId(row_id), queue)


@shared_task(base=BaseTask, name="core.relay_outbox")
def relay_outbox() -> int:
    return outbox.relay()


@shared_task(base=BaseTask, name="core.requeue_unknown")
def requeue_unknown() -> int:
    return outbox.requeue_unknown()


@shared_task(base=BaseTask, name="core.send_heartbeat")
def send_heartbeat(queue: str) -> None:
    heartbeats.send(queue)


@shared_task(base=BaseTask, name="core.watch_audit_trail")
def watch_audit_trail() -> int:
    return audit_anchors.keep_watch()


@shared_task(base=BaseTask, name="core.check_accesses")
def check_accesses() -> int:
    return daily_checks.check()


@shared_task(base=BaseTask, name="core.try_indexes_again")
def try_indexes_again() -> int:
    report = indexes.try_again()
    return len(report.created) + len(report.problems)


@shared_task(base=BaseTask, name="core.keep_daily_numbers")
def keep_daily_numbers() -> None:
    keeping.keep()

"""Celery's side of the kernel: the task base class, delivery of outbox rows, and the relay.

Arguments are ids, never data: they are visible in the broker and in logs.
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

log = structlog.get_logger(__name__)


class BaseTask(Task):
    """Acknowledged late, requeued when its worker dies; every run is logged and measured."""

    abstract = True
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        outcome = "failed"
        try:
            result = super().__call__(*args, **kwargs)
            outcome = "done"
            return result
        finally:
            outbox.nudge()
            metrics.task_finished(self.name, outcome, time.perf_counter() - started)

    def on_failure(self, exc: Exception, *_: Any) -> None:
        if not transient_errors.is_transient(exc):
            crash_reports.send(exc, task=self.name)


@shared_task(base=BaseTask, name=DELIVER_TASK)
def deliver_event(row_id: str, queue: str) -> None:
    """Delivers the named row first, then everything else that is due: one task handles many rows of a
    backlog."""
    outbox.deliver(ObjectId(row_id))
    outbox.drain(queue)


@shared_task(base=BaseTask, name="core.relay_outbox")
def relay_outbox() -> None:
    outbox.relay()


@shared_task(base=BaseTask, name="core.requeue_unknown")
def requeue_unknown() -> None:
    outbox.requeue_unknown()


@shared_task(base=BaseTask, name="core.send_heartbeat")
def send_heartbeat(queue: str) -> None:
    heartbeats.send(queue)


@shared_task(base=BaseTask, name="core.watch_audit_trail")
def watch_audit_trail() -> None:
    audit_anchors.keep_watch()


@shared_task(base=BaseTask, name="core.check_accesses")
def check_accesses() -> None:
    daily_checks.check()


@shared_task(base=BaseTask, name="core.try_indexes_again")
def try_indexes_again() -> None:
    indexes.try_again()


@shared_task(base=BaseTask, name="core.keep_daily_numbers")
def keep_daily_numbers() -> None:
    keeping.keep()

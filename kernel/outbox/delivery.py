"""Running handlers: a row that fails is tried again later or, when that cannot help, parked for staff.

A failure that does not pass by itself (`kernel.transient_errors`) is a fault of the program: it is tried
three times, quickly, and then parked.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import structlog
from bson import ObjectId
from prometheus_client import Counter

from kernel import accesses, clock, crash_reports, leases, noting, tracing, transient_errors
from kernel.choices import Failure
from kernel.errors import PermanentFailure, RetryLater
from kernel.outbox import claiming, ending, events, rows, subscriptions
from kernel.outbox.events import Event
from kernel.outbox.retries import FAULTY_TRIES, FAULTY_WAIT, GROWING, spread
from kernel.outbox.rows import PENDING, Row
from kernel.outbox.subscriptions import Subscription

# A task continues with other due rows of its queue for this long, so that a backlog of any size needs few
# wake-ups in the broker. Periodic tasks, which wait behind them, expire after half a minute.
DRAIN_SECONDS = 4.0

DELIVERIES = Counter("clinics_deliveries_total", "Tries to deliver events", ["handler", "outcome"])
log = structlog.get_logger("kernel.outbox")


def _drained(queue: str, *, seconds: float) -> Iterator[Row]:
    """Runs the due rows of a queue, oldest first, until none is left or the time is up."""
    due, deadline = claiming.Due(queue), time.monotonic() + seconds
    while time.monotonic() < deadline:
        row = due.claim_next()
        if row is None:
            return
        if claiming.is_first(row):
            _run(row)
            yield row


def work(row_id: ObjectId, queue: str) -> int:
    """Deliver the named row first, then everything else that is due: one task handles many rows of a backlog. Returns
    how many were run, without those that no one misses (heartbeats)."""
    row, count = claiming.claim(row_id), 0
    if row is not None:
        _run(row)
        count += _is_missed(row)
    return count + sum(_is_missed(other) for other in _drained(queue, seconds=DRAIN_SECONDS))


def _is_missed(row: Row) -> bool:
    subscription = subscriptions.BY_NAME.get(row["handler"])
    return subscription is None or not subscription.event.declared.forget_row


def _run(row: Row) -> bool:
    if _has_used_up_its_tries(row):
        _park(row, row.get("lastError", Failure.WORKER_LOST))
        return False
    try:
        with tracing.delivery(row), leases.renewed(lambda: claiming.extend(row)):
            _handle(row)
    except PermanentFailure as failure:
        _park(row, failure.reason)
    except Exception as error:  # noqa: BLE001 (any failure of a handler is a failed try)
        _retry_later(row, error)
    else:
        noting.insist(lambda: ending.finish(row))
        _count(row, "done")
        return True
    return False


def _count(row: Row, outcome: str) -> None:
    """Under a name of our own: a stored one may be of another version, or of anyone."""
    known = row["handler"] in subscriptions.BY_NAME
    DELIVERIES.labels(row["handler"] if known else "unknown", outcome).inc()


def _has_used_up_its_tries(row: Row) -> bool:
    """Only for rows of which no try ended, because each one killed its worker."""
    subscription = subscriptions.BY_NAME.get(row["handler"])
    lasted = clock.now() - row["dueTime"]
    return subscription is not None and subscription.retries.are_over(row["attempts"] - 1, lasted)


def _handle(row: Row) -> None:
    subscription = subscriptions.BY_NAME.get(row["handler"])
    if subscription is None:
        # A newer version has stored it, and workers of that version do it, beside this one or after it.
        raise RetryLater(Failure.HANDLER_UNKNOWN)
    event = events.read(subscription.event, row)
    with _recorded(subscription, event):
        subscription.handle(event)


def _recorded(subscription: Subscription, event: Event) -> AbstractContextManager[None]:
    """What a handler does with patients' data leaves a record, as a request does."""
    access = event.declared.access or accesses.NO_PATIENT
    return accesses.in_background(
        subscription.name,
        access,
        clinic=getattr(event, "clinic_id", "") or "",
        patient=getattr(event, access.patient) if access.patient else "",
    )


def _park(row: Row, reason: str, error: Exception | None = None) -> None:
    """Calls `on_dead` first: if the worker dies in between it is called again, so it is always called at
    least once."""
    subscription = subscriptions.BY_NAME.get(row["handler"])
    if subscription is not None:
        _tell(subscription, row, reason)
    ending.bury(row, reason)
    _count(row, "parked")
    log.error(
        "outbox.parked",
        handler=row["handler"],
        reason=reason,
        row=str(row["_id"]),
        exc_info=error,
    )


def _tell(subscription: Subscription, row: Row, reason: str) -> None:
    """An outage ends this try, and the next one calls `on_dead` again; a fault of the program must not
    prevent parking the row."""
    if subscription.on_dead is None:
        return
    try:
        subscription.on_dead(events.read(subscription.event, row), reason)
    except Exception as error:
        if transient_errors.is_transient(error):
            raise
        log.exception("outbox.not_told", handler=row["handler"], row=str(row["_id"]))


def _retry_later(row: Row, error: Exception) -> None:
    reason = error.reason if isinstance(error, RetryLater) else type(error).__name__
    is_fault = not transient_errors.is_transient(error)
    if is_fault:
        crash_reports.send(error, handler=row["handler"])
    wait = _wait_before_next_try(row, error, is_fault=is_fault)
    if wait is None:
        _park(row, reason, error)
        return
    _count(row, "repeated")
    moment = clock.now()
    rows.collection().update_one(
        rows.held(row),
        {
            "$set": {
                "state": PENDING,
                "notBefore": moment + wait,
                "lastError": reason,
                "updatedTime": moment,
            },
            "$unset": {"nudgedTime": ""},
            "$inc": {"faults": int(is_fault)},
        },
    )
    log.warning(
        "outbox.retry",
        handler=row["handler"],
        attempts=row["attempts"],
        reason=reason,
        row=str(row["_id"]),
        exc_info=error,
    )


def _wait_before_next_try(row: Row, error: Exception, *, is_fault: bool) -> timedelta | None:
    """The time before the next try, or None if there is none."""
    if is_fault:
        is_over = row.get("faults", 0) + 1 >= FAULTY_TRIES
        return None if is_over else spread(FAULTY_WAIT)
    subscription = subscriptions.BY_NAME.get(row["handler"])
    retries = subscription.retries if subscription else GROWING
    if retries.are_over(row["attempts"], clock.now() - row["dueTime"]):
        return None
    requested = error.wait if isinstance(error, RetryLater) else None
    return requested or retries.wait_after(row["attempts"])

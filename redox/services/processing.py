"""The processing record: what became of a message or a scheduled send (rules EHR-108 to EHR-114).

The record says what happened; the outbox repeats, orders and parks. Both are written in the transaction of the document
they are about, so nothing that was acknowledged is lost.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

from ehr.reading import Unreadable
from kernel import clock, db, ids, outbox
from kernel.db import Document
from kernel.errors import (
    Conflict,
    DomainError,
    Duplicate,
    PermanentFailure,
    RateLimited,
    RetryLater,
    Unavailable,
)
from kernel.http import ServiceError, ServiceUnavailable
from redox.choices import Failure, RecordKind
from redox.events import MessageReceived, OrderScheduled
from redox.store import processing as store

MESSAGE, SCHEDULED = RecordKind.MESSAGE.value, RecordKind.SCHEDULED.value
EVENTS = {MESSAGE: MessageReceived, SCHEDULED: OrderScheduled}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How processing ended: done or ignored, with a short code."""

    state: str
    code: str


def done(code: str) -> Outcome:
    return Outcome(store.DONE, code)


def ignored(code: str) -> Outcome:
    return Outcome(store.IGNORED, code)


@dataclass(frozen=True, slots=True)
class ScheduledSend:
    """A scheduled document that is written in the same transaction."""

    document_id: ObjectId
    order_id: ObjectId | None
    clinic_id: ObjectId
    user_id: str
    moment: datetime


def expect_message(
    message_id: ObjectId, moment: datetime, *, about: str, is_readable: bool = True
) -> None:
    """In the transaction that stores the message. An unreadable one waits for a worker too, which parks it."""
    record = _record(MESSAGE, message_id, moment) | {"orderId": message_id}
    store.insert_many([record if is_readable else record | {"isUnreadable": True}])
    outbox.emit(MessageReceived(document_id=str(message_id), about=about))


def expect_scheduled(sends: Sequence[ScheduledSend]) -> None:
    """In the transaction that stores the scheduled documents."""
    store.insert_many(
        [
            _record(SCHEDULED, send.document_id, send.moment)
            | {"orderId": send.order_id, "clinicId": send.clinic_id, "userId": send.user_id}
            for send in sends
        ]
    )
    outbox.emit_many(
        OrderScheduled(document_id=str(send.document_id), about=f"{send.clinic_id}:{send.user_id}")
        for send in sends
    )


def _record(kind: str, document_id: ObjectId, moment: datetime) -> Document:
    return {
        "_id": ids.new_id(),
        "kind": kind,
        "documentId": document_id,
        "documentTime": moment,
        "state": store.PENDING,
        "attempts": 0,
        "sends": {},
        "createdTime": moment,
        "updatedTime": moment,
    }


def run(kind: str, document_id: str, work: Callable[[Document], Outcome]) -> None:
    """Do the work of a record unless it has ended already, and note the outcome.

    Failures are raised again: the outbox decides about the next try and calls `park` after the last one.
    """
    record = store.start(kind, ObjectId(document_id), clock.now())
    if record is None:
        return
    try:
        with _named_failures():
            outcome = work(record)
    except Exception as error:
        reason = getattr(error, "reason", type(error).__name__)
        store.set_waiting(record["_id"], reason, clock.now())
        raise
    result = {"state": outcome.state, "outcome": outcome.code}
    store.set_fields(record["_id"], result, clock.now())


@contextmanager
def _named_failures() -> Iterator[None]:
    """Turns known errors into a permanent failure, or into one to be tried again later."""
    try:
        yield
    except Unreadable as error:
        raise PermanentFailure(error.reason) from None
    except (ServiceUnavailable, Unavailable):
        raise RetryLater(Failure.NEIGHBOUR_UNAVAILABLE) from None
    except ServiceError as error:
        reason = f"user_service_{error.status}"
        raise (PermanentFailure(reason) if error.status < 500 else RetryLater(reason)) from None
    except RateLimited as error:
        wait = timedelta(seconds=error.retry_after)
        raise RetryLater(Failure.RATE_LIMITED, wait=wait) from None
    except DomainError as error:
        reason = f"change_refused_{error.status}"
        raise (PermanentFailure(reason) if is_lasting(error) else RetryLater(reason)) from None


def is_lasting(error: DomainError) -> bool:
    """A rule that refuses a change will refuse it again; a conflict or an outage passes."""
    if isinstance(error, Unavailable | RateLimited):
        return False
    return error.status < 500 and (error.status != Conflict.status or isinstance(error, Duplicate))


def park(kind: str, document_id: str, reason: str) -> None:
    store.set_failed(kind, ObjectId(document_id), reason, clock.now())


def note(record: Document, **fields: Any) -> None:
    """Store something in the record that a repetition needs."""
    store.set_fields(record["_id"], fields, clock.now())
    record.update(fields)


def send_once(record: Document, kind: str, send: Callable[[], Document]) -> None:
    """Send a message of this kind unless the record says that it was sent; `send` returns the delivery to keep.

    A crash between Redox's response and `remember` is the one case in which a message is sent twice.
    """
    if kind in record["sends"]:
        return
    delivery = send()
    moment = clock.now()
    fields: Document = {f"sends.{kind}": moment}
    if kind == "notes":
        fields["noteEventType"] = delivery["eventType"]

    def remember() -> None:
        store.insert_delivery(
            {
                **delivery,
                "_id": ids.new_id(),
                "kind": kind,
                "documentId": record["documentId"],
                "clinicId": record.get("clinicId"),
                "userId": record.get("userId"),
                "time": moment,
            }
        )
        store.set_fields(record["_id"], fields, moment)

    db.run_in_transaction(remember)
    record["sends"][kind] = moment


def requeue(kind: str, document_id: ObjectId) -> bool:
    """Start failed work again; False when it has not failed (a second click changes nothing)."""

    def change() -> bool:
        if not store.claim_requeue(kind, document_id, clock.now()):
            return False
        outbox.emit(EVENTS[kind](document_id=str(document_id), about=f"again:{document_id}"))
        return True

    return db.run_in_transaction(change)

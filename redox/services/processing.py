"""The processing record: what became of a message or a scheduled send (rules EHR-108 to EHR-114).

The record says what happened; the outbox repeats, orders and parks. Both are written with the document they are
about, so nothing that was acknowledged is forgotten.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

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
from redox.events import MessageReceived, OrderScheduled
from redox.messages.reading import Unreadable
from redox.store import processing as store

MESSAGE, SCHEDULED = "message", "scheduled"
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
class Expected:
    """A scheduled document that is about to be written."""

    document_id: ObjectId
    order_id: ObjectId | None
    clinic_id: ObjectId
    user_id: str
    moment: datetime


def expect_message(
    message_id: ObjectId, moment: datetime, *, about: str, is_readable: bool = True
) -> None:
    """In the transaction that stores the message. One that cannot be read waits for a worker too, who parks it."""
    record = _record(MESSAGE, message_id, moment) | {"orderId": message_id}
    store.insert_many([record if is_readable else record | {"isUnreadable": True}])
    outbox.emit(MessageReceived(document_id=str(message_id), about=about))


def expect_scheduled(expected: Sequence[Expected]) -> None:
    """In the transaction that stores the scheduled documents."""
    store.insert_many(
        [
            _record(SCHEDULED, one.document_id, one.moment)
            | {"orderId": one.order_id, "clinicId": one.clinic_id, "userId": one.user_id}
            for one in expected
        ]
    )
    outbox.emit_many(
        OrderScheduled(document_id=str(one.document_id), about=f"{one.clinic_id}:{one.user_id}")
        for one in expected
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
    """Do the work of a record unless it has ended already; note how it went.

    Failures are raised on: the outbox decides about the next try and tells `park` after the last one.
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
    ended = {"state": outcome.state, "outcome": outcome.code}
    store.set_fields(record["_id"], ended, clock.now())


@contextmanager
def _named_failures() -> Iterator[None]:
    """What is known to go wrong: for good, or until something passes."""
    try:
        yield
    except Unreadable as error:
        raise PermanentFailure(error.reason) from None
    except (ServiceUnavailable, Unavailable):
        reason = "neighbour_unavailable"
        raise RetryLater(reason) from None
    except ServiceError as error:
        reason = f"user_service_{error.status}"
        raise (PermanentFailure(reason) if error.status < 500 else RetryLater(reason)) from None
    except RateLimited as error:
        reason, wait = "rate_limited", timedelta(seconds=error.retry_after)
        raise RetryLater(reason, wait=wait) from None
    except DomainError as error:
        reason = f"change_refused_{error.status}"
        raise (PermanentFailure(reason) if is_lasting(error) else RetryLater(reason)) from None


def is_lasting(error: DomainError) -> bool:
    """A rule of ours that refuses the order's change will refuse it again; a conflict or an outage will not."""
    if isinstance(error, Unavailable | RateLimited):
        return False
    return error.status < 500 and (error.status != Conflict.status or isinstance(error, Duplicate))


def park(kind: str, document_id: str, reason: str) -> None:
    store.set_failed(kind, ObjectId(document_id), reason, clock.now())


def note(record: Document, **fields: Any) -> None:
    """Remember something about the record that a repetition needs."""
    store.set_fields(record["_id"], fields, clock.now())
    record.update(fields)


def send_once(record: Document, kind: str, send: Callable[[], Document]) -> None:
    """Send a message of this kind unless the record says that it was; `send` returns the delivery to keep.

    Between Redox's answer and the note of it lies the one moment in which a crash repeats a message.
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
    """Start a failed one again; False when it is not failed (a second click changes nothing)."""

    def change() -> bool:
        if not store.claim_requeue(kind, document_id, clock.now()):
            return False
        outbox.emit(EVENTS[kind](document_id=str(document_id), about=f"again:{document_id}"))
        return True

    return db.run_in_transaction(change)

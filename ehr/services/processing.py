"""The processing record: what became of a document of any kind (rules EHR-108 to EHR-114).

The record says what happened; the outbox repeats, orders and parks. Both are written in the transaction of the document
they are about, so nothing that was acknowledged is lost.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bson import ObjectId

from ehr.choices import Failure
from ehr.events import OrderProcessed
from ehr.reading import Unreadable
from ehr.store import processing as store
from kernel import accesses, clock, db, ids, outbox
from kernel.db import Document
from kernel.errors import (
    Busy,
    Conflict,
    DomainError,
    Duplicate,
    PermanentFailure,
    RateLimited,
    RetryLater,
    Unavailable,
)
from kernel.http import ServiceError, ServiceUnavailable

QUEUE = "ehr"
# Three tries 15 seconds apart, then slower ones for a day (rule EHR-109).
RETRIES = outbox.Retries(quick=(timedelta(seconds=15), timedelta(seconds=15)))
# After a merge a person should not wait for the next slow try.
WAIT_FOR_CLINIC = timedelta(minutes=1)
Event = Callable[..., outbox.Event]
Handler = Callable[[Any], None]
# The event of each kind, by the kind's name.
EVENTS: dict[str, Event] = {}
# Kinds whose documents arrive as orders of a health record.
ORDERS: set[str] = set()


def subscribe(
    kind: str,
    event: type[outbox.Event],
    name: str,
    *,
    outside: str = "",
    is_order: bool = False,
) -> Callable[[Handler], Handler]:
    """The handler of the kind's event, which has a `document_id` and is about someone (`about`). A parked row ends the
    record as failed. `outside`: see `outbox.subscribe`. `is_order`: its end is told (`OrderProcessed`)."""
    EVENTS[kind] = event
    if is_order:
        ORDERS.add(kind)
    return outbox.subscribe(
        event,
        name,
        queue=QUEUE,
        on_dead=lambda event, reason: park(kind, event.document_id, reason),
        retries=RETRIES,
        outside=outside,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How processing ended: done or ignored, with a short code."""

    state: str
    code: str


def done(code: str) -> Outcome:
    return Outcome(store.DONE, code)


def ignored(code: str) -> Outcome:
    return Outcome(store.IGNORED, code)


def expect(records: Sequence[Document]) -> None:
    """In the transaction that stores the documents and emits their events; `records` are made by `new_record`."""
    store.insert_many(records)


def new_record(kind: str, document_id: ObjectId, moment: datetime, **known: Any) -> Document:
    """`known`: what else the record says from its beginning, such as its clinic."""
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
        **known,
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
    _end(record, outcome.state, lambda: store.set_fields(record["_id"], result, clock.now()))


def _end(record: Document, state: str, write: Callable[[], None]) -> None:
    """Tells of the end of an order, where anyone waits for it."""
    event = OrderProcessed(
        document_id=str(record["documentId"]),
        state=state,
        clinic_id=str(record.get("clinicId") or ""),
        user_id=record.get("userId") or "",
    )
    if record["kind"] not in ORDERS or not outbox.has_effect(event):
        write()
        return

    def write_and_emit() -> None:
        write()
        outbox.emit(event)

    db.run_in_transaction(write_and_emit)


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
    except Busy:
        raise RetryLater(Failure.CLINIC_HELD, wait=WAIT_FOR_CLINIC) from None
    except DomainError as error:
        reason = f"change_refused_{error.status}"
        raise (PermanentFailure(reason) if is_lasting(error) else RetryLater(reason)) from None


def is_lasting(error: DomainError) -> bool:
    """A rule that refuses a change will refuse it again; a conflict or an outage passes."""
    if isinstance(error, Unavailable | RateLimited):
        return False
    return error.status < 500 and (error.status != Conflict.status or isinstance(error, Duplicate))


def park(kind: str, document_id: str, reason: str) -> None:
    fail = partial(store.set_failed, kind, ObjectId(document_id), reason, clock.now())
    record = store.find(kind, ObjectId(document_id))
    if record is None or record["state"] in (store.DONE, store.IGNORED, store.FAILED):
        fail()
    else:
        _end(record, store.FAILED, fail)


def note(record: Document, **fields: Any) -> None:
    """Store something in the record that a repetition needs."""
    if "userId" in fields:
        accesses.note_patient(fields["userId"])
    store.set_fields(record["_id"], fields, clock.now())
    record.update(fields)


def note_sent(record: Document, name: str, moment: datetime, **fields: Any) -> None:
    """That a message was sent, so that a repetition does not send it again. In the transaction that keeps what was
    sent; the record in memory is the caller's."""
    store.set_fields(record["_id"], {f"sends.{name}": moment, **fields}, moment)


def requeue(kind: str, document_id: ObjectId) -> bool:
    """Start failed work again; False when it has not failed (a second click changes nothing)."""

    def change() -> bool:
        if not store.claim_requeue(kind, document_id, clock.now()):
            return False
        again = EVENTS[kind](document_id=str(document_id), about=f"again:{document_id}")
        outbox.emit(again, begun_here=True)
        return True

    return db.run_in_transaction(change)


def list_unfinished(kind: str, document_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Those whose processing has not ended well, and can still be started again."""
    return store.list_unfinished(kind, document_ids)


def list_ended(kind: str, *, before: datetime, limit: int) -> list[ObjectId]:
    """Documents of before whose processing has ended well, the oldest first."""
    return store.list_ended(kind, before=before, limit=limit)


def forget(kind: str, document_ids: Sequence[ObjectId]) -> None:
    """In the transaction that deletes the documents."""
    store.delete_many(kind, document_ids)

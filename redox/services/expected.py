"""Documents that workers will process: each is stored in one transaction with its record and its event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bson import ObjectId

from ehr.services import processing
from kernel import outbox
from kernel.db import Document
from redox.events import MessageReceived, OrderScheduled
from redox.kinds import MESSAGE, SCHEDULED


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
    """In the transaction that stores the message. An unreadable one waits for a worker too, which parks it; no other
    service would tell staff of it."""
    if is_readable and not outbox.is_ours(MessageReceived):
        return
    known = (
        {"orderId": message_id} if is_readable else {"orderId": message_id, "isUnreadable": True}
    )
    processing.expect([processing.new_record(MESSAGE, message_id, moment, **known)])
    outbox.emit(MessageReceived(document_id=str(message_id), about=about), begun_here=True)


def expect_scheduled(sends: Sequence[ScheduledSend]) -> None:
    """In the transaction that stores the scheduled documents."""
    if not outbox.is_ours(OrderScheduled):
        return
    processing.expect([_record(send) for send in sends])
    outbox.emit_many(
        OrderScheduled(document_id=str(send.document_id), about=f"{send.clinic_id}:{send.user_id}")
        for send in sends
    )


def _record(send: ScheduledSend) -> Document:
    return processing.new_record(
        SCHEDULED,
        send.document_id,
        send.moment,
        orderId=send.order_id,
        clinicId=send.clinic_id,
        userId=send.user_id,
    )

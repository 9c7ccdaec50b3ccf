"""Events of the EHR thread: a message came in, a sync was begun, a send was scheduled. They have workers of
their own."""

from datetime import timedelta
from typing import Any

from kernel import outbox
from redox.services import orders, processing, scheduled, scheduling
from redox.services.processing import MESSAGE, MESSAGE_RECEIVED, ORDER_SCHEDULED, SCHEDULED

QUEUE = "ehr"
# Three tries 15 seconds apart, then slowly for a day (rule EHR-109).
RETRIES = outbox.Retries(quick=(timedelta(seconds=15), timedelta(seconds=15)))
Payload = dict[str, Any]


def park_message(payload: Payload, reason: str) -> None:
    processing.park(MESSAGE, payload["documentId"], reason)


def park_scheduled(payload: Payload, reason: str) -> None:
    processing.park(SCHEDULED, payload["documentId"], reason)


@outbox.subscribe(
    MESSAGE_RECEIVED,
    "redox.process_message",
    queue=QUEUE,
    on_dead=park_message,
    retries=RETRIES,
)
def process_message(payload: Payload) -> None:
    processing.run(MESSAGE, payload["documentId"], orders.process_message)


@outbox.subscribe(
    ORDER_SCHEDULED,
    "redox.process_scheduled",
    queue=QUEUE,
    on_dead=park_scheduled,
    retries=RETRIES,
)
def process_scheduled(payload: Payload) -> None:
    processing.run(SCHEDULED, payload["documentId"], scheduled.process_scheduled)


@outbox.subscribe(scheduling.SYNC_BEGUN, "redox.carry_out_sync", queue=QUEUE, retries=RETRIES)
def carry_out_sync(payload: Payload) -> None:
    scheduling.carry_out(payload["syncId"])

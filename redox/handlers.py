"""The handlers of the EHR integration's events, which run on workers of their own."""

from datetime import timedelta

from kernel import outbox
from redox.events import MessageReceived, OrderScheduled, SyncBegun
from redox.services import orders, processing, scheduled_sends, scheduling
from redox.services.processing import MESSAGE, SCHEDULED

QUEUE = "ehr"
# Three tries 15 seconds apart, then slower ones for a day (rule EHR-109).
RETRIES = outbox.Retries(quick=(timedelta(seconds=15), timedelta(seconds=15)))


def park_message(event: MessageReceived, reason: str) -> None:
    processing.park(MESSAGE, event.document_id, reason)


def park_scheduled(event: OrderScheduled, reason: str) -> None:
    processing.park(SCHEDULED, event.document_id, reason)


@outbox.subscribe(
    MessageReceived, "redox.process_message", queue=QUEUE, on_dead=park_message, retries=RETRIES
)
def process_message(event: MessageReceived) -> None:
    processing.run(MESSAGE, event.document_id, orders.process_message)


@outbox.subscribe(
    OrderScheduled, "redox.process_scheduled", queue=QUEUE, on_dead=park_scheduled, retries=RETRIES
)
def process_scheduled(event: OrderScheduled) -> None:
    processing.run(SCHEDULED, event.document_id, scheduled_sends.process_scheduled)


@outbox.subscribe(SyncBegun, "redox.carry_out_sync", queue=QUEUE, retries=RETRIES)
def carry_out_sync(event: SyncBegun) -> None:
    scheduling.carry_out(event.sync_id)

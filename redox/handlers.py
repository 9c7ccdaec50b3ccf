"""The handlers of the EHR integration's events, which run on workers of their own."""

from ehr.services import processing
from kernel import outbox
from redox.events import MessageReceived, OrderScheduled, SyncBegun, SyncDue
from redox.kinds import MESSAGE, SCHEDULED
from redox.services import orders, scheduled_sends, scheduling


@processing.subscribe(
    MESSAGE, MessageReceived, "redox.process_message", outside="redox: insert", is_order=True
)
def process_message(event: MessageReceived) -> None:
    processing.run(MESSAGE, event.document_id, orders.process_message)


@processing.subscribe(
    SCHEDULED,
    OrderScheduled,
    "redox.process_scheduled",
    outside="scheduledSummaryAndReportsOrders: insert",
)
def process_scheduled(event: OrderScheduled) -> None:
    processing.run(SCHEDULED, event.document_id, scheduled_sends.process_scheduled)


@outbox.subscribe(
    SyncBegun, "redox.carry_out_sync", queue=processing.QUEUE, retries=processing.RETRIES
)
def carry_out_sync(event: SyncBegun) -> None:
    scheduling.carry_out(event.sync_id)


@outbox.subscribe(
    SyncDue,
    "redox.sync_by_cadence",
    queue=processing.QUEUE,
    retries=processing.RETRIES,
    outside="none: the platform's scheduler asks for the sync",
)
def sync_by_cadence(event: SyncDue) -> None:
    scheduling.carry_out(event.sync_id)

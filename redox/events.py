"""Events of the EHR integration: a message was received, a sync was begun, a send was scheduled."""

from kernel import outbox


@outbox.event("ehr.message_received")
class MessageReceived(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)


@outbox.event("ehr.order_scheduled")
class OrderScheduled(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)


@outbox.event("ehr.sync_begun")
class SyncBegun(outbox.Event):
    """A sync was asked for; a worker completes it if the request does not."""

    sync_id: str = outbox.key()


@outbox.event("ehr.sync_due")
class SyncDue(outbox.Event):
    """A regular sync, by the cadence of the clinic."""

    sync_id: str = outbox.key()

"""Events of the EHR integration: a message was received, a sync was begun, a send was scheduled."""

from kernel import accesses, outbox


@outbox.event("ehr.message_received", access=accesses.SOMEONE)
class MessageReceived(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)


@outbox.event("ehr.order_scheduled", access=accesses.SOMEONE)
class OrderScheduled(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)


@outbox.event("ehr.sync_begun", access=accesses.MANY)
class SyncBegun(outbox.Event):
    """A sync was asked for; a worker completes it if the request does not."""

    sync_id: str = outbox.key()


@outbox.event("ehr.sync_due", access=accesses.MANY)
class SyncDue(outbox.Event):
    """A regular sync, by the cadence of the clinic."""

    sync_id: str = outbox.key()

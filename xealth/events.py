"""Events of Xealth: a notification of an order was received."""

from kernel import accesses, outbox


@outbox.event("xealth.order_notified", access=accesses.SOMEONE)
class OrderNotified(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)

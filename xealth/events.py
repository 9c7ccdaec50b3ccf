"""Events of Xealth: a notification of an order was received."""

from kernel import outbox


@outbox.event("xealth.order_notified")
class OrderNotified(outbox.Event):
    document_id: str
    about: str = outbox.key(is_stored=False)

"""Events of webhooks: something happened that a webhook is told of, and a message is to be delivered."""

from collections.abc import Sequence

from kernel import accesses, outbox


@outbox.event("webhooks.happened", access=accesses.NO_PATIENT)
class Happened(outbox.Event):
    """Derived from an event of another app, where a webhook may listen. Events of one subject are handled in order.

    `clinic_ids`: the clinic that it is about, and others whose webhooks are told.
    """

    kind: str
    subject: str = outbox.key()
    time: str
    clinic_ids: Sequence[str]
    user_id: str = ""
    document_id: str = ""
    state: str = ""
    role: str = ""


@outbox.event("webhooks.delivery_due", access=accesses.SOMEONE)
class DeliveryDue(outbox.Event):
    """`line`: the webhook and the subject, whose messages are delivered in order."""

    delivery_id: str
    line: str = outbox.key(is_stored=False)

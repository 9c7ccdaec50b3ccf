"""From an event to the deliveries of the webhooks that are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bson import ObjectId
from pymongo.errors import BulkWriteError

from kernel import clock, db, ids, outbox
from kernel.db import Document
from webhooks.choices import DeliveryState
from webhooks.events import DeliveryDue
from webhooks.store import deliveries
from webhooks.store import hooks as store

_DUPLICATE = 11000


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened. `clinic_ids`: those whose webhooks are told. `data`: ids and closed words alone. Messages about
    one `subject` are delivered in order."""

    event_id: str
    kind: str
    subject: str
    time: str
    clinic_ids: Sequence[str]
    data: dict[str, str]


def tell(event: Occurrence) -> None:
    """Store a delivery for each webhook that listens, all of them or none. A repetition stores no second ones."""
    known = deliveries.list_told(event.event_id)
    new = [one for one in _deliveries(event) if one["webhookId"] not in known]
    if not new:
        return
    try:
        db.run_in_transaction(lambda: store_and_emit(new))
    except BulkWriteError as error:
        if any(item.get("code") != _DUPLICATE for item in error.details.get("writeErrors", ())):
            raise


def _deliveries(event: Occurrence) -> list[Document]:
    parsed = map(ids.parse_id, event.clinic_ids)
    hooks = store.list_listening(event.kind, [one for one in parsed if one is not None])
    return [new_delivery(hook, event) for hook in hooks]


def new_delivery(hook: Document, event: Occurrence) -> Document:
    moment = clock.now()
    clinic_id = hook.get("clinicId")
    return {
        "_id": ids.new_id(),
        "webhookId": hook["_id"],
        **({"clinicId": clinic_id} if clinic_id else {}),
        "eventId": event.event_id,
        "kind": event.kind,
        "subject": event.subject,
        "data": event.data,
        "eventTime": clock.parse_time(event.time),
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "dueTime": moment,
        "createdTime": moment,
    }


def store_and_emit(new: list[Document]) -> None:
    """In the caller's transaction."""
    deliveries.insert_many(new)
    outbox.emit_many(due(delivery) for delivery in new)


def due(delivery: Document) -> DeliveryDue:
    line = f"{delivery['webhookId']}:{delivery['subject']}"
    return DeliveryDue(delivery_id=str(delivery["_id"]), line=line)


def end_with_clinic(clinic_id: str, *, is_merged: bool) -> None:
    """A merge still has to be told to the webhooks of the clinic that is gone."""
    if is_merged:
        store.end_of_clinic(ObjectId(clinic_id))
    else:
        store.delete_of_clinic(ObjectId(clinic_id))

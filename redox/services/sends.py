"""Each message of a processing record is sent once (rule EHR-72)."""

from collections.abc import Callable

from clinics.choices import Destination
from ehr.services import processing
from kernel import clock, db, ids, noting
from kernel.db import Document
from redox.store import deliveries as store


def send_once(record: Document, kind: str, send: Callable[[], Document]) -> None:
    """Send a message of this kind unless the record says that it was sent; `send` returns the delivery to keep.

    A crash between Redox's response and `remember` is the one case in which a message is sent twice.
    """
    if kind in record["sends"]:
        return
    delivery = send()
    moment = clock.now()
    fields = {"noteEventType": delivery["eventType"]} if kind == Destination.NOTES else {}

    def remember() -> None:
        store.insert_delivery(
            {
                **delivery,
                "_id": ids.new_id(),
                "kind": kind,
                "documentId": record["documentId"],
                "clinicId": record.get("clinicId"),
                "userId": record.get("userId"),
                "time": moment,
            }
        )
        processing.note_sent(record, kind, moment, **fields)

    noting.insist(lambda: db.run_in_transaction(remember))
    record["sends"][kind] = moment

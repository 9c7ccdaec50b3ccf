"""What operators do from the command line: start failed work again, view a message. Both leave an audit event."""

import os
from functools import partial
from typing import Any

from bson import ObjectId

from ehr import kinds
from ehr.services import processing, records
from ehr.services.records import Item
from ehr.store import processing as store
from kernel import audit, db
from kernel.choices import ActorKind
from kernel.db import Document
from patients.services.ehr_patients import EMPTY

TOOL = "manage.py ehr"


def reason(record: Document) -> str | None:
    """Why a record waits or has failed. A record that ended well may keep the reason of an earlier try, which is
    hidden."""
    return None if record.get("state") in (store.DONE, store.IGNORED) else record.get("lastError")


def facts(item: Item) -> dict[str, Any]:
    """What became of it, without its payload."""
    record = item.record or {}
    sends = (record.get("sends") or {}).items()
    return {
        "kind": item.kind,
        "state": record.get("state") or "no record",
        "outcome": record.get("outcome") or EMPTY,
        "attempts": record.get("attempts", 0),
        "sends": ", ".join(f"{kind} {moment.isoformat()}" for kind, moment in sends) or EMPTY,
        "reason": reason(record) or EMPTY,
    }


def list_failed(*, kind: str | None, clinic_id: ObjectId | None, limit: int) -> list[Document]:
    """Processing records that ended in failure, oldest first."""
    return store.list_failed(kind=kind, clinic_id=clinic_id, limit=limit)


def requeue(failed: Document) -> bool:
    """False when someone else was faster. What was sent already is not sent again."""
    return db.run_in_transaction(partial(_requeue, failed))


def _requeue(failed: Document) -> bool:
    if not processing.requeue(failed["kind"], failed["documentId"]):
        return False
    _record("ehr.requeued", failed["kind"], failed["documentId"], reason=f"{TOOL} requeue-failed")
    return True


def find_item(document_id: ObjectId) -> Item | None:
    """A document of any kind with its record and without its payload."""
    items = (records.find_item(kind, document_id) for kind in kinds.names())
    return next((item for item in items if item is not None), None)


def read_payload(item: Item) -> Document:
    """The order as it was received. It holds demographics, so the view is recorded first."""
    document, record = item.document or {}, item.record or {}
    _record(
        "ehr.payload_viewed",
        item.kind,
        item.document_id,
        clinic_id=record.get("clinicId") or document.get("clinicId"),
        scope={"patient": record.get("userId") or document.get("userId")},
    )
    complete = records.find_item(item.kind, item.document_id, payload=True)
    return records.payload_of(complete) if complete is not None else {}


def _record(action: str, kind: str, document_id: ObjectId, **more: Any) -> None:
    """A shell command has no member of staff: the event names the tool and the operating system's user."""
    audit.record(
        action=action,
        actor_id=f"uid:{os.getuid()}",
        actor_kind=ActorKind.SYSTEM,
        actor_name=TOOL,
        object_type=f"ehr_{kind}",
        object_id=str(document_id),
        **more,
    )

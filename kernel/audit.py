"""The audit trail: who did what to which object, append-only, ids and names of fields only.

For settings (tier, limits, roles …) `before` and `after` hold the changed values, because staff need to see
them; a patient's values are never recorded.

Every event carries its number and the seal of the event before it, so the trail is one chain per environment:
a changed, removed, inserted or reordered row breaks it, and `manage.py verify_audit` names that row. The end
of the chain is one small sealed document, updated in the transaction that writes the event. Two events at
once therefore conflict, and `run_in_transaction` repeats the later transaction: the order is strict, at the
cost of a few milliseconds when staff act at the same instant. This module cannot change or delete an event;
the database user of a production installation should not be able to either (docs/operations.md). What the database
alone cannot show, such as a restored older copy or the deletion of everything, is shown by anchors
(audit_anchors.py). audit_check.py verifies the chain.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog
from bson import ObjectId
from django.conf import settings
from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import clock, db, indexes, seals
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome

COLLECTION = "auditEvents"
HEADS = "auditHeads"
PATIENTS = "scope.patients"  # user ids of all whom an event shows or changes
_MOST_SKEW = 60  # seconds that the clock of another machine may be ahead; more would put events into a wrong day

indexes.declare(
    COLLECTION,
    IndexModel([("environment", ASCENDING), ("number", ASCENDING)], name="AuditChain", unique=True),
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="AuditByClinic"),
    IndexModel([("actor.id", ASCENDING), ("_id", DESCENDING)], name="AuditByActor"),
    IndexModel([("actor.name", ASCENDING), ("_id", DESCENDING)], name="AuditByActorName"),
    IndexModel([("action", ASCENDING), ("_id", DESCENDING)], name="AuditByAction"),
    IndexModel([("object.id", ASCENDING), ("_id", DESCENDING)], name="AuditByObject"),
    # Events about several patients at once: lists and look-ups. Most events have none.
    IndexModel(
        [(PATIENTS, ASCENDING), ("_id", DESCENDING)],
        name="AuditByPatient",
        partialFilterExpression={PATIENTS: {"$exists": True}},
    ),
    IndexModel([("time", DESCENDING)], name="AuditByTime"),
)


def record(  # noqa: PLR0913 (an event has that many parts, all named)
    *,
    action: str,
    actor_id: str,
    actor_kind: str,
    object_type: str,
    object_id: str,
    clinic_id: ObjectId | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = AuditOutcome.DONE.value,
    actor_name: str = "",
    object_name: str = "",
    scope: dict[str, Any] | None = None,
) -> ObjectId:
    """Add one event; `actor_kind` is staff, user, service or system. Call it in the change's transaction.

    `actor_name` and `object_name` are copies that outlive what they name (a clinic's name, never a
    patient's). `scope` says how much was affected: row counts, page, fields.
    """
    event: dict[str, Any] = {
        "time": clock.now(),
        "environment": settings.ENVIRONMENT,
        "action": action,
        "actor": {"id": actor_id, "kind": actor_kind, "name": actor_name},
        "object": {"type": object_type, "id": object_id, "name": object_name},
        "clinicId": clinic_id,
        "before": before,
        "after": after,
        "scope": scope,
        "reason": reason,
        "outcome": outcome,
        "requestId": structlog.contextvars.get_contextvars().get("request", ""),
    }
    db.run_in_transaction(lambda: _append(event))
    return event["_id"]  # type: ignore[no-any-return]


def _append(event: dict[str, Any]) -> None:
    heads, chain = db.collection(HEADS), settings.ENVIRONMENT
    head = heads.find_one({"_id": chain}) or {"number": 0, "seal": ""}
    number = head["number"] + 1
    event |= {
        "_id": _id_of(chain, number, event["time"]),
        "number": number,
        "previous": head["seal"],
        "key": seals.key_id(seals.present_key()),
    }
    event["seal"] = seal(event)
    new_head = {"number": event["number"], "seal": event["seal"]}
    new_head["mac"] = seals.sign(_head_content(chain, **new_head))
    if head["number"]:
        heads.update_one({"_id": chain}, {"$set": new_head})
    else:
        heads.insert_one({"_id": chain, **new_head})
    db.collection(COLLECTION).insert_one(event)


def _id_of(chain: str, number: int, moment: datetime) -> ObjectId:
    """An id that has its place in the chain: lists are sorted by ids, which hold a time (so that days are found by
    them) and are an order across chains, which numbers are not: a database may hold those of two environments.
    Ids that each process counts by itself would be in any order within a second, and by the clocks of machines."""
    second = int(moment.timestamp())
    query = {"environment": chain, "number": number - 1}
    before = db.collection(COLLECTION).find_one(query, {"_id": 1})
    if before is not None and isinstance(before["_id"], ObjectId):
        latest = int(before["_id"].generation_time.timestamp())
        second = max(second, latest) if latest - second <= _MOST_SKEW else second
    place = hashlib.sha256(chain.encode()).digest()[:3] + number.to_bytes(5, "big")
    return ObjectId(second.to_bytes(4, "big") + place)


# --- seals -----------------------------------------------------------------------------------------------------
def seal(event: dict[str, Any], key: bytes | None = None) -> str:
    """Keyed digest of an event: an edited row no longer matches its seal."""
    content = orjson.dumps(
        orjson.loads(encode({k: v for k, v in event.items() if k != "seal"})),
        option=orjson.OPT_SORT_KEYS,
    )
    return seals.mac(key or seals.present_key(), content)


def is_intact(event: dict[str, Any]) -> bool:
    try:
        return seals.is_same(event["seal"], seal(event, seals.known_keys()[event["key"]]))
    except (KeyError, TypeError):  # also for values of types that no event has
        return False


def is_head_intact(chain: str, head: dict[str, Any]) -> bool:
    number, text = head.get("number"), head.get("seal")
    return is_number(number) and seals.is_signed(
        head.get("mac"), _head_content(chain, number, text)
    )


def _head_content(chain: str, number: Any, seal: Any) -> str:
    return f"head:{chain}:{number}:{seal}"


def is_number(value: Any) -> bool:
    """Whether it can be the number of an event: 1, 2, 3 …; 0 stands for the beginning of a chain."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# --- reading ---------------------------------------------------------------------------------------------------
def chain_end(chain: str) -> tuple[int, str]:
    """Number and seal of the newest event."""
    head = db.collection(HEADS).find_one({"_id": chain}) or {"number": 0, "seal": ""}
    return head["number"], head["seal"]


def list_events(
    query: dict[str, Any], *, before: ObjectId | None = None, limit: int
) -> list[dict[str, Any]]:
    """Newest first; `before` is the last event of the previous page."""
    if before is not None:
        query = {"$and": [query, {"_id": {"$lt": before}}]}
    return list(db.collection(COLLECTION).find(query, sort=[("_id", DESCENDING)], limit=limit))


def list_ids(query: dict[str, Any], *, limit: int) -> list[ObjectId]:
    """Newest first."""
    events = db.collection(COLLECTION)
    found = events.find(query, {"_id": 1}, sort=[("_id", DESCENDING)], limit=limit)
    return [event["_id"] for event in found]


def list_of_ids(event_ids: Sequence[ObjectId]) -> list[dict[str, Any]]:
    """Newest first."""
    query = {"_id": {"$in": list(event_ids)}}
    return list(db.collection(COLLECTION).find(query, sort=[("_id", DESCENDING)]))


def count_events(query: dict[str, Any], *, most: int) -> int:
    """At most `most`."""
    return db.collection(COLLECTION).count_up_to(query, most)


def count_all() -> int:
    """Events of all environments, as the database keeps their number."""
    return db.collection(COLLECTION).count_all()


def find_event(event_id: ObjectId) -> dict[str, Any] | None:
    return db.collection(COLLECTION).find_one({"_id": event_id})


def digest(text: str) -> str:
    """A keyed digest that identifies a secret which must not be shown or stored."""
    return seals.sign(text)

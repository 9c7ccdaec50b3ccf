"""The audit trail: who did what to which object, append-only, ids and names of fields only.

For settings (tier, limits, roles …) `before` and `after` hold the changed values, because that is what
staff need to see; a patient's values never go in.
"""

import hashlib
import hmac
from typing import Any

import orjson
from bson import ObjectId
from django.conf import settings
from pymongo import ASCENDING, DESCENDING, IndexModel

from clinics_site.core import clock, db, indexes
from clinics_site.core.api.rendering import encode

COLLECTION = "auditEvents"

indexes.declare(
    COLLECTION,
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="AuditByClinic"),
    IndexModel([("actor.id", ASCENDING), ("_id", DESCENDING)], name="AuditByActor"),
)


def record(
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
    outcome: str = "done",
) -> ObjectId:
    """Add one event; `actor_kind` is staff, user, service or system. Call it in the change's transaction."""
    event: dict[str, Any] = {
        "_id": ObjectId(),
        "time": clock.now(),
        "environment": settings.ENVIRONMENT,
        "action": action,
        "actor": {"id": actor_id, "kind": actor_kind},
        "object": {"type": object_type, "id": object_id},
        "clinicId": clinic_id,
        "before": before,
        "after": after,
        "reason": reason,
        "outcome": outcome,
    }
    event["seal"] = seal(event)
    db.collection(COLLECTION).insert_one(event)
    return event["_id"]  # type: ignore[no-any-return]


def seal(event: dict[str, Any]) -> str:
    """Keyed digest of an event: an edited row no longer fits its seal."""
    content = orjson.dumps(
        orjson.loads(encode({k: v for k, v in event.items() if k != "seal"})),
        option=orjson.OPT_SORT_KEYS,
    )
    return hmac.new(settings.SECRET_KEY.encode(), content, hashlib.sha256).hexdigest()


def is_intact(event: dict[str, Any]) -> bool:
    return hmac.compare_digest(event.get("seal", ""), seal(event))

"""EHR subscriptions on patient records: one query or atomic change per function."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db, updates
from kernel.db import Document
from patients.list_rows import SUBSCRIPTIONS
from patients.store.patients import COLLECTION, change_one, key

REPORTS = "summaryAndReports"
MOST_MESSAGES = 100


def find_subscriptions(clinic_id: ObjectId, user_id: str) -> Document | None:
    return db.collection(COLLECTION).find_one(
        {"clinicId": clinic_id, "userId": user_id},
        {"ehrSubscriptions": 1, "updatedTime": 1, "mrn": 1, "birthDate": 1, "fullName": 1},
    )


def set_subscription(
    clinic_id: ObjectId,
    user_id: str,
    *,
    name: str,
    fields: Mapping[str, Any],
    message: Document,
    moment: datetime,
) -> bool:
    """Change one subscription and append the message that requested it, unless the subscription already has the
    message. The newest hundred messages are kept."""
    path = f"{SUBSCRIPTIONS}.{name}"
    record = change_one(
        {**key(clinic_id, user_id), f"{path}.matchedMessages.id": {"$ne": message["id"]}},
        [
            updates.assigned({f"{path}.{field}": value for field, value in fields.items()}),
            updates.appended(f"{path}.matchedMessages", message, keep=MOST_MESSAGES),
            updates.assigned({"updatedTime": moment}),
        ],
        [SUBSCRIPTIONS],
        {"clinicId": 1, SUBSCRIPTIONS: 1},
    )
    return record is not None


def iter_subscribed(
    clinic_ids: Sequence[ObjectId], *, user_id: str | None, after: ObjectId | None
) -> Iterator[Document]:
    """{_id, userId, clinicId, last message id} of patients with an active subscription to reports, sorted by `_id`."""
    query: dict[str, Any] = {
        "clinicId": {"$in": list(clinic_ids)},
        f"ehrSubscriptions.{REPORTS}.active": True,
    }
    if user_id is not None:
        query["userId"] = user_id
    if after is not None:
        query["_id"] = {"$gt": after}
    last = {f"ehrSubscriptions.{REPORTS}.matchedMessages": {"$slice": -1}}
    yield from db.collection(COLLECTION).find(
        query, {"userId": 1, "clinicId": 1, **last}, sort=[("_id", 1)]
    )

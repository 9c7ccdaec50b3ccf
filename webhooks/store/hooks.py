"""The collection `webhooks`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from kernel import clock, db
from kernel.db import Document
from webhooks.choices import OffReason, WebhookState

COLLECTION = "webhooks"
ON, OFF, ENDED = WebhookState.ON.value, WebhookState.OFF.value, WebhookState.ENDED.value
_FAILING = {"state": ON, "failingSince": {"$exists": True}}
_GIVEN_UP = {"state": OFF, "offReason": {"$in": [OffReason.FAILING.value, OffReason.GONE.value]}}
_HEALTH = {"failingSince": "", "heldUntil": ""}


def insert(hook: Document) -> None:
    """Raises DuplicateKeyError where another webhook of its clinic has its place."""
    db.collection(COLLECTION).insert_one(hook)


def find(hook_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": hook_id})


def list_of_clinic(clinic_id: ObjectId | None) -> list[Document]:
    """Oldest first; those of the installation for None."""
    return list(db.collection(COLLECTION).find({"clinicId": clinic_id}, sort=[("_id", 1)]))


def list_page(*, skip: int, limit: int) -> list[Document]:
    """Those of all clinics, newest first."""
    return list(db.collection(COLLECTION).find({}, sort=[("_id", -1)], skip=skip, limit=limit))


def count_up_to(most: int) -> int:
    return db.collection(COLLECTION).count_up_to({}, most)


def list_heard() -> list[Document]:
    """What anyone listens to: {clinicId, kinds}."""
    return list(db.collection(COLLECTION).find({"state": ON}, {"clinicId": 1, "kinds": 1}))


def list_listening(kind: str, clinic_ids: Sequence[ObjectId]) -> list[Document]:
    """Those that are told of this kind in one of the clinics, or in all."""
    return list(
        db.collection(COLLECTION).find(
            {
                "state": {"$in": [ON, ENDED]},
                "kinds": kind,
                "clinicId": {"$in": [None, *clinic_ids]},
            },
            {"clinicId": 1},
            sort=[("_id", 1)],
        )
    )


def update(
    hook_id: ObjectId, fields: Mapping[str, Any], *, removed: Sequence[str] = ()
) -> Document | None:
    """By someone. Returns the webhook afterwards."""
    change: Document = {"$set": {**fields, "updatedTime": clock.now()}}
    if removed:
        change["$unset"] = dict.fromkeys(removed, "")
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": hook_id}, change, return_document=ReturnDocument.AFTER
    )


def switch_on(hook_id: ObjectId) -> Document | None:
    """What failed before does not count any more. One that has ended with its clinic stays as it is."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": hook_id, "state": {"$ne": ENDED}},
        {
            "$set": {"state": ON, "failures": 0, "updatedTime": clock.now()},
            "$unset": {**_HEALTH, "offReason": ""},
        },
        return_document=ReturnDocument.AFTER,
    )


def switch_off(hook_id: ObjectId, reason: OffReason) -> Document | None:
    """The webhook afterwards; None where it was not on."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": hook_id, "state": ON},
        {"$set": {"state": OFF, "offReason": reason.value, "updatedTime": clock.now()}},
        return_document=ReturnDocument.AFTER,
    )


def replace_secret(hook: Mapping[str, Any], sealed: str, *, old_until: datetime) -> Document | None:
    """The webhook afterwards; None if its secret is not that of `hook` any more."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": hook["_id"], "secret": hook["secret"]},
        {
            "$set": {
                "secret": sealed,
                "oldSecret": hook["secret"],
                "oldSecretUntil": old_until,
                "updatedTime": clock.now(),
            }
        },
        return_document=ReturnDocument.AFTER,
    )


def delete(hook_id: ObjectId) -> bool:
    return db.collection(COLLECTION).delete_one({"_id": hook_id}).deleted_count > 0


def delete_of_clinic(clinic_id: ObjectId) -> int:
    return db.collection(COLLECTION).delete_many({"clinicId": clinic_id}).deleted_count


def end_of_clinic(clinic_id: ObjectId) -> int:
    ended = {"state": ENDED, "endedTime": clock.now()}
    query = {"clinicId": clinic_id, "state": {"$ne": ENDED}}
    return db.collection(COLLECTION).update_many(query, {"$set": ended}).modified_count


# --- how the receiver does ------------------------------------------------------------------------
def claim_try(hook_id: ObjectId, moment: datetime, lasts: timedelta) -> bool:
    """One try at a time for a receiver that fails, and none before it is due; others are not held up."""
    result = db.collection(COLLECTION).update_one(
        {"_id": hook_id, "$or": [{"failures": 0}, {"heldUntil": {"$not": {"$gt": moment}}}]},
        [
            {
                "$set": {
                    "heldUntil": {
                        "$cond": [
                            {"$eq": ["$failures", 0]},
                            {"$ifNull": ["$heldUntil", "$$REMOVE"]},
                            moment + lasts,
                        ]
                    }
                }
            }
        ],
    )
    return result.matched_count > 0


def note_success(hook_id: ObjectId, moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": hook_id}, {"$set": {"deliveredTime": moment, "failures": 0}, "$unset": _HEALTH}
    )


def note_failure(hook_id: ObjectId, moment: datetime) -> Document | None:
    """The webhook afterwards."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": hook_id},
        [
            {
                "$set": {
                    "failures": {"$add": ["$failures", 1]},
                    "failingSince": {"$ifNull": ["$failingSince", moment]},
                }
            }
        ],
        return_document=ReturnDocument.AFTER,
    )


def hold(hook_id: ObjectId, until: datetime) -> None:
    """Unless a success came in between."""
    db.collection(COLLECTION).update_one(
        {"_id": hook_id, "failures": {"$gt": 0}}, {"$set": {"heldUntil": until}}
    )


def list_given_up(limit: int = 0) -> list[Document]:
    """Those that are off because their receivers failed; 0: all."""
    return list(db.collection(COLLECTION).find(_GIVEN_UP, limit=limit))


def count_given_up(most: int) -> int:
    return db.collection(COLLECTION).count_up_to(_GIVEN_UP, most)


def count_by_state() -> dict[str, int]:
    """`failing`: those that are on and fail."""
    collection = db.collection(COLLECTION)
    states = {state: collection.count_documents({"state": state}) for state in (ON, OFF)}
    return {**states, "failing": collection.count_documents(_FAILING)}

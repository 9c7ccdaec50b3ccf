"""The collection `confirmations`. Other systems read it, so the document keeps its shape (rule CONFIRM-16).

`emailKey` is ours: what addresses are compared by. Another service that writes here leaves it out, so a look-up takes
in the documents without one and compares all of them itself.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING, ReturnDocument, UpdateOne

from kernel import addresses, db, safe_reading
from kernel.db import Document

COLLECTION = "confirmations"
GUARDS = "confirmationGuards"
ADDRESS_INDEX = "ConfirmationEmailKey"
_NEWEST_FIRST = [("created", DESCENDING)]
_UNCLAIMED = {"acceptingUntil": "", "acceptanceId": ""}


def find_by_key(key: str, wanted: Mapping[str, Any]) -> Document | None:
    return db.collection(COLLECTION).find_one({**wanted, "_id": key})


def find_newest(wanted: Mapping[str, Any]) -> Document | None:
    return db.collection(COLLECTION).find_one(wanted, sort=_NEWEST_FIRST)


def find_newest_of_address(email: str, wanted: Mapping[str, Any]) -> Document | None:
    return next(_of_address(email, wanted), None)


def _of_address(email: str, wanted: Mapping[str, Any]) -> Iterator[Document]:
    """The newest first. The index proposes, the comparison decides."""
    key = addresses.key(email)
    query = {**wanted, **with_address_key(key)}
    for document in db.collection(COLLECTION).find(query, sort=_NEWEST_FIRST, hint=ADDRESS_INDEX):
        if key and addresses.key(safe_reading.text(document.get("email")) or "") == key:
            yield document


def with_address_key(key: str) -> Document:
    """Those with this key, and those that have none yet."""
    return {"emailKey": {"$in": [key, None]}}


def list_newest_first(wanted: Mapping[str, Any]) -> list[Document]:
    return list(db.collection(COLLECTION).find(wanted, sort=_NEWEST_FIRST))


def put_confirmation(document: Document) -> None:
    """Insert it, or refresh the one with the same key."""
    fields = {name: value for name, value in _keyed(document).items() if name != "_id"}
    db.collection(COLLECTION).update_one({"_id": document["_id"]}, {"$set": fields}, upsert=True)


def insert_confirmation(document: Document) -> None:
    document |= _keyed(document)
    db.collection(COLLECTION).insert_one(document)


def _keyed(fields: Document) -> Document:
    """A written address brings its key."""
    if "email" not in fields:
        return fields
    return {**fields, "emailKey": addresses.key(fields["email"])}


def set_receiver(email: str, wanted: Mapping[str, Any], user_id: str) -> int:
    """Give those to this address to the account that has it now: they may know no account yet, or one that had the
    address before."""
    others = {**wanted, "userId": {"$ne": user_id}}
    changes = [
        UpdateOne(
            {**others, "_id": document["_id"], "email": document["email"]},
            {"$set": {"userId": user_id}},
        )
        for document in _of_address(email, others)
    ]
    if not changes:
        return 0
    return int(db.collection(COLLECTION).bulk_write(changes, ordered=False).modified_count)


def fill_in_address_keys(*, batch: int = 500) -> int:
    """For documents written earlier or by another service. Safe to repeat and to run beside writers."""
    filled = 0
    while found := list(
        db.collection(COLLECTION).find({"emailKey": None}, {"email": 1}, limit=batch)
    ):
        changes = [
            UpdateOne(
                {"_id": row["_id"], "emailKey": None, "email": row.get("email")},
                {"$set": {"emailKey": addresses.key(row.get("email") or "")}},
            )
            for row in found
        ]
        filled += db.collection(COLLECTION).bulk_write(changes, ordered=False).modified_count
    return filled


def apply_change(key: str, precondition: Document, fields: Document) -> Document | None:
    """The changed document; None when the precondition does not hold."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": key, **precondition},
        {"$set": _keyed(fields), "$unset": _UNCLAIMED},
        return_document=ReturnDocument.AFTER,
    )


def apply_change_to_all(precondition: Document, fields: Document) -> int:
    return db.collection(COLLECTION).update_many(precondition, {"$set": fields}).modified_count


def apply_change_with_new_key(
    key: str, precondition: Document, fields: Document, new_key: str
) -> Document | None:
    """A document's key can not change: the old one goes, and its content comes back under the new key."""

    def replace() -> Document | None:
        old = db.collection(COLLECTION).find_one_and_delete({"_id": key, **precondition})
        if old is None:
            return None
        kept = {name: value for name, value in old.items() if name not in _UNCLAIMED}
        renewed = {**kept, **_keyed(fields), "_id": new_key}
        db.collection(COLLECTION).insert_one(renewed)
        return renewed

    return db.run_in_transaction(replace)


def claim_acceptance(
    key: str, precondition: Document, acceptance_id: str, until: datetime
) -> Document | None:
    """Reserve a confirmation while other services are asked; it is free again when the claim runs out."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": key, **precondition},
        {"$set": {"acceptingUntil": until, "acceptanceId": acceptance_id}},
        return_document=ReturnDocument.AFTER,
    )


def complete_acceptance(key: str, acceptance_id: str, fields: Document) -> Document | None:
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": key, "acceptanceId": acceptance_id},
        {"$set": fields, "$unset": _UNCLAIMED},
        return_document=ReturnDocument.AFTER,
    )


def release_acceptance(key: str, acceptance_id: str) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": key, "acceptanceId": acceptance_id}, {"$unset": _UNCLAIMED}
    )


def remove_confirmation(key: str) -> int:
    return db.collection(COLLECTION).delete_one({"_id": key}).deleted_count


def remove_of_user(user_id: str) -> int:
    """Everything the user was to receive, and what the user sent to people. What concerns a clinic stays."""
    return (
        db.collection(COLLECTION)
        .delete_many(
            {"$or": [{"userId": user_id}, {"creatorId": user_id, "clinicId": {"$exists": False}}]}
        )
        .deleted_count
    )


def touch_guard(name: str, moment: datetime) -> None:
    """Inside a transaction: of two that touch one guard at once the second is repeated after the first,
    and then sees what the first has stored."""
    db.collection(GUARDS).update_one(
        {"_id": name}, {"$set": {"touchedTime": moment}, "$inc": {"turn": 1}}, upsert=True
    )


GUARDS_ARE_KEPT = timedelta(days=1)

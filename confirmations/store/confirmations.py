"""The collection `confirmations`. Other systems read it, so the document keeps its shape (rule CONFIRM-16).

`emailKey` is our own field: the form in which addresses are compared. Other services that write here leave it out, so a
lookup also reads the documents without one and compares their addresses itself.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING, ReturnDocument, UpdateOne

from confirmations.documents import ConfirmationDocument
from kernel import addresses, db, safe_reading
from kernel.db import Document

COLLECTION = db.CollectionOf[ConfirmationDocument]("confirmations")
GUARDS = "confirmationGuards"
ADDRESS_INDEX = "ConfirmationEmailKey"
_NEWEST_FIRST = [("created", DESCENDING)]
_UNCLAIMED = {"acceptingUntil": "", "acceptanceId": ""}


def find_by_key(key: str, conditions: Mapping[str, Any]) -> ConfirmationDocument | None:
    return db.collection(COLLECTION).find_one({**conditions, "_id": key})


def find_newest(conditions: Mapping[str, Any]) -> ConfirmationDocument | None:
    return db.collection(COLLECTION).find_one(conditions, sort=_NEWEST_FIRST)


def find_newest_of_address(
    email: str, conditions: Mapping[str, Any]
) -> ConfirmationDocument | None:
    return next(_of_address(email, conditions), None)


def _of_address(email: str, conditions: Mapping[str, Any]) -> Iterator[ConfirmationDocument]:
    """Newest first. The index only proposes: documents without a key are compared here."""
    key = addresses.key(email)
    query = {**conditions, **with_address_key(key)}
    for document in db.collection(COLLECTION).find(query, sort=_NEWEST_FIRST, hint=ADDRESS_INDEX):
        if key and addresses.key(safe_reading.text(document.get("email")) or "") == key:
            yield document


def with_address_key(key: str) -> Document:
    """Documents with this key, and those that have none yet."""
    return {"emailKey": {"$in": [key, None]}}


def list_newest_first(
    conditions: Mapping[str, Any], *, skip: int = 0, limit: int = 0
) -> list[ConfirmationDocument]:
    """All of them where `limit` is 0."""
    rows = db.collection(COLLECTION).find(conditions, sort=_NEWEST_FIRST, skip=skip, limit=limit)
    return list(rows)


def put_confirmation(document: ConfirmationDocument) -> None:
    """Insert it, or overwrite the one with the same key."""
    fields = {name: value for name, value in _with_email_key(document).items() if name != "_id"}
    db.collection(COLLECTION).update_one({"_id": document["_id"]}, {"$set": fields}, upsert=True)


def insert_confirmation(document: ConfirmationDocument) -> None:
    document |= _with_email_key(document)
    db.collection(COLLECTION).insert_one(document)


def _with_email_key(fields: Document) -> Document:
    """Wherever the address is written, its key is written with it."""
    if "email" not in fields:
        return fields
    return {**fields, "emailKey": addresses.key(fields["email"])}


def set_receiver(email: str, conditions: Mapping[str, Any], user_id: str) -> int:
    """Assign the confirmations for this address to the account that has it now. They may name no account yet, or
    one that had the address before."""
    others = {**conditions, "userId": {"$ne": user_id}}
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


def set_receiver_of(document: ConfirmationDocument, user_id: str) -> None:
    """Like `set_receiver`, for this one, while it is still for the address that was read."""
    unchanged = {name: document.get(name) for name in ("_id", "status", "email", "userId")}
    db.collection(COLLECTION).update_one(unchanged, {"$set": {"userId": user_id}})


def fill_in_address_keys(*, batch: int = 500) -> int:
    """For documents written earlier or by another service. Safe to repeat and to run beside writers."""
    filled = 0
    while rows := list(
        db.collection(COLLECTION).find({"emailKey": None}, {"email": 1}, limit=batch)
    ):
        changes = [
            UpdateOne(
                {"_id": row["_id"], "emailKey": None, "email": row.get("email")},
                {"$set": {"emailKey": addresses.key(row.get("email") or "")}},
            )
            for row in rows
        ]
        filled += db.collection(COLLECTION).bulk_write(changes, ordered=False).modified_count
    return filled


def apply_change(key: str, precondition: Document, fields: Document) -> ConfirmationDocument | None:
    """The changed document; None when the precondition does not hold."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": key, **precondition},
        {"$set": _with_email_key(fields), "$unset": _UNCLAIMED},
        return_document=ReturnDocument.AFTER,
    )


def apply_change_to_all(precondition: Document, fields: Document) -> int:
    return db.collection(COLLECTION).update_many(precondition, {"$set": fields}).modified_count


def apply_change_with_new_key(
    key: str, precondition: Document, fields: Document, new_key: str
) -> ConfirmationDocument | None:
    """MongoDB cannot change an `_id`: the old document is deleted and inserted again under the new key."""

    def replace() -> ConfirmationDocument | None:
        old = db.collection(COLLECTION).find_one_and_delete({"_id": key, **precondition})
        if old is None:
            return None
        kept = {name: value for name, value in old.items() if name not in _UNCLAIMED}
        renewed = ConfirmationDocument({**kept, **_with_email_key(fields), "_id": new_key})
        db.collection(COLLECTION).insert_one(renewed)
        return renewed

    return db.run_in_transaction(replace)


def claim_acceptance(
    key: str, precondition: Document, acceptance_id: str, until: datetime
) -> ConfirmationDocument | None:
    """Reserve a confirmation while other services are called; it is free again when the claim expires."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": key, **precondition},
        {"$set": {"acceptingUntil": until, "acceptanceId": acceptance_id}},
        return_document=ReturnDocument.AFTER,
    )


def complete_acceptance(
    key: str, acceptance_id: str, fields: Document
) -> ConfirmationDocument | None:
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
    """Everything addressed to the user, and what the user sent to people. What was sent to a clinic stays."""
    return (
        db.collection(COLLECTION)
        .delete_many(
            {"$or": [{"userId": user_id}, {"creatorId": user_id, "clinicId": {"$exists": False}}]}
        )
        .deleted_count
    )


def touch_guard(name: str, moment: datetime) -> None:
    """Inside a transaction: when two touch one guard at once, the second is repeated after the first and then sees what
    the first has stored."""
    db.collection(GUARDS).update_one(
        {"_id": name}, {"$set": {"touchedTime": moment}, "$inc": {"turn": 1}}, upsert=True
    )


GUARDS_ARE_KEPT = timedelta(days=1)

"""Embedded accounts: `{_id: user id, username?, roles, emailVerified, termsAccepted?, password?, …Time}`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from kernel import db
from users.choices import AccountRole

COLLECTION = "accounts"


def insert_account(account: db.Document) -> None:
    """Raises DuplicateKeyError when the address belongs to another account."""
    db.collection(COLLECTION).insert_one(account)


def insert_accounts(accounts: Sequence[db.Document]) -> None:
    """Raises BulkWriteError."""
    db.collection(COLLECTION).insert_many(accounts)


def find_account(user_id: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"_id": user_id})


def find_account_by_username(username: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"username": username})


def note_login(user_id: str, moment: datetime, *, but_since: datetime) -> bool:
    """False: nothing was written, since a login has been noted since then."""
    older = [{"lastLoginTime": {"$exists": False}}, {"lastLoginTime": {"$lt": but_since}}]
    noted = db.collection(COLLECTION).update_one(
        {"_id": user_id, "$or": older}, {"$set": {"lastLoginTime": moment}}
    )
    return noted.modified_count > 0


def set_first_password(user_id: str, password_hash: str) -> None:
    without = {
        "_id": user_id,
        "password": {"$exists": False},
        "roles": {"$ne": AccountRole.CUSTODIAL},
    }
    db.collection(COLLECTION).update_one(without, {"$set": {"password": password_hash}})


def set_account_fields(
    account: db.Document, changed: dict[str, Any], removed: tuple[str, ...]
) -> db.Document | None:
    """The account after the change; None if its address or roles have changed since it was read.

    Raises DuplicateKeyError for a taken address.
    """
    update: dict[str, Any] = {"$set": changed}
    if removed:
        update["$unset"] = dict.fromkeys(removed, "")
    return db.collection(COLLECTION).find_one_and_update(
        _unchanged(account), update, return_document=ReturnDocument.AFTER
    )


def remove_account(account: db.Document) -> bool:
    """False if its address or roles have changed since it was read."""
    return db.collection(COLLECTION).delete_one(_unchanged(account)).deleted_count == 1


def _unchanged(account: db.Document) -> dict[str, Any]:
    return {"_id": account["_id"], "username": account.get("username"), "roles": account["roles"]}

"""Embedded restricted tokens: `{_id, userId, paths?, expirationTime, createdTime, modifiedTime?}`."""

from datetime import datetime
from typing import Any

from kernel import clock, db

COLLECTION = "accountRestrictedTokens"


def insert_token(token: db.Document) -> None:
    db.collection(COLLECTION).insert_one(token)


def find_token(token_id: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"_id": token_id})


def list_tokens(user_id: str) -> list[db.Document]:
    query = {"userId": user_id}
    return list(db.collection(COLLECTION).find(query, sort=[("createdTime", 1)], limit=100))


def set_token(token_id: str, *, paths: tuple[str, ...], expires: datetime) -> bool:
    fields: dict[str, Any] = {
        "paths": list(paths),
        "expirationTime": clock.truncate(expires),
        "modifiedTime": clock.now(),
    }
    result = db.collection(COLLECTION).update_one({"_id": token_id}, {"$set": fields})
    return result.matched_count == 1


def remove_token(token_id: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": token_id})


def remove_tokens_of_user(user_id: str) -> None:
    db.collection(COLLECTION).delete_many({"userId": user_id})

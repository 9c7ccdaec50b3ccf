"""Session tokens of the embedded user service, stored as SHA-256: a copy of the database gives no access."""

from datetime import datetime
from typing import Any

from kernel import clock, db
from kernel.page_limits import MOST_COUNTED

COLLECTION = "accountTokens"


def insert_token(
    digest: str,
    *,
    user_id: str,
    is_server: bool,
    identity_provider: str | None,
    expires: datetime,
) -> None:
    db.collection(COLLECTION).insert_one(
        {
            "_id": digest,
            "userId": user_id,
            "isServer": is_server,
            "identityProvider": identity_provider,
            "createdTime": clock.now(),
            "expiresTime": expires,
        }
    )


def find_valid_token(digest: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one(_valid(digest))


def _valid(digest: str) -> dict[str, Any]:
    return {"_id": digest, "expiresTime": {"$gt": clock.now()}}


def set_expiry(digest: str, expires: datetime) -> None:
    db.collection(COLLECTION).update_one({"_id": digest}, {"$set": {"expiresTime": expires}})


def remove_token(digest: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": digest})


def count_of_user(user_id: str) -> int:
    query = {"userId": user_id, "expiresTime": {"$gt": clock.now()}}
    return db.collection(COLLECTION).count_up_to(query, MOST_COUNTED)


def remove_tokens_of_user(user_id: str) -> None:
    db.collection(COLLECTION).delete_many({"userId": user_id})

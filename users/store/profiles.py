"""Embedded profiles: `{_id: user id, profile: {…}}`."""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument

from kernel import db

COLLECTION = "accountProfiles"
LARGEST = 256 * 1024  # bytes


def find_profile(user_id: str) -> dict[str, Any] | None:
    row = db.collection(COLLECTION).find_one({"_id": user_id})
    return None if row is None else row["profile"]


def insert_profiles(by_user_id: Mapping[str, dict[str, Any]]) -> None:
    """Raises BulkWriteError."""
    rows = [{"_id": user_id, "profile": profile} for user_id, profile in by_user_id.items()]
    db.collection(COLLECTION).insert_many(rows)


def set_profile_keys(user_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The whole profile after the change; created if it is missing. A profile that would grow beyond LARGEST
    stays as it is.

    `$setField` takes any key literally, so a dot or a dollar sign in it stays data.
    """
    merged: Any = {"$ifNull": ["$profile", {}]}
    for key, value in changes.items():
        merged = {
            "$setField": {"field": {"$literal": key}, "input": merged, "value": {"$literal": value}}
        }
    row = db.collection(COLLECTION).find_one_and_update(
        {"_id": user_id},
        [{"$set": {"profile": {"$cond": [_is_small(merged), merged, "$profile"]}}}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return dict(row["profile"]) if row else {}


def _is_small(profile: Any) -> Any:
    return {"$lte": [{"$bsonSize": profile}, LARGEST]}


def remove_profile(user_id: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": user_id})

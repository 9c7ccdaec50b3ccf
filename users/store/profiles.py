"""Embedded profiles: `{_id: user id, profile: {…}}`."""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument

from kernel import db

COLLECTION = "accountProfiles"
LARGEST = 256 * 1024  # bytes


def find_profile(user_id: str) -> dict[str, Any] | None:
    found = db.collection(COLLECTION).find_one({"_id": user_id})
    return None if found is None else found["profile"]


def insert_profiles(found: Mapping[str, dict[str, Any]]) -> None:
    """By user id. Raises BulkWriteError."""
    rows = [{"_id": user_id, "profile": profile} for user_id, profile in found.items()]
    db.collection(COLLECTION).insert_many(rows)


def set_profile_keys(user_id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The whole profile afterwards; made when it is missing. One that would grow beyond LARGEST stays as it is.

    `$setField` takes any key literally, so a dot or a dollar sign in it stays data.
    """
    merged: Any = {"$ifNull": ["$profile", {}]}
    for key, value in changes.items():
        merged = {
            "$setField": {"field": {"$literal": key}, "input": merged, "value": {"$literal": value}}
        }
    found = db.collection(COLLECTION).find_one_and_update(
        {"_id": user_id},
        [{"$set": {"profile": {"$cond": [_is_small(merged), merged, "$profile"]}}}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return dict(found["profile"]) if found else {}


def _is_small(profile: Any) -> Any:
    return {"$lte": [{"$bsonSize": profile}, LARGEST]}


def remove_profile(user_id: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": user_id})

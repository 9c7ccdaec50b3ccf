"""What the embedded data service stores for a person: `{_id: user id, dataSources?, hasData?, summaries?,
alerts?}`."""

from typing import Any

from kernel import db

COLLECTION = "accountData"


def find_data(user_id: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"_id": user_id})


def set_data(user_id: str, fields: dict[str, Any]) -> None:
    """`fields` may name nested fields: `summaries.cgm`, `alerts.<follower>`."""
    db.collection(COLLECTION).update_one({"_id": user_id}, {"$set": fields}, upsert=True)


def remove_data(user_id: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": user_id})

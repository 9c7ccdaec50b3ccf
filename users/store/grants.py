"""Embedded explicit grants: `{ownerId, granteeId, permissions: {name: {}}}`, one row per pair."""

from typing import Any

from kernel import db

COLLECTION = "accountGrants"


def find_grant(owner_id: str, grantee_id: str) -> db.Document | None:
    return db.collection(COLLECTION).find_one({"ownerId": owner_id, "granteeId": grantee_id})


def list_grants_to(grantee_id: str) -> list[db.Document]:
    return list(db.collection(COLLECTION).find({"granteeId": grantee_id}, sort=[("ownerId", 1)]))


def set_grant(owner_id: str, grantee_id: str, permissions: dict[str, Any]) -> None:
    db.collection(COLLECTION).update_one(
        {"ownerId": owner_id, "granteeId": grantee_id},
        {"$set": {"permissions": permissions}},
        upsert=True,
    )


def remove_grant(owner_id: str, grantee_id: str) -> None:
    db.collection(COLLECTION).delete_one({"ownerId": owner_id, "granteeId": grantee_id})


def remove_permission_from_grants(owner_id: str, name: str) -> None:
    """Remove one permission from all grants of the owner."""
    grants = db.collection(COLLECTION)
    grants.update_many({"ownerId": owner_id}, {"$unset": {f"permissions.{name}": ""}})
    grants.delete_many({"ownerId": owner_id, "permissions": {}})


def remove_grants_of_user(user_id: str) -> None:
    db.collection(COLLECTION).delete_many({"$or": [{"ownerId": user_id}, {"granteeId": user_id}]})

"""The `clinicians` collection, as far as rights on patients depend on it: the roles of a person, and their
clinics."""

from collections.abc import Iterable, Sequence
from typing import Any

from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION = "clinicians"
NEWEST_FIRST = [("createdTime", -1), ("_id", -1)]


def find_roles(clinic_id: ObjectId, user_id: str) -> list[str]:
    """Empty for someone who is no clinician of the clinic."""
    clinician = db.collection(COLLECTION).find_one(
        {"clinicId": clinic_id, "userId": user_id}, {"_id": 0, "roles": 1}
    )
    return (clinician or {}).get("roles") or []


def join_roles(clinic_id: ObjectId) -> Document:
    """A `$lookup` of [{roles}] by the `userId` of the documents it is joined to."""
    of_clinic = [{"$match": {"clinicId": clinic_id}}, {"$project": {"_id": 0, "roles": 1}}]
    return {
        "from": COLLECTION,
        "localField": "userId",
        "foreignField": "userId",
        "pipeline": of_clinic,
    }


def list_clinic_ids(
    user_id: str, *, roles: Iterable[str], among: Sequence[ObjectId] | None, limit: int
) -> list[ObjectId]:
    """Clinics in which the user has one of these roles. `among`: None for any clinic."""
    query: dict[str, Any] = {"userId": user_id, "roles": {"$in": sorted(roles)}}
    if among is not None:
        query["clinicId"] = {"$in": list(among)}
    rows = db.collection(COLLECTION).find(query, {"clinicId": 1}, sort=NEWEST_FIRST, limit=limit)
    return [row["clinicId"] for row in rows]

"""The `clinicians` collection, as far as rights on patients depend on it: the roles of a person, and their
clinics."""

from collections.abc import Iterable, Sequence
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicianDocument
from kernel import db, safe_reading
from kernel.db import Document

COLLECTION = db.CollectionOf[ClinicianDocument]("clinicians")
NEWEST_FIRST = [("createdTime", -1), ("_id", -1)]


def find_roles(clinic_id: ObjectId, user_id: str) -> list[str]:
    """Empty for someone who is not a clinician of the clinic."""
    clinician = db.collection(COLLECTION).find_one(
        {"clinicId": clinic_id, "userId": user_id}, {"_id": 0, "roles": 1}
    )
    return safe_reading.texts(clinician.get("roles")) if clinician is not None else []


def find_roles_and_joined(
    clinic_id: ObjectId, user_id: str, lookup: Document
) -> tuple[list[str], list[Document]] | None:
    """As `find_roles`, and what `lookup` (a `$lookup` without its `as`) finds, in one command. None without a record,
    and then nothing more is read."""
    rows = db.collection(COLLECTION).aggregate(
        [
            {"$match": {"clinicId": clinic_id, "userId": user_id}},
            {"$limit": 1},
            {"$project": {"_id": 0, "roles": 1}},
            {"$lookup": {**lookup, "as": "joined"}},
        ]
    )
    clinician = next(iter(rows), None)
    if clinician is None:
        return None
    return safe_reading.texts(clinician.get("roles")), clinician["joined"]


def list_named(clinic_id: ObjectId, user_ids: Sequence[str]) -> list[ClinicianDocument]:
    """`userId`, `name` and `email` of these members of the clinic."""
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    shown = {"_id": 0, "userId": 1, "name": 1, "email": 1}
    return list(db.collection(COLLECTION).find(query, shown))


def list_clinic_ids(
    user_id: str, *, roles: Iterable[str], among: Sequence[ObjectId] | None, limit: int
) -> list[ObjectId]:
    """Clinics in which the user has one of these roles. `among`: None for any clinic."""
    query: dict[str, Any] = {"userId": user_id, "roles": {"$in": sorted(roles)}}
    if among is not None:
        query["clinicId"] = {"$in": list(among)}
    rows = db.collection(COLLECTION).find(query, {"clinicId": 1}, sort=NEWEST_FIRST, limit=limit)
    return [row["clinicId"] for row in rows]

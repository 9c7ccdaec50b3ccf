"""The `clinics` collection: one query or one atomic change per function.

Reading one clinic and setting fields of it are in `clinic_records.store.clinics`; tags and sites inside the clinic in
`tags.py` and `sites.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.store.clinics import COLLECTION
from kernel import db, updates
from kernel.db import Document

DELETIONS = "clinic_deletions"
MOST_ADMINS = 1000


def find_by_share_code(code: str) -> ClinicDocument | None:
    """By any code that ever led to the clinic, exact and case-sensitive."""
    return db.collection(COLLECTION).find_one({"shareCodes": code})


def list_clinics(query: Mapping[str, Any], *, skip: int, limit: int) -> list[ClinicDocument]:
    """In the order of their ids, so that pages never overlap."""
    rows = db.collection(COLLECTION).find(query, sort=[("_id", 1)], skip=skip, limit=limit)
    return list(rows)


def insert_clinic(document: ClinicDocument) -> None:
    """Raises DuplicateKeyError for a share code that is taken."""
    db.collection(COLLECTION).insert_one(document)


def set_migrated(clinic_id: ObjectId, moment: datetime) -> bool:
    """False when there is no such clinic or it is migrated already."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "isMigrated": {"$ne": True}},
        {"$set": {"isMigrated": True, "updatedTime": moment}},
    )
    return result.modified_count > 0


def remove_clinic(clinic_id: ObjectId) -> ClinicDocument | None:
    return db.collection(COLLECTION).find_one_and_delete({"_id": clinic_id})


def insert_deletion(document: Document) -> None:
    db.collection(DELETIONS).insert_one(document)


# --- admins: the user ids of the clinicians who are admins ------------------------------------------------
def add_admin(clinic_id: ObjectId, user_id: str, moment: datetime) -> bool:
    """False when the clinic has MOST_ADMINS others."""
    has_room = {f"admins.{MOST_ADMINS - 1}": {"$exists": False}}
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "$or": [{"admins": user_id}, has_room]},
        [updates.included("admins", user_id), updates.assigned({"updatedTime": moment})],
    )
    return result.matched_count > 0


def remove_admin(clinic_id: ObjectId, user_id: str, moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "admins": user_id},
        {"$pull": {"admins": user_id}, "$set": {"updatedTime": moment}},
    )


def remove_admin_if_another_remains(clinic_id: ObjectId, user_id: str, moment: datetime) -> bool:
    """False when no one else is an admin. Writes also when `user_id` is none, so that two changes of one
    clinic's admins meet in the database and are decided one after the other."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "admins": {"$elemMatch": {"$ne": user_id}}},
        {"$pull": {"admins": user_id}, "$set": {"updatedTime": moment}},
    )
    return result.matched_count > 0

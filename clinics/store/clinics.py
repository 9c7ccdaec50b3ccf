"""The `clinics` collection: one query or one atomic change per function.

Reading one clinic and setting fields of it are in `clinic_records.store.clinics`; tags and sites inside the clinic in
`tags.py` and `sites.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.limits import MOST_ADMINS
from clinic_records.store.clinics import COLLECTION
from kernel import db, updates
from kernel.db import Document

DELETIONS = "clinic_deletions"


def find_by_share_code(code: str) -> ClinicDocument | None:
    """By any share code that the clinic has ever had; exact and case-sensitive."""
    return db.collection(COLLECTION).find_one({"shareCodes": code})


def list_clinics(query: Mapping[str, Any], *, skip: int, limit: int) -> list[ClinicDocument]:
    """In order of their ids, so that pages never overlap."""
    rows = db.collection(COLLECTION).find(query, sort=[("_id", 1)], skip=skip, limit=limit)
    return list(rows)


def insert_clinic(document: ClinicDocument) -> None:
    """Raises DuplicateKeyError if the share code is in use."""
    db.collection(COLLECTION).insert_one(document)


def set_migrated(clinic_id: ObjectId, moment: datetime) -> bool:
    """False when there is no such clinic, or when it is already migrated."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "isMigrated": {"$ne": True}},
        {"$set": {"isMigrated": True, "updatedTime": moment}},
    )
    return result.modified_count > 0


def remove_clinic(clinic_id: ObjectId) -> ClinicDocument | None:
    return db.collection(COLLECTION).find_one_and_delete({"_id": clinic_id})


def insert_deletion(document: Document) -> None:
    db.collection(DELETIONS).insert_one(document)


def add_share_codes(clinic_id: ObjectId, codes: Sequence[str], moment: datetime) -> bool:
    """False when there is no such clinic."""
    included = [updates.included("shareCodes", code) for code in codes]
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id}, [*included, updates.assigned({"updatedTime": moment})]
    )
    return result.matched_count > 0


# --- admins: the user ids of the clinicians who are admins ------------------------------------------------
def add_admin(clinic_id: ObjectId, user_id: str, moment: datetime) -> bool:
    """False when the clinic already has MOST_ADMINS other admins."""
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
    """False when no one else is an admin. Writes even if `user_id` is not an admin, so that two changes to one clinic's
    admins conflict in the database and are applied one after the other."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "admins": {"$elemMatch": {"$ne": user_id}}},
        {"$pull": {"admins": user_id}, "$set": {"updatedTime": moment}},
    )
    return result.matched_count > 0

"""Tags inside a clinic document: `patientTags: [{_id, name}]`."""

from datetime import datetime

from bson import ObjectId

from clinics.store.clinics import COLLECTION
from kernel import db, updates
from kernel.db import Document


def add_tag(clinic_id: ObjectId, tag: Document, *, limit: int, moment: datetime) -> bool:
    """False when the clinic has `limit` tags."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, f"patientTags.{limit - 1}": {"$exists": False}},
        [updates.appended("patientTags", tag), updates.assigned({"updatedTime": moment})],
    )
    return result.modified_count > 0


def set_tag_name(clinic_id: ObjectId, tag_id: ObjectId, name: str, moment: datetime) -> bool:
    """False when the clinic has no such tag."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "patientTags": {"$type": "array"}, "patientTags._id": tag_id},
        {"$set": {"patientTags.$[tag].name": name, "updatedTime": moment}},
        array_filters=[{"tag._id": tag_id}],
    )
    return result.matched_count > 0


def remove_tag(clinic_id: ObjectId, tag_id: ObjectId, moment: datetime) -> bool:
    """False when there is no such clinic. `lastDeletedPatientTag` is read by services that watch the collection."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id},
        [
            updates.without("patientTags", tag_id, member="_id"),
            updates.assigned({"lastDeletedPatientTag": tag_id, "updatedTime": moment}),
        ],
    )
    return result.matched_count > 0


def withdraw_tag(clinic_id: ObjectId, tag_id: ObjectId, moment: datetime) -> None:
    """Remove a tag that no patient has. There is nothing to tell other services."""
    db.collection(COLLECTION).update_one(
        {"_id": clinic_id},
        [
            updates.without("patientTags", tag_id, member="_id"),
            updates.assigned({"updatedTime": moment}),
        ],
    )

"""The collection `ehrCadences`: when each clinic's regular sync ran last and is due next."""

from datetime import datetime

from bson import ObjectId

from kernel import db

COLLECTION = "ehrCadences"


def insert_first(clinic_id: ObjectId, due: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": clinic_id}, {"$setOnInsert": {"nextTime": due}}, upsert=True
    )


def claim_due(clinic_id: ObjectId, moment: datetime, following: datetime) -> bool:
    """Take this run; False when it is not due, or someone else has taken it."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "nextTime": {"$lte": moment}},
        {"$set": {"nextTime": following, "lastTime": moment}},
    )
    return result.modified_count > 0


def remove(clinic_id: ObjectId) -> None:
    db.collection(COLLECTION).delete_one({"_id": clinic_id})

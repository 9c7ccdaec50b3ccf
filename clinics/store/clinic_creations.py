"""Creations whose caller may not have got the answer: `{_id: digest of the request, clinicId, createdTime}`.

Clients repeat a request once after a failure; if the clinic was stored all the same, it is found here.
"""

from datetime import datetime

from bson import ObjectId

from kernel import db

COLLECTION = "clinicCreations"


def find_clinic_id(digest: str, *, since: datetime) -> ObjectId | None:
    creation = db.collection(COLLECTION).find_one({"_id": digest, "createdTime": {"$gte": since}})
    return creation["clinicId"] if creation else None


def put_creation(digest: str, clinic_id: ObjectId, moment: datetime) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": digest}, {"$set": {"clinicId": clinic_id, "createdTime": moment}}, upsert=True
    )


def remove_creation(digest: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": digest})

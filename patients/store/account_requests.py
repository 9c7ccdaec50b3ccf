"""Requests for accounts of custodial patients: `{_id, clinicId, email?, origin?, userId?, createdTime}`.

Stored before the account is made. Removed once it is certain that the account has its record or is gone, otherwise by
MongoDB after a week.
"""

from datetime import timedelta

from bson import ObjectId
from pymongo import DESCENDING

from kernel import db
from kernel.db import Document

COLLECTION = "accountRequests"
ARE_KEPT = timedelta(days=7)


def insert_request(request: Document) -> None:
    db.collection(COLLECTION).insert_one(request)


def find_request(request_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": request_id})


def has_later_request(request: Document) -> bool:
    """Whether an account with this address was requested again later."""
    later = {"email": request["email"], "_id": {"$gt": request["_id"]}}
    return db.collection(COLLECTION).find_one(later, {"_id": 1}) is not None


def find_last_request(email: str) -> Document | None:
    return db.collection(COLLECTION).find_one({"email": email}, sort=[("_id", DESCENDING)])


def set_user(request_id: ObjectId, user_id: str) -> None:
    db.collection(COLLECTION).update_one({"_id": request_id}, {"$set": {"userId": user_id}})


def remove_request(request_id: ObjectId) -> None:
    db.collection(COLLECTION).delete_one({"_id": request_id})

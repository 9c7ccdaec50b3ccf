"""`clinicClosures`: the clinics that a merge holds; `clinicsToMerge`: those that a merge which was asked for will make
part of another. `_id` is the clinic, so it is in one merge at most."""

from collections.abc import Sequence

import pymongo
from bson import ObjectId

from kernel import db
from kernel.db import Document

COLLECTION, REQUESTED = "clinicClosures", "clinicsToMerge"
READ_SECONDS = 1.0


def insert(closures: Sequence[Document]) -> None:
    """Raises BulkWriteError if one of the clinics is held already."""
    db.collection(COLLECTION).insert_many(closures)


def find(clinic_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": clinic_id})


def list_all() -> list[Document]:
    """As they are now, also inside a transaction, which would see an older state. No request waits long for them."""
    with pymongo.timeout(READ_SECONDS):
        return list(db.database()[COLLECTION].find({}, {"role": 1, "mergeId": 1}))


def insert_requested(requested: Document) -> None:
    db.collection(REQUESTED).insert_one(requested)


def find_requested(clinic_id: ObjectId) -> Document | None:
    return db.collection(REQUESTED).find_one({"_id": clinic_id})


def remove_of_merge(merge_id: ObjectId) -> None:
    for name in (COLLECTION, REQUESTED):
        db.collection(name).delete_many({"mergeId": merge_id})

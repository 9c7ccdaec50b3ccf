"""The `patientListViews` collection: saved views of a clinic's patients, one document for those that the clinic shares,
one for those that staff share, and one for those of each member and member of staff. So the number and the names of one
shelf are checked and changed in one document."""

from collections.abc import Sequence

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from kernel import db
from kernel.db import Document

COLLECTION = "patientListViews"


def shelf_id(clinic_id: ObjectId, user_id: str | None) -> str:
    """`user_id`: None for what the clinic shares, the name of a group for what that shares."""
    return str(clinic_id) if user_id is None else f"{clinic_id}:{user_id}"


def list_shelves(ids: Sequence[str]) -> list[Document]:
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(ids)}}))


def ensure_shelf(clinic_id: ObjectId, user_id: str | None) -> None:
    """Outside of a transaction, which a shelf that someone else makes at this moment would end."""
    owner = {} if user_id is None else {"userId": user_id}
    empty = {"clinicId": clinic_id, **owner, "views": []}
    try:
        db.collection(COLLECTION).update_one(
            {"_id": shelf_id(clinic_id, user_id)}, {"$setOnInsert": empty}, upsert=True
        )
    except DuplicateKeyError:
        return


def add_view(shelf: str, view: Document) -> None:
    db.collection(COLLECTION).update_one({"_id": shelf}, {"$push": {"views": view}})


def replace_view(shelf: str, view: Document) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": shelf, "views.id": view["id"]}, {"$set": {"views.$": view}}
    )


def remove_view(shelf: str, view_id: ObjectId) -> None:
    db.collection(COLLECTION).update_one({"_id": shelf}, {"$pull": {"views": {"id": view_id}}})


def remove_shelf(shelf: str) -> None:
    db.collection(COLLECTION).delete_one({"_id": shelf})


def remove_all_of_clinic(clinic_id: ObjectId) -> None:
    db.collection(COLLECTION).delete_many({"clinicId": clinic_id})

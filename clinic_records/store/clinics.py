"""The part of the `clinics` collection that patients need too: reading a clinic and setting its fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from clinic_records.documents import ClinicDocument
from kernel import db
from kernel.db import Document

COLLECTION = db.CollectionOf[ClinicDocument]("clinics")


def find_clinic(
    clinic_id: ObjectId, projection: Mapping[str, Any] | None = None
) -> ClinicDocument | None:
    return db.collection(COLLECTION).find_one({"_id": clinic_id}, projection)


def list_with(clinic_id: ObjectId, *lookups: Document) -> list[ClinicDocument]:
    """The clinic, if there is one, with what `lookups` (`$lookup` stages) join to it, in one command."""
    return list(db.collection(COLLECTION).aggregate([{"$match": {"_id": clinic_id}}, *lookups]))


def join_clinic(clinic_id: ObjectId, *stages: Document) -> Document:
    """A `$lookup` of the clinic, to which `stages` are applied."""
    return {"from": COLLECTION, "pipeline": [{"$match": {"_id": clinic_id}}, *stages]}


def list_by_ids(clinic_ids: Sequence[ObjectId]) -> list[ClinicDocument]:
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(clinic_ids)}}))


def list_ids(after: ObjectId | None, limit: int) -> list[ObjectId]:
    """In their order."""
    query = {"_id": {"$gt": after or ObjectId(b"\0" * 12)}}
    found = db.collection(COLLECTION).find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)
    return [clinic["_id"] for clinic in found]


def estimate() -> int:
    return db.database()[COLLECTION].estimated_document_count()


def list_names(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    """{_id, name} of each."""
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(clinic_ids)}}, {"name": 1}))


def write_fields(clinic_id: ObjectId, fields: Mapping[str, Any], moment: datetime) -> bool:
    """As `set_fields`, without reading the clinic back. False when there is no such clinic."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id}, {"$set": {**fields, "updatedTime": moment}}
    )
    return result.matched_count > 0


def set_fields(
    clinic_id: ObjectId, fields: Mapping[str, Any], moment: datetime
) -> ClinicDocument | None:
    """The clinic after the change; None when there is no such clinic."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinic_id},
        {"$set": {**fields, "updatedTime": moment}},
        return_document=ReturnDocument.AFTER,
    )

"""Kept counts of a clinic's patients, changed in the transaction that changes the patients.

`clinicPatientCounts`: {_id: clinic, total, demo, plan, sources: {<provider>: {<state>: n}}, tags: {<id>: n},
sites: {<id>: n}}. The clinic's own `patientCount` is the published copy of all but tags and sites. A document without
tags and sites was left by an older version and is as good as none.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import ReturnDocument

from clinics.store import patients
from clinics.store.patient_places import SITES, TAGS
from clinics_site.core import db
from clinics_site.core.db import Document

COLLECTION = "clinicPatientCounts"
PARTS = ("total", "demo", "plan", "sources", "tags", "sites")
_COMPLETE = {"tags": {"$exists": True}}
# Joins a clinic's counts to it, as a list.
LOOKUP: Document = {
    "$lookup": {"from": COLLECTION, "localField": "_id", "foreignField": "_id", "as": "counts"}
}
_TOUCH: Document = {"$inc": {"placeChanges": 1}}
KINDS = {TAGS: "tags", SITES: "sites"}


def path(field: str, place_id: ObjectId) -> str:
    """Where the patients of a tag or site are counted."""
    return f"{KINDS[field]}.{place_id}"


def find_counts(clinic_id: ObjectId) -> Document | None:
    return db.collection(COLLECTION).find_one({"_id": clinic_id, **_COMPLETE})


def list_counts(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    query = {"_id": {"$in": list(clinic_ids)}, **_COMPLETE}
    return list(db.collection(COLLECTION).find(query))


def joined_counts(clinic: Document) -> Document | None:
    """What LOOKUP has joined, if it is complete."""
    counts = next(iter(clinic.get("counts") or ()), None)
    return counts if counts and "tags" in counts else None


def add_counts(
    clinic_id: ObjectId, changes: Mapping[str, int], *, below_plan: int | None = None
) -> Document | None:
    """The counts after the change; None when none are kept yet or `plan` has reached `below_plan`."""
    query: dict[str, Any] = {"_id": clinic_id, **_COMPLETE}
    if below_plan is not None:
        query["plan"] = {"$lt": below_plan}
    return db.collection(COLLECTION).find_one_and_update(
        query, {"$inc": dict(changes)}, return_document=ReturnDocument.AFTER
    )


def replace_counts(clinic_id: ObjectId, counts: Document) -> None:
    db.collection(COLLECTION).update_one(
        {"_id": clinic_id},
        {"$set": {name: counts[name] for name in PARTS}},
        upsert=True,
    )


def set_count(clinic_id: ObjectId, place: str, n: int) -> Document | None:
    """Of one tag or site, by its path. The counts after the change; None when none are kept yet."""
    change = {"$set": {place: n}} if n else {"$unset": {place: ""}}
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinic_id, **_COMPLETE}, change, return_document=ReturnDocument.AFTER
    )


def remove_count(clinic_id: ObjectId, place: str) -> bool:
    """Always a write, also where nothing is counted: see `touch_counts`."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id}, {"$unset": {place: ""}, **_TOUCH}
    )
    return result.matched_count > 0


def touch_counts(clinic_id: ObjectId) -> bool:
    """A patient who gets a tag or site writes the counts too: so that one of two changes at once is repeated, and reads
    the clinic anew. False when none are kept yet."""
    result = db.collection(COLLECTION).update_one({"_id": clinic_id}, _TOUCH)
    return result.matched_count > 0


def insert_empty_counts(clinic_id: ObjectId) -> None:
    """Of a new clinic."""
    empty = {"total": 0, "demo": 0, "plan": 0, "sources": {}, "tags": {}, "sites": {}}
    db.collection(COLLECTION).insert_one({"_id": clinic_id, **empty})


def remove_counts(clinic_id: ObjectId) -> None:
    """Of a clinic that is deleted."""
    db.collection(COLLECTION).delete_one({"_id": clinic_id})


def set_published(clinic_id: ObjectId, published: Document, moment: datetime) -> bool:
    result = db.collection("clinics").update_one(
        {"_id": clinic_id}, {"$set": {"patientCount": published, "updatedTime": moment}}
    )
    return result.matched_count > 0


def set_limits(clinic_id: ObjectId, limits: Document, moment: datetime) -> Document | None:
    return db.collection("clinics").find_one_and_update(
        {"_id": clinic_id},
        {"$set": {"patientCountSettings": limits, "updatedTime": moment}},
        return_document=ReturnDocument.AFTER,
    )


def touch_clinic(clinic_id: ObjectId, moment: datetime) -> None:
    db.collection("clinics").update_one({"_id": clinic_id}, {"$set": {"updatedTime": moment}})


# --- counting anew: index keys where MongoDB can, two fields of those with data sources where it can not -----------
def count_patients(clinic_id: ObjectId) -> int:
    return db.collection(patients.COLLECTION).count_documents(
        {"clinicId": clinic_id}, hint="UniquePatient"
    )


def count_sources(clinic_id: ObjectId, demo_user_id: str) -> list[Document]:
    """[{provider, state, n}] over the data sources of all but the demo patient."""
    return list(
        db.collection(patients.COLLECTION).aggregate(
            [
                {
                    "$match": {
                        "clinicId": clinic_id,
                        "dataSources.providerName": {"$gte": ""},
                        "userId": {"$ne": demo_user_id},
                    }
                },
                {"$project": {"dataSources.providerName": 1, "dataSources.state": 1}},
                {"$unwind": "$dataSources"},
                {
                    "$group": {
                        "_id": {"p": "$dataSources.providerName", "s": "$dataSources.state"},
                        "n": {"$sum": 1},
                    }
                },
                {"$project": {"_id": 0, "provider": "$_id.p", "state": "$_id.s", "n": 1}},
            ]
        )
    )


def count_with_provider(clinic_id: ObjectId, provider: str, demo_user_id: str) -> int:
    return db.collection(patients.COLLECTION).count_documents(
        {
            "clinicId": clinic_id,
            "dataSources.providerName": provider,
            "userId": {"$ne": demo_user_id},
        }
    )

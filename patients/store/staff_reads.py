"""What the staff pages read: the records of a person in all clinics, in the archive too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING

from clinic_records.store import people
from clinic_records.store.people import Keys, Person
from kernel import db, safe_reading
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from patients import kept, list_rows, statistics
from patients.documents import PatientDocument
from patients.store.patients import COLLATION, COLLECTION, ONE

_NAMED = {"userId": 1, "fullName": 1, "birthDate": 1, "mrn": 1}
_SUBSCRIBED = {"summaryAndReports": "ActiveReports", "xealthReports": "ActiveXealthReports"}
_COMPARED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "mrn": ("PatientMRNEn", COLLATION),
    "fullName": ("PatientFullNameEn", COLLATION),
    "email": ("PatientEmail", None),
}
_OF_PATIENTS = {
    "clinicId": 1, "userId": 1, "email": 1, "fullName": 1, "permissions": 1, "createdTime": 1,
}  # fmt: skip


def list_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    return people.page_of(COLLECTION, person.conditions(), _OF_PATIENTS, skip=skip, limit=limit)


def list_newest_data(*, until: datetime) -> dict[ObjectId, datetime]:
    """By clinic, without data of later times, which a device with a wrong clock has. MongoDB goes from one clinic to
    the next in the index and reads one key of each."""
    newest: dict[ObjectId, datetime] = {}
    for kind in statistics.KINDS:
        path = list_rows.date_path(kind, "lastData")
        order = {"$sort": {"clinicId": DESCENDING, path: DESCENDING}}
        first = {"$group": {"_id": "$clinicId", "moment": {"$first": f"${path}"}}}
        index = list_rows.INDEXED_ORDERS[path]
        for found in db.collection(kept.ROWS).aggregate([order, first], hint=index):
            moment = safe_reading.moment(found["moment"])
            if moment is not None and moment > until:
                moment = _newest_of(found["_id"], path, until)
            if moment is not None:
                newest[found["_id"]] = max(moment, newest.get(found["_id"], moment))
    return newest


def _newest_of(clinic_id: ObjectId, path: str, until: datetime) -> datetime | None:
    found = db.collection(kept.ROWS).find_one(
        {"clinicId": clinic_id, path: {"$lte": until}},
        {path: 1, "_id": 0},
        sort=[(path, DESCENDING)],
        hint=list_rows.INDEXED_ORDERS[path],
    )
    return (
        None if found is None else safe_reading.moment(list_rows.value_at(found, *path.split(".")))
    )


def list_former_records(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    return people.removed(
        "patient", {"userId": person.user_id}, _OF_PATIENTS, skip=skip, limit=limit
    )


def list_patients(keys: Keys) -> list[Document]:
    return people.archived_and_present("patient", COLLECTION, "userId", keys)


def list_found(patient_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """By id of the record."""
    fields = dict.fromkeys(
        ("clinicId", "userId", "fullName", "birthDate", "mrn", "email", "permissions"), 1
    )
    found = db.collection(COLLECTION).find({"_id": {"$in": list(patient_ids)}}, fields)
    return {record["_id"]: record for record in found}


def list_present(keys: Keys) -> list[Document]:
    """By clinic and user id."""
    pairs = [{"clinicId": clinic_id, "userId": user_id} for clinic_id, user_id in keys]
    fields = {"clinicId": 1, "userId": 1, "fullName": 1}
    return list(db.collection(COLLECTION).find({"$or": pairs}, fields)) if pairs else []


def find_name(user_id: str) -> str | None:
    """The name in the newest of the person's records in all clinics; "" if it has none, None without a record."""
    newest = [("createdTime", DESCENDING), ("_id", DESCENDING)]
    found = db.collection(COLLECTION).find_one({"userId": user_id}, {"fullName": 1}, sort=newest)
    return (safe_reading.text(found.get("fullName")) or "") if found else None


def list_with_ids(clinic_id: ObjectId, user_ids: Sequence[str]) -> list[PatientDocument]:
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    return list(db.collection(COLLECTION).find(query, _NAMED, hint=ONE))


def group_by_value(
    clinic_id: ObjectId, field: str, values: Sequence[str], *, most: int
) -> list[tuple[str, list[PatientDocument]]]:
    """The patients who have one of the values, in groups of the same value, `most` of each group at most. MRNs and full
    names are compared without letter case and accents, e-mail addresses as they are stored."""
    index, collation = _COMPARED[field]
    one = {name: f"${name}" for name in ("_id", *_NAMED)}
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id, field: {"$in": list(values)}}},
        {"$group": {"_id": f"${field}", "first": {"$firstN": {"n": most, "input": one}}}},
    ]
    groups = db.collection(COLLECTION).aggregate(pipeline, hint=index, collation=collation)
    return [(group["_id"], group["first"]) for group in groups if isinstance(group["_id"], str)]


def list_with_mrns(clinic_id: ObjectId, mrns: Sequence[str], limit: int) -> list[PatientDocument]:
    """Each spelt exactly like this."""
    query = {"clinicId": clinic_id, "mrn": {"$in": list(mrns)}}
    return list(db.collection(COLLECTION).find(query, _NAMED, limit=limit, hint="PatientMRN"))


def list_without_mrn(clinic_id: ObjectId, *, but: str, limit: int) -> list[PatientDocument]:
    query = {"clinicId": clinic_id, "mrn": {"$in": [None, ""]}, "userId": {"$ne": but}}
    return list(db.collection(COLLECTION).find(query, _NAMED, limit=limit, hint="PatientMRN"))


def count_subscribed(clinic_id: ObjectId, subscription: str) -> int:
    """At most `MOST_COUNTED`."""
    query = {"clinicId": clinic_id, f"ehrSubscriptions.{subscription}.active": True}
    hint = _SUBSCRIBED[subscription]  # MongoDB would read all patients of the clinic
    return db.collection(COLLECTION).count_documents(query, limit=MOST_COUNTED, hint=hint)


def count_what_is_lost(record_ids: Sequence[ObjectId]) -> dict[str, int]:
    """{custodial, subscribed}: how many of these have the permission of a custodian, and a subscription."""
    fields = {"custodial": "$permissions.custodian", "subscribed": "$ehrSubscriptions"}
    present = {
        name: {"$sum": {"$cond": [{"$eq": [{"$type": path}, "object"]}, 1, 0]}}
        for name, path in fields.items()
    }
    of_these = {"$match": {"_id": {"$in": list(record_ids)}}}
    found = db.collection(COLLECTION).aggregate([of_these, {"$group": {"_id": None, **present}}])
    counted: Document = next(iter(found), {})
    return {name: counted.get(name, 0) for name in fields}

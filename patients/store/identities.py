"""Who the patients of whole clinics are: the fields by which a merge of two clinics compares them."""

from collections.abc import Iterable, Sequence

from bson import ObjectId
from pymongo.cursor import Cursor

from kernel import db
from kernel.db import Document
from patients import statistics
from patients.documents import PatientDocument
from patients.store.patients import COLLATION, COLLECTION, ONE

_FIELDS = {
    **dict.fromkeys(("userId", "fullName", "birthDate", "mrn", "tags", "sites"), 1),
    "permissions.custodian": 1,
    **{statistics.date_path(kind, "lastUploadDate"): 1 for kind in statistics.KINDS},
}


def iterate_identities(clinic_id: ObjectId, *, without: str) -> Iterable[PatientDocument]:
    """In the order of their user ids. `without`: the user id of the demo patient."""
    found = find_identities(clinic_id)
    return (record for record in found if record.get("userId") != without)


def find_identities(clinic_id: ObjectId) -> Cursor[PatientDocument]:
    """No condition on the user id: with one, MongoDB may choose to sort the records instead of walking the index."""
    return db.collection(COLLECTION).find(
        {"clinicId": clinic_id}, _FIELDS, sort=[("userId", 1)], hint=ONE, max_time_ms=None
    )


def list_equal_mrns(clinic_ids: Sequence[ObjectId]) -> list[list[str]]:
    """For each MRN that several patients of these clinics have, its spellings: case, accents and blanks at the ends
    aside, compared as the unique index does. Reads index keys only."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": {"$in": list(clinic_ids)}, "mrn": {"$type": "string"}}},
        {"$project": {"_id": 0, "mrn": 1}},
        {"$group": {"_id": {"$trim": {"input": "$mrn"}}, "spellings": {"$push": "$mrn"}}},
        {"$match": {"spellings.1": {"$exists": True}}},
        {"$sort": {"_id": 1}},
    ]
    rows = db.collection(COLLECTION).aggregate(
        pipeline, collation=COLLATION, hint="PatientMRN", maxTimeMS=0
    )
    return [sorted(row["spellings"]) for row in rows]

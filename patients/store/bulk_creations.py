"""Which of many MRNs and addresses patients of a clinic have. Both read keys of an index alone."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import db, safe_reading
from kernel.db import Document
from patients.store.patients import COLLATION, COLLECTION

_AT_ONCE = 1_000


def list_mrns(clinic_id: ObjectId, mrns: Sequence[str]) -> set[str]:
    """Those that some patient has exactly."""
    found: set[str] = set()
    for batch in db.batches(mrns, _AT_ONCE):
        query = {"clinicId": clinic_id, "mrn": {"$in": batch}}
        rows = db.collection(COLLECTION).find(query, {"_id": 0, "mrn": 1}, hint="PatientMRN")
        found |= {value for row in rows if (value := safe_reading.text(row.get("mrn")))}
    return found


def group_mrns(clinic_id: ObjectId, mrns: Sequence[str]) -> tuple[dict[str, int], set[int]]:
    """{MRN: number of its group}, and the groups of which a patient of the clinic has one. Those of a group are equal
    as the unique index compares them, case and accents aside: MongoDB alone knows its rules. Fetches a record for
    each patient that has one of the MRNs."""
    present: set[str] = set()
    for batch in db.batches(mrns, _AT_ONCE):
        query = {"clinicId": clinic_id, "mrn": {"$in": batch}}
        rows = db.collection(COLLECTION).find(
            query, {"_id": 0, "mrn": 1}, collation=COLLATION, hint="PatientMRNEn"
        )
        present |= {row["mrn"] for row in rows}
    entries = [
        *({"mrn": mrn, "isPresent": False} for mrn in mrns),
        *({"mrn": mrn, "isPresent": True} for mrn in present),
    ]
    pipeline: list[Document] = [
        {"$documents": {"$literal": entries}},
        {
            "$group": {
                "_id": "$mrn",
                "spellings": {"$push": "$mrn"},
                "isPresent": {"$max": "$isPresent"},
            }
        },
    ]
    groups = list(db.database().aggregate(pipeline, collation=COLLATION))
    numbers = {mrn: number for number, group in enumerate(groups) for mrn in group["spellings"]}
    return numbers, {number for number, group in enumerate(groups) if group["isPresent"]}


def list_addresses(clinic_id: ObjectId, addresses: Sequence[str]) -> set[str]:
    """Those that some patient has, letter case aside: another service stores them as they were typed. All addresses of
    the clinic are read for it, once, and compared by MongoDB. `addresses` are in lower case."""
    if not addresses:
        return set()
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id, "email": {"$gt": ""}}},
        {"$project": {"_id": 0, "email": {"$toLower": "$email"}}},
        {"$match": {"email": {"$in": list(addresses)}}},
    ]
    rows = db.collection(COLLECTION).aggregate(pipeline, hint="PatientEmail")
    return {row["email"] for row in rows}


def has_address(clinic_id: ObjectId, email: str) -> bool:
    """Whether some patient has exactly this address, as they have whom this service has created."""
    query = {"clinicId": clinic_id, "email": email}
    row = db.collection(COLLECTION).find_one(query, {"_id": 0, "email": 1}, hint="PatientEmail")
    return row is not None

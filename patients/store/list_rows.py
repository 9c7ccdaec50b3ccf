"""`patientLists`: what lists need of each patient, written in the transaction of the change (`patients.list_rows`).

One row is found by its `_id`, several by the index on the patient: for a list of `_id`, MongoDB 6 reads a whole
clustered collection.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bson import ObjectId, Regex
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from kernel import db, safe_reading
from kernel.db import Document
from patients import kept
from patients.documents import PatientDocument
from patients.list_rows import changes_of, patient_id_of, row_id, row_of

COLLECTION = kept.ROWS
BY_PATIENT = "ListOfPatient"
BY_TERM = "ListTerms"
BY_ISSUE, BY_ISSUE_DUE = "ListIssues", "ListIssuesDue"
BY_KEY = {"_id": 1}
_KEY_BYTES = 24
Write = ReplaceOne[Document] | UpdateOne | DeleteOne | InsertOne[Document]


def insert(records: Sequence[PatientDocument]) -> None:
    db.collection(COLLECTION).insert_many([row_of(record) for record in records])


def update(record: Document, fields: Iterable[str]) -> None:
    """After these fields of the record have changed. Does nothing for a patient who has no row yet."""
    change = changes_of(record, fields)
    if change:
        db.collection(COLLECTION).update_repeatably(_one(record), change, hint=BY_KEY)


def _key(record: Document) -> bytes:
    return row_id(record["clinicId"], record["_id"])


def _one(record: Document) -> Document:
    """The condition for one row. It names the clinic because a large deployment spreads the collection by it. BY_KEY
    goes with it: by itself MongoDB has no short way by the id in a clustered collection, and tries all indexes."""
    return {"_id": _key(record), "clinicId": record["clinicId"]}


def replaced(present: Document | None, row: Document) -> Write:
    """A write of the whole row, whether there is one already or not."""
    return ReplaceOne(_place(present or row), row, upsert=True, hint=BY_KEY)


def removed(row: Document) -> Write:
    return DeleteOne(_place(row), hint=BY_KEY)


def _place(row: Document) -> Document:
    """With the clinic that the row has, though another program may have written it."""
    return {"_id": row["_id"], "clinicId": row.get("clinicId")}


def change_many(
    clinic_id: ObjectId, patient_ids: Iterable[ObjectId], stages: Sequence[Document]
) -> None:
    """Patients who have no row yet are left out."""
    query = {"patientId": {"$in": list(patient_ids)}, "clinicId": clinic_id}
    db.collection(COLLECTION).update_many(query, list(stages), hint=BY_PATIENT)


def update_alike(patients: Sequence[Document], record: Document, fields: Iterable[str]) -> None:
    """After the same fields of several records have become equal. `patients`: {_id, clinicId} of each; `record` needs
    to have no more than these fields."""
    change = changes_of(record, fields)
    if change:
        write([UpdateOne(_one(patient), change, hint=BY_KEY) for patient in patients])


def update_each(records: Sequence[Document], fields: Sequence[str]) -> None:
    """After these fields of each record have changed; the records have them all."""
    changes = ((record, changes_of(record, fields)) for record in records)
    write([UpdateOne(_one(record), change, hint=BY_KEY) for record, change in changes if change])


def is_key(value: object) -> bool:
    """Whether it can be the `_id` of a row."""
    return isinstance(value, bytes) and len(value) == _KEY_BYTES


def count(clinic_id: ObjectId) -> int:
    return db.collection(COLLECTION).count_documents({"clinicId": clinic_id}, hint="ListSources")


def estimate() -> int:
    return db.database()[COLLECTION].estimated_document_count()


def remove(record: Document) -> None:
    db.collection(COLLECTION).delete_one(_one(record), hint=BY_KEY)


def find(record: Document) -> Document | None:
    return db.collection(COLLECTION).find_one(_one(record), hint=BY_KEY)


def list_rows(records: Sequence[Document]) -> dict[ObjectId, Document]:
    """The rows of these records, by id of the patient."""
    keys = {_key(record) for record in records}
    query = {
        "patientId": {"$in": [record["_id"] for record in records]},
        "clinicId": {"$in": list({record["clinicId"] for record in records})},
    }
    found = db.collection(COLLECTION).find(query, hint=BY_PATIENT)
    return {row["patientId"]: row for row in found if row["_id"] in keys}


def list_of_patients(patient_ids: Sequence[ObjectId]) -> dict[ObjectId, list[Document]]:
    """By id of the patient. Only a mistake can give one of them several rows."""
    query = {"patientId": {"$in": list(patient_ids)}}
    found: dict[ObjectId, list[Document]] = {}
    for row in db.collection(COLLECTION).find(query, hint=BY_PATIENT):
        found.setdefault(row["patientId"], []).append(row)
    return found


def list_with_terms(terms: Sequence[str], *, limit: int) -> list[Document]:
    """In all clinics, in the order of the terms that they are found by: it costs no more than is returned."""
    return _with_terms({"$in": list(terms)}, limit)


def list_beginning_like(beginnings: Sequence[str], *, limit: int) -> list[Document]:
    """Rows with a term that begins like one of these, as `list_with_terms`."""
    # Python's own patterns carry a flag with which MongoDB does not see a beginning, and reads the whole index.
    patterns = [Regex(f"^{re.escape(beginning)}") for beginning in beginnings]
    return _with_terms({"$in": patterns}, limit)


def _with_terms(condition: Document, limit: int) -> list[Document]:
    shown = {"patientId": 1, "terms": 1, "_id": 0}
    rows = db.collection(COLLECTION).find({"terms": condition}, shown, limit=limit, hint=BY_TERM)
    return list(rows)


def list_issues_due(before: datetime, limit: int) -> list[ObjectId]:
    """Patients of all clinics whose issue is wrong since some moment before this one, longest first; from index keys
    alone."""
    rows = db.collection(COLLECTION).find(
        {"issueDue": {"$lt": before}},
        {"patientId": 1, "_id": 0},
        sort=[("issueDue", 1)],
        limit=limit,
        hint=BY_ISSUE_DUE,
    )
    return [row["patientId"] for row in rows]


def count_issues(clinic_id: ObjectId, codes: Sequence[int]) -> int:
    """How many patients have one of these; from index keys. The index is one of names in a language, from which MongoDB
    gives back no value, so it does not tell how many have which."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id, "issue": {"$in": list(codes)}}},
        {"$group": {"_id": 1, "n": {"$sum": 1}}},
    ]
    groups = db.collection(COLLECTION).aggregate(pipeline, hint=BY_ISSUE)
    return next((group["n"] for group in groups), 0)


def write(changes: Sequence[Write]) -> None:
    if changes:
        db.collection(COLLECTION).bulk_write(list(changes), ordered=True)


def list_all(clinic_id: ObjectId) -> list[ObjectId]:
    """All patients of the clinic."""
    return [patient_id_of(row) for row in _of_clinic(clinic_id, {"_id": 1})]


def list_users(clinic_id: ObjectId) -> list[tuple[str, ObjectId]]:
    """The user and the id of each patient of the clinic; the user is "" where it is no text."""
    rows = _of_clinic(clinic_id, {"userId": 1})
    return [(safe_reading.text(row.get("userId")) or "", patient_id_of(row)) for row in rows]


def _of_clinic(clinic_id: ObjectId, projection: Document) -> Iterable[Document]:
    first, last = (row_id(clinic_id, ObjectId(end * 12)) for end in (b"\0", b"\xff"))
    return db.collection(COLLECTION).find({"_id": {"$gte": first, "$lte": last}}, projection)

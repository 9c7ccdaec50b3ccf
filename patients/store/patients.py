"""One patient, or the records of one user: reads and atomic changes of the `patients` collection."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from bson import ObjectId
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from kernel import db, updates
from kernel.db import Document
from patients import summary_answers
from patients.documents import PatientDocument
from patients.search_keys import SEARCHED, WITHOUT_KEY

log = structlog.get_logger(__name__)

COLLECTION = db.CollectionOf[PatientDocument]("patients")
DELETIONS = "patient_deletions"
# Look-ups by MRN, name and birth date ignore case and accents (rule PATIENT-143).
COLLATION = {"locale": "en", "strength": 1}
MAX_REVIEWS = 2
MOST_REQUESTS = 50
MOST_LEGACY_CLINICIANS = 100
ONE = "UniquePatient"  # named in queries: all indexes begin with the clinic, and MongoDB would try them all


def key(clinic_id: ObjectId, user_id: str) -> dict[str, Any]:
    return {"clinicId": clinic_id, "userId": user_id}


def find_patient(
    clinic_id: ObjectId, user_id: str, projection: Mapping[str, Any] | None = None
) -> PatientDocument | None:
    return db.collection(COLLECTION).find_one(key(clinic_id, user_id), projection, hint=ONE)


def find_shown(query: Mapping[str, Any], **options: Any) -> list[PatientDocument]:
    """Records to be shown to a client: times are naive, and a summary is read as its stored text alone, where
    there is one."""
    rows = db.unread(COLLECTION).find(query, summary_answers.TEXT_ALONE, **options)
    return complete_shown(list(rows))


def complete_shown(rows: list[PatientDocument]) -> list[PatientDocument]:
    """Replaces rows whose summary has no stored text by the whole record."""
    lacking = [d["_id"] for d in rows if summary_answers.without_text(d.get("summary"))]
    if not lacking:
        return rows
    by_id = {d["_id"]: d for d in db.unread(COLLECTION).find({"_id": {"$in": lacking}})}
    return [by_id.get(d["_id"], d) for d in rows]


def find_shown_patient(clinic_id: ObjectId, user_id: str) -> list[PatientDocument]:
    """A list of the one record, or an empty list."""
    return find_shown(key(clinic_id, user_id), limit=-1, hint=ONE)


def join_shown_patient(clinic_id: ObjectId, user_id: str) -> Document:
    """A `$lookup` whose rows `complete_shown` turns into the result of `find_shown_patient`."""
    pipeline = [{"$match": key(clinic_id, user_id)}, {"$project": summary_answers.TEXT_ALONE}]
    return {"from": COLLECTION, "pipeline": pipeline}


def exists_for_user(user_id: str) -> bool:
    return db.collection(COLLECTION).find_one({"userId": user_id}, {"_id": 1}) is not None


def has_other_patient(clinic_id: ObjectId, user_id: str) -> bool:
    query = {"clinicId": clinic_id, "userId": {"$ne": user_id}}
    return db.collection(COLLECTION).find_one(query, {"_id": 1}, hint="UniquePatient") is not None


def list_of_user(
    user_id: str, projection: Mapping[str, Any] | None = None
) -> list[PatientDocument]:
    return list(db.collection(COLLECTION).find({"userId": user_id}, projection, sort=[("_id", 1)]))


def list_page_of_user(user_id: str, *, skip: int, limit: int) -> list[PatientDocument]:
    """Sorted by the name in each record, as each clinic knows the person."""
    return _list_by_name(_ids_of({"userId": user_id}, "UserId"), skip=skip, limit=limit)


def _ids_of(query: Mapping[str, Any], index: str) -> list[ObjectId]:
    """Read first, and without a collation: with the one that sorts names, the query could not use its index."""
    return [row["_id"] for row in db.collection(COLLECTION).find(query, {"_id": 1}, hint=index)]


def _list_by_name(
    ids: Sequence[ObjectId],
    *,
    skip: int,
    limit: int,
    projection: Mapping[str, Any] | None = None,
) -> list[PatientDocument]:
    query = {"_id": {"$in": list(ids)}}
    return _by_name(query, "_id_", skip=skip, limit=limit, projection=projection)


def _by_name(
    query: Mapping[str, Any],
    index: str,
    *,
    skip: int,
    limit: int,
    projection: Mapping[str, Any] | None = None,
) -> list[PatientDocument]:
    return list(
        db.collection(COLLECTION).find(
            query,
            projection,
            sort=[("fullName", 1), ("_id", 1)],
            skip=skip,
            limit=limit,
            hint=index,
            collation=COLLATION,
        )
    )


def list_ids_of_clinic(clinic_id: ObjectId, conditions: Mapping[str, Any]) -> list[str]:
    rows = db.collection(COLLECTION).find({"clinicId": clinic_id, **conditions}, {"userId": 1})
    return [row["userId"] for row in rows]


def list_matching(
    clinic_ids: Sequence[ObjectId],
    criteria: Mapping[str, str],
    *,
    skip: int = 0,
    limit: int = 0,
    projection: Mapping[str, Any] | None = None,
) -> list[PatientDocument]:
    """Patients of these clinics whose fields equal `criteria`, case and accents aside, sorted by name."""
    query = {"clinicId": {"$in": list(clinic_ids)}, **criteria}
    page: dict[str, Any] = {"skip": skip, "limit": limit, "projection": projection}
    if "mrn" in criteria:
        return _by_name(query, "PatientMRNEn", **page)
    if criteria.keys() == {"birthDate"}:  # digits have neither case nor accents
        return _list_by_name(_ids_of(query, "PatientBirthDate"), **page)
    return _by_name(query, "ListNameUp", **page)


def find_other_with_mrn(
    clinic_id: ObjectId, mrn: str, user_id: str | None
) -> PatientDocument | None:
    """Another patient of the clinic with this MRN, case and accents aside."""
    query: dict[str, Any] = {"clinicId": clinic_id, "mrn": mrn}
    if user_id is not None:
        query["userId"] = {"$ne": user_id}
    return db.collection(COLLECTION).find_one(
        query, {"_id": 1}, collation=COLLATION, hint="PatientMRNEn"
    )


def insert_patient(document: PatientDocument) -> None:
    """Raises DuplicateKeyError for a second record of the user, and for an MRN that must be unique."""
    db.collection(COLLECTION).insert_one(document)


def insert_patients(documents: Sequence[PatientDocument]) -> int:
    """Many records at once. Raises BulkWriteError, whose message contains the records."""
    result = db.collection(COLLECTION).insert_many(documents)
    return len(result.inserted_ids)


def iterate_without_search_key(projection: Mapping[str, Any]) -> Iterable[PatientDocument]:
    """Includes records whose key was made by the rules of an earlier release."""
    return _in_each_clinic(WITHOUT_KEY, projection, index="ListSearch")


def _in_each_clinic(
    query: Mapping[str, Any], projection: Mapping[str, Any], *, index: str
) -> Iterable[PatientDocument]:
    """Clinic by clinic: only then do index keys answer the query, and no other record is fetched."""
    for clinic_id in db.collection(COLLECTION).distinct("clinicId", {}):
        yield from db.collection(COLLECTION).find(
            {"clinicId": clinic_id, **query},
            projection,
            hint=index,
            max_time_ms=None,
            batch_size=500,
        )


def set_search_keys(keys: Mapping[ObjectId, tuple[str, Document]]) -> int:
    """`keys`: id -> the key, and the fields it was made from. A record in which one of these fields was changed
    since then is left alone: that writer has set the key."""
    changes = [
        UpdateOne(
            {"_id": patient_id, **WITHOUT_KEY, **{n: read.get(n) for n in SEARCHED}},
            {"$set": {"searchKey": key_text}},
        )
        for patient_id, (key_text, read) in keys.items()
    ]
    return int(db.collection(COLLECTION).bulk_write(changes, ordered=False).modified_count)


def iterate_doubtful(field: str, index: str) -> Iterable[PatientDocument]:
    """{_id, field} where the text may not be in normal form: outer or double blanks, or characters beyond ASCII."""
    return _in_each_clinic({field: {"$regex": "^ | $|  |[^ -~]"}}, {field: 1}, index=index)


def set_normal_text(patient_id: ObjectId, field: str, stored: str, normal: str) -> int:
    """Does nothing if the text was changed since it was read, or if the clinic's MRNs would no longer be unique."""
    try:
        result = db.collection(COLLECTION).update_one(
            {"_id": patient_id, field: stored}, {"$set": {field: normal}}
        )
    except DuplicateKeyError:
        log.warning("backfill.mrn_taken", row=str(patient_id))
        return 0
    return result.modified_count


def iterate_without_summary_text() -> Iterable[PatientDocument]:
    """Records with any kind of statistics whose text is not stored: {_id, summary}."""
    lacking: list[dict[str, Any]] = [
        {f"summary.{part}": {"$gt": {}}, f"summary.{part}.{summary_answers.FIELD}": None}
        for part in summary_answers.PARTS
    ]
    return db.collection(COLLECTION).find(
        {"$or": lacking}, {"summary": 1}, max_time_ms=None, batch_size=100
    )


def set_summary_texts(patient_id: ObjectId, parts: Mapping[str, Mapping[str, Any]]) -> int:
    """`parts`: name -> the statistics as read. Those that were replaced since then stay as their writer left them."""
    changed = 0
    for name, part in parts.items():
        with_text = summary_answers.with_text(name, dict(part))
        result = db.collection(COLLECTION).update_one(
            {"_id": patient_id, f"summary.{name}": part},
            {"$set": {f"summary.{name}.{summary_answers.FIELD}": with_text[summary_answers.FIELD]}},
        )
        changed += result.modified_count
    return changed


def set_fields(
    patient_id: ObjectId, fields: Mapping[str, Any], removed: Iterable[str] = ()
) -> PatientDocument | None:
    """The record after the change. May raise DuplicateKeyError for an MRN that must be unique."""
    change: dict[str, Any] = {"$set": dict(fields)}
    unset = dict.fromkeys(removed, "")
    if unset:
        change["$unset"] = unset
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": patient_id}, change, return_document=ReturnDocument.AFTER
    )


def remove_patient(clinic_id: ObjectId, user_id: str) -> PatientDocument | None:
    return db.collection(COLLECTION).find_one_and_delete(key(clinic_id, user_id))


def insert_deletion(document: Document) -> None:
    db.collection(DELETIONS).insert_one(document)


def find_deletion(deletion_id: ObjectId) -> Document | None:
    return db.collection(DELETIONS).find_one({"_id": deletion_id}, {"patient.summary": 0})


def add_legacy_clinician(
    clinic_id: ObjectId, user_id: str, legacy_id: str, moment: datetime
) -> PatientDocument | None:
    """None if there is no such record, or if it already has the maximum number of legacy clinicians."""
    has_it = {"legacyClinicianIds": legacy_id}
    has_room = {f"legacyClinicianIds.{MOST_LEGACY_CLINICIANS - 1}": {"$exists": False}}
    return db.collection(COLLECTION).find_one_and_update(
        {**key(clinic_id, user_id), "$or": [has_it, has_room]},
        [
            updates.included("legacyClinicianIds", legacy_id),
            updates.assigned({"updatedTime": moment}),
        ],
        return_document=ReturnDocument.AFTER,
    )


def add_review(clinic_id: ObjectId, user_id: str, review: Document) -> PatientDocument | None:
    """Newest first; only the newest two are kept."""
    return db.collection(COLLECTION).find_one_and_update(
        key(clinic_id, user_id),
        [updates.prepended("reviews", review, keep=MAX_REVIEWS)],
        projection={"reviews": 1},
        return_document=ReturnDocument.AFTER,
    )


def remove_newest_review(
    clinic_id: ObjectId, user_id: str, clinician_id: str
) -> PatientDocument | None:
    """Only if the newest review is by this clinician."""
    return db.collection(COLLECTION).find_one_and_update(
        {**key(clinic_id, user_id), "reviews.0.clinicianId": clinician_id},
        {"$pop": {"reviews": -1}},
        projection={"reviews": 1},
        return_document=ReturnDocument.AFTER,
    )


def set_permissions(
    clinic_id: ObjectId, user_id: str, permissions: Document, moment: datetime
) -> PatientDocument | None:
    return db.collection(COLLECTION).find_one_and_update(
        key(clinic_id, user_id),
        {"$set": {"permissions": permissions, "updatedTime": moment}},
        projection={"clinicId": 1, "userId": 1, "permissions": 1},
        return_document=ReturnDocument.AFTER,
    )


def remove_permission(
    clinic_id: ObjectId, user_id: str, permission: str, moment: datetime
) -> PatientDocument | None:
    name = f"permissions.{permission}"
    return db.collection(COLLECTION).find_one_and_update(
        {**key(clinic_id, user_id), name: {"$exists": True}},
        {"$unset": {name: ""}, "$set": {"updatedTime": moment}},
        projection={"clinicId": 1, "userId": 1, "permissions": 1},
        return_document=ReturnDocument.AFTER,
    )


def set_reminder_time(
    clinic_id: ObjectId, user_id: str, moment: datetime
) -> PatientDocument | None:
    return db.collection(COLLECTION).find_one_and_update(
        key(clinic_id, user_id),
        {"$set": {"lastUploadReminderTime": moment, "updatedTime": moment}},
        return_document=ReturnDocument.AFTER,
    )


def add_connection_request(
    patient: PatientDocument, provider: str, data_sources: Sequence[Document], moment: datetime
) -> None:
    """Newest first; only the newest fifty are kept, since no one reads older ones. `patient` must have been read in
    this transaction. The provider's requests are written as a whole: services that watch the collection do not
    recognise the change of a part."""
    stored = patient.get("providerConnectionRequests")
    known = stored.get(provider) if isinstance(stored, dict) else None
    requests = [
        {"providerName": provider, "createdTime": moment},
        *(known if isinstance(known, list) else []),
    ][:MOST_REQUESTS]
    written: Document = {f"providerConnectionRequests.{provider}": requests}
    if not isinstance(stored, dict):
        written = {"providerConnectionRequests": {provider: requests}}
    db.collection(COLLECTION).update_one(
        {"_id": patient["_id"]},
        {"$set": {"dataSources": list(data_sources), "updatedTime": moment, **written}},
    )


def set_data_sources(user_id: str, data_sources: Sequence[Document], moment: datetime) -> int:
    result = db.collection(COLLECTION).update_many(
        {"userId": user_id},
        {"$set": {"dataSources": list(data_sources), "updatedTime": moment}},
    )
    return result.matched_count


# --- summaries ------------------------------------------------------------------------------------
def set_summary(user_id: str, parts: Mapping[str, Document], moment: datetime) -> int:
    """Replace these parts in every record of the user. Returns the number of records."""
    fields = {f"summary.{name}": part for name, part in parts.items()}
    result = db.collection(COLLECTION).update_many(
        {"userId": user_id}, {"$set": {**fields, "updatedTime": moment}}
    )
    return result.matched_count


def remove_summary(user_id: str, moment: datetime) -> int:
    result = db.collection(COLLECTION).update_many(
        {"userId": user_id}, {"$unset": {"summary": ""}, "$set": {"updatedTime": moment}}
    )
    return result.matched_count


def remove_summary_part(name: str, summary_id: str) -> int:
    result = db.collection(COLLECTION).update_many(
        {f"summary.{name}.id": summary_id}, {"$unset": {f"summary.{name}": ""}}
    )
    return result.modified_count


def has_equal_mrns(clinic_id: ObjectId) -> bool:
    """Whether two patients share an MRN, case, accents and blanks around it aside. Reads index keys only."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id, "mrn": {"$type": "string"}}},
        {"$project": {"_id": 0, "mrn": 1}},
        {"$match": {"mrn": {"$ne": ""}}},
        {"$group": {"_id": {"$trim": {"input": "$mrn"}}, "n": {"$sum": 1}}},
        {"$match": {"n": {"$gt": 1}}},
        {"$limit": 1},
    ]
    rows = db.collection(COLLECTION).aggregate(pipeline, collation=COLLATION, hint="PatientMRN")
    return next(iter(rows), None) is not None

"""One patient, or the records of one user: reads and atomic changes of the `patients` collection."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from bson import ObjectId
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from kernel import db, safe_reading, updates
from kernel.db import Document
from patients import connection_issues, summary_answers
from patients.documents import PatientDocument
from patients.store import list_rows, patient_answers
from patients.summary_answers import PARTS, WITHOUT_STATISTICS, parts_of, text_of

log = structlog.get_logger(__name__)

COLLECTION = db.CollectionOf[PatientDocument]("patients")
DELETIONS = "patient_deletions"
# Look-ups by MRN, name and birth date ignore case and accents (rule PATIENT-143).
COLLATION = {"locale": "en", "strength": 1}
MAX_REVIEWS = 2
MOST_REQUESTS = 50
MOST_LEGACY_CLINICIANS = 100
_MOST_SOUGHT = 1_000  # ids in one query
_REVIEWS = {"clinicId": 1, "reviews": 1}
_WITH_ISSUE = {"clinicId": 1, "userId": 1, **connection_issues.PROJECTION}
_PLACE = {"clinicId": 1}
_PLACE_AND_USER = {**_PLACE, "userId": 1}
# What is counted of a record, and what its connection issue follows from.
ISSUE_AND_COUNTS = {**_WITH_ISSUE, "tags": 1, "sites": 1}
ONE = "UniquePatient"  # named in queries: all indexes begin with the clinic, and MongoDB would try them all
BY_ID = "_id_"


def key(clinic_id: ObjectId, user_id: str) -> dict[str, Any]:
    return {"clinicId": clinic_id, "userId": user_id}


def one(record: Mapping[str, Any]) -> dict[str, Any]:
    """The condition for a change of this record alone, to be sent with the index BY_ID. It names clinic and user
    because a large deployment spreads the collection by them: by its id it would be sought on all shards."""
    return {"_id": record["_id"], "clinicId": record["clinicId"], "userId": record.get("userId")}


def find_patient(
    clinic_id: ObjectId, user_id: str, projection: Mapping[str, Any] | None = None
) -> PatientDocument | None:
    return db.collection(COLLECTION).find_one(key(clinic_id, user_id), projection, hint=ONE)


# --- as clients see them --------------------------------------------------------------------------
def list_shown(clinic_id: ObjectId, ids: Sequence[ObjectId]) -> list[PatientDocument]:
    """Records of the clinic in the order of their ids, to be shown to a client: times are naive, and of a summary there
    is the kept text alone, unless it is not that of the record. A record whose clinic another system has changed a
    moment ago is left out: its row is still among those of the former clinic, which must not see it any more."""
    if not ids:
        return []
    query, size = _of_clinic(clinic_id, ids), len(ids) + 1
    found = {
        d["_id"]: d for d in db.unread(COLLECTION).find(query, WITHOUT_STATISTICS, batch_size=size)
    }
    answers = patient_answers.list_by_ids(list(found))
    lacking = [i for i, d in found.items() if not _has_texts(d, answers.get(i, {}))]
    for i in lacking:
        del found[i]
    if lacking:
        whole = db.unread(COLLECTION).find(_of_clinic(clinic_id, lacking))
        found |= {d["_id"]: d for d in whole}
    return [found[patient_id] for patient_id in ids if patient_id in found]


def _of_clinic(clinic_id: ObjectId, ids: Sequence[ObjectId]) -> Document:
    return {"_id": {"$in": list(ids)}, "clinicId": clinic_id}


def _has_texts(document: PatientDocument, answer: Document) -> bool:
    """Puts the texts in place of the statistics. False if one is missing."""
    texts = {n: text_of(answer.get(n), part) for n, part in parts_of(document).items()}
    if None in texts.values():
        return False
    if texts:
        document["summary"] = {n: {summary_answers.FIELD: text} for n, text in texts.items()}
    return True


def find_shown_patient(clinic_id: ObjectId, user_id: str) -> list[PatientDocument]:
    """A list of the one record, or an empty list."""
    return list(db.unread(COLLECTION).find(key(clinic_id, user_id), limit=-1, hint=ONE))


def join_shown_patient(clinic_id: ObjectId, user_id: str) -> Document:
    """A `$lookup` with the result of `find_shown_patient`."""
    return {"from": COLLECTION, "pipeline": [{"$match": key(clinic_id, user_id)}]}


# --- one record, or those of one user -------------------------------------------------------------
def list_user_ids(clinic_id: ObjectId) -> list[str]:
    """One for each patient of a clinic, from index keys; "" where it is no text, as no service makes them."""
    rows = db.collection(COLLECTION).find(
        {"clinicId": clinic_id}, {"_id": 0, "userId": 1}, hint=ONE
    )
    return [safe_reading.text(row.get("userId")) or "" for row in rows]


def list_ids_without_user(clinic_id: ObjectId) -> list[Any]:
    """Records whose user id is no text, or an empty one. Reads all records of the clinic."""
    # A list of texts counts as a text.
    values: list[Document] = [{"$not": {"$type": "string"}}, {"$type": "array"}, {"$eq": ""}]
    query = {"clinicId": clinic_id, "$or": [{"userId": value} for value in values]}
    found = db.collection(COLLECTION).find(query, {"_id": 1}, hint=ONE)
    return [record["_id"] for record in found]


def list_present_ids(ids: Iterable[ObjectId]) -> set[ObjectId]:
    """The ids of which there is a record, in whatever clinic; from index keys."""
    return {
        record["_id"]
        for batch in db.batches(ids, _MOST_SOUGHT)
        for record in db.collection(COLLECTION).find(
            {"_id": {"$in": batch}}, {"_id": 1}, hint="_id_"
        )
    }


def list_by_ids(ids: Sequence[ObjectId]) -> list[PatientDocument]:
    return list(db.collection(COLLECTION).find({"_id": {"$in": list(ids)}}))


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
    return _by_name(query, "PatientFullNameEn", **page)


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
    list_rows.insert([document])
    patient_answers.insert([document])


def insert_patients(documents: Sequence[PatientDocument]) -> int:
    """Many records at once, in the caller's transaction. Raises BulkWriteError, whose message contains the records."""
    result = db.collection(COLLECTION).insert_many(documents)
    list_rows.insert(documents)
    patient_answers.insert(documents)
    return len(result.inserted_ids)


def iterate_with_text(fields: Sequence[str]) -> Iterable[PatientDocument]:
    """{_id, clinicId, userId and these fields} of all records, one after the other: no index has just them."""
    return db.collection(COLLECTION).find(
        {},
        dict.fromkeys(("clinicId", "userId", *fields), 1),
        hint="_id_",
        max_time_ms=None,
        batch_size=500,
    )


def set_normal_text(record: Document, field: str, stored: str, normal: str) -> int:
    """Does nothing if the text was changed since it was read, or if the clinic's MRNs would no longer be unique."""
    try:
        changed = change_one({**one(record), field: stored}, {"$set": {field: normal}}, [field])
    except DuplicateKeyError:
        log.warning("backfill.mrn_taken", row=str(record["_id"]))
        return 0
    return int(changed is not None)


def set_fields(
    record: Document,
    fields: Mapping[str, Any],
    removed: Iterable[str] = (),
    projection: Mapping[str, Any] | None = None,
) -> PatientDocument | None:
    """The record after the change; None if it is gone, or has another clinic or user by now. May raise
    DuplicateKeyError for an MRN that must be unique."""
    change: dict[str, Any] = {"$set": dict(fields)}
    unset = dict.fromkeys(removed, "")
    if unset:
        change["$unset"] = unset
    return change_one(one(record), change, [*fields, *removed], projection)


def change_one(
    query: Mapping[str, Any],
    change: Any,
    fields: Iterable[str],
    projection: Mapping[str, Any] | None = None,
) -> PatientDocument | None:
    """The record after the change of these fields, which its row in lists follows."""
    hint = BY_ID if "_id" in query else ONE
    return db.run_in_transaction(lambda: _write_one(query, change, fields, projection, hint=hint))


def _write_one(
    query: Mapping[str, Any],
    change: Any,
    fields: Iterable[str],
    projection: Mapping[str, Any] | None = None,
    **options: Any,
) -> PatientDocument | None:
    """Outside a transaction this costs the database a third, and a crash may leave the row behind until the follower
    has seen the record. Not for fields that are counted (decision 0019)."""
    record = db.collection(COLLECTION).find_one_and_update(
        query, change, projection=projection, return_document=ReturnDocument.AFTER, **options
    )
    if record is not None:
        list_rows.update(record, fields)
    return record


def remove_patient(record: PatientDocument) -> None:
    """In the transaction that has read it."""
    db.collection(COLLECTION).delete_one(one(record), hint=BY_ID)
    list_rows.remove(record)
    patient_answers.remove([record["_id"]])


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
    pushed = {"$each": [review], "$position": 0, "$slice": MAX_REVIEWS}
    record = db.collection(COLLECTION).find_one_and_update_repeatably(
        key(clinic_id, user_id),
        {"$push": {"reviews": pushed}},
        _REVIEWS,
        again=[updates.prepended_once("reviews", review, keep=MAX_REVIEWS, time="time")],
        hint=ONE,
    )
    if record is not None:
        list_rows.update(record, ["reviews"])
    return record


def remove_newest_review(
    clinic_id: ObjectId, user_id: str, clinician_id: str
) -> PatientDocument | None:
    """Only if the newest review is by this clinician."""
    query = {**key(clinic_id, user_id), "reviews.0.clinicianId": clinician_id}
    return _write_one(query, {"$pop": {"reviews": -1}}, ["reviews"], _REVIEWS, hint=ONE)


def set_permissions(
    clinic_id: ObjectId, user_id: str, permissions: Document, moment: datetime
) -> PatientDocument | None:
    return change_one(
        key(clinic_id, user_id),
        {"$set": {"permissions": permissions, "updatedTime": moment}},
        ["permissions"],
        _WITH_ISSUE,
    )


def remove_permission(
    clinic_id: ObjectId, user_id: str, permission: str, moment: datetime
) -> PatientDocument | None:
    name = f"permissions.{permission}"
    return change_one(
        {**key(clinic_id, user_id), name: {"$exists": True}},
        {"$unset": {name: ""}, "$set": {"updatedTime": moment}},
        ["permissions"],
        _WITH_ISSUE,
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
    patient: PatientDocument,
    request: Document,
    data_sources: Sequence[Document],
    issue: connection_issues.Change,
) -> None:
    """Newest first; only the newest fifty are kept, since no one reads older ones. `patient` must have been read in
    this transaction. The provider's requests are written as a whole: services that watch the collection do not
    recognise the change of a part."""
    provider, moment = request["providerName"], request["createdTime"]
    requests = with_request(patient, request)
    written: Document = {f"providerConnectionRequests.{provider}": requests[provider]}
    if not isinstance(patient.get("providerConnectionRequests"), dict):
        written = {"providerConnectionRequests": requests}
    fields = {"dataSources": list(data_sources), "updatedTime": moment, **issue.fields}
    change: Document = {"$set": {**fields, **written}}
    if issue.removed:
        change["$unset"] = dict.fromkeys(issue.removed, "")
    changed = [*fields, *issue.removed, "providerConnectionRequests"]
    change_one(one(patient), change, changed, _WITH_ISSUE)


def with_request(patient: PatientDocument, request: Document) -> Document:
    """The requests of the record with a new one."""
    provider = request["providerName"]
    stored = safe_reading.mapping(patient.get("providerConnectionRequests"))
    known = stored.get(provider)
    requests = [request, *(known if isinstance(known, list) else [])]
    return {**stored, provider: requests[:MOST_REQUESTS]}


def list_for_issues(ids: Sequence[ObjectId]) -> list[PatientDocument]:
    """With what counts, and what the rule of connection issues reads."""
    query = {"_id": {"$in": list(ids)}}
    return list(db.collection(COLLECTION).find(query, ISSUE_AND_COUNTS, hint="_id_"))


def write_issues(changes: Sequence[tuple[PatientDocument, connection_issues.Change]]) -> None:
    """In the transaction that has read the records, which are as they will be. A record whose tracked source is another
    one by now is left alone."""
    if changes:
        db.collection(COLLECTION).bulk_write([_issue_write(*pair) for pair in changes])
        list_rows.update_each([record for record, _ in changes], connection_issues.FIELDS)


def _issue_write(record: PatientDocument, issue: connection_issues.Change) -> UpdateOne:
    change: Document = {"$set": {**issue.fields, "updatedTime": record["updatedTime"]}}
    if issue.removed:
        change["$unset"] = dict.fromkeys(issue.removed, "")
    tracked = {connection_issues.SOURCE: record.get(connection_issues.SOURCE)}
    return UpdateOne({**one(record), **tracked}, change)


# --- summaries ------------------------------------------------------------------------------------
def set_summary(user_id: str, parts: Mapping[str, Document], moment: datetime) -> list[str]:
    """Replace these parts in every record of the user. Like the next two, returns whose records were changed."""
    fields = {f"summary.{name}": part for name, part in parts.items()}
    return _change_summaries(
        {"userId": user_id}, {"$set": {**fields, "updatedTime": moment}}, parts
    )


def remove_summary(user_id: str, moment: datetime) -> list[str]:
    change = {"$unset": {"summary": ""}, "$set": {"updatedTime": moment}}
    return _change_summaries({"userId": user_id}, change, dict.fromkeys(PARTS))


def remove_summary_part(name: str, summary_id: str) -> list[str]:
    query = {f"summary.{name}.id": summary_id}
    return _change_summaries(query, {"$unset": {f"summary.{name}": ""}}, {name: None})


def _change_summaries(
    query: Mapping[str, Any], change: Mapping[str, Any], parts: Mapping[str, Document | None]
) -> list[str]:
    """`parts`: what the summaries have after the change.

    The usual user has one record, and its text is there already. Then no transaction is needed (see `_write_one`);
    several records of a user always have the same summary.
    """
    patients = list(db.collection(COLLECTION).find(query, _PLACE_AND_USER))
    is_usual = len(patients) == 1 and not db.in_transaction()
    if not patients or (is_usual and _write_summary(patients, change, parts)):
        return _users_of(patients)
    return db.run_in_transaction(lambda: _change_all_summaries(query, change, parts))


def _change_all_summaries(
    query: Mapping[str, Any], change: Mapping[str, Any], parts: Mapping[str, Document | None]
) -> list[str]:
    patients = list(db.collection(COLLECTION).find(query, _PLACE_AND_USER))
    if patients:
        _write_summary(patients, change, parts)
    return _users_of(patients)


def _users_of(patients: Sequence[Document]) -> list[str]:
    return [str(patient.get("userId")) for patient in patients]


def _write_summary(
    patients: Sequence[Document], change: Mapping[str, Any], parts: Mapping[str, Document | None]
) -> bool:
    """False if there was no text yet, or if a record has gone to another clinic since it was read. Outside a
    transaction no text is made, since the record may be gone by now."""
    ids = [patient["_id"] for patient in patients]
    updates_of_records = [UpdateOne(one(patient), change, hint=BY_ID) for patient in patients]
    done = db.collection(COLLECTION).bulk_write(updates_of_records, ordered=False)
    if done.matched_count < len(ids):
        return False
    record = {"summary": parts}
    list_rows.update_alike(patients, record, [f"summary.{name}" for name in parts])
    return patient_answers.update(ids, record, list(parts), may_be_new=db.in_transaction())


def list_equal_mrns(clinic_id: ObjectId, *, limit: int) -> list[list[str]]:
    """For each MRN that several patients have, its spellings: case, accents and blanks around it aside. Reads index
    keys only: with a collation, MongoDB fetches each record for a condition on the MRN beside that on the clinic."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id}},
        {"$project": {"_id": 0, "mrn": 1}},
        {"$match": {"mrn": {"$type": "string"}}},
        {"$group": {"_id": {"$trim": {"input": "$mrn"}}, "spellings": {"$push": "$mrn"}}},
        {"$match": {"_id": {"$ne": ""}, "spellings.1": {"$exists": True}}},
        {"$limit": limit},
    ]
    rows = db.collection(COLLECTION).aggregate(pipeline, collation=COLLATION, hint="PatientMRN")
    return [row["spellings"] for row in rows]

"""How records move to another clinic, and back again, in the caller's transaction.

Each change says what a record was and what it becomes, so that the counts of both clinics stay right with every batch
(rules MERGE-80 to MERGE-99).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId
from django.conf import settings
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from kernel.db import Document
from kernel.errors import Conflict, ConstraintViolation, Duplicate
from patients.documents import PatientDocument
from patients.services import patient_counts
from patients.store import moving as store

TAKEN = "another patient of the clinic has this account or MRN"
_DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class RecordChange:
    """`before` None: the record is inserted; `after` None: it is removed. `after` has all fields that count and those
    in `fields`, which are written; `removed` are taken away."""

    before: PatientDocument | None
    after: PatientDocument | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    removed: Sequence[str] = ()


def list_records(ids: Sequence[ObjectId]) -> dict[ObjectId, PatientDocument]:
    """By id, without summaries and search keys."""
    return {d["_id"]: d for d in store.list_by_ids(ids, store.WITHOUT_SUMMARY)} if ids else {}


def list_whole_records(ids: Sequence[ObjectId]) -> dict[ObjectId, PatientDocument]:
    return {d["_id"]: d for d in store.list_by_ids(ids)} if ids else {}


def list_records_of_users(
    clinic_id: ObjectId, user_ids: Iterable[str], *, is_whole: bool = False
) -> dict[str, PatientDocument]:
    """By user id, without summaries and search keys unless `is_whole`."""
    projection = None if is_whole else store.WITHOUT_SUMMARY
    wanted = list(user_ids)
    records = store.list_of_users(clinic_id, wanted, projection) if wanted else []
    return {record["userId"]: record for record in records}


def list_remaining(clinic_id: ObjectId, limit: int) -> list[Document]:
    """{_id, userId} of patients besides the demo patient."""
    return store.list_keys(clinic_id, but=settings.DEMO_PATIENT_USER_ID, limit=limit)


def changed(
    before: PatientDocument, fields: Mapping[str, Any], removed: Sequence[str] = ()
) -> RecordChange:
    after = {name: value for name, value in before.items() if name not in removed}
    return RecordChange(before, PatientDocument({**after, **fields}), fields, removed)


def write(changes: Sequence[RecordChange]) -> None:
    """Raises Duplicate if a clinic has an account, or an MRN that has to be unique, already; ConstraintViolation with
    the patient's user id if MongoDB cannot write a record for another reason, such as two lists in one index."""
    try:
        store.write([_operation(change) for change in changes])
    except BulkWriteError as error:
        raise _refusal(error, changes) from None
    _count(changes)


def _refusal(
    error: BulkWriteError, changes: Sequence[RecordChange]
) -> Conflict | ConstraintViolation:
    first = error.details["writeErrors"][0]
    if first["code"] == _DUPLICATE_KEY:
        return Duplicate(TAKEN)
    change = changes[first["index"]]
    user_id = (change.before or change.after or {}).get("userId")
    return ConstraintViolation(
        f"the database cannot change the record of patient {user_id} (its error {first['code']})"
    )


def _operation(change: RecordChange) -> UpdateOne | DeleteOne | InsertOne[Document]:
    if change.before is None:
        assert change.after is not None  # noqa: S101 (for the type checker)
        return InsertOne(change.after)
    key = {"_id": change.before["_id"]}
    if change.after is None:
        return DeleteOne(key)
    update: Document = {"$set": dict(change.fields)}
    if change.removed:
        update["$unset"] = dict.fromkeys(change.removed, "")
    return UpdateOne(key, update)


def _count(changes: Sequence[RecordChange]) -> None:
    by_clinic: dict[ObjectId, list[patient_counts.Change]] = {}
    for change in changes:
        if change.before is not None:
            by_clinic.setdefault(change.before["clinicId"], []).append((change.before, None))
        if change.after is not None:
            by_clinic.setdefault(change.after["clinicId"], []).append((None, change.after))
    for clinic_id in sorted(by_clinic):
        patient_counts.count_changes(clinic_id, by_clinic[clinic_id])

"""How records move to another clinic, and back again, in the caller's transaction.

Each change says what a record was and what it becomes, so that the counts of both clinics stay right with every batch
(rules MERGE-80 to MERGE-99).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bson import ObjectId
from django.conf import settings
from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from clinic_records.services import access
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import Conflict, ConstraintViolation, Duplicate
from patients.documents import PatientDocument
from patients.list_rows import changed_row, row_of
from patients.services import derived, patient_counts
from patients.store import list_rows, patient_answers, patients
from patients.store import moving as store
from patients.store import patient_counts as count_store

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


def hold(clinic_ids: Iterable[ObjectId]) -> None:
    """In a transaction that will change many patients of these clinics, before anything else: every change of a patient
    writes the same two documents, so that from here on all others wait for this one."""
    held = sorted(clinic_ids)
    uncounted = [clinic_id for clinic_id in held if not count_store.touch_counts(clinic_id)]
    for clinic_id in held:
        access.touch_clinic(clinic_id)
    for clinic_id in uncounted:
        patient_counts.begin_counts(clinic_id)


def user_of(record: Mapping[str, Any]) -> str:
    """Empty for a record without an account; what is not a text is none."""
    return safe_reading.text(record.get("userId")) or ""


def sizes_of(ids: Sequence[ObjectId]) -> dict[ObjectId, int]:
    """Bytes of each record."""
    return store.list_sizes(ids) if ids else {}


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
    return {user_id: record for record in records if (user_id := user_of(record))}


def list_remaining(clinic_id: ObjectId, limit: int) -> list[Document]:
    """{_id, userId} of patients besides the demo patient."""
    return store.list_keys(clinic_id, but=settings.DEMO_PATIENT_USER_ID, limit=limit)


def changed(
    before: PatientDocument, fields: Mapping[str, Any], removed: Sequence[str] = ()
) -> RecordChange:
    after = {name: value for name, value in before.items() if name not in removed}
    return RecordChange(before, PatientDocument({**after, **fields}), fields, removed)


def write(changes: Sequence[RecordChange]) -> None:
    """Raises Duplicate if a clinic has an account, or an MRN that has to be unique, already, and ConstraintViolation
    if MongoDB cannot write a record for another reason, such as two lists in one index. Both name the patient."""
    derived.settle(change.before for change in changes if change.before is not None)
    try:
        store.write([_operation(change) for change in changes])
    except BulkWriteError as error:
        raise _refusal(error, changes) from None
    _move_rows(changes)
    _count(changes)


def _refusal(
    error: BulkWriteError, changes: Sequence[RecordChange]
) -> Conflict | ConstraintViolation:
    first = error.details["writeErrors"][0]
    patient = _name_of(changes[first["index"]])
    if first["code"] == _DUPLICATE_KEY:
        return Duplicate(f"{TAKEN} ({patient})")
    return ConstraintViolation(
        f"the database cannot change the record of {patient} (its error {first['code']})"
    )


def _name_of(change: RecordChange) -> str:
    record: Mapping[str, Any] = change.before or change.after or {}
    user_id = user_of(record)
    return f"patient {user_id}" if user_id else f"record {record.get('_id')}"


def _operation(change: RecordChange) -> UpdateOne | DeleteOne | InsertOne[Document]:
    if change.before is None:
        assert change.after is not None  # noqa: S101 (for the type checker)
        return InsertOne(change.after)
    key = patients.one(change.before)
    if change.after is None:
        return DeleteOne(key, hint=patients.BY_ID)
    update: Document = {"$set": dict(change.fields)}
    if change.removed:
        update["$unset"] = dict.fromkeys(change.removed, "")
    return UpdateOne(key, update, hint=patients.BY_ID)


def _move_rows(changes: Sequence[RecordChange]) -> None:
    moved = [c.before for c in changes if c.before is not None]
    rows = list_rows.list_rows(moved)
    list_rows.write([write for change in changes for write in _row_writes(change, rows)])
    patient_answers.remove([c.before["_id"] for c in changes if c.before and c.after is None])
    patient_answers.insert([c.after for c in changes if c.after and c.before is None])


def _row_writes(
    change: RecordChange, rows: Mapping[ObjectId, Document]
) -> Iterator[list_rows.Write]:
    """A row in another clinic is another row: its key begins with the clinic."""
    if change.before is None:
        yield InsertOne(row_of(change.after or {}))
        return
    row = rows.get(change.before["_id"])
    if row is None:  # the follower has not come to this patient yet
        return
    yield list_rows.removed(row)
    if change.after is not None:
        yield InsertOne(changed_row(row, change.after, [*change.fields, *change.removed]))


def _count(changes: Sequence[RecordChange]) -> None:
    by_clinic: dict[ObjectId, list[patient_counts.Change]] = {}
    for change in changes:
        if change.before is not None:
            by_clinic.setdefault(change.before["clinicId"], []).append((change.before, None))
        if change.after is not None:
            by_clinic.setdefault(change.after["clinicId"], []).append((None, change.after))
    for clinic_id in sorted(by_clinic):
        patient_counts.count_changes(clinic_id, by_clinic[clinic_id])


# --- back in a clinic that others have changed meanwhile ------------------------------------------
def without_taken_mrns(
    clinic_id: ObjectId, changes: Sequence[RecordChange]
) -> tuple[list[RecordChange], list[str]]:
    """The changes, by which records come to the clinic, such that no MRN prevents them: if a patient of the clinic has
    one by now, the record that comes need not have a unique one, until it is changed the next time. Also names those
    patients."""
    mrns = {id(c): mrn for c in changes if (mrn := _unique_mrn(clinic_id, c)) is not None}
    if not mrns or not store.has_unique_mrn(clinic_id, list(mrns.values())):
        return list(changes), []
    taken = {key for key, mrn in mrns.items() if store.has_unique_mrn(clinic_id, [mrn])}
    named = [_name_of(change) for change in changes if id(change) in taken]
    return [_unmarked(c) if id(c) in taken else c for c in changes], named


def _unique_mrn(clinic_id: ObjectId, change: RecordChange) -> str | None:
    """The MRN with which the record comes to the clinic, if the index counts it."""
    after = change.after
    if after is None or after["clinicId"] != clinic_id or after.get("requireUniqueMrn") is not True:
        return None
    return safe_reading.text(after.get("mrn"))


def _unmarked(change: RecordChange) -> RecordChange:
    unmarked = {"requireUniqueMrn": False}
    after = PatientDocument({**(change.after or {}), **unmarked})
    return replace(change, after=after, fields={**change.fields, **unmarked})


def without_known(
    clinic_id: ObjectId, changes: Sequence[RecordChange]
) -> tuple[list[RecordChange], list[str]]:
    """The changes without those by which a person comes to the clinic who is a patient there by now; and their
    names."""
    users = {
        id(c): c.after.get("userId")
        for c in changes
        if c.after and c.after["clinicId"] == clinic_id
    }
    known = store.list_present_users(clinic_id, list(users.values())) if users else []
    left_out = {key for key, user_id in users.items() if user_id in known}
    named = [_name_of(change) for change in changes if id(change) in left_out]
    return [c for c in changes if id(c) not in left_out], named

"""What is derived from records of patients (rows of lists, counts, texts of answers) is made to agree with them,
also where others have changed the records."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from kernel import clock, db, safe_reading
from kernel.db import Document
from patients.connection_issues import change_for
from patients.list_rows import COUNTED, counted_part, row_of
from patients.services import patient_counts
from patients.store import list_rows, moving, patient_answers, patients
from patients.summary_answers import answers_of

BATCH = 100
MISSING, DIFFERENT, LEFT_OVER, TEXTS = "missing", "different", "left over", "texts"
Rows = tuple[Document | None, Document | None]  # as it is, and as it should be


@dataclass(frozen=True, slots=True)
class Differences:
    """`answers`: of patients whose answers are wrong, as they should be. `clinics`: those of the records. `issues`: of
    whom the record says another connection issue than it has now; time alone can do this, so it is no difference."""

    rows: Sequence[Rows]
    answers: Mapping[ObjectId, Document]
    clinics: Mapping[ObjectId, ObjectId]
    issues: Sequence[ObjectId] = ()

    def by_clinic(self) -> Counter[tuple[ObjectId | None, str]]:
        """How many there are, by clinic and kind. It is not known whose the answers of a record were that is gone."""
        found = Counter((_any(pair)["clinicId"], _kind(pair)) for pair in self.rows)
        found.update((self.clinics.get(patient_id), TEXTS) for patient_id in self.answers)
        return found


def compare(patient_ids: Collection[ObjectId]) -> Differences:
    return db.read_at_one_moment(lambda: _differences(list(patient_ids)))


def follow(patient_ids: Collection[ObjectId]) -> Differences:
    """Correct what is derived from these records, or from records that are gone. Returns what was wrong.

    Reads and writes in one transaction, so what is written is never older than the record: what changes the record
    here writes its row too, and one of the two is repeated.
    """
    return db.run_in_transaction(lambda: _follow(list(patient_ids)))


def chunks(ids: Iterable[ObjectId]) -> Iterator[list[ObjectId]]:
    return db.batches(sorted(ids), BATCH)


def follow_missing(clinic_id: ObjectId, *, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """Derive what a clinic has of records without row and of rows without record. False if `goes_on` has stopped it."""
    return follow_all(list_unmatched(clinic_id), goes_on=goes_on)


def follow_all(ids: Iterable[ObjectId], *, goes_on: Callable[[], bool] = lambda: True) -> bool:
    """False if `goes_on` has stopped it."""
    for chunk in chunks(ids):
        if not goes_on():
            return False
        follow(chunk)
    return True


def list_unmatched(clinic_id: ObjectId) -> list[ObjectId]:
    """Records of the clinic without row, and rows without record. Reads the keys of the records, and the rows."""
    users = set(patients.list_user_ids(clinic_id))
    nameless = set(patients.list_ids_without_user(clinic_id)) if "" in users else set()
    rows = list_rows.list_users(clinic_id)
    # A record that was removed and made again has the same user and another id.
    present = patients.list_present_ids([patient_id for _, patient_id in rows])
    rows, left_over = (
        [row for row in rows if row[1] in present],
        {patient_id for _, patient_id in rows} - present,
    )
    missing = users - {user_id for user_id, _ in rows} - {""}
    unlisted = moving.list_of_users(clinic_id, list(missing), {"_id": 1})
    found = {r["_id"] for r in unlisted} | nameless - {patient_id for _, patient_id in rows}
    gone = {i for user_id, i in rows if (user_id not in users if user_id else i not in nameless)}
    unmatched = found | gone | left_over
    return [patient_id for patient_id in unmatched if isinstance(patient_id, ObjectId)]


def _follow(ids: Sequence[ObjectId]) -> Differences:
    found = _differences(ids)
    list_rows.write([_write(*pair) for pair in found.rows])
    _count(found.rows)
    patient_answers.replace(found.answers)
    return found


def _differences(ids: Sequence[ObjectId]) -> Differences:
    records = {r["_id"]: r for r in patients.list_by_ids(ids) if _has_row(r)}
    rows = list(_wrong_rows(ids, records, list_rows.list_of_patients(ids)))
    answers = patient_answers.list_wrong(ids, {i: answers_of(r) for i, r in records.items()})
    moment = clock.now()
    issues = [i for i, r in records.items() if not change_for(r, {}, moment).is_empty]
    return Differences(rows, answers, {i: r["clinicId"] for i, r in records.items()}, issues)


def settle(records: Iterable[Document]) -> None:
    """Called before a change that counts, in its transaction, with the records as they are before it: where another
    system has changed one and the follower has not come to it yet, its row and the counts are corrected first. So
    what a change counts off is what had been counted. The records need the fields of `counted_part`."""
    before = {record["_id"]: record for record in records if _has_row(record)}
    rows = list_rows.list_rows(list(before.values()))
    behind = [i for i, record in before.items() if not _is_counted(record, rows.get(i))]
    if behind:
        _follow(behind)


def _is_counted(record: Mapping[str, Any], row: Document | None) -> bool:
    counted = counted_part(record)
    return row is not None and all(row.get(name) == counted.get(name) for name in COUNTED)


def _has_row(record: Mapping[str, Any]) -> bool:
    """A row has both ids for its key. No service makes records with other ids."""
    return all(isinstance(record.get(name), ObjectId) for name in ("_id", "clinicId"))


def _wrong_rows(
    ids: Sequence[ObjectId],
    records: Mapping[ObjectId, Document],
    stored: Mapping[ObjectId, Sequence[Document]],
) -> Iterator[Rows]:
    for patient_id in ids:
        expected = row_of(records[patient_id]) if patient_id in records else None
        place = expected["_id"] if expected else None
        yield from ((row, None) for row in stored.get(patient_id, ()) if row["_id"] != place)
        present = next((r for r in stored.get(patient_id, ()) if r["_id"] == place), None)
        if not safe_reading.is_same(present, expected):
            yield present, expected


def _write(present: Document | None, expected: Document | None) -> list_rows.Write:
    if expected is None:
        return list_rows.removed(present or {})
    return list_rows.replaced(present, expected)


def _count(wrong: Sequence[Rows]) -> None:
    by_clinic: dict[ObjectId, list[Rows]] = {}
    for pair in wrong:
        by_clinic.setdefault(_any(pair)["clinicId"], []).append(pair)
    for clinic_id in sorted(by_clinic):
        patient_counts.follow_rows(clinic_id, by_clinic[clinic_id])


def _any(pair: Rows) -> Document:
    present, expected = pair
    return expected or present or {}


def _kind(pair: Rows) -> str:
    present, expected = pair
    if present is None:
        return MISSING
    return LEFT_OVER if expected is None else DIFFERENT

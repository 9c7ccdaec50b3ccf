"""The stored issues of patients' connections: made to agree with the rule, hidden and shown (rules PATIENT-152 to
PATIENT-165).

Changes of sources, requests and permissions bring the issue along in their own write. What others have written, and
what only time has changed, is corrected by `refresh`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import clock, db
from kernel.db import Document
from kernel.errors import NotFound
from patients import connection_issues
from patients.connection_issues import ISSUE, SENT, Change, change_for
from patients.documents import PatientDocument
from patients.services import derived, patient_counts, patients
from patients.store import patients as store

NO_ISSUE = "connection issue not found"


# --- following the rule ---------------------------------------------------------------------------
def refresh(patient_ids: Collection[ObjectId]) -> list[ObjectId]:
    """Make the stored issues of these records agree with the rule. Returns those that did not. Nothing is written where
    nothing differs."""
    return db.run_in_transaction(lambda: _refresh(list(patient_ids))) if patient_ids else []


def _refresh(patient_ids: Sequence[ObjectId]) -> list[ObjectId]:
    moment = clock.now()
    found = ((r, change_for(r, {}, moment)) for r in _readable(store.list_for_issues(patient_ids)))
    wrong = [(record, change) for record, change in found if not change.is_empty]
    if wrong:
        derived.settle([record for record, _ in wrong])
        _write(wrong, moment)
    return [record["_id"] for record, _ in wrong]


def _readable(records: Sequence[PatientDocument]) -> list[PatientDocument]:
    """No service makes records with other ids, and such a record has no row."""
    return [r for r in records if isinstance(r.get("clinicId"), ObjectId)]


def _write(wrong: Sequence[tuple[PatientDocument, Change]], moment: datetime) -> None:
    written: Document = {"updatedTime": moment}
    after = [
        PatientDocument(connection_issues.changed(record, written, change))
        for record, change in wrong
    ]
    store.write_issues([(new, change) for new, (_, change) in zip(after, wrong, strict=True)])
    by_clinic: dict[ObjectId, list[patient_counts.Change]] = {}
    for (before, _), new in zip(wrong, after, strict=True):
        by_clinic.setdefault(new["clinicId"], []).append((before, new))
    for clinic_id in sorted(by_clinic):
        patient_counts.count_changes(clinic_id, by_clinic[clinic_id])


# --- what people and other services do --------------------------------------------------------------
def set_hidden(*, clinic_id: str, user_id: str, hidden: bool) -> PatientDocument:
    """Hide the issue from the clinic's lists, or show it again. Returns the record. Raises NotFound."""
    clinic = patients.parsed_clinic(clinic_id)

    def write() -> PatientDocument:
        record = _access(clinic, user_id)
        if connection_issues.stored_cause(record) is None:
            raise NotFound(message=NO_ISSUE)
        issue = {name: v for name, v in record[ISSUE].items() if name != "hidden"}
        return _write_one(record, {ISSUE: {**issue, "hidden": True} if hidden else issue})

    return db.run_in_transaction(write)


def record_invitation(*, clinic_id: str | ObjectId, user_id: str) -> None:
    """The general invitation was sent again. Raises NotFound."""
    clinic = patients.parsed_clinic(clinic_id)

    def write() -> None:
        record = _access(clinic, user_id)
        moment = clock.now()
        sent = {SENT: moment}
        tracked = connection_issues.after_invitation(record)
        change = change_for(record, sent, moment, tracked=tracked)
        _write_one(record, {**sent, **change.fields}, change.removed)

    db.run_in_transaction(write)


def _access(clinic_id: ObjectId, user_id: str) -> PatientDocument:
    record = store.find_patient(clinic_id, user_id, store.ISSUE_AND_COUNTS)
    if record is None:
        raise NotFound(message=patients.NOT_FOUND)
    derived.settle([record])
    return record


def _write_one(
    record: PatientDocument, fields: Mapping[str, Any], removed: Sequence[str] = ()
) -> PatientDocument:
    """In the transaction that has read the record."""
    written = {**fields, "updatedTime": clock.now()}
    updated = store.set_fields(record, written, removed)
    assert updated is not None  # noqa: S101 (read in this transaction)
    patient_counts.count_change(clinic_id=record["clinicId"], before=record, after=updated)
    return updated

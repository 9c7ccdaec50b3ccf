"""Exports of a clinic's list that a worker makes: begun, looked at, fetched and removed by the member who asked for
them (rules PATIENT-196 to PATIENT-204)."""

from collections.abc import Iterator, Mapping
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import audit, clock, db, jobs
from kernel.choices import ActorKind, AuditOutcome
from kernel.db import Document
from kernel.jobs.files import FORMATS
from kernel.jobs.running import OBJECT
from patients.services import kept_files, list_exports, patient_lists
from patients.services.kept_files import EXPORT
from patients.services.list_exports import Asked

# So many are one member's in one clinic, at work or not yet expired: the next takes the place of the oldest.
REPLACED = "a newer export of the same member has taken its place"
REMOVED = "the member who had asked for it has removed it"
MOST_KEPT = 3
FAILED = "the file could not be made; begin another export"


def begin(*, clinic_id: str, query: Mapping[str, Any], user_id: str) -> Document:
    """The job. `query`: validated parameters of an export. Raises NotFound, BadRequest, ConstraintViolation for too
    many patients, and Unavailable for a list that is still to be derived."""
    asked, clinic = list_exports.asked_of(query), access.access_clinic(clinic_id)
    count = patient_lists.count_patients(clinic["_id"], asked.patient_filter)
    list_exports.check_most(count - 1, asked.format)  # one may be the demo patient

    def store() -> ObjectId:
        for job in kept_files.list_own(EXPORT, clinic["_id"], user_id)[MOST_KEPT - 1 :]:
            jobs.discard(job, REPLACED)
        return _begin(clinic, asked, query, user_id)

    return jobs.access(str(db.run_in_transaction(store)))


def _begin(
    clinic: ClinicDocument, asked: Asked, query: Mapping[str, Any], user_id: str
) -> ObjectId:
    """What was asked for is in the job until it is planned, and in no event or log."""
    time = clock.now()
    job_id = jobs.begin(
        jobs.KINDS[EXPORT.kind],
        clinic=clinic,
        asked_by={"actor_id": user_id, "actor_kind": ActorKind.USER.value, "actor_name": ""},
        wanted={"query": [{"name": name, "value": value} for name, value in query.items()]},
        options={
            "format": asked.format,
            "name": list_exports.name_of(time),
            "period": asked.period,
            "time": time,
            "units": list_exports.units_of(clinic),
        },
        about=", ".join((FORMATS[asked.format], *(f"narrowed by {name}" for name in asked.names))),
    )
    audit.record(
        action=list_exports.ACTION,
        actor_id=user_id,
        actor_kind=ActorKind.USER,
        object_type=OBJECT,
        object_id=str(job_id),
        clinic_id=clinic["_id"],
        scope=list_exports.scope_of(asked),
        outcome=AuditOutcome.BEGUN,
    )
    return job_id


def find_own(*, clinic_id: str, export_id: str, user_id: str) -> Document:
    """The job. Raises NotFound, also for an export of someone else: a file is for the member who asked for it."""
    return kept_files.find_own(EXPORT, export_id, clinic_id=clinic_id, user_id=user_id)


def fetch(job: Document, *, user_id: str) -> Iterator[bytes]:
    """As `kept_files.fetch`."""
    return kept_files.fetch(EXPORT, job, user_id=user_id, rows=job["succeeded"], failed=FAILED)


def remove(job: Document) -> None:
    db.run_in_transaction(lambda: jobs.discard(job, REMOVED))

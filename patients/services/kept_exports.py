"""Exports of a clinic's list that a worker makes: begun, looked at, fetched and removed by the member who asked for
them (rules PATIENT-196 to PATIENT-204)."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import accesses, audit, clock, db, jobs
from kernel.choices import ActorKind, AuditOutcome, JobState
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from kernel.jobs.files import FORMATS
from kernel.jobs.running import FETCHED, OBJECT
from patients.choices import ExportState
from patients.services import list_exports, patient_lists
from patients.services.list_exports import Asked

KIND = "patients.list_export"  # as `patients.export_jobs` declares it
# So many are one member's in one clinic, at work or not yet expired: the next takes the place of the oldest.
MOST_KEPT = 3
NOT_FOUND = "export not found"
NOT_READY = "the file is still being made"
FAILED = "the file could not be made; begin another export"
_AT_WORK = {
    JobState.PLANNING: ExportState.PENDING,
    JobState.RUNNING: ExportState.RUNNING,
    JobState.WRITING: ExportState.RUNNING,
    JobState.FAILED: ExportState.FAILED,
    JobState.CANCELED: ExportState.CANCELED,
}


def begin(*, clinic_id: str, query: Mapping[str, Any], user_id: str) -> Document:
    """The job. `query`: validated parameters of an export. Raises NotFound, BadRequest, ConstraintViolation for too
    many patients, and Unavailable for a list that is still to be derived."""
    asked, clinic = list_exports.asked_of(query), access.access_clinic(clinic_id)
    count = patient_lists.count_patients(clinic["_id"], asked.patient_filter)
    list_exports.check_most(count - 1, asked.format)  # one may be the demo patient

    def store() -> ObjectId:
        for job in jobs.list_of(KIND, clinic["_id"], user_id)[MOST_KEPT - 1 :]:
            jobs.discard(job)
        return _begin(clinic, asked, query, user_id)

    return jobs.access(str(db.run_in_transaction(store)))


def _begin(
    clinic: ClinicDocument, asked: Asked, query: Mapping[str, Any], user_id: str
) -> ObjectId:
    """What was asked for is in the job until it is planned, and in no event or log."""
    time = clock.now()
    job_id = jobs.begin(
        jobs.KINDS[KIND],
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
    try:
        job = jobs.access(export_id)
    except NotFound:
        raise NotFound(message=NOT_FOUND) from None
    is_own = job["kind"] == KIND and job["askedBy"]["actor_id"] == user_id
    if not is_own or str(job["clinicId"]) != clinic_id:
        raise NotFound(message=NOT_FOUND)
    return job


def state_of(job: Document) -> ExportState:
    if job["state"] == JobState.DONE:
        return ExportState.READY if jobs.is_ready(job) else ExportState.EXPIRED
    return _AT_WORK[JobState(job["state"])]


def fetch(job: Document, *, user_id: str) -> Iterator[bytes]:
    """The file, which was recorded as fetched before its first byte, as often as its owner asks. Raises Conflict while
    there is none, and NotFound for one that has expired; also later, where it goes while it is read."""
    state = state_of(job)
    if state in (ExportState.PENDING, ExportState.RUNNING):
        raise Conflict(message=NOT_READY)
    if state == ExportState.FAILED:
        raise Conflict(message=FAILED)
    pieces = jobs.read(job)
    first = next(pieces)
    accesses.note_shown(job["succeeded"])
    audit.record(
        action=FETCHED,
        actor_id=user_id,
        actor_kind=ActorKind.USER,
        object_type=OBJECT,
        object_id=str(job["_id"]),
        clinic_id=job["clinicId"],
        scope={"kind": job["kind"], "rows": job["succeeded"]},
    )
    return chain((first,), pieces)


# --- ends -----------------------------------------------------------------------------------------
def remove(job: Document) -> None:
    db.run_in_transaction(lambda: jobs.discard(job))


def forget_clinic(clinic_id: ObjectId) -> None:
    """In the caller's transaction."""
    for job in jobs.list_of(KIND, clinic_id):
        jobs.discard(job)


def forget_member(clinic_id: ObjectId, user_id: str) -> None:
    """In the caller's transaction."""
    for job in jobs.list_of(KIND, clinic_id, user_id):
        jobs.discard(job)

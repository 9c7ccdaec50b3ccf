"""Files that workers make for callers of the API: the list of a clinic, and what became of a file of patients. Each is
for the one who asked for it, for a day, and goes with the clinic and with the member."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from bson import ObjectId

from kernel import accesses, audit, jobs
from kernel.choices import ActorKind, JobState
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from kernel.jobs.running import FETCHED, OBJECT
from patients.choices import ExportState

_WORKING = (ExportState.PENDING, ExportState.RUNNING)
_WITHOUT = (ExportState.FAILED, ExportState.CANCELED)
_STATES = {
    JobState.PLANNING: ExportState.PENDING,
    JobState.RUNNING: ExportState.RUNNING,
    JobState.WRITING: ExportState.RUNNING,
    JobState.FAILED: ExportState.FAILED,
    JobState.CANCELED: ExportState.CANCELED,
}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A kind of job, and what its caller is told. `is_wanted_by_member`: no one else needs it to end."""

    kind: str
    missing: str
    not_ready: str
    expired: str
    is_wanted_by_member: bool


EXPORT = KeptFile(
    kind="patients.list_export",  # as `patients.export_jobs` declares it
    missing="export not found",
    not_ready="the file is still being made",
    expired=jobs.EXPIRED,
    is_wanted_by_member=True,
)
CREATION = KeptFile(
    kind="patients.bulk_create",  # as `patients.bulk_jobs` declares it
    missing="creation not found",
    not_ready="the patients are still being created",
    expired="the result has expired or was removed",
    is_wanted_by_member=False,
)
MEMBER_LEFT = "the member who had asked for it has left the clinic"
_ALL = {kept.kind: kept for kept in (EXPORT, CREATION)}


def list_own(kept: KeptFile, clinic_id: ObjectId, user_id: str) -> list[Document]:
    """Those that are at work or not yet expired, newest first."""
    return jobs.list_of([kept.kind], clinic_id, user_id)


def list_own_of_a_day(kept: KeptFile, clinic_id: ObjectId, user_id: str) -> list[Document]:
    """And those that have ended without a file, for a caller who did not hear of it."""
    found = jobs.list_of([kept.kind], clinic_id, user_id, has_ended=True)
    return [job for job in found if state_of(job) != ExportState.EXPIRED]


def find_own(kept: KeptFile, job_id: str, *, clinic_id: str, user_id: str) -> Document:
    """The job. Raises NotFound, also for one of someone else."""
    try:
        job = jobs.glance(job_id)
    except NotFound:
        raise NotFound(message=kept.missing) from None
    is_own = job["kind"] == kept.kind and job["askedBy"]["actor_id"] == user_id
    if not is_own or str(job["clinicId"]) != clinic_id:
        raise NotFound(message=kept.missing)
    return job


def state_of(job: Document) -> ExportState:
    if job["state"] == JobState.DONE:
        return ExportState.READY if jobs.is_ready(job) else ExportState.EXPIRED
    return _STATES[JobState(job["state"])]


def fetch(
    kept: KeptFile,
    job: Document,
    *,
    user_id: str,
    actor_kind: ActorKind = ActorKind.USER,
    rows: int,
    failed: str,
) -> Iterator[bytes]:
    """The file, which was recorded as fetched before its first byte, as often as its owner asks. Raises Conflict while
    there is none, and NotFound for one that has expired; also later, where it goes while it is read."""
    state = state_of(job)
    if state in _WORKING:
        raise Conflict(message=kept.not_ready)
    if state in _WITHOUT:
        raise Conflict(message=failed)
    if state != ExportState.READY:
        raise NotFound(message=kept.expired)
    pieces = jobs.read(job)
    first = next(pieces)
    accesses.note_shown(rows)
    audit.record(
        action=FETCHED,
        actor_id=user_id,
        actor_kind=actor_kind,
        object_type=OBJECT,
        object_id=str(job["_id"]),
        clinic_id=job["clinicId"],
        scope={"kind": job["kind"], "rows": rows},
    )
    return chain((first,), pieces)


def is_creating(clinic_id: ObjectId) -> bool:
    """Whether patients are being created from a file, or will be."""
    return bool(jobs.list_at_work(clinic_id, CREATION.kind))


# --- ends -----------------------------------------------------------------------------------------
def forget_clinic(clinic_id: ObjectId, words: str) -> None:
    """With all other jobs of the clinic, in the caller's transaction. `words`: why they end."""
    for job in jobs.list_of(list(_ALL), clinic_id):
        jobs.discard(job, words)
    jobs.end_all_of_clinic(clinic_id, words)


def forget_member(clinic_id: ObjectId, user_id: str) -> None:
    """In the caller's transaction. Patients who are being created are the clinic's, so that goes on."""
    for job in jobs.list_of(list(_ALL), clinic_id, user_id):
        if _ALL[job["kind"]].is_wanted_by_member or not jobs.is_at_work(job):
            jobs.discard(job, MEMBER_LEFT)

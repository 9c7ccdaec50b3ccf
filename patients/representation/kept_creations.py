"""A creation from a file as the caller sees it who has sent the file."""

from kernel.db import Document
from patients.choices import ExportState
from patients.services import kept_files


def creation(job: Document) -> Document:
    state = kept_files.state_of(job)
    numbers = {"total": job["total"], "done": job["done"], "patientsCreated": job["succeeded"]}
    return {
        "id": job["_id"],
        "state": state.value,
        "createdTime": job["createdTime"],
        **(numbers if job["total"] else {}),
        **({"problem": job["problem"]} if job["problem"] else {}),
        **(_result(job) if state == ExportState.READY else {}),
    }


def _result(job: Document) -> Document:
    """The link is no permission: the caller's token is asked for as everywhere."""
    return {
        "size": job["file"]["size"],
        "expirationTime": job["file"]["expiresTime"],
        "link": f"/v1/clinics/{job['clinicId']}/bulk/patients/{job['_id']}/file",
    }

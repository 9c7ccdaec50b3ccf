"""An export that a worker makes as its owner sees it."""

from kernel.db import Document
from patients.choices import ExportState
from patients.services import kept_files

_KNOWS_NUMBER = (ExportState.RUNNING, ExportState.READY, ExportState.EXPIRED)


def export(job: Document) -> Document:
    state = kept_files.state_of(job)
    return {
        "id": job["_id"],
        "state": state.value,
        "format": job["options"]["format"],
        "period": job["options"]["period"],
        "createdTime": job["createdTime"],
        **({"total": job["total"], "done": job["done"]} if state in _KNOWS_NUMBER else {}),
        **({"problem": job["problem"]} if state == ExportState.FAILED else {}),
        **(_file(job) if state == ExportState.READY else {}),
    }


def _file(job: Document) -> Document:
    """The link is no permission: the caller's token is asked for as everywhere."""
    return {
        "rows": job["succeeded"],
        "size": job["file"]["size"],
        "expirationTime": job["file"]["expiresTime"],
        "link": f"/v1/clinics/{job['clinicId']}/export/patients/{job['_id']}/file",
    }

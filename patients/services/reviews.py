"""Reviews: clinicians mark that they have seen a patient's data (rules PATIENT-62 to PATIENT-64)."""

from datetime import datetime

from kernel import clock, safe_reading
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from patients.services.patients import NOT_FOUND, find_patient, parsed_clinic
from patients.store import patients as store

_SHAPE: dict[str, safe_reading.Shape] = {"reviews": [{"clinicianId": str, "time": datetime}]}
NOT_YOURS = "cannot revert review from another clinician"


def add_review(*, clinic_id: str, user_id: str, clinician_id: str) -> list[Document]:
    """Add a review. Returns the newest two, this one first. Raises NotFound."""
    review = {"clinicianId": clinician_id, "time": clock.now()}
    changed = store.add_review(parsed_clinic(clinic_id), user_id, review)
    if changed is None:
        raise NotFound(message=NOT_FOUND)
    return _readable(changed)


def remove_review(*, clinic_id: str, user_id: str, clinician_id: str) -> list[Document]:
    """Take back the newest review. Raises NotFound when there is none, Conflict when it is someone else's."""
    changed = store.remove_newest_review(parsed_clinic(clinic_id), user_id, clinician_id)
    if changed is not None:
        return _readable(changed)
    document = find_patient(clinic_id, user_id)
    if document is None:
        raise NotFound(message=NOT_FOUND)
    if not _readable(document):
        raise NotFound(message="review not found")
    raise Conflict(NOT_YOURS)


def _readable(changed: Document) -> list[Document]:
    reviews: list[Document] = safe_reading.readable(changed, _SHAPE).get("reviews", [])
    return reviews

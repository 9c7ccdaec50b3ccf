"""What a merge of two clinics reads and writes of their patients."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bson import ObjectId
from django.conf import settings

from kernel import safe_reading
from kernel.db import Document
from patients import statistics
from patients.documents import PatientDocument
from patients.store import identities


# --- reading for the plan -------------------------------------------------------------------------
def iterate_identities(clinic_id: ObjectId) -> Iterable[PatientDocument]:
    """The fields by which patients are compared, without the demo patient, in a stable order. Nothing says that they
    are as this service would write them."""
    return identities.iterate_identities(clinic_id, without=settings.DEMO_PATIENT_USER_ID)


def list_equal_mrns(clinic_ids: Sequence[ObjectId]) -> list[list[str]]:
    return identities.list_equal_mrns(clinic_ids)


def last_upload(document: Document) -> datetime | None:
    """The newer of the two dates in the summary."""
    summary = safe_reading.mapping(document.get("summary"))
    dates = (_dates_of(summary, kind).get("lastUploadDate") for kind in statistics.KINDS)
    return max((date for date in dates if isinstance(date, datetime)), default=None)


def _dates_of(summary: Document, kind: str) -> Document:
    part = safe_reading.mapping(summary.get(f"{kind}Stats"))
    return safe_reading.mapping(part.get("dates"))

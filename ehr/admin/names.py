"""The names of clinics and patients in lists of EHR work.

Showing the name of a patient counts as viewing the patient: it is for staff who may see patients, and recorded.
"""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from clinic_records.services import access
from kernel.db import Document
from kernel.staff import pages, roles
from patients.services import staff_reads

Row = dict[str, Any]  # with `clinic_id` and `user_id`
Key = tuple[ObjectId, str]


def who(*documents: Document) -> Row:
    """The clinic and the patient whom the first of these documents names, as far as it can be read."""
    clinic_ids = (document.get("clinicId") for document in documents)
    user_ids = (document.get("userId") for document in documents)
    return {
        "clinic_id": next((value for value in clinic_ids if isinstance(value, ObjectId)), None),
        "user_id": next((value for value in user_ids if value and isinstance(value, str)), None),
    }


def add_names(request: HttpRequest, rows: Sequence[Row], *, is_recorded: bool = False) -> None:
    """Adds `clinic_name` and `patient_name` to rows of one page: one read for the clinics and one for the patients,
    however many rows there are. `is_recorded`: that this person views these patients is in the audit trail already."""
    clinic_names = access.names_of_clinics({row["clinic_id"] for row in rows} - {None})
    patient_names = _names_of_patients(request, rows)
    for row in rows:
        row["clinic_name"] = clinic_names.get(row["clinic_id"], "")
        row["patient_name"] = patient_names.get((row["clinic_id"], row["user_id"]), "")
    if patient_names and not is_recorded:
        _record(request, list(patient_names))


def mark(request: HttpRequest, rows: Sequence[Row]) -> str:
    """Stands for this person and the patients of these rows, and cannot be made elsewhere: a page that refreshes by
    itself sends it back, so that only patients who are new on it are recorded again. Empty without patients."""
    keys = _keys(request, rows)
    text = " ".join(sorted(f"{clinic_id}:{user_id}" for clinic_id, user_id in keys))
    return salted_hmac(__name__, f"{request.user.pk} {text}").hexdigest() if keys else ""


def _names_of_patients(request: HttpRequest, rows: Sequence[Row]) -> dict[Key, str]:
    keys = _keys(request, rows)
    return staff_reads.names_of_patients(list(keys)) if keys else {}


def _keys(request: HttpRequest, rows: Sequence[Row]) -> set[Key]:
    if not pages.has(request, roles.PATIENTS):
        return set()
    keys = ((row["clinic_id"], row["user_id"]) for row in rows)
    return {(clinic_id, user_id) for clinic_id, user_id in keys if clinic_id and user_id}


def _record(request: HttpRequest, keys: Sequence[Key]) -> None:
    clinic_ids = {clinic_id for clinic_id, _ in keys}
    pages.record_view(
        request,
        action="patients.listed",
        object_type="ehr_work",
        object_id="",
        clinic_id=clinic_ids.pop() if len(clinic_ids) == 1 else None,
        scope={"patients": sorted({user_id for _, user_id in keys})},
    )


def poll_query(request: HttpRequest, rows: Sequence[Row]) -> str:
    """The query with which a page asks for its moving parts: it says whose names were shown and recorded."""
    query, seen = request.GET.copy(), mark(request, rows)
    if seen:
        query["seen"] = seen
    return query.urlencode()

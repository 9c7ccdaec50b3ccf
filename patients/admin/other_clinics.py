"""On the page of a patient: the other clinics where the person is a patient."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest

from clinic_records.services import access
from clinic_records.services.people import Person
from kernel.db import Document
from kernel.staff import pages, roles
from patients.admin.readable_patients import patient as readable
from patients.custody import is_custodial
from patients.services import staff_reads

MOST_SHOWN = 10


def _others(_: HttpRequest, patient: Document) -> dict[str, Any]:
    """As many as are shown, and one that tells of more; the look-up of the person has all of them."""
    records, total = staff_reads.list_records(
        Person(user_id=patient["userId"]), skip=0, limit=MOST_SHOWN + 1
    )
    others = [
        record
        for record in records
        if isinstance(record.get("clinicId"), ObjectId)
        and record["clinicId"] != patient["clinicId"]
    ]
    names = access.names_of_clinics({record["clinicId"] for record in others})
    return {
        "user_id": patient["userId"],
        "rows": [_row(record, names) for record in map(readable, others[:MOST_SHOWN])],
        "more": total > MOST_SHOWN + 1,
    }


def _row(record: Document, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "clinic_id": record["clinicId"],
        "clinic": names.get(record["clinicId"]) or "(deleted clinic)",
        "user_id": record["userId"],
        "is_custodial": is_custodial(record),
        "created": record.get("createdTime"),
    }


pages.PATIENT_PANELS.add(
    pages.Panel("patients/staff/_other_clinics.html", _others, needs=roles.PATIENTS)
)

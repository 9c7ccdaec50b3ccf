"""The patients of a clinic with and without an MRN or a subscription, part by part."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import frame, readable_clinics
from ehr.admin import names
from kernel.db import Document
from kernel.staff import pages, paging, roles
from patients.admin import readable_patients
from patients.services import ehr_patients
from patients.services.ehr_patients import MOST_EXAMINED, PatientFilter

_CHOICES = {"with": True, "without": False}
_LONGEST_ID = 64


@pages.page("clinics/<str:clinic_id>/ehr/patients", name="ehr_patients", needs=roles.INTEGRATION)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """In order of user id: each page reads a bounded part of the clinic, however few of its patients match."""
    clinic = readable_clinics.access_clinic(clinic_id)
    _, size = paging.requested(request)
    after = request.GET.get("after", "").replace("\0", "")[:_LONGEST_ID]
    stretch = ehr_patients.list_stretch(clinic["_id"], _filter(request), after=after, limit=size)
    rows = [_row(readable_patients.patient(patient)) for patient in stretch.patients]
    names.add_names(request, rows)
    return pages.render(
        request,
        "ehr/staff/clinic_patients.html",
        title="Patients and the health record",
        crumbs=frame.crumbs_of(clinic),
        clinic_id=str(clinic["_id"]),
        rows=rows,
        filters=request.GET,
        examined=MOST_EXAMINED,
        size=size,
        is_later=bool(after),
        first=paging.query_without(request, "after"),
        following=paging.query_without(request, after=stretch.end) if stretch.end else "",
    )


def _filter(request: HttpRequest) -> PatientFilter:
    return PatientFilter(
        has_mrn=_CHOICES.get(request.GET.get("mrn", "")),
        has_subscription=_CHOICES.get(request.GET.get("subscription", "")),
    )


def _row(patient: Document) -> dict[str, Any]:
    subscriptions = patient.get("ehrSubscriptions") or {}
    return {
        "clinic_id": patient["clinicId"],
        "user_id": patient["userId"],
        "mrn": patient.get("mrn") or "",
        "subscriptions": [
            {"name": name, "provider": one.get("provider") or "", "is_active": one.get("active")}
            for name, one in sorted(subscriptions.items())
        ],
    }

"""Clinics, people and patients that a member of staff has looked at last, with their names as they are now."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from clinic_records.admin import frame
from clinics.admin import user_lookup
from clinics.services import staff_reads
from kernel.staff import overview, pages, recents, roles
from kernel.staff.recents import Recents
from patients.services import staff_reads as patient_reads

Links = list[dict[str, str]]


def context(request: HttpRequest) -> dict[str, Any]:
    """Who sees no patients is not shown any. Showing patients' names is a view of them, and one event."""
    seen = recents.of(request)
    patients = _patients(seen) if pages.has(request, roles.PATIENTS) else []
    names, shown_patients = user_lookup.names_of(request, seen.people)
    shown_patients |= {patient["user_id"] for patient in patients}
    if shown_patients:
        pages.record_view(
            request,
            action="recents.viewed",
            object_type="search",
            object_id="",
            scope={"patients": sorted(shown_patients)},
        )
    recent = {
        "Clinics": _clinics(request, seen),
        "People": _people(seen, names),
        "Patients": patients,
    }
    return {"recent": {kind: links for kind, links in recent.items() if links}}


def _clinics(request: HttpRequest, seen: Recents) -> Links:
    names = staff_reads.names_of(list(seen.tabs))
    return [
        {"name": names[clinic_id], "url": frame.url_of(request, clinic_id, tab)}
        for clinic_id, tab in seen.tabs.items()
        if clinic_id in names
    ]


def _people(seen: Recents, names: Mapping[str, str]) -> Links:
    """Who has no name here is shown by the id."""
    page = reverse("admin:user_lookup")
    return [
        {
            "name": names.get(user_id, ""),
            "user_id": user_id,
            "url": f"{page}?{urlencode({'q': user_id})}",
        }
        for user_id in seen.people
    ]


def _patients(seen: Recents) -> Links:
    names = patient_reads.names_of_present(seen.patients)
    return [
        {
            "name": names[key] or "(no name)",
            "url": pages.address_of("admin:clinic_patient", *key),
            "user_id": key[1],
        }
        for key in seen.patients
        if key in names
    ]


def _overview_section(request: HttpRequest) -> str:
    return render_to_string("clinics/staff/_recent_section.html", context(request), request)


overview.add(roles.FIND, _overview_section)

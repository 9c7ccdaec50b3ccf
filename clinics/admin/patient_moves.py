"""Moving one patient to another clinic: choose the clinic, see what changes, confirm by typing the name."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics, removals
from clinics.admin import meant
from kernel.db import Document
from kernel.staff import pages, roles
from patients.admin import readable_patients
from patients.services import moves

NEEDS = (roles.PATIENTS, roles.DESTROY)
MOVED = "patient.moved"
KEPT = "Reviews, permissions and data sources stay."


@pages.page("clinics/<str:clinic_id>/patients/<str:user_id>/move", name="patient_move", needs=NEEDS)
def choose(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    """No clinic is chosen beforehand."""
    clinic = readable_clinics.access_clinic(clinic_id)
    patient = readable_patients.access_patient(clinic_id, user_id)
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=user_id)
    typed = meant.normal(request.GET.get("q", ""))
    return pages.render(
        request,
        "clinics/staff/patient_move.html",
        title="Move a patient: to which clinic?",
        window_title="Move a patient",
        crumbs=_crumbs(clinic, user_id),
        patient_name=patient.get("fullName") or user_id,
        clinic=clinic,
        typed=typed,
        found=[
            _row(found, clinic, user_id) for found in meant.list_meant(typed, besides=clinic["_id"])
        ],
    )


def _row(stored: Document, clinic: Document, user_id: str) -> dict[str, Any]:
    found = readable_clinics.clinic(stored)
    return {
        "name": found.get("name") or "(clinic without a name)",
        "share_code": found.get("canonicalShareCode") or "",
        "created": found.get("createdTime"),
        "url": reverse("admin:patient_move_to", args=[clinic["_id"], user_id, found["_id"]]),
    }


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/move/<str:target_id>/",
    name="patient_move_to",
    needs=NEEDS,
)
def move(request: HttpRequest, clinic_id: str, user_id: str, target_id: str) -> HttpResponseBase:
    clinic, target = (readable_clinics.access_clinic(i) for i in (clinic_id, target_id))
    patient = readable_patients.access_patient(clinic_id, user_id)
    planned = moves.plan_move(clinic_id=clinic_id, user_id=user_id, target_id=target_id)
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=user_id)
    where = {"from": str(clinic["_id"]), "to": str(target["_id"])}

    def run() -> None:
        moves.move_patient(clinic_id=clinic_id, user_id=user_id, target_id=target_id)
        changes.record(
            request,
            clinic=target,
            action=MOVED,
            object_type="patient",
            object_id=user_id,
            scope=where,
        )

    removal = removals.Removal(
        title="Move the patient",
        action=MOVED,
        consequences=_consequences(clinic, target, patient, planned),
        typed=patient.get("fullName") or user_id,
        object_type="patient",
        object_id=user_id,
        remove=run,
        back=reverse("admin:patient_move", args=[clinic_id, user_id]),
        done=f"The patient is in {target.get('name')} now.",
        done_url=reverse("admin:clinic_patient", args=[target_id, user_id]),
        obstacle=pages.sentence(planned.obstacle).rstrip(".") if planned.obstacle else "",
        scope=where,
    )
    return removals.handle(request, clinic, removal)


def _consequences(
    clinic: Document, target: Document, patient: Document, planned: moves.Move
) -> list[str]:
    name = patient.get("fullName") or "The patient"
    lines = [
        f"{name} goes from {clinic.get('name')} ({clinic.get('canonicalShareCode')}) to "
        f"{target.get('name')} ({target.get('canonicalShareCode')}).",
        f"Members of {clinic.get('name')} lose access; those of {target.get('name')} get it.",
        KEPT,
        *lines_of_lost(planned.lost_tags, planned.lost_sites),
    ]
    if patient.get("ehrSubscriptions"):
        lines.append("Reports to the health record are switched off, until a new order comes.")
    return lines


def lines_of_lost(tags: Sequence[str], sites: Sequence[str]) -> list[str]:
    lines = []
    if tags:
        lines.append(f"Tags that the clinic does not have are lost: {', '.join(tags)}.")
    if sites:
        lines.append(f"Sites that it does not have are lost: {', '.join(sites)}.")
    return lines


def _crumbs(clinic: Document, user_id: str) -> list[pages.Crumb]:
    patient = reverse("admin:clinic_patient", args=[clinic["_id"], user_id])
    return [*frame.crumbs_of(clinic), pages.Crumb("Patient", patient)]

"""Removing a patient."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import readable_clinics, removals
from kernel.staff import pages, roles
from patients.admin import readable_patients
from patients.custody import is_custodial
from patients.services import patients, staff_reads

REMOVED = "patient.removed"
NEEDS = (roles.PATIENTS, roles.DESTROY)
ABOUT_OWN_ACCOUNT = "The account and the data of the person stay."
_ABOUT_CUSTODIAL_ACCOUNT = (
    "The clinic looks after this account: without data it is deleted too. "
    "With data it stays and loses its address."
)


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/remove",
    name="patient_remove",
    needs=NEEDS,
)
def remove_patient(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    """The text to type is the name, which shows that the right person is meant. It is posted, and compared alone."""
    clinic = readable_clinics.access_clinic(clinic_id)
    if staff_reads.was_removed(clinic["_id"], user_id):
        pages.fail(request, removals.ALREADY.format(who="The patient"))
        return pages.go(reverse("admin:clinic_patients", args=[clinic_id]))
    document = readable_patients.access_patient(clinic_id, user_id)
    name = document.get("fullName") or "This patient"
    consequences = [
        f"{name} is removed: {clinic.get('name')} loses the record, its tags and sites, and its access to the data.",
        _ABOUT_CUSTODIAL_ACCOUNT if is_custodial(document) else ABOUT_OWN_ACCOUNT,
        "An archive copy of the record is kept.",
    ]
    if document.get("ehrSubscriptions"):
        consequences.append("No more reports are sent to the EHR for this patient.")
    back = reverse("admin:clinic_patient", args=[clinic_id, user_id])
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=user_id)
    removal = removals.Removal(
        title="Remove a patient",
        action=REMOVED,
        consequences=consequences,
        typed=document.get("fullName") or user_id,
        object_type="patient",
        object_id=user_id,
        remove=lambda: patients.remove_patient(
            clinic_id=clinic_id, user_id=user_id, deleted_by=pages.signature(request)
        ),
        back=back,
        done="The patient was removed from the clinic.",
        done_url=reverse("admin:clinic_patients", args=[clinic_id]),
    )
    return removals.handle(request, clinic, removal)

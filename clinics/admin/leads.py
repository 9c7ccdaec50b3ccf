"""Where the addresses of clinics that are deleted, and of people who are no longer in a clinic, lead."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from clinic_records.services import access
from clinics.admin import gone_clinics, user_lookup
from clinics.services import clinicians
from kernel import ids
from kernel.staff import pages, roles
from kernel.staff.pages import Lead, Missing
from patients.services import patients

_CLINICS = ("clinic_id", "source_id", "target_id")  # as routes name them
DELETED = "The clinic was deleted. This is its history."
MERGED = "The clinic was merged into {name}. This is its history."
MERGED_PATIENT = "The clinic was merged into {name}. This is the patient there."
NOT_HERE = "{name} does not have this person now. This is what is known of the person."


def find(request: HttpRequest, missing: Missing) -> Lead | None:
    if not pages.has(request, roles.FIND):
        return None
    gone = (clinic_id for name in _CLINICS if (clinic_id := _gone(missing.ids.get(name))))
    clinic_id = next(gone, None)
    if clinic_id is None:
        return _of_person(request, missing)
    return _of_clinic(request, clinic_id, missing)


def _gone(clinic_id: Any) -> ObjectId | None:
    parsed_id = ids.parse_id(clinic_id or "")
    if parsed_id is None or access.find_clinic(parsed_id, {"_id": 1}) is not None:
        return None
    return parsed_id if gone_clinics.find(parsed_id) else None


def _of_clinic(request: HttpRequest, clinic_id: ObjectId, missing: Missing) -> Lead:
    successor = gone_clinics.successor_of(clinic_id)
    if successor is None:
        return Lead(gone_clinics.page_of(clinic_id), DELETED)
    other, user_id = gone_clinics.successor_id(clinic_id), missing.ids.get("user_id", "")
    sees_patient = "/patients/" in missing.route and pages.has(request, roles.PATIENTS)
    if sees_patient and other and user_id and patients.find_patient(other, user_id):
        page = pages.address_of("admin:clinic_patient", other, user_id)
        return Lead(page, MERGED_PATIENT.format(name=successor["name"]))
    return Lead(gone_clinics.page_of(clinic_id), MERGED.format(name=successor["name"]))


def _of_person(request: HttpRequest, missing: Missing) -> Lead | None:
    """The clinic is there, and the person is not in it."""
    clinic_id, user_id = (missing.ids.get(name, "") for name in ("clinic_id", "user_id"))
    clinic = access.find_clinic(clinic_id, {"name": 1}) if user_id else None
    if clinic is None:
        return None
    is_patient = "/patients/" in missing.route
    search = patients.find_patient if is_patient else clinicians.find_clinician
    if search(clinic_id, user_id) or not user_lookup.is_known(request, user_id):
        return None
    name = access.names_of_clinics([clinic["_id"]]).get(clinic["_id"]) or "The clinic"
    url = f"{reverse('admin:user_lookup')}?{urlencode({'q': user_id})}"
    return Lead(url, NOT_HERE.format(name=name))


pages.add_lead(find)

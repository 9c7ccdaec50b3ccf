"""Current facts that the mails need: addresses, names, clinics, patients."""

from typing import Any

from clinic_records.services import access
from clinics.services import clinicians
from kernel import safe_reading
from patients.services import patients
from users.services import neighbours

Document = dict[str, Any]


def find_address(user_id: str) -> str | None:
    """The account's address; None when the account is gone or has none."""
    user = neighbours.user_service().get_user(user_id)
    return user.address or None if user else None


def find_full_name(user_id: str) -> str:
    """The name in the person's own profile, or an empty string."""
    profile = neighbours.profile_service().get_profile(user_id) or {}
    return str(profile.get("fullName") or "")


def find_clinic(clinic_id: str) -> Document | None:
    return access.find_clinic(clinic_id)


def find_clinician_name(clinic_id: str, user_id: str) -> str | None:
    """The name in the clinic's record of this clinician; None without such a record or name."""
    clinician = clinicians.find_clinician(clinic_id, user_id)
    return (clinician.get("name") or None) if clinician is not None else None


def find_patient(clinic_id: str, user_id: str) -> Document | None:
    return patients.find_patient(clinic_id, user_id)


def is_clinic_patient(user_id: str) -> bool:
    return bool(patients.list_patients_of_user(user_id))


def find_source_states(patient: Document, provider: str) -> set[str]:
    """The states of the patient's data sources of this provider; there is rarely more than one."""
    return {
        str(source.get("state"))
        for source in safe_reading.objects(patient.get("dataSources"))
        if source.get("providerName") == provider
    }

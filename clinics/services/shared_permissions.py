"""What a patient's clinics permit to their clinicians (behaviour note worker, B4)."""

from typing import Any

from clinics.store import shared_permissions


def find_shared_permissions(owner_id: str, grantee_id: str) -> dict[str, Any]:
    """Permissions on the owner's data that `grantee_id` holds by working in a clinic of theirs.

    Roles do not matter here; the clinic's own rules decide who sees a patient in the clinic.
    """
    granted = shared_permissions.list_patient_permissions(owner_id)
    if not granted:
        return {}
    merged: dict[str, Any] = {}
    for clinic_id in shared_permissions.list_clinics_of_clinician(grantee_id, list(granted)):
        merged.update({name: {} for name, value in granted[clinic_id].items() if value is not None})
    return merged

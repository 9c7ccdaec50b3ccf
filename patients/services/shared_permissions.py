"""What clinicians may do with a patient's data as members of the patient's clinics (rule ACCOUNT-132)."""

from typing import Any

from clinic_records.services import access
from patients.store import patients


def find_shared_permissions(owner_id: str, grantee_id: str) -> dict[str, Any]:
    """The permissions on the owner's data that `grantee_id` has now as a member of one of the owner's clinics."""
    records = patients.list_of_user(owner_id, {"clinicId": 1, "permissions": 1})
    granted = {record["clinicId"]: record.get("permissions") or {} for record in records}
    if not granted:
        return {}
    merged: dict[str, Any] = {}
    for clinic_id in access.list_clinics_of_member(grantee_id, among=list(granted)):
        merged.update({name: {} for name, value in granted[clinic_id].items() if value is not None})
    return merged

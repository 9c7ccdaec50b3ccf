"""What happens in the clinics when a patient takes over the account that a clinic made for them."""

from kernel.errors import NotFound
from patients.services.patient_permissions import remove_permission
from patients.store import patients as store
from users.choices import Grant


def end_custodianship(user_id: str) -> None:
    """Takes `custodian` from every clinic; one that has no other permission loses the patient."""
    for row in store.list_of_user(user_id, {"clinicId": 1, "permissions": 1}):
        if Grant.CUSTODIAN in (row.get("permissions") or {}):
            _end_in_clinic(str(row["clinicId"]), user_id)


def _end_in_clinic(clinic_id: str, user_id: str) -> None:
    try:
        remove_permission(clinic_id=clinic_id, user_id=user_id, permission=Grant.CUSTODIAN)
    except NotFound:
        return  # it was removed after we read it

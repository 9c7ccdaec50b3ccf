"""What a clinic may do with a patient's account (rules PATIENT-57 to PATIENT-61).

When a clinic has lost its last permission, the person is no longer its patient. Removing `custodian` hands the account
over to its owner.
"""

from collections.abc import Collection

from bson import ObjectId

from kernel import clock, db
from kernel.db import Document
from kernel.errors import NotFound
from patients.services import connection_issues
from patients.services.patient_details import permissions_of
from patients.services.patients import (
    NOT_FOUND,
    emit_updated,
    parsed_clinic,
    remove_in_transaction,
    remove_patient,
)
from patients.store import patients as store
from users.choices import Grant

NO_PERMISSION = "permission not found"


def replace_permissions(
    *, clinic_id: str, user_id: str, granted: Collection[str]
) -> Document | None:
    """The remaining permissions; None when there are none, and the patient has left the clinic.

    Only the patient calls this, and to do so the patient must own the account: so `custodian` is never kept.
    """
    permissions = permissions_of([name for name in granted if name != Grant.CUSTODIAN])
    if not permissions:
        remove_patient(clinic_id=clinic_id, user_id=user_id, deleted_by=user_id)
        return None
    clinic = parsed_clinic(clinic_id)

    def replace() -> None:
        changed = store.set_permissions(clinic, user_id, permissions, clock.now())
        if changed is None:
            raise NotFound(message=NOT_FOUND)
        connection_issues.refresh([changed["_id"]])
        emit_updated(changed, ["permissions"])

    db.run_in_transaction(replace)
    return permissions


def remove_permission(*, clinic_id: str, user_id: str, permission: str) -> None:
    """Raises NotFound when the patient or the permission is not there."""
    clinic = parsed_clinic(clinic_id)
    db.run_in_transaction(lambda: _remove_permission(clinic, user_id, permission))


def _remove_permission(clinic_id: ObjectId, user_id: str, permission: str) -> None:
    changed = store.remove_permission(clinic_id, user_id, permission, clock.now())
    if changed is None:
        raise NotFound(message=NO_PERMISSION)
    if changed.get("permissions"):
        connection_issues.refresh([changed["_id"]])
        emit_updated(changed, ["permissions"])
        return
    remove_in_transaction(clinic_id, user_id, user_id)

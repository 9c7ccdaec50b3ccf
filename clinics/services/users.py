"""What clinics do when an account changes its address or goes away (rules CLINIC-116 to CLINIC-122)."""

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicianDocument
from clinics.events import ClinicAbandoned
from clinics.services import clinicians
from clinics.store import clinicians as store
from clinics.store import clinics as clinic_store
from kernel import clock, db, outbox
from kernel.errors import ConstraintViolation, Unavailable
from kernel.http import ServiceUnavailable
from patients.services import kept_files, list_views, patients
from users.services.neighbours import user_service


def delete_user(user_id: str, *, deleted_by: str | None = None) -> None:
    """Remove the user from all clinics. This must always succeed, so a clinic may lose its last admin."""
    patients.remove_all_patients_of_user(user_id, deleted_by)
    for clinic_id in db.run_in_transaction(lambda: _remove_memberships(user_id, deleted_by)):
        remove_patients_of_abandoned_clinic(clinic_id)


def _remove_memberships(user_id: str, deleted_by: str | None) -> list[ObjectId]:
    """Returns the clinics that have no clinicians left."""
    memberships = store.list_memberships(user_id)
    return [m["clinicId"] for m in memberships if not _remove_membership(m, deleted_by)]


def _remove_membership(membership: ClinicianDocument, deleted_by: str | None) -> bool:
    """Whether the clinic still has clinicians; invites and service accounts count."""
    clinic_id, user_id = membership["clinicId"], membership["userId"]
    removed = store.remove_clinician(clinic_id, user_id)
    if removed is not None:
        clinicians.archive([removed], deleted_by=deleted_by)
    list_views.forget_member(clinic_id, user_id)
    kept_files.forget_member(clinic_id, user_id)
    clinic_store.remove_admin(clinic_id, user_id, clock.now())
    if store.has_clinicians(clinic_id):
        return True
    # In case this process ends before the patients are removed.
    outbox.emit(ClinicAbandoned(clinic_id=str(clinic_id)))
    return False


def remove_patients_of_abandoned_clinic(clinic_id: ObjectId) -> None:
    """No one is left who may see the patients' data. Custodial patients stay, so that they can still be claimed."""
    if not store.has_clinicians(clinic_id):
        patients.remove_non_custodial_patients(clinic_id)


def update_email(user_id: str, email: str | None) -> None:
    """Copy an account's new (canonical) address to its records in all clinics. None: the account has no address any
    more, and its patient records lose theirs.

    Either all records change or none. Raises ConstraintViolation if a clinic has another member with the address.
    """

    def update() -> None:
        if email is not None:
            store.set_email_of_user(user_id, email, clock.now())
        patients.change_email_of_user(user_id, email)

    try:
        db.run_in_transaction(update)
    except DuplicateKeyError:
        count = len(store.list_memberships(user_id))
        message = (
            f"partially updated 0 out of {count} clinician records: "
            "constraint violation: duplicate email"
        )
        raise ConstraintViolation(message=message) from None


def follow_account(user_id: str) -> None:
    """Copy the account's present address to all clinics. Does nothing if the account is gone or has none: an account
    that is emptied does not blank the records of a patient."""
    try:
        user = user_service().get_user(user_id)
    except ServiceUnavailable:
        raise Unavailable from None
    if user is not None and user.address:
        update_email(user_id, user.address)

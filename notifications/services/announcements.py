"""Mails that tell someone what happened: a new clinic, changed roles, a moved patient, a merge."""

from kernel import mail_limits
from notifications.services import directory
from notifications.services.requests import Cause, Draft, request_once

CLINIC_ADMINISTRATOR = "Clinic administrator"
MERGE_TEMPLATES = {
    "patient": "clinic_merged_patient_notification",
    "source_clinician": "clinic_merged_source_clinician_notification",
    "target_admin": "clinic_merged_target_admin_notification",
}


def announce_clinic(cause: Cause, *, clinic_id: str) -> None:
    """To the first admin. An empty clinic prepared for a legacy account has no name and gets no mail."""
    clinic = directory.find_clinic(clinic_id)
    if clinic is None or not clinic.get("name") or not clinic.get("admins"):
        return
    _send(cause, clinic["admins"][0], "clinic_created", {"ClinicName": clinic["name"]})


def announce_roles(cause: Cause, *, clinic_id: str, user_id: str, updated_by: str) -> None:
    """On every change of roles, not only the first of a record."""
    clinic = directory.find_clinic(clinic_id)
    address = directory.find_address(user_id)
    if clinic is None or not address or cause.is_handled():
        return
    if not mail_limits.may_tell_of_roles(address):
        return
    variables = {
        "ClinicName": clinic.get("name") or "",
        "ClinicianName": _updater(clinic_id, updated_by),
    }
    request_once(cause, Draft(address, "clinician_permissions_updated", variables))


def _updater(clinic_id: str, user_id: str) -> str:
    """A generic name for a service, for staff and for someone who has left the clinic."""
    return directory.find_clinician_name(clinic_id, user_id) or CLINIC_ADMINISTRATOR


def announce_moved_patient(
    cause: Cause, *, clinic_id: str, user_id: str, legacy_clinician_id: str
) -> None:
    clinic = directory.find_clinic(clinic_id)
    if clinic is None:
        return
    variables = {
        "LegacyClinicianName": directory.find_full_name(legacy_clinician_id),
        "ClinicName": clinic.get("name") or "",
    }
    _send(cause, user_id, "migrate_patient", variables)


def announce_migration(cause: Cause, *, clinic_id: str, user_id: str) -> None:
    """To the legacy clinician whose patients have all moved."""
    clinic = directory.find_clinic(clinic_id)
    if clinic is None:
        return
    variables = {"ClinicName": clinic.get("name") or ""}
    _send(cause, user_id, "clinic_migration_complete", variables)


def announce_merge(cause: Cause, *, user_id: str, role: str, source: str, target: str) -> None:
    """The names come with the event: the source clinic is gone by now."""
    variables = {"SourceClinicName": source, "TargetClinicName": target}
    _send(cause, user_id, MERGE_TEMPLATES[role], variables)


def remind_to_upload(cause: Cause, *, user_id: str) -> None:
    _send(cause, user_id, "patient_upload_reminder", {})


def _send(cause: Cause, user_id: str, template: str, variables: dict[str, str]) -> None:
    """No mail to an account that is gone or has no address."""
    address = directory.find_address(user_id)
    if address:
        request_once(cause, Draft(address, template, variables))

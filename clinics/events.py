"""Events: names and payloads, and what this app does when one happens."""

from typing import Any

from bson import ObjectId

from clinic_records.services import access
from clinics.services import migrations, users
from kernel import outbox
from kernel.errors import ConstraintViolation, PermanentFailure
from patients.services import (
    patients,
    tags_and_sites,
)

Payload = dict[str, Any]


# --- clinics --------------------------------------------------------------------------------------
@outbox.subscribe("clinic.created", "clinics.add_demo_patient")
def add_demo_patient(payload: Payload) -> None:
    """The request has done it already, unless it was cut short."""
    clinic = access.find_clinic(payload["clinicId"])
    if clinic is not None and clinic.get("isMigrated"):
        patients.add_demo_patient(clinic["_id"])


@outbox.subscribe("clinic.tag_deleted", "clinics.remove_tag_from_patients")
def remove_tag_from_patients(payload: Payload) -> None:
    tags_and_sites.remove_tag_from_patients(
        clinic_id=ObjectId(payload["clinicId"]), tag_id=ObjectId(payload["tagId"])
    )


@outbox.subscribe("clinic.abandoned", "clinics.remove_patients_of_abandoned_clinic")
def remove_patients_of_abandoned_clinic(payload: Payload) -> None:
    users.remove_patients_of_abandoned_clinic(ObjectId(payload["clinicId"]))


@outbox.subscribe("migration.created", "clinics.migrate_patients")
def migrate_patients(payload: Payload) -> None:
    migrations.migrate_patients(clinic_id=ObjectId(payload["clinicId"]), user_id=payload["userId"])


# --- accounts -------------------------------------------------------------------------------------
@outbox.subscribe("user.updated", "clinics.follow_account")
def follow_account(payload: Payload) -> None:
    if "username" not in payload["changed"] and "emails" not in payload["changed"]:
        return
    try:
        users.follow_account(payload["userId"])
    except ConstraintViolation:
        reason = "duplicate_email"
        raise PermanentFailure(reason) from None


@outbox.subscribe("user.deleted", "clinics.remove_user")
def remove_user(payload: Payload) -> None:
    users.delete_user(payload["userId"])

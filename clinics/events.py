"""Events: names and payloads, and what this app does when one happens."""

from contextlib import suppress
from typing import Any

from bson import ObjectId

from clinics.services import (
    access,
    claims,
    custodial_accounts,
    effects,
    migrations,
    patient_counts,
    patient_tags,
    patients,
    tags,
    users,
)
from kernel import outbox
from kernel.errors import ConstraintViolation, NotFound, PermanentFailure

Payload = dict[str, Any]


# --- patients -------------------------------------------------------------------------------------
@outbox.subscribe("patient.created", "clinics.fill_profile")
def fill_profile(payload: Payload) -> None:
    effects.sync_profile(clinic_id=payload["clinicId"], user_id=payload["userId"], changed=None)


@outbox.subscribe("patient.updated", "clinics.sync_profile")
def sync_profile(payload: Payload) -> None:
    effects.sync_profile(
        clinic_id=payload["clinicId"], user_id=payload["userId"], changed=payload["changed"]
    )


@outbox.subscribe("patient.created", "clinics.copy_data_sources")
def copy_data_sources(payload: Payload) -> None:
    effects.copy_data_sources(clinic_id=payload["clinicId"], user_id=payload["userId"])


@outbox.subscribe("patient.created", "clinics.copy_summaries")
def copy_summaries(payload: Payload) -> None:
    effects.copy_summaries(clinic_id=payload["clinicId"], user_id=payload["userId"])


@outbox.subscribe("patient.deleted", "clinics.clean_up_account")
def clean_up_account(payload: Payload) -> None:
    effects.clean_up_account(user_id=payload["userId"], deletion_id=payload["deletionId"])


@outbox.subscribe(custodial_accounts.REQUESTED, "clinics.end_unfinished_account")
def end_unfinished_account(payload: Payload) -> None:
    custodial_accounts.end_unfinished(payload["requestId"])


# --- accounts -------------------------------------------------------------------------------------
@outbox.subscribe("user.password_set", "clinics.end_custodianship")
def end_custodianship(payload: Payload) -> None:
    claims.end_custodianship(payload["userId"])


# --- clinics --------------------------------------------------------------------------------------
@outbox.subscribe("clinic.created", "clinics.add_demo_patient")
def add_demo_patient(payload: Payload) -> None:
    """The request has done it already, unless it was cut short."""
    clinic = access.find_clinic(payload["clinicId"])
    if clinic is not None and clinic.get("isMigrated"):
        patients.add_demo_patient(clinic["_id"])


@outbox.subscribe("clinic.tag_deleted", "clinics.remove_tag_from_patients")
def remove_tag_from_patients(payload: Payload) -> None:
    tags.remove_tag_from_patients(
        clinic_id=ObjectId(payload["clinicId"]), tag_id=ObjectId(payload["tagId"])
    )


@outbox.subscribe("clinic.tag_used_in_bulk", "clinics.recount_tag")
def recount_tag(payload: Payload) -> None:
    """The request has done it already, unless it was cut short."""
    patient_tags.recount_tag(
        clinic_id=ObjectId(payload["clinicId"]), tag_id=ObjectId(payload["tagId"])
    )


@outbox.subscribe("clinic.count_doubted", "clinics.count_patients")
def count_patients(payload: Payload) -> None:
    with suppress(NotFound):
        patient_counts.refresh_patient_count(payload["clinicId"])


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

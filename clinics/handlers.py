"""Reactions to events of clinics and accounts."""

from bson import ObjectId

from clinic_records.services import access
from clinics.events import (
    ClinicAbandoned,
    ClinicCreated,
    ClinicianSaved,
    MigrationCreated,
    TagDeleted,
)
from clinics.services import migrations, security_profiles, users
from kernel import outbox
from kernel.errors import ConstraintViolation, PermanentFailure
from patients.services import patients, tags_and_sites
from users.events import UserDeleted, UserLoggedIn, UserUpdated


# --- clinics --------------------------------------------------------------------------------------
@outbox.subscribe(ClinicCreated, "clinics.add_demo_patient")
def add_demo_patient(event: ClinicCreated) -> None:
    """The request has already done this, unless it was interrupted."""
    clinic = access.find_clinic(event.clinic_id)
    if clinic is not None and clinic.get("isMigrated"):
        patients.ensure_demo_patient(clinic["_id"])


@outbox.subscribe(
    TagDeleted,
    "clinics.remove_tag_from_patients",
    outside="clinics: `lastDeletedPatientTag` changes",
)
def remove_tag_from_patients(event: TagDeleted) -> None:
    tags_and_sites.remove_tag_from_patients(
        clinic_id=ObjectId(event.clinic_id), tag_id=ObjectId(event.tag_id)
    )


@outbox.subscribe(ClinicAbandoned, "clinics.remove_patients_of_abandoned_clinic")
def remove_patients_of_abandoned_clinic(event: ClinicAbandoned) -> None:
    users.remove_patients_of_abandoned_clinic(ObjectId(event.clinic_id))


@outbox.subscribe(MigrationCreated, "clinics.migrate_patients", outside="migrations: insert")
def migrate_patients(event: MigrationCreated) -> None:
    migrations.migrate_patients(clinic_id=ObjectId(event.clinic_id), user_id=event.user_id)


# --- accounts -------------------------------------------------------------------------------------
@outbox.subscribe(UserUpdated, "clinics.follow_account")
def follow_account(event: UserUpdated) -> None:
    if "username" not in event.changed and "emails" not in event.changed:
        return
    try:
        users.follow_account(event.user_id)
    except ConstraintViolation:
        reason = "duplicate_email"
        raise PermanentFailure(reason) from None


@outbox.subscribe(UserLoggedIn, "clinics.follow_login")
def follow_login(event: UserLoggedIn) -> None:
    security_profiles.follow_login(event.user_id)


@outbox.subscribe(ClinicianSaved, "clinics.complete_security_profile")
def complete_security_profile(event: ClinicianSaved) -> None:
    security_profiles.complete(ObjectId(event.clinic_id), event.user_id)


@outbox.subscribe(UserDeleted, "clinics.remove_user")
def remove_user(event: UserDeleted) -> None:
    users.delete_user(event.user_id)

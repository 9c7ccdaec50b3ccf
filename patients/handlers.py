"""Reactions to events of patients and accounts."""

from contextlib import suppress

from bson import ObjectId

from kernel import outbox
from kernel.errors import NotFound
from patients.events import (
    AccountRequested,
    CountDoubted,
    PatientCreated,
    PatientDeleted,
    PatientUpdated,
    TagUsedInBulk,
)
from patients.services import claims, custodial_accounts, effects, patient_tags, preparing
from users.events import PasswordSet


# --- patients -------------------------------------------------------------------------------------
@outbox.subscribe(
    PatientCreated, "clinics.fill_profile", outside="patients: insert of a custodial record"
)
def fill_profile(event: PatientCreated) -> None:
    effects.sync_profile(clinic_id=event.clinic_id, user_id=event.user_id, changed=None)


@outbox.subscribe(
    PatientUpdated, "clinics.sync_profile", outside="patients: a custodial record changes"
)
def sync_profile(event: PatientUpdated) -> None:
    effects.sync_profile(clinic_id=event.clinic_id, user_id=event.user_id, changed=event.changed)


@outbox.subscribe(
    PatientCreated,
    "clinics.copy_data_sources",
    outside="patients: insert of a record that is not custodial",
)
def copy_data_sources(event: PatientCreated) -> None:
    effects.copy_data_sources(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(
    PatientCreated, "clinics.copy_summaries", outside="patients: insert without `summary`"
)
def copy_summaries(event: PatientCreated) -> None:
    effects.copy_summaries(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(
    PatientDeleted,
    "clinics.clean_up_account",
    outside="patient_deletions: insert of a custodial patient",
)
def clean_up_account(event: PatientDeleted) -> None:
    effects.clean_up_account(user_id=event.user_id, deletion_id=event.deletion_id)


@outbox.subscribe(AccountRequested, "clinics.end_unfinished_account")
def end_unfinished_account(event: AccountRequested) -> None:
    custodial_accounts.end_unfinished(event.request_id)


# --- accounts -------------------------------------------------------------------------------------
@outbox.subscribe(PasswordSet, "clinics.end_custodianship")
def end_custodianship(event: PasswordSet) -> None:
    claims.end_custodianship(event.user_id)


# --- counts ---------------------------------------------------------------------------------------
@outbox.subscribe(TagUsedInBulk, "clinics.recount_tag")
def recount_tag(event: TagUsedInBulk) -> None:
    """The request has already done this, unless it was interrupted."""
    patient_tags.recount_tag(clinic_id=ObjectId(event.clinic_id), tag_id=ObjectId(event.tag_id))


@outbox.subscribe(CountDoubted, "clinics.count_patients")
def count_patients(event: CountDoubted) -> None:
    with suppress(NotFound):
        preparing.count_again(ObjectId(event.clinic_id))

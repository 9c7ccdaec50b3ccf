"""Events: names and payloads, and what this app does when one happens."""

from contextlib import suppress
from typing import Any

from bson import ObjectId

from kernel import outbox
from kernel.errors import NotFound
from patients.services import claims, custodial_accounts, effects, patient_counts, patient_tags

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


# --- counts ---------------------------------------------------------------------------------------
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

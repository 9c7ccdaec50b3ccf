"""Events: names and payloads, and what this app does when one happens."""

from typing import Any

from clinics.services import claims, effects
from clinics_site.core import outbox

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


@outbox.subscribe("patient.account_created", "clinics.remove_orphan")
def remove_orphan(payload: Payload) -> None:
    effects.remove_orphan(payload["userId"])


# --- accounts -------------------------------------------------------------------------------------
@outbox.subscribe("user.password_set", "clinics.end_custodianship")
def end_custodianship(payload: Payload) -> None:
    claims.end_custodianship(payload["userId"])

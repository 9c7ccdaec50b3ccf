"""Events: names and payloads, and what this app does when one happens."""

from typing import Any

from django.conf import settings

from clinics.services import patients
from confirmations.services import clinic_shares, clinician_invites, people, signups
from confirmations.store import confirmations as store
from kernel import clock, db, outbox
from kernel.db import Document
from kernel.errors import Forbidden, NotFound
from kernel.principal import Principal

REMINDER = "signup.reminder_due"  # {clinicId, userId}
# Claim links are asked for by the clinic's side, not by a person.
CLINIC_SIDE = Principal(user_id="", is_server=True)


@outbox.subscribe("patient.created", "confirmations.send_claim_link")
def send_claim_link(payload: dict[str, Any]) -> None:
    _send_claim_link(payload["clinicId"], payload["userId"])


@outbox.subscribe("patient.updated", "confirmations.renew_claim_link")
def renew_claim_link(payload: dict[str, Any]) -> None:
    if "email" in payload["changed"]:
        _send_claim_link(payload["clinicId"], payload["userId"])


def _send_claim_link(clinic_id: str, user_id: str) -> None:
    """A custodial account with a new address gets a link; one without an address loses its link."""
    patient = patients.find_patient(clinic_id, user_id)
    if patient is None or not _is_custodial(patient) or not people.is_unclaimed(user_id):
        return
    origin = signups.Origin(CLINIC_SIDE, clinic_id, patient.get("invitedBy") or "")
    try:
        sent = signups.send_signup(user_id, origin)
    except (Forbidden, NotFound):
        return  # the address has its link already, or the account is gone
    _schedule_reminder(clinic_id, user_id, is_wanted=sent is not None)


def _schedule_reminder(clinic_id: str, user_id: str, *, is_wanted: bool) -> None:
    def replace() -> None:
        outbox.withdraw(REMINDER, user_id)
        if is_wanted:
            outbox.emit(
                REMINDER,
                {"clinicId": clinic_id, "userId": user_id},
                key=user_id,
                not_before=clock.now() + settings.REMINDERS_INTERVAL,
            )

    db.run_in_transaction(replace)


@outbox.subscribe(REMINDER, "confirmations.remind_of_claim")
def remind_of_claim(payload: dict[str, Any]) -> None:
    patient = patients.find_patient(payload["clinicId"], payload["userId"])
    if patient is None or not patient.get("email") or not _is_custodial(patient):
        return
    if people.is_unclaimed(payload["userId"]):
        signups.remind_of_signup(payload["userId"])


@outbox.subscribe(signups.RESEND_REQUESTED, "confirmations.answer_resend")
def answer_resend(payload: dict[str, Any]) -> None:
    signups.answer_resend(payload["requestId"])


@outbox.subscribe("clinician.invite_removed", "confirmations.end_invite")
def end_invite(payload: dict[str, Any]) -> None:
    clinician_invites.end_invite(clinic_id=payload["clinicId"], invite_id=payload["inviteId"])


@outbox.subscribe("clinic.deleted", "confirmations.end_invitations_of_clinic")
def end_invitations_of_clinic(payload: dict[str, Any]) -> None:
    clinician_invites.end_all_of_clinic(payload["clinicId"])
    clinic_shares.end_all_of_clinic(payload["clinicId"])


@outbox.subscribe("user.deleted", "confirmations.forget_user")
def forget_user(payload: dict[str, Any]) -> None:
    """Other changes of an account leave its confirmations alone."""
    store.remove_of_user(payload["userId"])


def _is_custodial(patient: Document) -> bool:
    """Whether the clinic looks after the account, by its record, which follows a claim later."""
    return "custodian" in (patient.get("permissions") or {})

"""What confirmations do when something has happened, here or in the apps below."""

from typing import Any

from confirmations.events import ResendRequested, SignupReminderDue
from confirmations.services import claim_links, clinic_shares, clinician_invites, people, signups
from kernel import outbox
from users.events import UserDeleted


@outbox.subscribe("patient.created", "confirmations.send_claim_link")
def send_claim_link(payload: dict[str, Any]) -> None:
    claim_links.send_claim_link(clinic_id=payload["clinicId"], user_id=payload["userId"])


@outbox.subscribe("patient.updated", "confirmations.renew_claim_link")
def renew_claim_link(payload: dict[str, Any]) -> None:
    if "email" in payload["changed"]:
        claim_links.send_claim_link(clinic_id=payload["clinicId"], user_id=payload["userId"])


@outbox.subscribe(SignupReminderDue, "confirmations.remind_of_claim")
def remind_of_claim(event: SignupReminderDue) -> None:
    claim_links.remind_of_claim(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(ResendRequested, "confirmations.answer_resend")
def answer_resend(event: ResendRequested) -> None:
    signups.answer_resend(event.request_id)


@outbox.subscribe("clinician.invite_removed", "confirmations.end_invite")
def end_invite(payload: dict[str, Any]) -> None:
    clinician_invites.end_invite(clinic_id=payload["clinicId"], invite_id=payload["inviteId"])


@outbox.subscribe("clinic.deleted", "confirmations.end_invitations_of_clinic")
def end_invitations_of_clinic(payload: dict[str, Any]) -> None:
    clinician_invites.end_all_of_clinic(payload["clinicId"])
    clinic_shares.end_all_of_clinic(payload["clinicId"])


@outbox.subscribe(UserDeleted, "confirmations.forget_user")
def forget_user(event: UserDeleted) -> None:
    """Other changes of an account leave its confirmations alone."""
    people.forget_user(event.user_id)

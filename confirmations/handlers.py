"""How confirmations react to events of this app and of the apps below."""

from clinics.events import ClinicDeleted, ClinicMerged, InviteRemoved
from confirmations.events import ResendRequested, SignupReminderDue
from confirmations.services import claim_links, clinic_shares, clinician_invites, people, signups
from kernel import outbox
from patients.events import PatientChangedClinic, PatientCreated, PatientUpdated
from users.events import UserDeleted


@outbox.subscribe(
    PatientCreated,
    "confirmations.send_claim_link",
    outside="patients: insert of a custodial record",
)
def send_claim_link(event: PatientCreated) -> None:
    claim_links.send_claim_link(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(
    PatientUpdated,
    "confirmations.renew_claim_link",
    outside="patients: a custodial record changes",
)
def renew_claim_link(event: PatientUpdated) -> None:
    if "email" in event.changed:
        claim_links.send_claim_link(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(PatientChangedClinic, "confirmations.move_claim_link")
def move_claim_link(event: PatientChangedClinic) -> None:
    claim_links.move_to_clinic(
        source_id=event.source_id, target_id=event.target_id, user_id=event.user_id
    )


@outbox.subscribe(SignupReminderDue, "confirmations.remind_of_claim")
def remind_of_claim(event: SignupReminderDue) -> None:
    claim_links.remind_of_claim(clinic_id=event.clinic_id, user_id=event.user_id)


@outbox.subscribe(ResendRequested, "confirmations.answer_resend")
def answer_resend(event: ResendRequested) -> None:
    signups.answer_resend(event.request_id)


@outbox.subscribe(InviteRemoved, "confirmations.end_invite")
def end_invite(event: InviteRemoved) -> None:
    clinician_invites.end_invite(clinic_id=event.clinic_id, invite_id=event.invite_id)


@outbox.subscribe(ClinicDeleted, "confirmations.end_invitations_of_clinic")
def end_invitations_of_clinic(event: ClinicDeleted) -> None:
    clinician_invites.end_all_of_clinic(event.clinic_id)
    clinic_shares.end_all_of_clinic(event.clinic_id)


@outbox.subscribe(ClinicMerged, "confirmations.move_invitations")
def move_invitations(event: ClinicMerged) -> None:
    """A pending invitation of a clinician prevents a merge; one that is left has no record to fill."""
    clinician_invites.end_all_of_clinic(event.source_id)
    claim_links.move_to_clinic(source_id=event.source_id, target_id=event.target_id)
    clinic_shares.move_to_clinic(source_id=event.source_id, target_id=event.target_id)


@outbox.subscribe(UserDeleted, "confirmations.forget_user")
def forget_user(event: UserDeleted) -> None:
    """Other changes of an account leave its confirmations alone."""
    people.forget_user(event.user_id)

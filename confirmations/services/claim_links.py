"""The link with which a patient claims the account that a clinic has made, and its reminder."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from confirmations.events import SignupReminderDue
from confirmations.services import people, signups
from kernel import clock, outbox
from kernel.errors import ConstraintViolation, Forbidden, NotFound
from kernel.principal import Principal
from patients.custody import is_custodial
from patients.services import patients

# Claim links are requested by the clinic's side, not by a person.
CLINIC_SIDE = Principal(user_id="", is_server=True)
CLAIMED = "the account belongs to the person already"


def send_claim_link(*, clinic_id: str, user_id: str) -> None:
    """A custodial account with a new address gets a link; one without an address loses its link."""
    patient = patients.find_patient(clinic_id, user_id)
    if patient is None or not is_custodial(patient) or not people.is_unclaimed(user_id):
        return
    origin = signups.Origin(CLINIC_SIDE, clinic_id, patient.get("invitedBy") or "")
    reminder = SignupReminderDue(clinic_id=clinic_id, user_id=user_id)
    due = clock.now() + settings.REMINDERS_INTERVAL
    # With Forbidden this address has its link already, with NotFound the account is gone.
    with suppress(Forbidden, NotFound):
        signups.send_signup(user_id, origin, also=lambda: outbox.emit(reminder, not_before=due))


def resend(*, clinic_id: str, user_id: str, also: Callable[[], None]) -> None:
    """A new link for a patient who has not claimed the account yet. `also`: in the same transaction. Raises NotFound,
    ConstraintViolation and Forbidden."""
    patient = patients.access_patient(clinic_id, user_id)
    if not is_custodial(patient) or not people.is_unclaimed(user_id):
        raise ConstraintViolation(CLAIMED)
    origin = signups.Origin(CLINIC_SIDE, clinic_id, patient.get("invitedBy") or "")
    signups.resend_signup(user_id, origin, also=also)


def move_to_clinic(*, source_id: str, target_id: str, user_id: str | None = None) -> None:
    """After a merge the patients belong to the target, which mails about the account name (rule CONFIRM-144). So does
    one patient (`user_id`) who was moved alone."""
    signups.move_to_clinic(source_id=source_id, target_id=target_id, user_id=user_id)


def remind_of_claim(*, clinic_id: str, user_id: str) -> None:
    """The clinic of the sign-up counts: the one that asked for it may have been merged into another since."""
    patient = patients.find_patient(signups.find_clinic_id(user_id) or clinic_id, user_id)
    if patient is None or not patient.get("email") or not is_custodial(patient):
        return
    if people.is_unclaimed(user_id):
        signups.remind_of_signup(user_id)

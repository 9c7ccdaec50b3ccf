"""What webhooks are told of, derived from the events of the apps below, and what is done then."""

from collections.abc import Iterator

from clinics.events import ClinicDeleted, ClinicMerged, InvitationAccepted
from ehr.events import OrderProcessed
from kernel import clock, outbox
from patients.events import (
    PatientChangedClinic,
    PatientCreated,
    PatientDeleted,
    PatientUpdated,
    SummaryUpdated,
)
from webhooks.choices import EventKind
from webhooks.events import DeliveryDue, Happened
from webhooks.services import delivering, listeners, messages

QUEUE = "webhooks"


# --- what is told, where anyone listens -----------------------------------------------------------
@outbox.derive(PatientCreated)
def patient_created(event: PatientCreated) -> Iterator[Happened]:
    yield from _of_patient(EventKind.PATIENT_CREATED, event.clinic_id, event.user_id)


@outbox.derive(PatientUpdated)
def patient_updated(event: PatientUpdated) -> Iterator[Happened]:
    yield from _of_patient(EventKind.PATIENT_UPDATED, event.clinic_id, event.user_id)


@outbox.derive(PatientDeleted)
def patient_removed(event: PatientDeleted) -> Iterator[Happened]:
    yield from _of_patient(EventKind.PATIENT_REMOVED, event.clinic_id, event.user_id)


@outbox.derive(PatientChangedClinic)
def patient_changed_clinic(event: PatientChangedClinic) -> Iterator[Happened]:
    yield from _of_patient(EventKind.PATIENT_REMOVED, event.source_id, event.user_id)
    yield from _of_patient(EventKind.PATIENT_CREATED, event.target_id, event.user_id)


def _of_patient(kind: EventKind, clinic_id: str, user_id: str) -> Iterator[Happened]:
    """Without a clinic: whether one of any clinic is told is asked."""
    if listeners.is_heard(kind, [clinic_id] if clinic_id else []):
        yield Happened(
            kind=kind.value,
            subject=user_id,
            time=_now(),
            clinic_ids=[clinic_id],
            user_id=user_id,
        )


@outbox.derive(SummaryUpdated)
def summary_updated(event: SummaryUpdated) -> Iterator[Happened]:
    yield from _of_patient(EventKind.SUMMARY_UPDATED, event.clinic_id, event.user_id)


@outbox.derive(InvitationAccepted)
def invitation_accepted(event: InvitationAccepted) -> Iterator[Happened]:
    if listeners.is_heard(EventKind.INVITATION_ACCEPTED, [event.clinic_id]):
        yield Happened(
            kind=EventKind.INVITATION_ACCEPTED.value,
            subject=event.user_id,
            time=_now(),
            clinic_ids=[event.clinic_id],
            user_id=event.user_id,
            role=event.role,
        )


@outbox.derive(OrderProcessed)
def order_processed(event: OrderProcessed) -> Iterator[Happened]:
    """One that was not matched with a clinic is told to webhooks of the installation alone."""
    clinic_ids = [event.clinic_id or listeners.ALL]
    if listeners.is_heard(EventKind.ORDER_PROCESSED, clinic_ids):
        yield Happened(
            kind=EventKind.ORDER_PROCESSED.value,
            subject=event.user_id or event.document_id,
            time=_now(),
            clinic_ids=clinic_ids,
            user_id=event.user_id,
            document_id=event.document_id,
            state=event.state,
        )


@outbox.derive(ClinicMerged)
def merge_finished(event: ClinicMerged) -> Iterator[Happened]:
    """The clinic that stays comes first: the message is about it, and webhooks of both are told."""
    clinic_ids = [event.target_id, event.source_id]
    if listeners.is_heard(EventKind.MERGE_FINISHED, clinic_ids):
        yield Happened(
            kind=EventKind.MERGE_FINISHED.value,
            subject=event.target_id,
            time=_now(),
            clinic_ids=clinic_ids,
        )


def _now() -> str:
    return clock.now().isoformat()


# --- telling it -----------------------------------------------------------------------------------
@outbox.subscribe(Happened, "webhooks.tell")
def tell(event: Happened) -> None:
    known = {
        "clinicId": event.clinic_ids[0],
        "userId": event.user_id,
        "role": event.role,
        "orderId": event.document_id,
        "state": event.state,
        "sourceClinicId": event.clinic_ids[1] if len(event.clinic_ids) > 1 else "",
    }
    occurrence = messages.Occurrence(
        event_id=event.event_id,
        kind=event.kind,
        subject=event.subject,
        time=event.time,
        clinic_ids=event.clinic_ids,
        data={name: value for name, value in known.items() if value},
    )
    messages.tell(occurrence)


def give_up(event: DeliveryDue, reason: str) -> None:
    delivering.give_up(event.delivery_id)


@outbox.subscribe(
    DeliveryDue,
    "webhooks.deliver",
    queue=QUEUE,
    on_dead=give_up,
    retries=delivering.RETRIES,
    waits_for_others=True,
)
def deliver(event: DeliveryDue) -> None:
    delivering.deliver(event.delivery_id)


@outbox.subscribe(ClinicDeleted, "webhooks.remove_with_clinic")
def remove_with_clinic(event: ClinicDeleted) -> None:
    messages.end_with_clinic(event.clinic_id, is_merged=False)


@outbox.subscribe(ClinicMerged, "webhooks.end_with_clinic")
def end_with_clinic(event: ClinicMerged) -> None:
    messages.end_with_clinic(event.source_id, is_merged=True)

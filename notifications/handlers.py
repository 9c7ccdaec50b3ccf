"""The events that cause a mail, and the mail each one causes.

Events carry ids; the services load what is true now and decide then.
"""

from typing import Any

from kernel import outbox
from kernel.events import MailRequested
from notifications.clients import marketing
from notifications.events import ConnectionReminderDue
from notifications.services import announcements, connections, mailer
from notifications.services.connections import Connection
from notifications.services.requests import Cause

Payload = dict[str, Any]


@outbox.subscribe(MailRequested, "notifications.send_mail")
def send_mail(event: MailRequested) -> None:
    mailer.deliver_mail(event)


@outbox.subscribe("clinic.created", "notifications.announce_clinic")
def announce_clinic(payload: Payload) -> None:
    announcements.announce_clinic(
        Cause(payload["eventId"], "announce_clinic"), clinic_id=payload["clinicId"]
    )


@outbox.subscribe("clinician.saved", "notifications.refresh_marketing")
def refresh_marketing(payload: Payload) -> None:
    marketing.refresh_user(payload["userId"])


@outbox.subscribe("clinician.roles_changed", "notifications.announce_roles")
def announce_roles(payload: Payload) -> None:
    announcements.announce_roles(
        Cause(payload["eventId"], "announce_roles"),
        clinic_id=payload["clinicId"],
        user_id=payload["userId"],
        updated_by=payload.get("updatedBy") or "",
    )


@outbox.subscribe("patient.reminder_requested", "notifications.remind_to_upload")
def remind_to_upload(payload: Payload) -> None:
    announcements.remind_to_upload(
        Cause(payload["eventId"], "remind_to_upload"), user_id=payload["userId"]
    )


@outbox.subscribe("patient.connect_requested", "notifications.ask_to_connect")
def ask_to_connect(payload: Payload) -> None:
    connections.ask_to_connect(Cause(payload["eventId"], "ask_to_connect"), _connection(payload))


@outbox.subscribe("patient.updated", "notifications.ask_again_at_new_address")
def ask_again_at_new_address(payload: Payload) -> None:
    if "email" in payload["changed"]:
        connections.ask_again_at_new_address(
            Cause(payload["eventId"], "ask_again"),
            clinic_id=payload["clinicId"],
            user_id=payload["userId"],
        )


@outbox.subscribe(ConnectionReminderDue, "notifications.remind_to_connect")
def remind_to_connect(event: ConnectionReminderDue) -> None:
    connections.remind_to_connect(
        Cause(event.event_id, "remind_to_connect"),
        Connection(event.clinic_id, event.user_id, event.provider),
        token_id=event.restricted_token_id,
    )


@outbox.subscribe("patient.data_source_failed", "notifications.report_device_issue")
def report_device_issue(payload: Payload) -> None:
    connections.report_device_issue(
        Cause(payload["eventId"], "report_device_issue"),
        user_id=payload["userId"],
        provider=payload["provider"],
    )


@outbox.subscribe("migration.patient_moved", "notifications.announce_moved_patient")
def announce_moved_patient(payload: Payload) -> None:
    announcements.announce_moved_patient(
        Cause(payload["eventId"], "announce_moved_patient"),
        clinic_id=payload["clinicId"],
        user_id=payload["userId"],
        legacy_clinician_id=payload["legacyClinicianId"],
    )


@outbox.subscribe("migration.completed", "notifications.announce_migration")
def announce_migration(payload: Payload) -> None:
    announcements.announce_migration(
        Cause(payload["eventId"], "announce_migration"),
        clinic_id=payload["clinicId"],
        user_id=payload["userId"],
    )


@outbox.subscribe("merge.account_affected", "notifications.announce_merge")
def announce_merge(payload: Payload) -> None:
    announcements.announce_merge(
        Cause(payload["eventId"], "announce_merge"),
        user_id=payload["userId"],
        role=payload["role"],
        source=payload["sourceClinicName"],
        target=payload["targetClinicName"],
    )


def _connection(payload: Payload) -> Connection:
    return Connection(payload["clinicId"], payload["userId"], payload["provider"])

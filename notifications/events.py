"""Events this app hears, and the mail each one causes.

The payloads are ids; the handlers load what is true now and decide then. Besides the events of the other
apps it has one of its own, `notification.connection_reminder_due`, which is emitted with a date.

Two events are heard that their owners emit when they notice the fact:

* `patient.data_source_failed` {userId, provider, dataSourceId}: a data source went to state `error`.
* `merge.account_affected` {userId, role, sourceClinicName, targetClinicName}: once per account when two
  clinics are merged; `role` is patient, source_clinician or target_admin.
"""

from typing import Any

from kernel import outbox
from notifications.clients import marketing
from notifications.services import announcements, connections, mailer
from notifications.services.connections import REMINDER_DUE, Connection
from notifications.services.requests import Cause

Payload = dict[str, Any]


@outbox.subscribe("mail.requested", "notifications.send_mail", forget_payload=True)
def send_mail(payload: Payload) -> None:
    mailer.deliver_mail(payload)


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


@outbox.subscribe(REMINDER_DUE, "notifications.remind_to_connect")
def remind_to_connect(payload: Payload) -> None:
    connections.remind_to_connect(
        Cause(payload["eventId"], "remind_to_connect"),
        _connection(payload),
        token_id=payload["restrictedTokenId"],
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

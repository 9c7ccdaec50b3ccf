"""The events that cause a mail, and the mail each one causes.

Events carry ids; the services load what is true now and decide then.
"""

from clinics.events import (
    AccountMerged,
    ClinicCreated,
    ClinicianSaved,
    MigrationCompleted,
    PatientMoved,
    RolesChanged,
)
from kernel import outbox
from kernel.events import MailRequested
from notifications.clients import marketing
from notifications.events import ConnectionReminderDue
from notifications.services import announcements, connections, mailer
from notifications.services.connections import Connection
from notifications.services.requests import Cause
from patients.events import (
    ConnectRequested,
    DataSourceFailed,
    PatientUpdated,
    UploadReminderRequested,
)


@outbox.subscribe(MailRequested, "notifications.send_mail")
def send_mail(event: MailRequested) -> None:
    mailer.deliver_mail(
        event_id=event.event_id,
        recipient=event.recipient,
        template=event.template,
        variables=event.variables or {},
    )


@outbox.subscribe(
    ClinicCreated,
    "notifications.announce_clinic",
    outside="clinics: insert with `name` and `admins`",
)
def announce_clinic(event: ClinicCreated) -> None:
    cause = Cause(event.event_id, "announce_clinic")
    announcements.announce_clinic(cause, clinic_id=event.clinic_id)


@outbox.subscribe(
    ClinicianSaved,
    "notifications.refresh_marketing",
    outside="clinicians: a record with `userId` is inserted or changes",
)
def refresh_marketing(event: ClinicianSaved) -> None:
    marketing.refresh_user(event.user_id)


@outbox.subscribe(
    RolesChanged, "notifications.announce_roles", outside="clinicians: `rolesUpdates` is set"
)
def announce_roles(event: RolesChanged) -> None:
    announcements.announce_roles(
        Cause(event.event_id, "announce_roles"),
        clinic_id=event.clinic_id,
        user_id=event.user_id,
        updated_by=event.updated_by or "",
    )


@outbox.subscribe(
    UploadReminderRequested,
    "notifications.remind_to_upload",
    outside="patients: `lastUploadReminderTime` is set",
)
def remind_to_upload(event: UploadReminderRequested) -> None:
    cause = Cause(event.event_id, "remind_to_upload")
    announcements.remind_to_upload(cause, user_id=event.user_id)


@outbox.subscribe(
    ConnectRequested,
    "notifications.ask_to_connect",
    outside="patients: `providerConnectionRequests` of a provider is set",
)
def ask_to_connect(event: ConnectRequested) -> None:
    connections.ask_to_connect(
        Cause(event.event_id, "ask_to_connect"),
        Connection(event.clinic_id, event.user_id, event.provider),
    )


@outbox.subscribe(
    PatientUpdated, "notifications.ask_again_at_new_address", outside="patients: `email` changes"
)
def ask_again_at_new_address(event: PatientUpdated) -> None:
    if "email" in event.changed:
        connections.ask_again_at_new_address(
            Cause(event.event_id, "ask_again"), clinic_id=event.clinic_id, user_id=event.user_id
        )


@outbox.subscribe(ConnectionReminderDue, "notifications.remind_to_connect")
def remind_to_connect(event: ConnectionReminderDue) -> None:
    connections.remind_to_connect(
        Cause(event.event_id, "remind_to_connect"),
        Connection(event.clinic_id, event.user_id, event.provider),
        token_id=event.restricted_token_id,
    )


@outbox.subscribe(
    DataSourceFailed,
    "notifications.report_device_issue",
    outside="data_sources (of the data service): `state` becomes `error`",
)
def report_device_issue(event: DataSourceFailed) -> None:
    connections.report_device_issue(
        Cause(event.event_id, "report_device_issue"),
        user_id=event.user_id,
        provider=event.provider,
    )


@outbox.subscribe(PatientMoved, "notifications.announce_moved_patient")
def announce_moved_patient(event: PatientMoved) -> None:
    announcements.announce_moved_patient(
        Cause(event.event_id, "announce_moved_patient"),
        clinic_id=event.clinic_id,
        user_id=event.user_id,
        legacy_clinician_id=event.legacy_clinician_id,
    )


@outbox.subscribe(MigrationCompleted, "notifications.announce_migration")
def announce_migration(event: MigrationCompleted) -> None:
    announcements.announce_migration(
        Cause(event.event_id, "announce_migration"),
        clinic_id=event.clinic_id,
        user_id=event.user_id,
    )


@outbox.subscribe(
    AccountMerged,
    "notifications.announce_merge",
    outside="merge_plans: insert of a patient or clinician",
)
def announce_merge(event: AccountMerged) -> None:
    announcements.announce_merge(
        Cause(event.event_id, "announce_merge"),
        user_id=event.user_id,
        role=event.role,
        source=event.source_clinic_name,
        target=event.target_clinic_name,
    )

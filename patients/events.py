"""Events of patients and of their counts."""

from collections.abc import Sequence

from kernel import accesses, outbox


@outbox.event("patient.created", access=accesses.in_path("user_id"))
class PatientCreated(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("patient.updated", access=accesses.in_path("user_id"))
class PatientUpdated(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()
    changed: Sequence[str]


@outbox.event("patient.changed_clinic", access=accesses.in_path("user_id"))
class PatientChangedClinic(outbox.Event):
    """The record is in another clinic now. A merge, which moves all records, has an event of its own."""

    user_id: str = outbox.key()
    source_id: str
    target_id: str


@outbox.event("patient.deleted", access=accesses.in_path("user_id"))
class PatientDeleted(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()
    deletion_id: str
    custodial: bool


@outbox.event("patient.account_requested", access=accesses.SOMEONE)
class AccountRequested(outbox.Event):
    """A custodial account is about to be made for a patient. If it gets no record, it is ended again."""

    request_id: str = outbox.key()


@outbox.event("patient.reminder_requested", access=accesses.in_path("user_id"))
class UploadReminderRequested(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("patient.connect_requested", access=accesses.in_path("user_id"))
class ConnectRequested(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()
    provider: str


@outbox.event("patient.data_source_failed", access=accesses.in_path("user_id"))
class DataSourceFailed(outbox.Event):
    """A data source has changed to the state `error`."""

    user_id: str = outbox.key()
    provider: str
    data_source_id: str


@outbox.event("clinic.tag_used_in_bulk", access=accesses.NO_PATIENT)
class TagUsedInBulk(outbox.Event):
    clinic_id: str
    tag_id: str = outbox.key()


@outbox.event("clinic.count_doubted", access=accesses.NO_PATIENT)
class CountDoubted(outbox.Event):
    clinic_id: str = outbox.key()


@outbox.event("patient.summary_updated", access=accesses.in_path("user_id"))
class SummaryUpdated(outbox.Event):
    """The summary in a record was replaced or removed; that of a person is changed in all their clinics."""

    clinic_id: str
    user_id: str = outbox.key()

"""Reminders to upload data (rule PATIENT-65)."""

from kernel import clock, db, mail_limits, outbox
from kernel.db import Document
from kernel.errors import NotFound
from patients.events import UploadReminderRequested
from patients.services.patients import NOT_FOUND, access_patient, mail_address, parsed_clinic
from patients.store import patients as store


def remind_to_upload(*, clinic_id: str, user_id: str, requested_by: str | None) -> Document:
    """Ask the patient to upload; a mail follows. Returns the patient. Raises NotFound."""
    clinic = parsed_clinic(clinic_id)
    address = mail_address(access_patient(clinic, user_id))

    def request() -> Document:
        document = store.set_reminder_time(clinic, user_id, clock.now())
        if document is None:
            raise NotFound(message=NOT_FOUND)
        outbox.emit(UploadReminderRequested(clinic_id=str(clinic), user_id=user_id))
        return document

    with mail_limits.counted(address, requested_by):
        return db.run_in_transaction(request)

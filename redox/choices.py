"""The words of EHR processing, each written once."""

from django.db.models import TextChoices


class RecordKind(TextChoices):
    """What a processing record is about."""

    MESSAGE = "message", "Message"
    SCHEDULED = "scheduled", "Scheduled send"


class ProcessingState(TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


class Failure(TextChoices):
    """Why EHR work failed: the stored code, and what staff read. Codes that end in a status are made where the status
    is known; redox/admin/reasons.py puts them into words."""

    MESSAGE_UNREADABLE = "message_unreadable", "The message cannot be read, so nothing was done"
    ORDER_UNREADABLE = "order_unreadable", "The order cannot be read, so nothing was done"
    SETTINGS_UNREADABLE = "settings_unreadable", "The clinic's EHR settings cannot be read"
    PATIENT_UNREADABLE = "patient_unreadable", "The patient's record cannot be read"
    SUMMARY_UNREADABLE = "summary_unreadable", "The patient's statistics cannot be read"
    NO_SOURCE = "no_source", "The order does not say which source it is from"
    NO_CLINIC = "no_clinic", "No clinic with an active Redox connection has this source"
    SEVERAL_CLINICS = "several_clinics", "Several clinics have this source"
    NO_DESTINATIONS = "no_destinations", "The clinic's EHR settings name no destination to send to"
    OVERTAKEN = "overtaken", "Another order for the same person was at work at the same moment"
    NEIGHBOUR_UNAVAILABLE = (
        "neighbour_unavailable",
        "A service that is needed cannot be reached",
    )
    RATE_LIMITED = "rate_limited", "Too many requests: it goes on by itself"
    REDOX_UNREACHABLE = "redox_unreachable", "Redox cannot be reached"
    NO_UPLOAD_ADDRESS = (
        "redox_upload_without_address",
        "Redox took the report and did not say where it is",
    )
    TOKEN_UNREADABLE = "redox_token_unreadable", "Redox gave no access token"

"""The words of work for health record systems, each written once."""

from django.db.models import TextChoices


class ProcessingState(TextChoices):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


class BulkState(TextChoices):
    """How far work on many patients has come."""

    LOOKING = "looking", "looking for patients"
    PROPOSED = "proposed", "waits for a yes"
    RUNNING = "running", "at work"
    DONE = "done", "done"
    STOPPED = "stopped", "stopped"


class Failure(TextChoices):
    """Why work failed, in either way into the health record: the stored code, and what staff read. Codes that end in a
    status are made where the status is known; ehr/admin/reasons.py puts all of them into words."""

    ORDER_UNREADABLE = "order_unreadable", "The order cannot be read, so nothing was done"
    SETTINGS_UNREADABLE = "settings_unreadable", "The clinic's EHR settings cannot be read"
    PATIENT_UNREADABLE = "patient_unreadable", "The patient's record cannot be read"
    SUMMARY_UNREADABLE = "summary_unreadable", "The patient's statistics cannot be read"
    SEVERAL_CLINICS = "several_clinics", "Several clinics have this source"
    OVERTAKEN = "overtaken", "Another order for the same person was at work at the same moment"
    ACCOUNT_UNFINISHED = (
        "account_unfinished",
        "An account with the address was begun and is not finished: it goes on by itself",
    )
    NEIGHBOUR_UNAVAILABLE = (
        "neighbour_unavailable",
        "A service that is needed cannot be reached",
    )
    RATE_LIMITED = "rate_limited", "Too many requests: it goes on by itself"
    CLINIC_HELD = "clinic_held", "The clinic is being merged with another: it goes on by itself"
    REPORT_UNREACHABLE = "report_unreachable", "The report service cannot be reached"

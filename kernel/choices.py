"""The vocabulary of the kernel; each word is written once.

Members of `TextChoices` are texts: MongoDB and JSON get the plain value (tests/kernel/test_choices.py).
"""

from django.db.models import TextChoices


class ClinicianRole(TextChoices):
    """What a member is in a clinic. Here, because policy rules ask for it."""

    ADMIN = "CLINIC_ADMIN", "Admin"
    MEMBER = "CLINIC_MEMBER", "Member"
    PRESCRIBER = "PRESCRIBER", "Prescriber"


class RowState(TextChoices):
    """The state of an event for one handler."""

    DEAD = "dead", "Gave up"
    PENDING = "pending", "Waiting"
    CLAIMED = "claimed", "Being handled"
    DONE = "done", "Done"


class JobState(TextChoices):
    """How far a job has come."""

    PLANNING = "planning", "waits for a worker"
    RUNNING = "running", "at work"
    WRITING = "writing", "writes the file"
    DONE = "done", "done"
    CANCELED = "canceled", "canceled"
    FAILED = "failed", "failed"


class AuditOutcome(TextChoices):
    DONE = "done"
    BEGUN = "begun"
    REFUSED = "refused"
    DENIED = "denied"


class ActorKind(TextChoices):
    """The kind of actor of an audit event."""

    STAFF = "staff"
    USER = "user"
    SERVICE = "service"
    SYSTEM = "system"


class AccessKind(TextChoices):
    """As what someone has used a patient's data."""

    USER = "user", "a person"
    SERVICE = "service", "a service"
    EHR = "ehr", "a health record system"
    ANONYMOUS = "anonymous", "someone unknown"
    SYSTEM = "system", "this service, in the background"


class Failure(TextChoices):
    """Reasons for which the outbox itself gives up a row, and why a job waits."""

    WORKER_LOST = "worker_lost", "Each try ended its worker"
    HANDLER_UNKNOWN = "handler_unknown", "No running version knows this kind of work"
    PAYLOAD_INCOMPLETE = "payload_incomplete", "The event lacks a part that this version needs"
    CLINIC_HELD = "clinic_held", "The clinic is being merged with another: it goes on by itself"


class IndexProblem(TextChoices):
    """Why a declared index is missing."""

    EQUAL_RECORDS = "equal_records"
    OTHER_SHAPE = "other_shape"
    OTHER_NAME = "other_name"
    TOO_MANY = "too_many"
    NOT_ALLOWED = "not_allowed"
    LISTS = "lists"
    REFUSED = "refused"

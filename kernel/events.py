"""Events that belong to no app, because every app may emit them."""

from collections.abc import Mapping
from dataclasses import field

from kernel import accesses, outbox


@outbox.event("mail.requested", access=accesses.NO_PATIENT, forget_payload=True)
class MailRequested(outbox.Event):
    """One mail to one recipient. A mail with a missing field is dropped and reported where mails are sent."""

    recipient: str = ""
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@outbox.event("heartbeat.sent", access=accesses.NO_PATIENT, forget_row=True)
class HeartbeatSent(outbox.Event):
    """One for each queue, again and again (`kernel.heartbeats`)."""

    queue: str = ""


@outbox.event("job.due", access=accesses.MANY)
class JobDue(outbox.Event):
    """A worker is to begin a job, or to go on with it. `line`: the jobs of a clinic that take turns."""

    job_id: str
    line: str = outbox.key(is_stored=False)

"""What is done after the kernel's own events."""

from django.conf import settings

from kernel import heartbeats, jobs, outbox
from kernel.events import HeartbeatSent, JobDue
from kernel.jobs import running


def note_heartbeat(event: HeartbeatSent) -> None:
    heartbeats.note(event.queue)


for _queue in settings.OUTBOX_QUEUES:
    outbox.subscribe(HeartbeatSent, f"core.note_heartbeat_of_{_queue}", queue=_queue)(
        note_heartbeat
    )


def give_up_job(event: JobDue, reason: str) -> None:
    running.give_up(event.job_id, reason)


@outbox.subscribe(
    JobDue, "core.carry_out_job", queue=jobs.QUEUE, on_dead=give_up_job, takes_turns=True
)
def carry_out_job(event: JobDue) -> None:
    running.carry_out(event.job_id)

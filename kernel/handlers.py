"""What is done after the kernel's own events."""

from django.conf import settings

from kernel import heartbeats, outbox
from kernel.events import HeartbeatSent


def note_heartbeat(event: HeartbeatSent) -> None:
    heartbeats.note(event.queue)


for _queue in settings.OUTBOX_QUEUES:
    outbox.subscribe(HeartbeatSent, f"core.note_heartbeat_of_{_queue}", queue=_queue)(
        note_heartbeat
    )

"""How merges react to events."""

from kernel import outbox
from merges.events import MergeRequested
from merges.services import running

QUEUE = "merges"


def give_up(event: MergeRequested, reason: str) -> None:
    running.give_up(event.merge_id, reason)


@outbox.subscribe(MergeRequested, "merges.run", queue=QUEUE, on_dead=give_up)
def run(event: MergeRequested) -> None:
    running.run(event.merge_id)

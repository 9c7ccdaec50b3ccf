"""How the work for health records reacts to events."""

from ehr.events import BulkRunDue
from ehr.services import bulk, processing
from kernel import outbox


def give_up(event: BulkRunDue, reason: str) -> None:
    bulk.give_up(event.run_id, reason)


@outbox.subscribe(
    BulkRunDue,
    "ehr.carry_out_bulk_run",
    queue=processing.QUEUE,
    on_dead=give_up,
    retries=processing.RETRIES,
)
def carry_out_bulk_run(event: BulkRunDue) -> None:
    bulk.carry_out(event.run_id)

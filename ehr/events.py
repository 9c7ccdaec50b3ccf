"""Events of the work for health records: work on many patients goes on."""

from kernel import accesses, outbox


@outbox.event("ehr.bulk_run_due", access=accesses.MANY)
class BulkRunDue(outbox.Event):
    """There is work to do: to look for the patients, or to go on with them."""

    run_id: str = outbox.key()

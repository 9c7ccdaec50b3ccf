"""Events of the work for health records: work on many patients goes on."""

from kernel import accesses, outbox


@outbox.event("ehr.bulk_run_due", access=accesses.MANY)
class BulkRunDue(outbox.Event):
    """There is work to do: to look for the patients, or to go on with them."""

    run_id: str = outbox.key()


@outbox.event("ehr.order_processed", access=accesses.SOMEONE)
class OrderProcessed(outbox.Event):
    """An order's processing has ended, in one of the states of a processing record. `clinic_id` and `user_id` are empty
    where the order was not matched."""

    document_id: str = outbox.key()
    state: str
    clinic_id: str = ""
    user_id: str = ""

"""Rows of the outbox are run, as a task of a worker runs them (`kernel.outbox.delivery.work`): one, or all of a queue."""

from kernel.outbox import claiming, delivery


def deliver(row_id):
    """True if the row was due, unclaimed and first of its key, and was delivered."""
    row = claiming.claim(row_id)
    return row is not None and delivery._run(row)


def drain(queue):
    """All that is due, however slow the machine is: a task would stop after some seconds. Returns how many were run."""
    return sum(1 for _ in delivery._drained(queue, seconds=3600))

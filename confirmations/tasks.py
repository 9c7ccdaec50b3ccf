"""Celery tasks of the confirmations."""

from celery import shared_task

from confirmations.indexes import ADDRESS_KEYS
from kernel import backfills
from kernel.tasks import BaseTask


@shared_task(base=BaseTask, name="confirmations.fill_in_address_keys")
def fill_in_address_keys() -> int:
    """Other services that write here leave the keys out, and every lookup of an address reads those documents."""
    return backfills.run_step(ADDRESS_KEYS)

"""Celery tasks about patients."""

from celery import shared_task

from kernel.tasks import BaseTask
from patients.services import daily_checks


@shared_task(base=BaseTask, name="patients.check_derived")
def check_derived() -> None:
    daily_checks.check()

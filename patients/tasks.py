"""Celery tasks about patients."""

from celery import shared_task

from kernel.tasks import BaseTask
from patients.services import connection_sweeps, daily_checks, kept_versions


@shared_task(base=BaseTask, name="patients.check_derived")
def check_derived() -> int:
    return daily_checks.check()


@shared_task(base=BaseTask, name="patients.clean_up_kept_data")
def clean_up_kept_data() -> int:
    return kept_versions.clean_up()


@shared_task(base=BaseTask, name="patients.sweep_connection_issues")
def sweep_connection_issues() -> int:
    return connection_sweeps.sweep()

"""Celery tasks about clinics."""

from celery import shared_task

from clinics.services import clinic_names, member_names, troubles
from kernel.tasks import BaseTask


@shared_task(base=BaseTask, name="clinics.keep_names")
def keep_names() -> None:
    clinic_names.keep()
    member_names.keep()


@shared_task(base=BaseTask, name="clinics.keep_troubles")
def keep_troubles() -> None:
    troubles.keep()

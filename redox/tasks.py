"""Celery tasks of the EHR integration. Messages and sends run as outbox rows; see handlers.py."""

from celery import shared_task

from kernel.tasks import BaseTask
from redox.services import retention, scheduling


@shared_task(base=BaseTask, name="redox.run_due_cadences")
def run_due_cadences() -> int:
    return scheduling.run_due_cadences()


@shared_task(base=BaseTask, name="redox.delete_old_messages")
def delete_old_messages() -> int:
    return retention.delete_old_messages()


@shared_task(base=BaseTask, name="redox.delete_old_sends")
def delete_old_sends() -> int:
    return retention.delete_old_sends()

"""The Celery application: workers run `celery -A clinics_site`, beat the schedule below."""

import os
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    setup_logging,
    worker_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutting_down,
)

from clinics_site import metrics_port
from kernel import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")

metrics_port.prepare()
broker.install()
app = Celery("clinics_site", task_cls="kernel.tasks:BaseTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["kernel"])


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would install its own handlers, which print the arguments of tasks."""
    from django.conf import settings

    from kernel import logging

    logging.configure(settings.LOG_LEVEL)


@worker_init.connect
@beat_init.connect
def publish_metrics(**_: Any) -> None:
    from kernel import metrics_port as port

    port.open_if_set()


@worker_ready.connect
def watch_progress(sender: Any, **_: Any) -> None:
    from kernel import worker_watch

    worker_watch.start(sender)


@worker_shutting_down.connect
def end_watch(**_: Any) -> None:
    from kernel import worker_watch

    worker_watch.stop()


@worker_process_shutdown.connect
def end_records_of_accesses(**_: Any) -> None:
    """A process of the pool ends without Python's own end."""
    from kernel import accesses

    accesses.end()

"""The Celery application: workers run `celery -A clinics_site`, beat the schedule below."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_init,
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
log = structlog.get_logger("celery")


class Application(Celery):
    @property
    def Beat(self) -> Any:  # noqa: N802 (Celery's name)
        """Celery's own prints a banner."""
        return self.subclass_with_self("kernel.quiet_beat:Beat")  # type: ignore[arg-type]


app = Application("clinics_site", task_cls="kernel.tasks:BaseTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["kernel"])


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would install its own handlers, which print the arguments of tasks."""
    from django.conf import settings

    from kernel import logging

    logging.configure(settings.LOG_LEVEL)


@celeryd_init.connect
def print_nothing(instance: Any, **_: Any) -> None:
    """Celery prints a banner, and a line about its end, past the log."""
    from celery.apps import worker

    instance.quiet = True
    worker.safe_say = _say_nothing  # type: ignore[attr-defined]


def _say_nothing(*_: Any) -> None:
    """In the place of what writes plain text to the terminal."""


@beat_init.connect
def tell_of_start(**_: Any) -> None:
    log.info("beat.started")


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

"""Follow what anyone changes in the database, until it is told to end: SIGTERM or Ctrl-C ends it after the
batch at hand.

Several may run; one follows, another takes over within seconds when it dies.
"""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from kernel import following, metrics, metrics_port


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # like workers and scheduler; the settings refuse what is unsafe

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        metrics_port.open_if_set(metrics.Followers())
        following.run(stop)

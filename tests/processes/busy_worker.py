"""The service's own worker, with a task that runs as long as a test wants, and with short times from the
environment. `TRANSPORT=kombu` removes what the service adds to the broker's client."""

import os
import time
from pathlib import Path

from celery.__main__ import main

from clinics_site.celery import app
from kernel import broker, worker_watch
from kernel.tasks import BaseTask

HOLD = "tests.hold"


@app.task(name=HOLD, base=BaseTask)
def hold(folder: str, name: str) -> int:
    """Runs until the test lets it go."""
    path = Path(folder)
    (path / f"{name}-began").touch()
    while not (path / "go").exists():
        time.sleep(0.02)
    (path / f"{name}-done").touch()
    return 1


def shorten_times() -> None:
    seconds = os.environ.get("SOCKET_SECONDS")
    if seconds:
        times = {"socket_timeout": float(seconds), "socket_connect_timeout": float(seconds)}
        # Searches for lost messages also wait for Redis, ten in a row, and only prolong a hang.
        app.conf.broker_transport_options |= {**times, "unacked_restore_interval": 3600}
    worker_watch.EVERY = 0.5
    worker_watch.STUCK_SECONDS = float(os.environ.get("STUCK_SECONDS", "60"))


if __name__ == "__main__":
    if os.environ.get("TRANSPORT") == "kombu":
        broker.QoS.ack = broker.redis.QoS.ack  # type: ignore[method-assign]
    shorten_times()
    main()

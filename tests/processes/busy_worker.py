"""The service's own worker with a task that runs for as long as a test wants, and with short times, named in the
environment. `TRANSPORT=kombu` takes away what the service adds to the broker's client."""

import os
import time
from pathlib import Path

from celery.__main__ import main

from clinics_site.celery import app
from kernel import broker, worker_watch
from kernel.tasks import BaseTask

HOLD = "tests.hold"


@app.task(name=HOLD, base=BaseTask)
def hold(folder: str, name: str) -> None:
    """Until the test says go."""
    place = Path(folder)
    (place / f"{name}-began").touch()
    while not (place / "go").exists():
        time.sleep(0.02)
    (place / f"{name}-done").touch()


def shorten_times() -> None:
    seconds = os.environ.get("SOCKET_SECONDS")
    if seconds:
        times = {"socket_timeout": float(seconds), "socket_connect_timeout": float(seconds)}
        # Looks for lost messages wait for Redis too, ten in a row, and only draw a hang out.
        app.conf.broker_transport_options |= {**times, "unacked_restore_interval": 3600}
    worker_watch.EVERY = 0.5
    worker_watch.STUCK_SECONDS = float(os.environ.get("STUCK_SECONDS", "60"))


if __name__ == "__main__":
    if os.environ.get("TRANSPORT") == "kombu":
        broker.QoS.ack = broker.redis.QoS.ack  # type: ignore[method-assign]
    shorten_times()
    main()

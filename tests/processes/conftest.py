"""`service`: the real processes on the database of the test itself (tests/environment.py)."""

import os
import sys
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings

from kernel import db, outbox
from tests.processes.busy import BusyWorker
from tests.processes.service import Service


@pytest.fixture
def service(tmp_path):
    """Not started yet; stopped after the test. With one web process, which starts sooner than two. If the test
    fails, the log and all unfinished events are printed."""
    with service_in(tmp_path, WEB_WORKERS="1") as processes:
        yield processes
    sys.stdout.write(processes.logs()[-20_000:])
    for row in unfinished_events():
        sys.stdout.write(f"{row}\n")


@contextmanager
def service_in(folder, **environment):
    """Not started yet; stopped at the end. On the database and the Redis of the test itself."""
    folder.mkdir(exist_ok=True)
    own = {"SECRET_KEY": settings.SECRET_KEY, **same_place(), **environment}
    processes = Service(folder, own)
    yield processes
    processes.stop()


def unfinished_events() -> list[dict[str, Any]]:
    """Without their payloads."""
    fields = ("handler", "key", "state", "attempts", "notBefore", "lastError", "waits")
    rows = db.collection(outbox.COLLECTION).find({"state": {"$ne": outbox.DONE}})
    return [{name: row.get(name) for name in fields} for row in rows]


def same_place() -> dict[str, str]:
    names = ("MONGODB_URI", "REDIS_URL", "TIDEPOOL_CLINIC_DATABASE_NAME", "BROKER_KEY_PREFIX")
    return {name: os.environ[name] for name in names}


@pytest.fixture
def busy_worker(tmp_path):
    """busy_worker(NAME="value", …) starts a worker with short times and its own Redis."""
    workers = []

    def start(**environment):
        workers.append(
            BusyWorker(tmp_path, {**same_place(), "SOCKET_SECONDS": "0.5", **environment})
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.end()

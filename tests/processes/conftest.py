"""`service`: the real processes on the database that the test itself sees (tests/environment.py)."""

import os
import sys

import pytest
from django.conf import settings

from tests.processes.busy import BusyWorker
from tests.processes.service import Service


@pytest.fixture
def service(tmp_path):
    """Not started yet; ended after the test. Its log is printed when the test fails."""
    found = Service(tmp_path, {"SECRET_KEY": settings.SECRET_KEY, **same_place()})
    yield found
    found.stop()
    sys.stdout.write(found.logs()[-20_000:])


def same_place() -> dict[str, str]:
    names = ("MONGODB_URI", "REDIS_URL", "TIDEPOOL_CLINIC_DATABASE_NAME", "BROKER_KEY_PREFIX")
    return {name: os.environ[name] for name in names}


@pytest.fixture
def busy_worker(tmp_path):
    """busy_worker(NAME="value", …): started with short times, with a Redis of its own."""
    workers = []

    def start(**environment):
        workers.append(
            BusyWorker(tmp_path, {**same_place(), "SOCKET_SECONDS": "0.5", **environment})
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.end()

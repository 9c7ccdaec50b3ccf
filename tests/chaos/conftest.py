"""A service on a MongoDB and a Redis of its own, which a test may stop and kill."""

import os
import signal
from pathlib import Path

import pytest

from scripts import servers
from scripts.children import Child, Guard
from tests.processes.conftest import busy_worker  # noqa: F401 (a fixture)
from tests.processes.service import Service


class Backing:
    """The two servers, by process id."""

    def __init__(self, folder: Path) -> None:
        self._guard = Guard()
        self.mongodb = servers.start_test_mongod(folder / "mongod", self._guard)
        self.redis = servers.start_test_redis(folder / "redis", self._guard)
        self._mongod, self._redis = (child.pid for child in servers._for_tests[-2:])
        self._folder = folder
        self._paused: set[int] = set()

    def pause(self, name: str) -> None:
        """Connections stay open but nothing answers, which is the worst kind of outage."""
        self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def lose_redis(self) -> None:
        """Killed, and started again with nothing in it, at the same address."""
        servers._for_tests[-1].kill()
        port, data = int(self.redis.rpartition(":")[2]), self._folder / "redis-again"
        data.mkdir()
        command = servers.redis_command(port, data)
        child = Child("redis-server", command, log=data / "redis.log", guard=self._guard)
        servers._for_tests.append(child)
        servers.wait_for_redis(port, [child])
        self._redis = child.pid

    def end(self) -> None:
        self.resume("mongodb")
        self.resume("redis")
        self._guard.close()

    def _signal(self, name: str, number: signal.Signals) -> None:
        os.kill({"mongodb": self._mongod, "redis": self._redis}[name], number)


@pytest.fixture
def backing(tmp_path):
    servers = Backing(tmp_path)
    yield servers
    servers.end()


@pytest.fixture
def service(backing, tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    environment = {
        "MONGODB_URI": backing.mongodb,
        "REDIS_URL": f"{backing.redis}/0",
        "TIDEPOOL_CLINIC_DATABASE_NAME": "chaos",
        "REQUEST_TIME_LIMIT": "3s",
    }
    running_service = Service(folder, environment)
    running_service.manage("migrate", "--verbosity", "0")
    yield running_service
    running_service.stop()

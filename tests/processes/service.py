"""The service as real processes: web, two Celery workers and beat, on their own database.

`service` is a fixture of tests/processes/conftest.py:

    def test_something(service):
        service.start(env={"TIDEPOOL_REDOX_ENABLED": "true"})
        answer = service.post("/v1/clinics/…/ehr/sync", token=service.server_token())
        service.kill_worker()
        service.start_worker()
        assert "marker" not in service.logs()
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, TypeVar

from scripts import local
from scripts import service as processes
from scripts.children import Child, Guard, end_all
from tests import pace

T = TypeVar("T")
WORKERS = ("worker", "ehr-worker")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: HTTPMessage  # by name in any case
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Service:
    """Starts nothing by itself; `stop()` ends all started processes."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = local.free_port()
        self.health_port = local.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **processes.base_environment(folder, host="127.0.0.1", port=self.port),
            **environment,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "HEALTH_PORT": str(self.health_port),
        }
        self._guard = Guard()
        self._children: dict[str, Child] = {}

    # --- processes
    def start(self, env: dict[str, str] | None = None, *, only: tuple[str, ...] = ()) -> None:
        """All processes (or those named in `only`), ready to answer. The database is migrated already."""
        self.env.update(env or {})
        for name in only or tuple(processes.COMMANDS):
            self._spawn(name)
        if "web" in self._children:
            children = list(self._children.values())
            processes.wait_until_ready(lambda: processes.raise_if_dead(children), port=self.port)

    def web_workers(self) -> set[int]:
        """The ids of the processes that serve requests."""
        tasks = Path(f"/proc/{self.pid('web')}/task").glob("*/children")
        return {int(pid) for path in tasks for pid in path.read_text().split()}

    def kill_worker(self, *names: str) -> None:
        """`kill -9` of both Celery workers (or the named ones) and their pool processes, whatever they are
        doing."""
        for name in names or WORKERS:
            self._children.pop(name).kill()

    def start_worker(self, *names: str) -> None:
        for name in names or WORKERS:
            self._spawn(name)

    def terminate(self, name: str) -> None:
        """SIGTERM, and wait for the graceful end."""
        self._children.pop(name).end(patience=60)

    def restart(self, name: str) -> None:
        self.terminate(name)
        self._spawn(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(self._children[name].pid, number)

    def pid(self, name: str) -> int:
        return self._children[name].pid

    def is_alive(self, name: str) -> bool:
        return self._children[name].is_alive()

    def stop(self) -> None:
        """After a second for the work in hand. A test of an orderly end calls `terminate`."""
        end_all(list(self._children.values()), patience=1)
        self._children.clear()
        self._guard.close()

    def logs(self) -> str:
        """Everything that all processes have written."""
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))
        )

    def _spawn(self, name: str) -> None:
        self._children[name] = processes.spawn(
            name, environment=self.env, folder=self.folder, guard=self._guard
        )

    # --- talking to it
    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        """`body`: bytes are sent as they are, any other value as JSON."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["x-tidepool-session-token"] = token
        request = urllib.request.Request(
            self.url + path, data=content, headers=sent, method=method.upper()
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("PUT", path, body, **options)

    def manage(self, *arguments: str) -> str:
        """Output of `manage.py ...` in the service's environment."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            capture_output=True,
            text=True,
            env=self.env,
            cwd=local.BASE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def server_token(self) -> str:
        """The token of a backend service. The test's own process shares the database, so the account service
        here can make it."""
        from users.services import accounts

        return accounts.issue_server_token()


def comes_true(check: Callable[[], object], *, within: float = 30, every: float = 0.1) -> bool:
    """As `eventually`, for tests that say what they found before they fail."""
    try:
        eventually(check, within=within, every=every)
    except AssertionError:
        return False
    return True


def eventually(check: Callable[[], T], *, within: float = 30, every: float = 0.1) -> T:
    """The first true result of `check`; fails if there is none in time, which is longer on a slow machine, also on
    one that has become slow meanwhile."""
    began, most = time.monotonic(), within * pace.slowness(pace.ROUGHLY)
    while True:
        result = check()
        if result:
            return result
        waited = time.monotonic() - began
        if waited > most:
            most = max(most, within * pace.slowness())
        assert waited <= most, f"not within {most:.0f} seconds; last answer {result!r}"
        time.sleep(every)

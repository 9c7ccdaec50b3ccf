"""A worker with two processes, both busy, and its own Redis, which a test can stop at the worst moment."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from clinics_site.celery import app
from scripts import servers
from scripts import service as processes
from scripts.children import Child, Guard
from tests.processes.busy_worker import HOLD
from tests.processes.service import eventually

PROCESSES = 2


class BusyWorker:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._guard = Guard()
        self._url = f"{servers.start_test_redis(folder / 'redis', self._guard)}/0"
        self._redis = self._guard.watched()[-1].pid
        self._tasks, self._round = folder / "tasks", 0
        base = processes.base_environment(folder, host="127.0.0.1", port=0)
        self._environment = {**base, **environment, "REDIS_URL": self._url}
        self._log = folder / "worker.log"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.processes.busy_worker"]
        command += processes.COMMANDS["worker"][3:]
        self.child = Child(
            "worker", command, log=self._log, guard=self._guard, environment=self._environment
        )

    def send(self, count: int) -> None:
        """Send `count` new tasks, which wait for `let_go`."""
        self._round += 1
        folder = self._tasks / str(self._round)
        folder.mkdir(parents=True)
        with app.connection_for_write(self._url) as connection:
            for number in range(count):
                args = (str(folder), str(number))
                app.send_task(HOLD, args, queue="default", connection=connection)

    def has(self, what: str, count: int) -> bool:
        """Whether `count` of the last tasks have begun (`began`) or are `done`."""
        return len(list((self._tasks / str(self._round)).glob(f"*-{what}"))) >= count

    def let_go(self) -> None:
        (self._tasks / str(self._round) / "go").touch()

    def hang_while_busy(self, seconds: float = 0) -> None:
        """Stop Redis while both processes are at work, so that their acknowledgements hang. Redis continues
        after `seconds`, or as soon as both acknowledgements have failed."""
        eventually(lambda: self.has("began", PROCESSES))
        before = self.acknowledgements_lost()
        os.kill(self._redis, signal.SIGSTOP)
        try:
            self.let_go()
            time.sleep(seconds)
            if not seconds:
                eventually(lambda: self.acknowledgements_lost() >= before + PROCESSES)
        finally:
            os.kill(self._redis, signal.SIGCONT)

    def acknowledgements_lost(self) -> int:
        lines = self._log.read_text(errors="replace").splitlines()
        return sum("celery.worker.request" in line and "TimeoutError" in line for line in lines)

    def lines(self) -> list[dict[str, Any]]:
        """What it has written."""
        whole = self._log.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def end(self) -> None:
        self.child.kill()
        self._guard.close()
        sys.stdout.write(self._log.read_text(errors="replace")[-20_000:])

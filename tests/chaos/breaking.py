"""What breaks under a running service, and what is put right again by hand: servers that come back, processes that are
started again, as `make run` would do."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos.backing import Backing
from tests.chaos.gate import Gate
from tests.processes.service import WORKERS, Service

OTHERS = (*WORKERS, "beat", "follower")  # than web
# A worker's process that is killed between the provider's answer and its note of it: decision 0007. Two processes run
# handlers of mails.
WINDOW, IN_WINDOW = "killed between sending and noting", 2


@dataclass(frozen=True, slots=True)
class Breaking:
    """`most_doubled`: by a window that no sender can close. `put_right`: once it has been seen that all goes on."""

    title: str
    happen: Callable[[], None]
    most_doubled: int = 0
    put_right: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Breakings:
    service: Service
    backing: Backing
    dice: Random

    def hang(self, name: str, seconds: float) -> Breaking:
        def happen() -> None:
            self.backing.pause(name)
            time.sleep(seconds)
            self.backing.resume(name)

        return Breaking(f"{name} hangs for {seconds:.0f} s", happen)

    def hang_neighbour(self, name: str, way: Gate, seconds: float) -> Breaking:
        return Breaking(f"the {name} hangs for {seconds:.0f} s", lambda: way.hang(seconds))

    def die(self, name: str, seconds: float) -> Breaking:
        def happen() -> None:
            self.backing.kill(name)
            time.sleep(seconds)
            self.backing.revive(name)

        return Breaking(f"{name} dies for {seconds:.0f} s", happen)

    def lose_primary(self) -> Breaking:
        return Breaking(
            "the primary of three nodes dies",
            lambda: self.backing.kill("mongodb"),
            put_right=lambda: self.backing.revive("mongodb"),
        )

    def kill_web(self, times: int) -> Breaking:
        def happen() -> None:
            for _ in range(times):
                time.sleep(self.dice.uniform(0.1, 1))
                self.service.kill_worker("web")
                self.service.start(only=("web",))

        return Breaking(f"web is killed {times} times", happen)

    def hang_web(self) -> Breaking:
        """Nothing ends the processes but the one that has started them."""

        def happen() -> None:
            for pid in self.service.web_workers():
                os.kill(pid, signal.SIGSTOP)

        return Breaking("every web worker hangs", happen)

    def kill_others(self, times: int) -> Breaking:
        def happen() -> None:
            for _ in range(times):
                time.sleep(self.dice.uniform(0.5, 1.5))
                self.service.kill_worker(*OTHERS)
                self.service.start_worker(*OTHERS)

        title = f"workers, scheduler and follower are killed {times} times"
        return Breaking(title, happen, most_doubled=times * IN_WINDOW)

    def restart_others(self) -> Breaking:
        def happen() -> None:
            for name in OTHERS:
                self.service.restart(name)

        return Breaking("workers, scheduler and follower are stopped gracefully", happen)

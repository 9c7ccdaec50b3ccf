"""Processes that are kept running: one that has ended is started again, and the terminal says so.

A process may end by itself to be started again, when it makes no progress (worker_watch.py, beat.py and
following/processes.py in kernel).
"""

import time

from kernel.restarts import FAILED_STARTS, CannotStart, Restarts
from scripts import servers
from scripts.children import Child
from scripts.local import Problem

# Seconds. One that lives longer has started; the slowest, web, takes two seconds on a quiet machine.
STARTED_AFTER = 10.0


class Keeper:
    """Watches the processes in `children`, and puts those that it starts in the places of those that have ended."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        self._restarts: dict[str, Restarts] = {}
        self._due: dict[str, float] = {}

    def look(self) -> None:
        """To be called again and again. Raises Problem when one of them cannot start."""
        for index, child in enumerate(self._children):
            if child.is_alive():
                continue
            if child.name not in self._due:
                self._plan(child)
            if time.monotonic() >= self._due[child.name]:
                del self._due[child.name]
                self._children[index] = child.start_again()
                servers.note_restart(self._children[index])

    def _plan(self, child: Child) -> None:
        child.kill()  # what is left of it
        restarts, age = self._restarts.setdefault(child.name, Restarts()), child.age()
        try:
            pause = restarts.pause_after(seconds=age, has_started=age >= STARTED_AFTER)
        except CannotStart:
            raise Problem(
                f"{child.name} has ended {FAILED_STARTS} times in a row within {STARTED_AFTER:.0f} seconds of its "
                f"start; its log is {child.log}."
            ) from None
        self._due[child.name] = time.monotonic() + pause
        when = f"in {pause:.0f} s" if pause else "now"
        print(
            f"{child.name} has ended and is started again {when}; its log is {child.log}.",
            flush=True,
        )

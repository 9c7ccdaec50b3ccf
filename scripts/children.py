"""Processes that this process has started: each with a log, ended by id, and never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from scripts import local

_LAST_LINES = 5.0  # seconds until they are written


class Guard:
    """A helper process that ends the watched ones when this process dies, even by `kill -9`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(local.BASE / "scripts" / "guard.py")],
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        self._input = cast("IO[str]", self._process.stdin)
        self._watched: dict[int, Child] = {}

    def watch(self, child: "Child") -> None:
        self._watched[child.pid] = child
        self._say(f"+{child.pid}")

    def release(self, child: "Child") -> None:
        del self._watched[child.pid]
        self._say(f"-{child.pid}")

    def watched(self) -> list["Child"]:
        """Oldest first."""
        return list(self._watched.values())

    def remove_folder(self, path: Path) -> None:
        """Once everything has ended."""
        self._say(f"rm {path}")

    def close(self) -> None:
        """End the processes that are still watched, remove the folders, and wait for the end."""
        self._input.close()
        self._process.wait()
        for child in self._watched.values():
            child.take_exit_codes()

    def _say(self, line: str) -> None:
        self._input.write(line + "\n")
        self._input.flush()


class Child:
    """A started process in a group of its own: a Ctrl-C in the terminal reaches it only through us."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        guard: Guard | None,
        environment: Mapping[str, str] | None = None,
        log_filter: Sequence[str] = (),
    ) -> None:
        """`log_filter` is a command through which the log is written; it ends with the process."""
        self.name = name
        self.log = log
        self._again = partial(
            *(Child, name, command),
            log=log,
            guard=guard,
            environment=environment,
            log_filter=log_filter,
        )
        self._guard = guard
        self._filter = _start_filter(log_filter, log) if log_filter else None
        with log.open("ab") if self._filter is None else _input(self._filter) as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=local.BASE,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._began = time.monotonic()
        if guard is not None:
            guard.watch(self)

    def start_again(self) -> "Child":
        """Another process like this one, which has ended."""
        return self._again()

    def is_alive(self) -> bool:
        return self.ended_with() is None

    def ended_with(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._began

    def has_group(self) -> bool:
        """Whether any process that it has started is left."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def ask_to_end(self) -> None:
        if self.is_alive():
            self._process.terminate()

    def end(self, patience: float = 10.0) -> None:
        """SIGTERM, then SIGKILL to the whole group if it does not end in time."""
        self.ask_to_end()
        self._wait(patience)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the process and everything it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self.take_exit_codes()
        if self._guard is not None:
            self._guard.release(self)
            self._guard = None

    def take_exit_codes(self) -> None:
        """For a process that someone else has ended. Until then the system keeps it, and Python says that it runs."""
        for process in (self._process, self._filter):
            if process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LAST_LINES)

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)

    def last_words(self, lines: int = 15) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def _start_filter(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """It gets the output of a process before the file does."""
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
            cwd=local.BASE,
            start_new_session=True,
        )


def _input(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", process.stdin)


def end_all(children: Sequence[Child], patience: float = 10.0) -> None:
    """All at once, so that it takes only as long as the slowest."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + patience
    for child in children:
        child.end(max(0.0, deadline - time.monotonic()))

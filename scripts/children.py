"""Processes that this process has started: each with a log, ended by id, and never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, cast

from scripts import local


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

    def watch(self, pid: int) -> None:
        self._say(f"+{pid}")

    def release(self, pid: int) -> None:
        self._say(f"-{pid}")

    def remove_folder(self, path: Path) -> None:
        """Once everything has ended."""
        self._say(f"rm {path}")

    def close(self) -> None:
        """End the processes that are still watched, remove the folders, and wait for the end."""
        self._input.close()
        self._process.wait()

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
        with log.open("ab") as file, _through(log_filter, file) as output:
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
            guard.watch(self.pid)

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
        if self._guard is not None:
            self._guard.release(self.pid)
            self._guard = None

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)

    def last_words(self, lines: int = 15) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


@contextlib.contextmanager
def _through(command: Sequence[str], file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The descriptor that a process has to write to, so that the command gets its output before the file does."""
    if not command:
        yield file
        return
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=file,
        stderr=file,
        cwd=local.BASE,
        start_new_session=True,
    )
    with cast("IO[bytes]", process.stdin) as pipe:
        yield pipe


def end_all(children: Sequence[Child], patience: float = 10.0) -> None:
    """All at once, so that it takes only as long as the slowest."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + patience
    for child in children:
        child.end(max(0.0, deadline - time.monotonic()))

"""Ends processes whose parent has gone: started by `children.Guard`, which holds the other end of standard input.

Lines read: `+PID` watch, `-PID` stop watching, `rm FOLDER` remove at the end. The end of input means that the parent
has ended, whatever the cause. Each watched process leads a process group of its own.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE = 10.0


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watched: list[int] = []
    folders: list[str] = []
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            watched.append(int(word[1:]))
        elif word.startswith("-"):
            watched.remove(int(word[1:]))
        elif word.startswith("rm "):
            folders.append(word[3:])
    _end(watched[::-1])
    for name in folders:
        shutil.rmtree(name, ignore_errors=True)


def _end(watched: list[int]) -> None:
    for pid in watched:
        _signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_is_alive(pid) for pid in watched):
        time.sleep(0.1)
    for pid in watched:
        _signal_group(pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _is_alive(pid: int) -> bool:
    """A process that has ended but was not waited for counts as gone."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except OSError:  # no /proc on this system
        return True
    return state != "Z"


if __name__ == "__main__":
    main()

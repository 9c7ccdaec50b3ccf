"""Processes that a guard has ended are known to have ended, with what they had started."""

import gc
import sys
import warnings

import pytest

from scripts.children import Child, Guard
from tests.processes.service import eventually

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
SPEAK = [sys.executable, "-c", "print('up')"]
COPY = [sys.executable, "-c", "import sys; [print(line, end='') for line in sys.stdin]"]


@pytest.mark.parametrize("log_filter", [(), COPY], ids=["plain", "with a filter"])
def test_no_process_that_a_guard_has_ended_counts_as_running(tmp_path, log_filter):
    guard = Guard()
    for name in ("one", "two"):
        Child(name, SLEEP, log=tmp_path / name, guard=guard, log_filter=log_filter)
    first, second = guard.watched()
    first.kill()
    with warnings.catch_warnings(record=True, action="always") as complaints:
        guard.close()
        exit_code = second.ended_with()
        del first, second, guard
        gc.collect()
    assert exit_code is not None
    assert exit_code < 0
    assert not complaints


def test_the_lines_of_a_filter_are_there_when_the_process_has_ended(tmp_path):
    guard, log = Guard(), tmp_path / "log"
    child = Child("one", SPEAK, log=log, guard=guard, log_filter=COPY)
    eventually(lambda: not child.is_alive())
    child.kill()
    guard.close()
    assert log.read_text() == "up\n"

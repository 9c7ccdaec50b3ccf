"""What `make run` does when one of its processes ends: it is started again, later and later, until it is clear that it
cannot start."""

import sys
import time

import pytest

from kernel import restarts
from kernel.restarts import CannotStart, Restarts
from scripts import keeper
from scripts.children import Child
from scripts.keeper import Keeper
from scripts.local import Problem

LIVES = [sys.executable, "-c", "import time; time.sleep(60)"]
CANNOT_START = [sys.executable, "-c", "raise SystemExit('no such thing')"]


@pytest.fixture
def start(tmp_path):
    """start(command, …): the list of these processes, of which a keeper may replace some."""
    children = []

    def spawn(*commands):
        children.extend(
            Child(f"child-{n}", command, log=tmp_path / f"{n}.log", guard=None)
            for n, command in enumerate(commands)
        )
        return children

    yield spawn
    for child in children:
        child.kill()


def test_a_process_that_is_killed_again_and_again_is_started_again(start, capsys, monkeypatch):
    monkeypatch.setattr(keeper, "STARTED_AFTER", 0.0)
    monkeypatch.setattr(restarts, "_PAUSES", (0.0, 0.1))
    children = start(LIVES, LIVES)
    kept, other = Keeper(children), children[1].pid
    for _ in range(restarts.FAILED_STARTS + 2):
        children[0].kill()
        until_all_live(kept, children)
    assert children[1].pid == other
    assert "child-0 has ended and is started again now; its log is" in capsys.readouterr().out


def until_all_live(kept, children):
    deadline = time.monotonic() + 5
    kept.look()
    while not all(child.is_alive() for child in children):
        assert time.monotonic() < deadline
        kept.look()


def test_a_process_that_cannot_start_ends_everything_with_its_name_and_log(start, monkeypatch):
    monkeypatch.setattr(restarts, "_PAUSES", (0.0, 0.1))
    children = start(LIVES, CANNOT_START)
    with pytest.raises(Problem, match=r"child-1 has ended 5 times in a row .*1\.log") as raised:
        look_for(Keeper(children), seconds=10)
    assert children[1].log.read_text().count("no such thing") == 5
    assert "child-0" not in str(raised.value)


def look_for(kept, *, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        kept.look()
        time.sleep(0.01)


def test_pauses_grow_and_begin_again_after_a_calm_minute():
    process = Restarts()
    pauses = [process.pause_after(seconds=20, has_started=True) for _ in range(9)]
    assert pauses == [0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert process.pause_after(seconds=61, has_started=True) == 0


def test_only_starts_that_fail_in_a_row_are_given_up():
    process = Restarts()
    for _ in range(3):
        for _ in range(restarts.FAILED_STARTS - 1):
            process.pause_after(seconds=1, has_started=False)
        process.pause_after(seconds=20, has_started=True)
    for _ in range(restarts.FAILED_STARTS - 1):
        process.pause_after(seconds=1, has_started=False)
    with pytest.raises(CannotStart):
        process.pause_after(seconds=1, has_started=False)

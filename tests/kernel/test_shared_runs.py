"""Parallel calls share a run, whose result is never older than the call."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel import deadline
from kernel.errors import Unavailable
from kernel.shared_runs import SharedRuns


class Work:
    """Counts its runs; each waits until it is let go."""

    def __init__(self):
        self.runs, self.begun, self.may_end = 0, threading.Event(), threading.Event()

    def __call__(self):
        self.runs += 1
        self.begun.set()
        self.may_end.wait(5)
        return self.runs


def waiting(runs, key):
    turns = runs._turns.get(key)
    return turns.callers if turns else 0


def eventually(condition):
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError


def test_calls_that_come_during_a_run_share_the_next_one():
    runs, work = SharedRuns(), Work()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(runs.run, "a", work)
        work.begun.wait(5)
        others = [threads.submit(runs.run, "a", work) for _ in range(7)]
        eventually(lambda: waiting(runs, "a") == 8)
        work.may_end.set()
        assert first.result(5) == 1
        assert [other.result(5) for other in others] == [2] * 7
    assert runs._turns == {}


def test_calls_one_after_the_other_run_each():
    runs, work = SharedRuns(), Work()
    work.may_end.set()
    assert [runs.run("a", work) for _ in range(3)] == [1, 2, 3]


def test_calls_of_other_keys_do_not_wait():
    runs, work = SharedRuns(), Work()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(runs.run, "a", work)
        work.begun.wait(5)
        assert runs.run("b", lambda: "at once") == "at once"
        work.may_end.set()
        first.result(5)


def test_a_failure_is_of_one_call_alone():
    runs = SharedRuns()
    with pytest.raises(ZeroDivisionError):
        runs.run("a", lambda: 1 / 0)
    assert runs.run("a", lambda: 5) == 5
    assert runs._turns == {}


def test_a_call_waits_for_its_turn_no_longer_than_its_request_has():
    runs, work = SharedRuns(), Work()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(runs.run, "a", work)
        work.begun.wait(5)
        with pytest.raises(Unavailable), deadline.within(0.05):
            runs.run("a", work)
        work.may_end.set()
        assert first.result(5) == 1
    assert runs._turns == {}

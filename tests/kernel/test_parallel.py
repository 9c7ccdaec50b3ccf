"""Calls that run at the same time: their results, errors and surroundings."""

import threading
import time

import pytest

from kernel import deadline, parallel

WAIT = 5  # seconds


def test_calls_run_at_the_same_time_and_their_results_come_in_order():
    both = threading.Barrier(2)

    def call(name):
        both.wait(WAIT)
        return name

    assert parallel.run([lambda: call("first"), lambda: call("second")]) == ["first", "second"]


def test_a_single_call_runs_in_the_thread_of_the_caller():
    assert parallel.run([threading.get_ident]) == [threading.get_ident()]


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_is_raised_when_all_calls_have_ended(failing):
    ended = []

    def fail():
        raise KeyError

    def work():
        time.sleep(0.05)
        ended.append(1)

    calls = [work, work]
    calls[failing] = fail
    with pytest.raises(KeyError):
        parallel.run(calls)
    assert ended == [1]


def test_calls_have_the_deadline_of_their_request():
    with deadline.within(60):
        seconds = parallel.run([deadline.seconds_left] * 2)
    assert all(50 < left <= 60 for left in seconds)


def test_where_no_thread_is_free_calls_run_one_after_the_other():
    begun, may_end = threading.Barrier(2), threading.Event()

    def occupy():
        begun.wait(WAIT)
        may_end.wait(WAIT)

    callers = []
    for _ in range(parallel._THREADS):
        caller = threading.Thread(target=parallel.run, args=([occupy, lambda: may_end.wait(WAIT)],))
        caller.start()
        callers.append(caller)
        begun.wait(WAIT)
    try:
        assert parallel.run([threading.get_ident] * 2) == [threading.get_ident()] * 2
    finally:
        may_end.set()
        for caller in callers:
            caller.join(WAIT)


def test_threads_are_free_again_after_errors():
    def fail():
        raise KeyError

    for _ in range(parallel._THREADS + 1):
        with pytest.raises(KeyError):
            parallel.run([fail, int])
    test_calls_run_at_the_same_time_and_their_results_come_in_order()

"""Limits of tests grow with the slowness of the machine (tests/pace.py)."""

import time

import pytest

from tests import pace
from tests.processes.service import eventually


@pytest.fixture
def slowness(monkeypatch):
    """slowness(1, 5): what is measured, one after the other; the last one stays."""

    def is_measured(*values):
        waiting = list(values)
        measure = lambda *_: waiting.pop(0) if len(waiting) > 1 else waiting[0]  # noqa: E731
        monkeypatch.setattr(pace, "slowness", measure)

    return is_measured


def after(seconds):
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


@pytest.mark.parametrize("measured", [(20,), (1, 20), (1, 4, 20)])
def test_a_wait_is_longer_on_a_machine_that_is_slow_or_has_become_slow(slowness, measured):
    slowness(*measured)
    assert eventually(after(0.3), within=0.05, every=0.01)


@pytest.mark.parametrize("measured", [(1,), (2, 1)])
def test_a_wait_on_a_free_machine_ends(slowness, measured):
    slowness(*measured)
    with pytest.raises(AssertionError, match="not within"):
        eventually(after(5), within=0.05, every=0.01)

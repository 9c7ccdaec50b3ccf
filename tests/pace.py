"""How slow this machine is now, compared with the one on which limits of tests were chosen. The only place that
knows: the limits of all tests and of `eventually` grow with it, so that they say something about the service and
nothing about what else runs.
"""

import time

import pytest
import pytest_timeout

QUICK = 0.06  # seconds that the loop below takes on two free cores
SLOWEST = 8.0
LATER = 3.0
_VALID = 10.0  # seconds
# For limits that are generous, or measure again before they fail. Measuring takes a sixteenth of a second of a core.
ROUGHLY = 60.0
_measured = {"at": float("-inf"), "slowness": 1.0}


def slowness(valid: float = _VALID) -> float:
    """1 on a free machine, 3 on one where everything takes three times as long; measured at most `valid` seconds ago."""
    now = time.monotonic()
    if now - _measured["at"] > valid:
        _measured.update(at=now, slowness=min(max(_loop() / QUICK, 1.0), SLOWEST))
    return _measured["slowness"]


def _loop() -> float:
    began, number = time.perf_counter(), 0
    for i in range(1_000_000):
        number = (number * 31 + i) % 1_000_003
    return time.perf_counter() - began


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item, settings):
    if not settings.timeout:
        return None
    # A machine that is free when the test begins may be busy later, and `eventually` then waits longer.
    longer = settings._replace(timeout=settings.timeout * max(slowness(ROUGHLY), LATER))
    return pytest_timeout.pytest_timeout_set_timer(item, longer)

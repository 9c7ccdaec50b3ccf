"""What each call of another service leaves behind: its outcome and time in the metrics, and a span if traces are on."""

import time
from functools import cache
from typing import Any

from prometheus_client import Counter, Histogram

from kernel import tracing

_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
CALLS = Counter("clinics_neighbour_calls_total", "Calls of services", ["service", "outcome"])
SECONDS = Histogram(
    "clinics_neighbour_seconds",
    "Time of a call, repetitions included",
    ["service"],
    buckets=_BUCKETS,
)
ANSWERED, FAILED, UNREACHABLE = "answered", "failed", "unreachable"


class Call:
    """A call, while it is made. Unreachable until someone says that there was an answer. A class and not a generator,
    because most requests make one."""

    __slots__ = ("_opened", "_service", "_span", "_started", "outcome")

    def __init__(self, service: str) -> None:
        self._service = service
        self.outcome = UNREACHABLE

    def __enter__(self) -> "Call":
        self._started = time.perf_counter()
        self._opened = tracing.call(self._service)
        self._span = self._opened.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._span.note(outcome=self.outcome)
        _counter(self._service, self.outcome).inc()
        _times(self._service).observe(time.perf_counter() - self._started)
        self._opened.__exit__(*error)

    def answered(self, status: int) -> None:
        self.outcome = FAILED if status >= 500 else ANSWERED
        self._span.note(status=status)

    def accepted(self) -> None:
        """It has answered, in a protocol without statuses."""
        self.outcome = ANSWERED


def call(service: str) -> Call:
    """`service` is a name of our own, never a part of an address."""
    return Call(service)


# Finding the series of some labels costs more than adding to it.
@cache
def _counter(service: str, outcome: str) -> Counter:
    return CALLS.labels(service, outcome)


@cache
def _times(service: str) -> Histogram:
    return SECONDS.labels(service)

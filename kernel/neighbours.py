"""What each call of another service leaves behind: its outcome and time in the metrics, and a span if traces are on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

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
    """Unreachable until someone says that there was an answer."""

    def __init__(self, span: tracing.Span) -> None:
        self._span = span
        self.outcome = UNREACHABLE

    def answered(self, status: int) -> None:
        self.outcome = FAILED if status >= 500 else ANSWERED
        self._span.note(status=status)

    def accepted(self) -> None:
        """It has answered, in a protocol without statuses."""
        self.outcome = ANSWERED


@contextmanager
def call(service: str) -> Iterator[Call]:
    """`service` is a name of our own, never a part of an address."""
    started = time.perf_counter()
    with tracing.call(service) as span:
        made = Call(span)
        try:
            yield made
        finally:
            span.note(outcome=made.outcome)
            CALLS.labels(service, made.outcome).inc()
            SECONDS.labels(service).observe(time.perf_counter() - started)

"""Traces, off unless OTEL_EXPORTER_OTLP_ENDPOINT is set. Off, a span costs reading that setting, and nothing of
OpenTelemetry is imported.

A span holds what a line of the log may hold, and less: names of our own code, statuses, ids of outbox rows. Never an
address, a body, a query, a statement of the database, or an id of a person (`kernel.tracing_sdk` has the list).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings

Note = str | int
TRACE_NAME = "x-tidepool-trace-request"  # the header with the id of a request, also of each answer
TRACEPARENT = "traceparent"  # the header, and what is stored in a row


class Span:
    """What the code may say of a span. This one is of traces that are off."""

    trace_id = ""

    def note(self, **attributes: Note) -> None:
        """Add attributes; `operation` becomes the name, too."""


_OFF = nullcontext(Span())


def request(traceparent: str) -> AbstractContextManager[Span]:
    """A request, as part of the caller's trace if it names one."""
    return _sdk().request(traceparent) if settings.TRACES_TO else _OFF


def delivery(row: Mapping[str, Any]) -> AbstractContextManager[Span]:
    """The delivery of an outbox row, as part of the trace that emitted it."""
    return _sdk().delivery(row) if settings.TRACES_TO else _OFF


def call(service: str) -> AbstractContextManager[Span]:
    """A call of another service."""
    return _sdk().call(service) if settings.TRACES_TO else _OFF


def parent() -> str:
    """What tells another service, or a later process, which trace it continues; empty outside of one."""
    return str(_sdk().parent()) if settings.TRACES_TO else ""


def _sdk() -> Any:
    from kernel import tracing_sdk

    return tracing_sdk

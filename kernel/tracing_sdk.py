"""The spans of `kernel.tracing`, made with OpenTelemetry. Imported only when traces are on.

No library instruments itself here: those for Django, PyMongo and HTTP clients record addresses and statements. The
trace of a caller is taken from `traceparent` alone, because `tracestate` holds any text.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from kernel.tracing import TRACEPARENT, Note, Span

ALLOWED = frozenset(
    {"operation", "status", "handler", "queue", "row", "attempts", "outcome", "service", "error"}
)
_FAULT = 500
_PROPAGATOR = TraceContextTextMapPropagator()


class OpenSpan(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.trace_id = trace.format_trace_id(span.get_span_context().trace_id)

    def note(self, **attributes: Note) -> None:
        for name, value in attributes.items():
            if name in ALLOWED:
                self._span.set_attribute(f"clinics.{name}", value)
        if "operation" in attributes:
            self._span.update_name(str(attributes["operation"]))
        if int(attributes.get("status", 0)) >= _FAULT:
            self._span.set_status(StatusCode.ERROR)


@contextmanager
def request(traceparent: str) -> Iterator[Span]:
    with _span("request", SpanKind.SERVER, context=_context(traceparent)) as span:
        yield span


@contextmanager
def delivery(row: Mapping[str, Any]) -> Iterator[Span]:
    name = str(row["handler"])
    with _span(name, SpanKind.CONSUMER, context=_context(row.get("trace"))) as span:
        queue, attempts = str(row["queue"]), int(row["attempts"])
        span.note(handler=name, queue=queue, row=str(row["_id"]), attempts=attempts)
        yield span


@contextmanager
def call(service: str) -> Iterator[Span]:
    with _span(f"call {service}", SpanKind.CLIENT, context=None) as span:
        span.note(service=service)
        yield span


def parent() -> str:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(TRACEPARENT, "")


def _context(traceparent: Any) -> Context:
    """An empty one where the text is not of the standard's form: what is sent or stored is not ours alone."""
    carrier = {TRACEPARENT: traceparent} if isinstance(traceparent, str) else {}
    return _PROPAGATOR.extract(carrier, context=Context())


@contextmanager
def _span(name: str, kind: SpanKind, *, context: Context | None) -> Iterator[Span]:
    """An exception leaves the name of its type: messages quote documents."""
    with _tracer().start_as_current_span(
        name, context, kind, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield OpenSpan(span)
        except Exception as error:
            OpenSpan(span).note(error=type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


@cache
def _tracer() -> trace.Tracer:
    """Made on first use, so that its thread is one of the process that uses it (fact F29)."""
    return provider(BatchSpanProcessor(_exporter())).get_tracer("clinics")


def provider(processor: SpanProcessor) -> TracerProvider:
    attributes = {"service.name": "clinics", "deployment.environment.name": settings.ENVIRONMENT}
    made = TracerProvider(resource=Resource.create(attributes))
    made.add_span_processor(processor)
    return made


def _exporter() -> OTLPSpanExporter:
    """The library reads the headers from the environment alone, and the setting from a file, too."""
    headers = parse_env_headers(settings.TRACES_HEADERS, liberal=True)
    return OTLPSpanExporter(f"{settings.TRACES_TO.rstrip('/')}/v1/traces", headers=headers)

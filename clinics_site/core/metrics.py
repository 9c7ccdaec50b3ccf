"""Prometheus metrics. Labels are operation ids, statuses and names of tasks: never ids of people."""

import os

from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Counter("clinics_requests_total", "Requests answered", ["operation", "status"])
SECONDS = Histogram("clinics_request_seconds", "Time to answer", ["operation"], buckets=_BUCKETS)
TASKS = Counter("clinics_tasks_total", "Background tasks run", ["task", "outcome"])
TASK_SECONDS = Histogram("clinics_task_seconds", "Time of a background task", ["task"])


def request_finished(operation: str, status: int, seconds: float) -> None:
    REQUESTS.labels(operation, str(status)).inc()
    SECONDS.labels(operation).observe(seconds)


def task_finished(task: str, outcome: str, seconds: float) -> None:
    TASKS.labels(task, outcome).inc()
    TASK_SECONDS.labels(task).observe(seconds)


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST)


def _text() -> bytes:
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry) + generate_latest(_backlog())


def _backlog() -> CollectorRegistry:
    """The outbox as it is now, asked at scrape time so that every process tells the same."""
    from clinics_site.core import outbox

    registry = CollectorRegistry()
    gauge = Gauge("clinics_outbox", "Undelivered and dead events", ["what"], registry=registry)
    for what, value in outbox.depth().items():
        gauge.labels(what).set(value)
    return registry

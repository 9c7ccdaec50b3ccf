"""Prometheus metrics. Labels are operation ids, statuses and names of tasks: never ids of people."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pymongo
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pymongo.errors import PyMongoError

from kernel import following, indexes, metrics_folder, outbox, shared_secrets
from kernel.accesses import processes

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Counter("clinics_requests_total", "Requests answered", ["operation", "status"])
SECONDS = Histogram("clinics_request_seconds", "Time to answer", ["operation"], buckets=_BUCKETS)
TASKS = Counter("clinics_tasks_total", "Background tasks run", ["task", "outcome"])
TASK_SECONDS = Histogram("clinics_task_seconds", "Time of a background task", ["task"])

_PATIENCE = 2.0  # seconds for all that is read of MongoDB; Prometheus waits ten
UNAUTHORIZED = b'{"message": "unauthorized: the token of METRICS_TOKEN is required"}'
WORKERS_STUCK = Counter("clinics_workers_stuck_total", "Workers that made no progress and ended")


Source = Callable[[], Iterator[Metric]]
_SOURCES: list[Source] = []


def present(source: Source) -> Source:
    """Add what an app reads from the database at scrape time."""
    _SOURCES.append(source)
    return source


def request_finished(operation: str, status: int, seconds: float) -> None:
    answers, times = _of_requests(operation, status)
    answers.inc()
    times.observe(seconds)


@cache
def _of_requests(operation: str, status: int) -> tuple[Counter, Histogram]:
    """Finding the series of some labels costs more than adding to it."""
    return REQUESTS.labels(operation, str(status)), SECONDS.labels(operation)


def task_finished(task: str, outcome: str, seconds: float) -> None:
    task_ended(task, outcome)
    TASK_SECONDS.labels(task).observe(seconds)


def task_ended(task: str, outcome: str) -> None:
    """`done`, `failed`, or of one that could not say so itself `lost` or `timed_out`."""
    TASKS.labels(task, outcome).inc()


def view(request: HttpRequest) -> HttpResponse:
    """How busy a service is and what fails in it is for those who run it (rule ACCOUNT-168)."""
    if not may_read(request.headers.get("Authorization", "")):
        return HttpResponse(UNAUTHORIZED, status=401, content_type="application/json")
    text = generate_latest(counted()) + generate_latest(_Present())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def may_read(authorization: str) -> bool:
    scheme, _, token = authorization.partition(" ")
    has_token = scheme.lower() == "bearer" and shared_secrets.is_same(token, settings.METRICS_TOKEN)
    return settings.METRICS_ARE_OPEN or has_token


def counted() -> CollectorRegistry:
    """What was counted by this process, or by all that share its folder."""
    if not os.environ.get(metrics_folder.VARIABLE):
        return REGISTRY
    registry = CollectorRegistry()
    _OfAllProcesses(registry)
    return registry


class _OfAllProcesses(multiprocess.MultiProcessCollector):
    """Leaves out files of processes that are just beginning: prometheus_client makes a file before it fills it, and
    fails when it reads one that is empty."""

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in Path(self._path).glob("*.db") if file.stat().st_size]
        metrics: Iterable[Metric] = self.merge(files, accumulate=True)
        return metrics


class _Present(Collector):
    """The state of outbox, scheduler, indexes and followers, read at scrape time. Not a `Gauge`: every process
    would leave its last value in the shared folder, and it would be reported beside the present one long after
    the process ended."""

    def collect(self) -> Iterator[Metric]:
        """While MongoDB hangs, what has to be read of it is left out."""
        with pymongo.timeout(_PATIENCE):
            found = list(self._read())
        yield from found

    def _read(self) -> Iterator[Metric]:
        yield from self._backlog()
        yield from self._queues()
        yield from self._scheduler()
        yield from self._heartbeats()
        yield from self._indexes()
        yield from Followers().collect()
        yield from self._accesses()
        for source in _SOURCES:
            with suppress(PyMongoError):
                yield from source()

    def _backlog(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("clinics_outbox", "Undelivered and dead events", labels=["what"])
        for what, value in outbox.depth().items():
            family.add_metric([what], value)
        yield family

    def _queues(self) -> Iterator[GaugeMetricFamily]:
        waiting = GaugeMetricFamily(
            "clinics_queue_waiting", "Events due and not delivered", labels=["queue"]
        )
        oldest = GaugeMetricFamily(
            "clinics_queue_oldest_seconds",
            "How long the oldest of them has been due",
            labels=["queue"],
        )
        dead = GaugeMetricFamily("clinics_dead_events", "Events given up", labels=["handler"])
        with suppress(PyMongoError):
            for queue, (count, age) in outbox.depth_by_queue().items():
                waiting.add_metric([queue], count)
                oldest.add_metric([queue], age)
            for handler, count in outbox.dead_by_handler().items():
                dead.add_metric([handler], count)
        yield from (waiting, oldest, dead)

    def _scheduler(self) -> Iterator[GaugeMetricFamily]:
        from kernel import beat

        with suppress(PyMongoError):
            yield GaugeMetricFamily(
                "clinics_scheduler_silent_seconds",
                "Since the scheduler last handed a task to the broker",
                value=beat.silent_seconds(),
            )

    def _heartbeats(self) -> Iterator[GaugeMetricFamily]:
        from kernel import heartbeats

        family = GaugeMetricFamily(
            "clinics_heartbeat_age_seconds",
            "Since an event last went the whole way through a queue",
            labels=["queue"],
        )
        with suppress(PyMongoError):
            for queue, age in heartbeats.ages().items():
                family.add_metric([queue], age)
            yield family

    def _indexes(self) -> Iterator[GaugeMetricFamily]:
        with suppress(PyMongoError):
            yield GaugeMetricFamily(
                "clinics_indexes_missing",
                "Declared indexes that could not be made",
                value=len(indexes.last_problems()),
            )

    def _accesses(self) -> Iterator[Metric]:
        with suppress(PyMongoError):
            yield GaugeMetricFamily(
                "clinics_access_processes_silent",
                "Processes of the last week that recorded accesses and ended without saying so",
                value=len(processes.list_silent()),
            )


class Followers(Collector):
    """How far the followers are, as they have noted in MongoDB."""

    def collect(self) -> Iterator[Metric]:
        with suppress(PyMongoError), pymongo.timeout(_PATIENCE):
            yield from _of_followers(following.standings())


def _of_followers(standings: list[following.Standing]) -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "clinics_follower_lag_seconds",
        "How far a follower of the database's changes is behind",
        labels=["follower"],
    )
    state = GaugeMetricFamily(
        "clinics_follower",
        "Whether it runs, whether it rescans, and parked documents",
        labels=["follower", "what"],
    )
    changes = CounterMetricFamily(
        "clinics_follower_changes", "Changes handled", labels=["follower"]
    )
    failures = CounterMetricFamily(
        "clinics_follower_failures", "Attempts that failed", labels=["follower"]
    )
    for standing in standings:
        name = standing.name
        lag.add_metric([name], standing.lag_seconds)
        state.add_metric([name, "running"], standing.is_running)
        state.add_metric([name, "rescanning"], standing.is_rescanning)
        state.add_metric([name, "parked"], standing.parked)
        changes.add_metric([name], standing.changes)
        failures.add_metric([name], standing.failures)
    yield from (lag, state, changes, failures)

"""Workers, scheduler and follower answer Prometheus on a port of their own, with what they and their children have
counted.

Threads of the process answer. Counts come from memory and files: a worker's main process has no connection to MongoDB
(a pool process may be forked from it at any time, fact F29), and Prometheus reads them while MongoDB hangs.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from django.conf import settings
from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.registry import Collector

from kernel import metrics

LAST_READING = 30.0  # seconds; Prometheus usually comes every 15

log = structlog.get_logger(__name__)
_is_open, _was_read = threading.Event(), threading.Event()


def open_if_set(*more: Collector) -> None:
    """On `METRICS_PORT`; `more` is published beside what was counted."""
    if settings.METRICS_PORT:
        threading.Thread(target=_serve, args=more, daemon=True, name="metrics-port").start()


def wait_for_last_reading() -> None:
    """For a process that has counted why it ends: what no one reads before its end is lost with it."""
    if _is_open.is_set():
        _was_read.clear()
        _was_read.wait(LAST_READING)


def _serve(*more: Collector) -> None:
    registry = metrics.counted()
    for collector in more:
        registry.register(collector)
    server = _listen(_answers(make_wsgi_app(registry)))
    # A pool process that outlives its worker would keep the port from the next worker.
    os.register_at_fork(after_in_child=server.socket.close)
    _is_open.set()
    server.serve_forever()


def _listen(application: Callable[..., Any]) -> "_Server":
    """The port may be taken until the process before has ended, and work does not wait for it."""
    has_told = False
    while True:
        try:
            return make_server(
                settings.METRICS_HOST, settings.METRICS_PORT, application, _Server, _Handler
            )
        except OSError as error:
            if not has_told:
                log.warning("metrics_port.taken", error=type(error).__name__)
            has_told = True
            time.sleep(1)


def _answers(read: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """For the same readers as `/metrics` of web (rule ACCOUNT-168)."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not metrics.may_read(environ.get("HTTP_AUTHORIZATION", "")):
            start_response("401 Unauthorized", [("Content-Type", "application/json")])
            return [metrics.UNAUTHORIZED]
        return _Answer(read(environ, start_response))

    return answer


class _Answer(list[bytes]):
    def close(self) -> None:
        """Called when it was sent."""
        _was_read.set()


class _Server(ThreadingWSGIServer):
    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def handle_error(self, *_: Any) -> None:
        """A reader that went away."""


class _Handler(WSGIRequestHandler):
    timeout = 5  # seconds without a byte

    def log_message(self, *_: Any) -> None:
        """No line for each reading."""

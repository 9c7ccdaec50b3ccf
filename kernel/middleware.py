"""Middleware for every request: log and metrics by operation, and the middleware that only staff pages
need."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

from kernel import accesses, metrics, outbox, tracing
from kernel.daily import api_errors

log = structlog.get_logger("request")
Next = Callable[[HttpRequest], HttpResponseBase]
TRACE_HEADER = "HTTP_X_TIDEPOOL_TRACE_REQUEST"
TRACE_NAME = tracing.TRACE_NAME
PARENT_HEADER = "HTTP_TRACEPARENT"
OTHER = "other"  # of a request that was refused before its operation was known, or has none
_MAX_TRACE = 64
_NO_CONTENT = 204


class RequestLog:
    """One line per request: operation, status, time. No path, query, address or agent (fact F14). And one record of
    each access to patients' data."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        request_id = trace_id(request.META)
        structlog.contextvars.bind_contextvars(request=request_id)
        accesses.forget()
        with tracing.request(request.META.get(PARENT_HEADER, "")) as span:
            if span.trace_id:
                structlog.contextvars.bind_contextvars(trace=span.trace_id)
            response = self.get_response(request)
            span.note(operation=operation_of(request), status=response.status_code)
        accesses.finish(request.META, str(response.status_code))
        seconds = time.perf_counter() - started
        outbox.nudge()
        tell(operation_of(request), response.status_code, seconds)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers[TRACE_NAME] = request_id
        _state_length(response)
        return response


def _state_length(response: HttpResponseBase) -> None:
    """Without a length the server sends chunks, which is more work for both sides."""
    if isinstance(response, HttpResponse) and response.status_code != _NO_CONTENT:
        response.headers.setdefault("Content-Length", str(len(response.content)))


def operation_of(request: HttpRequest) -> str:
    """Staff pages that are Django's own, and those that a person without a session was not shown, go by their route."""
    known: str = getattr(request, "operation_id", "")
    match = request.resolver_match
    if known or match is None or match.namespace != "admin":
        return known or OTHER
    return f"admin.{match.url_name}" if match.url_name else OTHER


def trace_id(environ: Mapping[str, Any]) -> str:
    given: str = environ.get(TRACE_HEADER, "")
    return given if given.isalnum() and len(given) <= _MAX_TRACE else os.urandom(16).hex()


def tell(operation: str, status: int, seconds: float) -> None:
    """The line and the numbers of a request."""
    metrics.request_finished(operation, status, seconds)
    api_errors.note(operation, status)
    log.info("request", operation=operation, status=status, milliseconds=round(seconds * 1000, 1))


class AdminOnly:
    """Sessions, CSRF, login and CSP for the staff pages only, so that the API does not pay for them."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.chain: Callable[[HttpRequest], HttpResponseBase] = get_response
        for name in reversed(settings.ADMIN_MIDDLEWARE):
            self.chain = import_string(name)(self.chain)
        self.prefix = settings.ADMIN_PATH

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == self.prefix or request.path.startswith(self.prefix + "/"):
            return self.chain(request)
        return self.get_response(request)

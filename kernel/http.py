"""The outgoing HTTP client: always with time limits, with bounded retries for reads, and nothing personal in
logs.

Clients of outside services call `request()` and decide by status; they never see an exception of the HTTP
library. Ids become part of an address through `segment()` alone.
"""

import atexit
import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import httpx2
import orjson
import stamina
import structlog
from stamina.instrumentation import set_on_retry_hooks

from kernel import certificates, db, deadline, kept_connections, neighbours, tracing
from kernel.kept_connections import Answer

log = structlog.get_logger(__name__)
TIMEOUT = httpx2.Timeout(10.0, connect=2.0)
LONGEST_WAIT = timedelta(hours=1)
_REPEATABLE = {"GET", "HEAD"}
IN_TRANSACTION = "an outside service is asked before a transaction or after it, never inside"
# Addresses that cannot be called are found out by the library's parser, by the encoding of the host, or by the socket.
_UNREACHABLE = (
    *(httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, OverflowError),
    *kept_connections.FAILURES,
)
_PAUSE = 0.1  # seconds before a read is tried again
set_on_retry_hooks([])  # stamina's default hook logs the arguments of the repeated call (fact F14)


class ServiceError(Exception):
    """An outside service gave an unexpected answer; `status` is its HTTP status, `wait` what it asks for before the
    next call."""

    def __init__(self, service: str, status: int, *, wait: timedelta | None = None) -> None:
        super().__init__(f"{service} answered {status}")
        self.service = service
        self.status = status
        self.wait = wait


class ServiceUnavailable(Exception):
    """An outside service could not be reached in time."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} cannot be reached")
        self.service = service


_lock = threading.Lock()
_client: httpx2.Client | None = None


def client() -> httpx2.Client:
    """One connection pool per process, opened on first use."""
    global _client  # noqa: PLW0603
    with _lock:
        if _client is None:
            _client = httpx2.Client(
                timeout=TIMEOUT, follow_redirects=False, verify=certificates.trusted()
            )
            atexit.register(_client.close)
        return _client


def segment(value: str) -> str:
    """One segment of a path, whatever the id: no slash or question mark in it changes the path, and neither does an
    empty one or one of dots alone, which stands for another folder. Those become an id that nothing has."""
    if not value.strip("."):
        return "%25" + "%252E" * len(value)
    return quote(value, safe="")


def request(
    service: str,
    method: str,
    url: str,
    *,
    attempts: int = 3,
    timeout: httpx2.Timeout = TIMEOUT,
    **options: Any,
) -> httpx2.Response:
    """One call to `service` (a name for logs). Reads are repeated, up to `attempts` times, when the
    connection fails. Neither goes on when the request that asks has no time left.

    Raises ServiceUnavailable, and AssertionError inside a transaction: a slow answer would hold what the
    transaction has changed, and a repetition of the transaction would ask again. The caller interprets the status.
    """
    headers = options.pop("headers", None) or {}
    return _noted(
        service,
        lambda more: _send(method, url, attempts, timeout, {**options, "headers": headers | more}),
    )


def get(
    service: str,
    url: str,
    *,
    headers: Mapping[str, str],
    attempts: int = 3,
    timeout: httpx2.Timeout = TIMEOUT,
) -> Answer:
    """As `request`, for the call that is made so often that the HTTP library's own cost counts; for addresses that
    `kept_connections.can_ask`."""
    return _noted(service, lambda more: _get(url, {**headers, **more}, attempts, timeout))


class Answered(Protocol):
    @property
    def status_code(self) -> int: ...


A = TypeVar("A", bound=Answered)


def _noted(service: str, send: Callable[[dict[str, str]], A]) -> A:
    """`send` is given the headers that every call has."""
    if db.in_transaction():
        raise AssertionError(IN_TRANSACTION)
    with neighbours.call(service) as call:
        parent = tracing.parent()
        try:
            answer = send({tracing.TRACEPARENT: parent} if parent else {})
        except _UNREACHABLE as error:
            log.warning("http.failed", service=service, error=type(error).__name__)
            raise ServiceUnavailable(service) from None
        call.answered(answer.status_code)
        return answer


def _get(url: str, headers: dict[str, str], attempts: int, timeout: httpx2.Timeout) -> Answer:
    for left in reversed(range(attempts)):
        seconds = _seconds_left()
        connect, read = min(timeout.connect or 0, seconds), min(timeout.read or 0, seconds)
        try:
            return kept_connections.get(url, headers, connect=connect, read=read)
        except kept_connections.FAILURES:
            if not left:
                raise
            time.sleep(_PAUSE)
    raise AssertionError


def _send(
    method: str, url: str, attempts: int, timeout: httpx2.Timeout, options: dict[str, Any]
) -> httpx2.Response:
    if method not in _REPEATABLE:
        return client().request(method, url, timeout=_in_time(timeout), **options)
    for attempt in stamina.retry_context(
        on=httpx2.TransportError, attempts=attempts, wait_initial=0.1, wait_max=0.5, timeout=15
    ):
        with attempt:
            return client().request(method, url, timeout=_in_time(timeout), **options)
    raise AssertionError


def _in_time(timeout: httpx2.Timeout) -> httpx2.Timeout:
    left = _seconds_left()
    if math.isinf(left):
        return timeout
    phases = timeout.as_dict()
    return httpx2.Timeout(**{name: min(seconds or left, left) for name, seconds in phases.items()})


def _seconds_left() -> float:
    """Raises HTTPError, after which nothing is tried again, when no time is left."""
    left = deadline.seconds_left()
    if left <= 0:
        message = "no time is left"
        raise httpx2.HTTPError(message)
    return left


def expect(response: httpx2.Response, service: str, *statuses: int) -> httpx2.Response:
    """The response, or ServiceError for any other status."""
    if response.status_code not in statuses:
        log.warning("http.unexpected_status", service=service, status=response.status_code)
        raise ServiceError(service, response.status_code, wait=retry_after(response))
    return response


def retry_after(response: httpx2.Response) -> timedelta | None:
    """How long the service asks to wait, up to an hour; None where it does not say so in seconds."""
    seconds = response.headers.get("Retry-After", "")
    if not seconds.isdecimal():
        return None
    is_long = len(seconds) > len(str(LONGEST_WAIT.seconds))
    return LONGEST_WAIT if is_long else min(timedelta(seconds=int(seconds)), LONGEST_WAIT)


def json_object(response: httpx2.Response) -> dict[str, Any] | None:
    """The body, where it is a JSON object."""
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None

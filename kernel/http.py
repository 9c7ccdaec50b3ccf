"""The outgoing HTTP client: always with time limits, with bounded retries for reads, and nothing personal in
logs.

Clients of outside services call `request()` and decide by status; they never see an exception of the HTTP
library.
"""

import atexit
import threading
from typing import Any

import httpx2
import stamina
import structlog
from stamina.instrumentation import set_on_retry_hooks

log = structlog.get_logger(__name__)
TIMEOUT = httpx2.Timeout(10.0, connect=2.0)
_REPEATABLE = {"GET", "HEAD"}
set_on_retry_hooks([])  # stamina's default hook logs the arguments of the repeated call (fact F14)


class ServiceError(Exception):
    """An outside service gave an unexpected answer; `status` is its HTTP status."""

    def __init__(self, service: str, status: int) -> None:
        super().__init__(f"{service} answered {status}")
        self.service = service
        self.status = status


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
            _client = httpx2.Client(timeout=TIMEOUT, follow_redirects=False)
            atexit.register(_client.close)
        return _client


def request(
    service: str, method: str, url: str, *, attempts: int = 3, **options: Any
) -> httpx2.Response:
    """One call to `service` (a name for logs). Reads are repeated, up to `attempts` times, when the
    connection fails.

    Raises ServiceUnavailable. The caller interprets the status.
    """
    try:
        if method not in _REPEATABLE:
            return client().request(method, url, **options)
        for attempt in stamina.retry_context(
            on=httpx2.TransportError, attempts=attempts, wait_initial=0.1, wait_max=0.5, timeout=15
        ):
            with attempt:
                return client().request(method, url, **options)
    except httpx2.HTTPError as error:
        log.warning("http.failed", service=service, error=type(error).__name__)
        raise ServiceUnavailable(service) from None
    raise AssertionError


def expect(response: httpx2.Response, service: str, *statuses: int) -> httpx2.Response:
    """The response, or ServiceError for any other status."""
    if response.status_code not in statuses:
        log.warning("http.unexpected_status", service=service, status=response.status_code)
        raise ServiceError(service, response.status_code)
    return response

"""Asks again where the service says that it makes sense: after 429 and 503, for methods that change nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from clinics_client.errors import seconds_to_wait

_SAFE_METHODS = {"GET", "HEAD"}
_PASSING = {429, 503}


class RetryingTransport(httpx.BaseTransport):
    """Sends a request up to `tries` times. Waits as long as `Retry-After` says, else 0.5, 1, 2, … seconds; an answer
    that asks for more than `longest_wait` seconds is given back at once."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        tries: int = 3,
        longest_wait: float = 30,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = transport
        self._tries = tries
        self._longest_wait = longest_wait
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        for number in range(self._tries - 1):
            wait = self._wait(request, response, number)
            if wait is None:
                break
            response.close()
            self._sleep(wait)
            response = self._transport.handle_request(request)
        return response

    def close(self) -> None:
        self._transport.close()

    def _wait(self, request: httpx.Request, response: httpx.Response, number: int) -> float | None:
        """Seconds until the next try; None for no other try."""
        if request.method not in _SAFE_METHODS or response.status_code not in _PASSING:
            return None
        asked = seconds_to_wait(response)
        wait = 0.5 * 2**number if asked is None else asked
        return wait if wait <= self._longest_wait else None

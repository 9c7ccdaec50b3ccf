"""`/live` and `/ready` are answered separately, so that a flood of requests does not delay them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

REMEMBERED_SECONDS = 1.0
PATIENCE = 3.0
LENGTH_ZERO = (b"content-length", b"0")


class Readiness:
    """Checks at most once a second, in its own thread."""

    def __init__(self, check: Callable[[], bool]) -> None:
        self._check = check
        self._thread = ThreadPoolExecutor(1, "health")
        self._asking: asyncio.Future[bool] | None = None
        self._asked_at = float("-inf")

    async def is_ready(self) -> bool:
        loop = asyncio.get_running_loop()
        is_old = loop.time() - self._asked_at > REMEMBERED_SECONDS
        if self._asking is None or (self._asking.done() and is_old):
            self._asked_at = loop.time()
            self._asking = loop.run_in_executor(self._thread, self._check)
        try:
            return await asyncio.wait_for(asyncio.shield(self._asking), PATIENCE)
        except TimeoutError:
            return False


async def send_empty(send: Any, status: int, *headers: tuple[bytes, bytes]) -> None:
    own = [(b"server", b"clinics"), (b"cache-control", b"no-store"), LENGTH_ZERO, *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": b""})


class HealthApplication:
    """The only application of the master process, on HEALTH_PORT."""

    def __init__(self, readiness: Readiness, can_serve: Callable[[], bool]) -> None:
        self._readiness = readiness
        self._can_serve = can_serve

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send_empty(send, await self._status(scope["path"]), (b"connection", b"close"))

    async def _status(self, path: str) -> int:
        if path == "/live":
            return 200
        if path == "/ready":
            return 200 if self._can_serve() and await self._readiness.is_ready() else 400
        return 404

"""One request before Django sees it: its body and its caller."""

import asyncio
import io
from contextlib import suppress
from typing import Any

from django.conf import settings

from clinics_site.web import bridge, limits
from clinics_site.web.protocol import EXTENSION, Protocol
from kernel import authn, ratelimit, waiting
from kernel.api import bodies
from kernel.errors import SlowBody, Unavailable
from kernel.principal import ENVIRON_KEY, Principal


class Gone(Exception):
    """The client has closed the connection."""


class Memory:
    """The memory that all bodies of a process share."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> None:
        if size > self._left:
            raise Unavailable
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size


class Incoming:
    def __init__(self, scope: Any, receive: Any, memory: Memory) -> None:
        self.scope = scope
        self.environ = bridge.make_environ(scope)
        self.seen: bridge.Environ = {}  # the environ that Django saw, with what Django added
        self._receive = receive
        self._wait = waiting.Wait()
        self._connection: Protocol | None = scope["extensions"][EXTENSION]()
        self._memory = memory
        self._body = bytearray()
        headers = dict(scope["headers"])
        self._announced = int(headers.get(b"content-length", b"0"))
        self._asks_first = headers.get(b"expect", b"").lower() == b"100-continue"
        self.is_complete = not self._announced and b"transfer-encoding" not in headers

    @property
    def token(self) -> str:
        token: str = self.environ.get(authn.ENVIRON_HEADER, "")
        return token

    @property
    def address(self) -> str:
        return ratelimit.client_address_in(self.environ)

    @property
    def began(self) -> float:
        """When it came: a moment of `time.monotonic()`."""
        return self._wait.began

    @property
    def is_gone(self) -> bool:
        """Whether no client waits for the answer any more."""
        return self._connection is None or self._connection.is_gone

    def keep_open(self) -> None:
        """The answer comes later: the connection is not closed to make room for others."""
        if self._connection is not None:
            self._connection.is_kept = True

    # --- reading
    async def read_small(self) -> None:
        """Read a small body that arrives at once; of any other body nothing, or its beginning."""
        if self.is_complete or self._asks_first or self._announced > limits.SMALL_BODY:
            return
        try:
            async with asyncio.timeout(limits.SMALL_BODY_SECONDS):
                while not self.is_complete and len(self._body) <= limits.SMALL_BODY:
                    await self._read_part()
        except TimeoutError:
            return

    async def read_rest(self) -> None:
        """Read the rest of the body, or until it is too large. Raises SlowBody."""
        most = self._most()
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(began + limits.BODY_GRACE) as deadline:
                while not self.is_complete and len(self._body) <= most:
                    await self._read_part()
                    patience = limits.BODY_GRACE + len(self._body) / limits.BODY_RATE
                    deadline.reschedule(began + min(patience, limits.BODY_SECONDS))
        except TimeoutError:
            raise SlowBody from None

    async def _read_part(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message["body"]
        self._memory.take(len(part))
        self._body += part
        self.is_complete = not message["more_body"]

    def _most(self) -> int:
        """The limit that the operation stated in the first run, at most Django's general limit."""
        most: int = min(
            self.seen.get(bodies.LIMIT_KEY, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
            settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        )
        return most

    def release(self) -> None:
        self._memory.give_back(len(self._body))
        self._body = bytearray()

    async def throw_away_rest(self) -> None:
        """After an early answer: closing at once would reset the connection while the client still sends, and
        the answer would be lost."""
        if self._connection is not None:
            self._connection.throw_away_rest()
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.LINGER_SECONDS):
                while (await self._receive())["type"] != "http.disconnect":
                    pass

    # --- for Django
    def with_body(self) -> bridge.Environ:
        return self._for_django(io.BytesIO(self._body), len(self._body))

    def without_body(self) -> bridge.Environ:
        return self._for_django(bridge.Unread(), self._announced or 1)

    def _for_django(self, body: Any, length: int) -> bridge.Environ:
        """A copy, because Django writes into it and may see the request again. It contains the caller found
        in the first run."""
        self.seen = {
            **self.environ,
            ENVIRON_KEY: self.seen.get(ENVIRON_KEY),
            waiting.ENVIRON_KEY: self._wait,
            "wsgi.input": body,
        }
        if length:
            self.seen["CONTENT_LENGTH"] = str(length)
        return self.seen

    @property
    def principal(self) -> Principal | None:
        """The caller, after Django has seen the request."""
        principal: Principal | None = self.seen.get(ENVIRON_KEY)
        return principal

"""GET over connections that stay open, with the standard library alone. Its own cost is an eighth of that of the HTTP
library which the other calls use (decision 0026): for the one call that each request of a person makes.

It has the same time limits, for connecting and for each read, and trusts the same certificates. It knows no proxies and
no passwords in addresses: `can_ask` says which addresses it is good for.
"""

import http.client
import os
import select
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from kernel import certificates

MOST_BYTES = 1024 * 1024  # of an answer
MOST_IDLE = 50  # connections to one service
IDLE_SECONDS = 5.0  # less than servers, and what lies between, keep a connection open
FAILURES = (OSError, http.client.HTTPException)
Origin = tuple[str, str, int | None]  # scheme, host, port


class Broken(http.client.HTTPException):
    """An answer that the library itself lets pass."""


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    content: bytes


@dataclass(slots=True)
class Connection:
    http: http.client.HTTPConnection
    used_at: float

    @property
    def is_usable(self) -> bool:
        """An idle connection has nothing to be read but its end."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        poll = select.poll()
        poll.register(self.http.sock, select.POLLIN)
        return not poll.poll(0)


_idle: dict[Origin, deque[Connection]] = {}
_lock = threading.Lock()
os.register_at_fork(after_in_child=_idle.clear)


def can_ask(base: str) -> bool:
    """Whether this is enough for addresses that begin with `base`."""
    try:
        parts = urlsplit(base)
        is_whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    return is_whole and not _is_proxied(parts)


def _is_proxied(parts: SplitResult) -> bool:
    is_set = parts.scheme in urllib.request.getproxies()
    return is_set and not urllib.request.proxy_bypass(parts.netloc)


def get(url: str, headers: Mapping[str, str], *, connect: float, read: float) -> Answer:
    """`connect` and `read` in seconds. Asked again at once where an idle connection turns out to have ended. Raises one
    of FAILURES."""
    parts = urlsplit(url)
    origin = (parts.scheme, parts.hostname or "", parts.port)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    kept = _take(origin)
    if kept is not None:
        try:
            return _ask(origin, kept, target, headers, read)
        except ConnectionError:
            pass
    return _ask(origin, _open(origin, connect), target, headers, read)


def _ask(
    origin: Origin, connection: Connection, target: str, headers: Mapping[str, str], read: float
) -> Answer:
    asked = connection.http
    try:
        asked.sock.settimeout(read)
        asked.request("GET", target, headers=dict(headers))
        answer = _read(asked.getresponse())
    except BaseException:
        asked.close()
        raise
    if asked.sock is not None:
        _keep(origin, connection)
    return answer


def _read(response: http.client.HTTPResponse) -> Answer:
    ends_with_connection = response.length is None and not response.chunked
    if ends_with_connection and response.version > 10 and not response.headers.get("Connection"):
        raise Broken  # the head is not whole
    content = response.read(MOST_BYTES)
    if response.length or (not response.isclosed() and response.read(1)):
        raise Broken  # the body is too short, or too large
    return Answer(response.status, content)


def _take(origin: Origin) -> Connection | None:
    """The one used last of those that are open."""
    while True:
        with _lock:
            connections = _idle.get(origin)
            if not connections:
                return None
            connection = connections.pop()
        if connection.is_usable:
            return connection
        connection.http.close()


def _keep(origin: Origin, connection: Connection) -> None:
    connection.used_at = time.monotonic()
    with _lock:
        _idle.setdefault(origin, deque(maxlen=MOST_IDLE)).append(connection)


def _open(origin: Origin, seconds: float) -> Connection:
    scheme, host, port = origin
    if scheme == "https":
        made: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=seconds, context=certificates.trusted()
        )
    else:
        made = http.client.HTTPConnection(host, port, timeout=seconds)
    made.connect()
    return Connection(made, time.monotonic())

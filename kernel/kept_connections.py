"""GET over connections that stay open: a socket, and the parser that the web server has for requests (`httptools`). Its
own cost is a twentieth of that of the HTTP library which the other calls use (decision 0026): for the one call that
each request of a person makes.

It has the same time limits, for connecting and for each read, and trusts the same certificates. It knows no proxies and
no passwords in addresses: `can_ask` says which addresses it is good for.
"""

import http.client
import os
import re
import select
import socket
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import httptools

from kernel import certificates

MOST_BYTES = 1024 * 1024  # of an answer, with its head
MOST_IDLE = 50  # connections to one service
IDLE_SECONDS = 5.0  # less than servers, and what lies between, keep a connection open
FAILURES = (OSError, http.client.HTTPException)
_PORTS = {"http": 80, "https": 443}
_PART = 16_384  # bytes that are read at once
_FIRST_FINAL = 200  # lower statuses announce another answer
_PLAIN = re.compile(r"[!-~]+")  # the characters of a path
_FRAMING = (b"content-length", b"transfer-encoding")


class Broken(http.client.HTTPException):
    """An answer that is not whole, or no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    content: bytes


class Connection:
    """One request at a time; the methods `on_...` are called by the parser."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self._parts: list[bytes] = []
        self._size = self._status = 0
        self._is_framed = False  # the answer says where it ends
        self._is_whole = False
        self.is_kept = False  # after this answer
        self._used_at = time.monotonic()

    @property
    def is_usable(self) -> bool:
        """An idle connection has nothing to be read but its end."""
        return time.monotonic() - self._used_at <= IDLE_SECONDS and not self._poll.poll(0)

    def ask(self, request: bytes, read: float) -> Answer:
        """`read`: seconds for each read. Raises one of FAILURES: ConnectionError where the connection has ended before
        the answer began."""
        self._begin()
        self._socket.settimeout(read)
        self._socket.sendall(request)
        while not self._is_whole:
            self._take(self._socket.recv(_PART))
        self._used_at = time.monotonic()
        return Answer(self._status, b"".join(self._parts))

    def close(self) -> None:
        self._socket.close()

    def _take(self, data: bytes) -> None:
        """What was read: nothing at the end of the connection."""
        if not data:
            self._end()
            return
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            raise Broken from None
        if self._size > MOST_BYTES:
            raise Broken

    def _end(self) -> None:
        if not self._size:
            raise ConnectionResetError
        if self._is_framed or not self._status:
            raise Broken
        self._is_whole = True

    def on_header(self, name: bytes, _: bytes) -> None:
        self._is_framed = self._is_framed or name.lower() in _FRAMING

    def on_headers_complete(self) -> None:
        if self._is_whole:  # of an answer to nothing
            raise Broken
        status = self._parser.get_status_code()
        if status >= _FIRST_FINAL:
            self._status, self.is_kept = status, self._parser.should_keep_alive()

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        self._is_whole = self._status >= _FIRST_FINAL


_idle: dict[str, deque[Connection]] = {}  # by scheme, host and port, as the address begins
_lock = threading.Lock()


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
    split = url.find("/", len("https://"))
    base = url[:split]
    request = _request(_host(base), url[split:], headers)
    kept = _take(base)
    if kept is not None:
        try:
            return _ask(base, kept, request, read)
        except ConnectionError:
            pass
    return _ask(base, _open(base, connect), request, read)


@lru_cache
def _host(base: str) -> str:
    """What the header Host says."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    host = host if host.isascii() else host.encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS[parts.scheme]) else f"{host}:{parts.port}"


def _request(host: str, target: str, headers: Mapping[str, str]) -> bytes:
    """Raises ValueError for a header that would be more than one."""
    if not _PLAIN.fullmatch(target):
        raise http.client.InvalidURL
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
    for name, value in headers.items():
        if "\r" in value or "\n" in value:
            message = "Invalid header value"
            raise ValueError(message)
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def _ask(base: str, connection: Connection, request: bytes, read: float) -> Answer:
    try:
        answer = connection.ask(request, read)
    except BaseException:
        connection.close()
        raise
    if connection.is_kept:
        _keep(base, connection)
    else:
        connection.close()
    return answer


def _take(base: str) -> Connection | None:
    """The one used last of those that are open."""
    while True:
        with _lock:
            connections = _idle.get(base)
            if not connections:
                return None
            connection = connections.pop()
        if connection.is_usable:
            return connection
        connection.close()


def _keep(base: str, connection: Connection) -> None:
    with _lock:
        connections = _idle.setdefault(base, deque())
        connections.append(connection)
        oldest = connections.popleft() if len(connections) > MOST_IDLE else None
    if oldest is not None:
        oldest.close()


def _open(base: str, seconds: float) -> Connection:
    """Connected as the standard library does it."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme == "https":
        made: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=seconds, context=certificates.trusted()
        )
    else:
        made = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    made.connect()
    return Connection(made.sock)


def _forget() -> None:
    """In a process that was forked, the connections are those of its parent."""
    for connections in _idle.values():
        for connection in connections:
            connection.close()
    _idle.clear()


os.register_at_fork(after_in_child=_forget)

"""One connection: uvicorn's, with a limit on everything that a client could prolong."""

import weakref
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from clinics_site.web import limits
from kernel.ratelimit import normal_address

EXTENSION = "clinics.connection"
CLOSE = (b"connection", b"close")
Headers = list[tuple[bytes, bytes]]
_WITHOUT_BODY = (204, 304)


class Refused(Exception):
    """Raised in the parser, which then stops."""


class Connections:
    """All connections of a process. `sweep`, called once a second, ends those that have exceeded their
    time."""

    def __init__(self, *, most: int, per_address: int) -> None:
        """`per_address` 0: one address may have all connections."""
        self._most = most
        self._per_address = per_address or most
        # By address, in the order of arrival. Connections without an answer so far are also listed
        # separately: they are closed first.
        self._by_address: dict[str, dict[Protocol, None]] = {}
        self._fresh: dict[Protocol, None] = {}
        self._draining: dict[Protocol, None] = {}
        self._count = 0

    def admit(self, new: "Protocol") -> bool:
        """False if there are too many connections. One that only waits and never had an answer is closed for
        the new one."""
        same_address = self._by_address.get(new.address, {})
        if len(same_address) >= self._per_address and not _end_first(same_address):
            return False
        if self._count >= self._most and not self._make_room(len(same_address)):
            return False
        self._by_address.setdefault(new.address, {})[new] = None
        self._fresh[new] = None
        self._count += 1
        return True

    def _make_room(self, own: int) -> bool:
        """Close a connection for an address that has `own` already: one without an answer, else one of the
        address with the most connections, if possible an idle one. Otherwise clients that keep their
        connections, or send bodies slowly, could lock out everyone else."""
        for connection in self._fresh:
            if connection.is_waiting and not connection.has_just_come:
                return _end(connection)
        largest = max(self._by_address.values(), key=len, default={})
        for connection in largest:
            if connection.is_waiting:
                return _end(connection)
        oldest = next((connection for connection in largest if not connection.is_kept), None)
        return oldest is not None and len(largest) > own + 1 and _end(oldest)

    def forget(self, connection: "Protocol") -> None:
        same_address = self._by_address.get(connection.address, {})
        if connection not in same_address:
            return
        del same_address[connection]
        if not same_address:
            del self._by_address[connection.address]
        self._fresh.pop(connection, None)
        self._draining.pop(connection, None)
        self._count -= 1

    def answered(self, connection: "Protocol") -> None:
        self._fresh.pop(connection, None)

    def is_draining(self, connection: "Protocol", *, is_slow: bool) -> None:
        if is_slow:
            self._draining[connection] = None
        else:
            self._draining.pop(connection, None)

    def sweep(self, now: float) -> None:
        for same_address in list(self._by_address.values()):
            for connection in list(same_address):
                connection.check(now)
        waiting = sum(connection.unsent for connection in self._draining)
        for connection in list(self._draining):
            if waiting <= limits.ANSWER_MEMORY:
                break
            waiting -= connection.unsent
            connection.transport.abort()


def _end_first(connections: Iterable["Protocol"]) -> bool:
    for connection in connections:
        if connection.is_waiting and not connection.has_served:
            return _end(connection)
    return False


def _end(connection: "Protocol") -> bool:
    connection.transport.abort()
    connection.connections_here.forget(connection)
    return True


class Protocol(HttpToolsProtocol):
    def __init__(self, *, connections: Connections, **uvicorn_options: Any) -> None:
        super().__init__(**uvicorn_options)
        self.connections_here = connections
        self.address = ""
        self.is_waiting = True  # for a request, or for the rest of its head
        self.has_served = False
        self.is_kept = False  # its request waits for a long time, so it is not closed to make room
        self._is_over = False  # it was refused; further data is thrown away
        self._since = self.loop.time()  # the beginning of waiting
        self._closing_since = 0.0
        self._slow_since = 0.0
        self._to_send = 0
        self._reads_head = True  # not a body
        self._head = 0  # bytes of an incomplete head, or of trailers after a body
        self._pieces = self._received = 0  # of a body
        self._carried = 0  # bytes of a body with its framing
        self._is_head_too_large = False

    @property
    def unsent(self) -> int:
        return int(self.transport.get_write_buffer_size())

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        self.address = normal_address(peer) or peer
        if not self.connections_here.admit(self):
            self._is_over = True
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections_here.forget(self)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # otherwise the timer would keep a broken connection for half a minute

    @property
    def has_just_come(self) -> bool:
        """Its request may be on the way."""
        return not self.has_served and self.loop.time() - self._since < limits.ARRIVAL_SECONDS

    # --- for the application
    @property
    def is_gone(self) -> bool:
        return bool(self.transport.is_closing())

    def throw_away_rest(self) -> None:
        """Discard everything that the client still sends."""
        self._is_over = True

    # --- what the client sends
    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        if self._reads_head:
            if self.is_waiting and not self._head:
                self._since = self.loop.time()
            self._head += len(data)
        else:
            self._carried += len(data)
        super().data_received(data)
        if self._is_over:
            return
        if self._reads_head and self._head > limits.MOST_HEAD_BYTES:
            self._refuse(431)
        elif not self._reads_head and self._is_mostly_framing():
            self._refuse(400)

    def _is_mostly_framing(self) -> bool:
        """The framing of chunks may be endless while the body never grows."""
        framing = self._carried - self._received
        return framing > limits.MOST_HEAD_BYTES + self._received // 4

    def on_header(self, name: bytes, value: bytes) -> None:
        """Also called for trailers after a chunked body."""
        if not self._reads_head:
            self._head += len(name) + len(value)
            if self._head > limits.MOST_HEAD_BYTES:
                raise Refused
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > limits.MOST_HEAD_BYTES or len(self.headers) > limits.MOST_HEADERS:
            self._is_head_too_large = True
            raise Refused
        if len(self.pipeline) >= limits.MOST_PIPELINED:
            raise Refused
        is_upgrade = self.parser.should_upgrade()
        if is_upgrade and not self._has_no_body():
            raise Refused
        # Weak, because a cycle of connection and last request would stay until the next garbage collection.
        self.scope["extensions"] = {EXTENSION: weakref.ref(self)}  # type: ignore[dict-item]
        super().on_headers_complete()
        self.is_waiting = self._reads_head = False
        self._head = self._pieces = self._received = self._carried = 0
        if is_upgrade:
            self.cycle.keep_alive = False

    def _has_no_body(self) -> bool:
        """The parser skips the body of a request that offers another protocol."""
        names = {name for name, _ in self.headers}
        return not names & {b"content-length", b"transfer-encoding"}

    def on_body(self, body: bytes) -> None:
        self._pieces += 1
        self._received += len(body)
        if self._pieces > limits.MOST_PIECES + self._received // limits.LEAST_PIECE:
            raise Refused
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._reads_head = True
        self._head = 0

    def send_400_response(self, msg: str) -> None:
        self._refuse(431 if self._is_head_too_large else 400)

    def _refuse(self, status: int) -> None:
        """Answer, and let the client read the answer: closing at once would reset the connection while it
        still sends."""
        self._is_over = True
        if self.transport.is_closing():
            return
        end = b"server: clinics\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + end)
        self.loop.call_later(1.0, self.transport.close)

    # --- what the client receives
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.is_kept = False
        self.is_waiting = bool(self.cycle.response_complete)
        self._since = self.loop.time()
        if not self.has_served:
            self.has_served = True
            self.connections_here.answered(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow_since, self._to_send = self.loop.time(), self.unsent
        self.connections_here.is_draining(self, is_slow=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._slow_since = 0.0
        self.connections_here.is_draining(self, is_slow=False)

    # --- time limits
    def check(self, now: float) -> None:
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > limits.CLOSING_SECONDS and not self._slow_since:
                self.transport.abort()
        elif self.is_waiting and now - self._since > self._patience:
            self.transport.close()
        if self._slow_since and self._is_too_slow(now - self._slow_since):
            self.transport.abort()

    @property
    def _patience(self) -> float:
        return limits.HEAD_SECONDS if self._head or not self.has_served else limits.IDLE_SECONDS

    def _is_too_slow(self, seconds: float) -> bool:
        sent = self._to_send - self.unsent
        return (
            seconds > limits.ANSWER_SECONDS
            or sent < (seconds - limits.ANSWER_GRACE) * limits.ANSWER_RATE
        )


def cycle_of(send: Any) -> RequestResponseCycle | None:
    """What uvicorn answers with: it gives the application a method of it. None where someone else calls."""
    cycle = getattr(send, "__self__", None)
    return cycle if isinstance(cycle, RequestResponseCycle) else None


async def write_whole(
    cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes
) -> bool:
    """What the two messages of an answer do, for a fifth of their CPU: uvicorn looks twice at each header, which Django
    has checked when it was set. False, and nothing is done, where the headers do not state the body's length."""
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return True
    is_head = cycle.scope["method"] == "HEAD"
    length = b"%d" % len(body)
    is_framed = status in _WITHOUT_BODY and not body
    head = [STATUS_LINE[status]]
    for given, value in (*cycle.default_headers, *headers):
        name = given.lower()
        is_framed = is_framed or (name == b"content-length" and (is_head or value == length))
        head += (name, b": ", value, b"\r\n")
    if not is_framed:
        return False
    if CLOSE in headers:
        cycle.keep_alive = False
    elif not cycle.keep_alive:
        head += (b": ".join(CLOSE), b"\r\n")
    head.append(b"\r\n")
    cycle.response_started, cycle.waiting_for_100_continue = True, False
    cycle.transport.writelines([b"".join(head), b"" if is_head else body])
    cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True

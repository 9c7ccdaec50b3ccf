"""One connection: uvicorn's, with an end to everything that a client could draw out."""

import weakref
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from clinics_site.web import limits
from kernel.ratelimit import normal_address

EXTENSION = "clinics.connection"


class Refused(Exception):
    """Raised in the parser, which gives up then."""


class Connections:
    """All connections of a process. `sweep` once a second ends those that have had their time."""

    def __init__(self, *, most: int, per_address: int) -> None:
        """`per_address` 0: an address may have all."""
        self._most = most
        self._per_address = per_address or most
        # By address, in the order of their last answer; those without any answer yet are told apart, and go first.
        self._of: dict[str, dict[Protocol, None]] = {}
        self._fresh: dict[Protocol, None] = {}
        self._draining: dict[Protocol, None] = {}
        self._count = 0

    def admit(self, new: "Protocol") -> bool:
        """False: there are too many. One that only waits, and never had an answer, makes room for the new one."""
        of_address = self._of.get(new.address, {})
        if len(of_address) >= self._per_address and not _end_first(of_address):
            return False
        if self._count >= self._most and not self._make_room(len(of_address)):
            return False
        self._of.setdefault(new.address, {})[new] = None
        self._fresh[new] = None
        self._count += 1
        return True

    def _make_room(self, own: int) -> bool:
        """For an address that has `own` already. Otherwise who has most gives one up, an idle one if there is any:
        a crowd that keeps its connections, or sends its bodies slowly, would keep everyone else out."""
        for connection in self._fresh:
            if connection.is_waiting and not connection.has_just_come:
                return _end(connection)
        largest = max(self._of.values(), key=len, default={})
        for connection in largest:
            if connection.is_waiting:
                return _end(connection)
        return len(largest) > own + 1 and _end(next(iter(largest)))

    def forget(self, connection: "Protocol") -> None:
        of_address = self._of.get(connection.address, {})
        if connection not in of_address:
            return
        del of_address[connection]
        if not of_address:
            del self._of[connection.address]
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
        for of_address in list(self._of.values()):
            for connection in list(of_address):
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
    def __init__(self, *, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self.connections_here = connections
        self.address = ""
        self.is_waiting = True  # for a request, or for the rest of its head
        self.has_served = False
        self._is_over = False  # it was refused; what still comes is thrown away
        self._since = self.loop.time()  # of waiting; of closing; of an answer that is not taken
        self._closing_since = 0.0
        self._slow_since = 0.0
        self._to_send = 0
        self._reads_head = True  # not a body
        self._head = 0  # bytes of a head that is still coming, or of what follows a body
        self._pieces = self._received = 0  # of a body
        self._carried = 0  # bytes that it came in
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
        self._unset_keepalive_if_required()  # also when it was broken off: the timer knows it for half a minute

    @property
    def has_just_come(self) -> bool:
        """Its request may be on the way."""
        return not self.has_served and self.loop.time() - self._since < limits.ARRIVAL_SECONDS

    # --- for the application
    @property
    def is_gone(self) -> bool:
        return bool(self.transport.is_closing())

    def throw_away_rest(self) -> None:
        """What the client still sends is not read."""
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
        elif not self._reads_head and self._is_mostly_wrapping():
            self._refuse(400)

    def _is_mostly_wrapping(self) -> bool:
        """What is said about chunks may be endless while their body never grows."""
        wrapping = self._carried - self._received
        return wrapping > limits.MOST_HEAD_BYTES + self._received // 4

    def on_header(self, name: bytes, value: bytes) -> None:
        """Also of what may follow a body in chunks."""
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
        if is_upgrade and not self._asks_for_little():
            raise Refused
        # Weak, or each connection would stay in a circle with its last request until garbage is collected.
        self.scope["extensions"] = {EXTENSION: weakref.ref(self)}  # type: ignore[dict-item]
        super().on_headers_complete()
        self.is_waiting = self._reads_head = False
        self._head = self._pieces = self._received = self._carried = 0
        if is_upgrade:
            self.cycle.keep_alive = False

    def _asks_for_little(self) -> bool:
        """The parser leaves out the body of a request that offers another protocol."""
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
        """Answer, and let the client read it: closing at once would break the connection under what it still
        sends."""
        self._is_over = True
        if self.transport.is_closing():
            return
        end = b"server: clinics\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + end)
        self.loop.call_later(1.0, self.transport.close)

    # --- what it is sent
    def on_response_complete(self) -> None:
        super().on_response_complete()
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

    # --- its end
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
        taken = self._to_send - self.unsent
        return (
            seconds > limits.ANSWER_SECONDS
            or taken < (seconds - limits.ANSWER_GRACE) * limits.ANSWER_RATE
        )

"""Time limits and bounds of connections, on a clock that the test controls."""

import gc
import weakref
from types import SimpleNamespace

import pytest
from uvicorn.server import ServerState

from clinics_site.web import limits, worker
from clinics_site.web.protocol import Connections, Protocol

HEAD = b"GET /live HTTP/1.1\r\nhost: localhost\r\n"


class FakeTransport:
    """A transport that stores what is written to it."""

    def __init__(self, address):
        self.address = address
        self.written = b""
        self.unsent = 0
        self.is_over = False
        self.is_broken = False

    def get_extra_info(self, name):
        return {"peername": (self.address, 4), "sockname": ("127.0.0.1", 8080)}.get(name)

    def get_write_buffer_size(self):
        return self.unsent

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.is_over

    def close(self):
        self.is_over = True

    def abort(self):
        self.is_over = self.is_broken = True

    def pause_reading(self):
        pass

    resume_reading = pause_reading


class NeverDone:
    """A task or a timer that never finishes."""

    def add_done_callback(self, act):
        pass

    def cancel(self):
        pass


class Server:
    """All connections of an idle process, and its clock."""

    def __init__(self, **options):
        self.now = 1000.0
        self.later = []
        self.connections = Connections(**({"most": 10, "per_address": 3} | options))
        self.loop = SimpleNamespace(
            time=lambda: self.now,
            call_later=lambda *call: (
                self.later.append(call) or SimpleNamespace(cancel=lambda: None)
            ),
            create_task=self._never,
        )

    def _never(self, coroutine):
        coroutine.close()
        return NeverDone()

    def connect(self, address="10.0.0.1"):
        config = worker.configuration(lambda *_: None, self.connections, loop="asyncio")
        config.load()
        protocol = Protocol(
            connections=self.connections,
            config=config,
            server_state=ServerState(),
            app_state={},
            _loop=self.loop,
        )
        protocol.connection_made(FakeTransport(address))
        return protocol

    def after(self, seconds):
        self.now += seconds
        self.connections.sweep(self.now)


@pytest.fixture
def server():
    return Server()


def answer(connection):
    connection.cycle.response_complete = True
    connection.on_response_complete()


def is_open(connection):
    return not connection.transport.is_closing()


def test_an_incomplete_head_is_cut_off_after_ten_seconds(server):
    connection = server.connect()
    for _ in range(9):
        connection.data_received(b"G" if not connection._head else b"E")
        server.after(1)
    assert is_open(connection)
    server.after(2)
    assert not is_open(connection)


def test_an_idle_connection_is_closed_after_ten_seconds_or_thirty_after_an_answer(server):
    silent, served = server.connect(), server.connect()
    served.data_received(HEAD + b"\r\n")
    answer(served)
    server.after(11)
    assert (is_open(silent), is_open(served)) == (False, True)
    server.after(20)
    assert not is_open(served)


def test_a_connection_with_a_running_request_stays_open(server):
    connection = server.connect()
    connection.data_received(HEAD + b"\r\n")
    server.after(100)
    assert is_open(connection)


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"x: " + b"x" * 70_000,
        HEAD + b"x: " + b"x" * 70_000 + b"\r\n\r\n",
        HEAD + b"x: y\r\n" * 120 + b"\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_a_head_that_is_too_large_is_refused(server, head):
    connection = server.connect()
    connection.data_received(head)
    assert connection.transport.written.startswith(b"HTTP/1.1 431 ")
    connection.data_received(b"more")
    ((seconds, close, *_),) = [
        entry for entry in server.later if entry[1] == connection.transport.close
    ]
    assert seconds <= 1
    close()
    assert not is_open(connection)


def test_data_that_is_not_http_is_refused(server):
    connection = server.connect()
    connection.data_received(b"\x16\x03\x01 hello")
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_pipelined_requests_are_bounded(server):
    connection = server.connect()
    connection.data_received((HEAD + b"\r\n") * 100)
    assert len(connection.pipeline) == limits.MOST_PIPELINED
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_heads_are_bounded_while_a_request_runs(server):
    connection = server.connect()
    connection.data_received(HEAD + b"\r\n" + HEAD)
    connection.data_received(b"x: " + b"x" * 70_000)
    assert connection.transport.written.startswith(b"HTTP/1.1 431 ")


def test_trailers_after_a_chunked_body_are_bounded(server):
    connection = server.connect()
    connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n")
    connection.data_received((b"x: " + b"x" * 1000 + b"\r\n") * 100)
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")
    assert len(connection.headers) == 2


def test_a_body_in_many_tiny_chunks_is_refused(server):
    usual, tiny = server.connect(), server.connect()
    for connection, chunk in ((usual, b"40\r\n" + b"x" * 64 + b"\r\n"), (tiny, b"1\r\nx\r\n")):
        connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        connection.data_received(chunk * 2000)
    assert usual.transport.written == b""
    assert tiny.transport.written.startswith(b"HTTP/1.1 400 ")


def test_extensions_of_chunks_are_bounded(server):
    connection = server.connect()
    connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    connection.data_received(b"1;x=")
    for _ in range(100):
        connection.data_received(b"y" * 1000)
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_pipelined_requests_keep_their_headers(server):
    connection = server.connect()
    connection.data_received((HEAD + b"\r\n") * 2)
    assert [cycle.scope["headers"] for cycle, _ in connection.pipeline] == [
        [(b"host", b"localhost")]
    ]


def test_an_unused_connection_is_closed_for_a_new_one_of_its_address(server):
    half_open = [server.connect() for _ in range(3)]
    new, elsewhere = server.connect(), server.connect("10.0.0.2")
    assert [is_open(connection) for connection in half_open] == [False, True, True]
    assert is_open(new)
    assert is_open(elsewhere)


def test_connections_in_use_are_not_closed_for_new_ones(server):
    used = [server.connect() for _ in range(3)]
    for connection in used:
        connection.data_received(HEAD + b"\r\n")
    answer(used[0])
    new = server.connect()
    assert all(is_open(connection) for connection in used)
    assert not is_open(new)


def test_all_addresses_together_are_bounded(server):
    everyone = [server.connect(f"10.0.0.{number}") for number in range(11)]
    assert [is_open(connection) for connection in everyone] == [False] + [True] * 10


def idle(server, address):
    connection = server.connect(address)
    connection.data_received(HEAD + b"\r\n")
    answer(connection)
    return connection


def test_a_full_server_closes_a_connection_of_the_address_with_the_most(server):
    """Idle connections are closed first, then those of the address that has most, whatever they are doing."""
    crowd = [idle(server, f"10.0.0.{number // 3}") for number in range(9)]
    alone = idle(server, "10.0.1.1")
    assert is_open(server.connect("10.0.1.2"))
    assert [is_open(connection) for connection in crowd].count(False) == 1
    assert is_open(alone)


def test_a_connection_that_just_arrived_is_not_closed_for_the_next(server):
    """The server is full, and all other connections have been answered before."""
    crowd = [idle(server, f"10.0.0.{number // 3}") for number in range(9)]
    new = server.connect("10.0.1.1")
    assert is_open(server.connect("10.0.1.2"))
    assert is_open(new)
    assert [is_open(connection) for connection in crowd].count(False) == 1


def test_slow_bodies_cannot_occupy_all_connections(server):
    crowd = [server.connect(f"10.0.0.{number // 3}") for number in range(10)]
    for connection in crowd:
        connection.data_received(
            b"POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
        )
    assert is_open(server.connect("10.0.1.2"))
    assert [is_open(connection) for connection in crowd].count(False) == 1


def test_a_connection_whose_request_waits_stays_open(server):
    """For fifteen minutes without a byte, and also when the server is full."""
    waiting = [server.connect("10.0.0.1") for _ in range(3)]
    for connection in waiting[:2]:
        connection.data_received(HEAD + b"\r\n")
        connection.is_kept = True
    waiting[2].data_received(HEAD + b"\r\n")
    for _ in range(15 * 60):
        server.after(1)
    assert all(is_open(connection) for connection in waiting)
    others = [server.connect(f"10.0.1.{number // 2}") for number in range(7)]
    for connection in others:
        connection.data_received(HEAD + b"\r\n")
    for number in range(2, 6):
        server.connect(f"10.0.2.{number}").data_received(HEAD + b"\r\n")
    assert [is_open(connection) for connection in waiting] == [True, True, False]


def test_a_connection_that_was_kept_for_an_answer_is_a_usual_one_after_it(server):
    connection = server.connect()
    connection.data_received(HEAD + b"\r\n")
    connection.is_kept = True
    answer(connection)
    server.after(limits.IDLE_SECONDS + 1)
    assert (connection.is_kept, is_open(connection)) == (False, False)


def test_behind_a_proxy_only_the_sum_is_bounded():
    server = Server(per_address=0)
    everyone = [server.connect() for _ in range(11)]
    assert [is_open(connection) for connection in everyone] == [False] + [True] * 10


def test_a_lost_connection_is_not_counted(server):
    for _ in range(20):
        connection = server.connect()
        connection.connection_lost(None)
    assert server.connections._by_address == {}
    assert server.connections._count == 0


@pytest.mark.parametrize("error", [None, ConnectionResetError()])
def test_a_lost_connection_is_freed_without_garbage_collection(server, error):
    connection = idle(server, "10.0.0.1")
    released_connection = weakref.ref(connection)
    gc.collect()
    gc.disable()
    try:
        connection.connection_lost(error)
        connection.cycle.on_response = None  # as uvicorn does when its application has ended
        server.later.clear()
        del connection
        assert released_connection() is None
    finally:
        gc.enable()


def test_a_client_that_does_not_read_its_answer_is_cut_off(server):
    slow, steady = server.connect(), server.connect()
    for connection in (slow, steady):
        connection.data_received(HEAD + b"\r\n")
        connection.transport.unsent = 4_000_000
        connection.pause_writing()
    for _ in range(30):
        steady.transport.unsent -= 40_000
        server.after(1)
    assert (slow.transport.is_broken, steady.transport.is_broken) == (True, False)
    server.after(100)
    assert steady.transport.is_broken


def test_unsent_answers_are_bounded_in_size(server):
    everyone = [server.connect(f"10.0.0.{number}") for number in range(4)]
    for connection in everyone:
        connection.transport.unsent = 20 * 1024 * 1024
        connection.pause_writing()
    server.after(1)
    assert [connection.transport.is_broken for connection in everyone] == [
        True,
        False,
        False,
        False,
    ]


def test_a_closed_connection_does_not_wait_for_its_client_forever(server):
    connection = server.connect()
    connection.transport.close()
    server.after(1)
    server.after(6)
    assert connection.transport.is_broken


def test_an_upgrade_is_declined_and_refused_with_a_body(server):
    offer = b"connection: upgrade\r\nupgrade: h2c\r\n"
    connection, with_body = server.connect(), server.connect()
    connection.data_received(HEAD + offer + b"\r\n")
    assert connection.cycle.keep_alive is False
    with_body.data_received(HEAD + offer + b"content-length: 5\r\n\r\nhello")
    assert with_body.transport.written.startswith(b"HTTP/1.1 400 ")


def test_an_ipv6_network_counts_as_one_address(server):
    for number in range(4):
        server.connect(f"2001:db8::{number}")
    assert list(server.connections._by_address) == ["2001:db8::/64"]
    assert server.connections._count == 3

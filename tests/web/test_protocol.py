"""Ends of connections, on a clock that the test turns."""

import gc
import weakref
from types import SimpleNamespace

import pytest
from uvicorn.server import ServerState

from clinics_site.web import limits, worker
from clinics_site.web.protocol import Connections, Protocol

HEAD = b"GET /live HTTP/1.1\r\nhost: localhost\r\n"


class Link:
    """A transport that keeps what is written to it, until `takes` says that the client reads."""

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


class Nothing:
    """A task or a timer that never comes."""

    def add_done_callback(self, act):
        pass

    def cancel(self):
        pass


class House:
    """All connections of a process that does nothing, and its clock."""

    def __init__(self, **options):
        self.now = 1000.0
        self.later = []
        self.connections = Connections(**({"most": 10, "per_address": 3} | options))
        self.loop = SimpleNamespace(
            time=lambda: self.now,
            call_later=lambda *given: (
                self.later.append(given) or SimpleNamespace(cancel=lambda: None)
            ),
            create_task=self._never,
        )

    def _never(self, coroutine):
        coroutine.close()
        return Nothing()

    def connect(self, address="10.0.0.1"):
        config = worker.configuration(lambda *_: None, self.connections, loop="asyncio")
        config.load()
        found = Protocol(
            connections=self.connections,
            config=config,
            server_state=ServerState(),
            app_state={},
            _loop=self.loop,
        )
        found.connection_made(Link(address))
        return found

    def after(self, seconds):
        self.now += seconds
        self.connections.sweep(self.now)


@pytest.fixture
def house():
    return House()


def answer(connection):
    connection.cycle.response_complete = True
    connection.on_response_complete()


def is_open(connection):
    return not connection.transport.is_closing()


def test_a_head_has_ten_seconds_however_it_is_sent(house):
    connection = house.connect()
    for _ in range(9):
        connection.data_received(b"G" if not connection._head else b"E")
        house.after(1)
    assert is_open(connection)
    house.after(2)
    assert not is_open(connection)


def test_a_connection_that_says_nothing_has_ten_seconds_and_half_a_minute_after_an_answer(house):
    silent, served = house.connect(), house.connect()
    served.data_received(HEAD + b"\r\n")
    answer(served)
    house.after(11)
    assert (is_open(silent), is_open(served)) == (False, True)
    house.after(20)
    assert not is_open(served)


def test_a_request_that_is_worked_on_has_no_end_here(house):
    connection = house.connect()
    connection.data_received(HEAD + b"\r\n")
    house.after(100)
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
def test_a_head_that_is_too_large_is_refused(house, head):
    connection = house.connect()
    connection.data_received(head)
    assert connection.transport.written.startswith(b"HTTP/1.1 431 ")
    connection.data_received(b"more")
    ((seconds, close, *_),) = [
        entry for entry in house.later if entry[1] == connection.transport.close
    ]
    assert seconds <= 1
    close()
    assert not is_open(connection)


def test_what_is_no_http_is_refused(house):
    connection = house.connect()
    connection.data_received(b"\x16\x03\x01 hello")
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_requests_that_wait_for_no_answer_are_bounded(house):
    connection = house.connect()
    connection.data_received((HEAD + b"\r\n") * 100)
    assert len(connection.pipeline) == limits.MOST_PIPELINED
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_heads_are_bounded_while_an_answer_is_made_too(house):
    connection = house.connect()
    connection.data_received(HEAD + b"\r\n" + HEAD)
    connection.data_received(b"x: " + b"x" * 70_000)
    assert connection.transport.written.startswith(b"HTTP/1.1 431 ")


def test_what_follows_a_body_in_chunks_is_bounded(house):
    connection = house.connect()
    connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n")
    connection.data_received((b"x: " + b"x" * 1000 + b"\r\n") * 100)
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")
    assert len(connection.headers) == 2


def test_a_body_in_many_tiny_chunks_is_refused(house):
    usual, tiny = house.connect(), house.connect()
    for connection, chunk in ((usual, b"40\r\n" + b"x" * 64 + b"\r\n"), (tiny, b"1\r\nx\r\n")):
        connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        connection.data_received(chunk * 2000)
    assert usual.transport.written == b""
    assert tiny.transport.written.startswith(b"HTTP/1.1 400 ")


def test_what_is_said_about_a_chunk_is_bounded(house):
    connection = house.connect()
    connection.data_received(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    connection.data_received(b"1;x=")
    for _ in range(100):
        connection.data_received(b"y" * 1000)
    assert connection.transport.written.startswith(b"HTTP/1.1 400 ")


def test_requests_without_waiting_keep_their_headers(house):
    connection = house.connect()
    connection.data_received((HEAD + b"\r\n") * 2)
    assert [cycle.scope["headers"] for cycle, _ in connection.pipeline] == [
        [(b"host", b"localhost")]
    ]


def test_half_open_connections_of_one_address_make_room_for_its_next(house):
    half_open = [house.connect() for _ in range(3)]
    new, elsewhere = house.connect(), house.connect("10.0.0.2")
    assert [is_open(one) for one in half_open] == [False, True, True]
    assert is_open(new)
    assert is_open(elsewhere)


def test_connections_in_use_are_not_given_up_for_new_ones(house):
    used = [house.connect() for _ in range(3)]
    for connection in used:
        connection.data_received(HEAD + b"\r\n")
    answer(used[0])
    new = house.connect()
    assert all(is_open(connection) for connection in used)
    assert not is_open(new)


def test_all_addresses_together_are_bounded(house):
    everyone = [house.connect(f"10.0.0.{number}") for number in range(11)]
    assert [is_open(one) for one in everyone] == [False] + [True] * 10


def idle(house, address):
    connection = house.connect(address)
    connection.data_received(HEAD + b"\r\n")
    answer(connection)
    return connection


def test_a_full_house_opens_for_who_has_less_than_others(house):
    """Idle connections are closed first, then those of the address that has most, whatever they are doing."""
    crowd = [idle(house, f"10.0.0.{number // 3}") for number in range(9)]
    alone = idle(house, "10.0.1.1")
    assert is_open(house.connect("10.0.1.2"))
    assert [is_open(connection) for connection in crowd].count(False) == 1
    assert is_open(alone)


def test_who_has_just_come_does_not_make_room_for_the_next(house):
    """In a full house, where all the others were answered before."""
    crowd = [idle(house, f"10.0.0.{number // 3}") for number in range(9)]
    new = house.connect("10.0.1.1")
    assert is_open(house.connect("10.0.1.2"))
    assert is_open(new)
    assert [is_open(connection) for connection in crowd].count(False) == 1


def test_slow_bodies_fill_no_house_for_everyone(house):
    crowd = [house.connect(f"10.0.0.{number // 3}") for number in range(10)]
    for connection in crowd:
        connection.data_received(
            b"POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
        )
    assert is_open(house.connect("10.0.1.2"))
    assert [is_open(connection) for connection in crowd].count(False) == 1


def test_behind_a_proxy_only_the_sum_is_bounded():
    house = House(per_address=0)
    everyone = [house.connect() for _ in range(11)]
    assert [is_open(one) for one in everyone] == [False] + [True] * 10


def test_a_lost_connection_is_not_counted(house):
    for _ in range(20):
        connection = house.connect()
        connection.connection_lost(None)
    assert house.connections._by_address == {}
    assert house.connections._count == 0


@pytest.mark.parametrize("error", [None, ConnectionResetError()])
def test_a_lost_connection_is_let_go_before_garbage_is_collected(house, error):
    connection = idle(house, "10.0.0.1")
    left = weakref.ref(connection)
    gc.collect()
    gc.disable()
    try:
        connection.connection_lost(error)
        connection.cycle.on_response = None  # as uvicorn does when its application has ended
        house.later.clear()
        del connection
        assert left() is None
    finally:
        gc.enable()


def test_who_does_not_read_the_answer_is_cut(house):
    slow, steady = house.connect(), house.connect()
    for connection in (slow, steady):
        connection.data_received(HEAD + b"\r\n")
        connection.transport.unsent = 4_000_000
        connection.pause_writing()
    for _ in range(30):
        steady.transport.unsent -= 40_000
        house.after(1)
    assert (slow.transport.is_broken, steady.transport.is_broken) == (True, False)
    house.after(100)
    assert steady.transport.is_broken


def test_answers_that_wait_for_their_clients_have_a_bounded_size(house):
    everyone = [house.connect(f"10.0.0.{number}") for number in range(4)]
    for connection in everyone:
        connection.transport.unsent = 20 * 1024 * 1024
        connection.pause_writing()
    house.after(1)
    assert [one.transport.is_broken for one in everyone] == [True, False, False, False]


def test_a_closed_connection_does_not_wait_for_its_client_forever(house):
    connection = house.connect()
    connection.transport.close()
    house.after(1)
    house.after(6)
    assert connection.transport.is_broken


def test_an_offer_of_another_protocol_is_not_taken_up(house):
    offer = b"connection: upgrade\r\nupgrade: h2c\r\n"
    connection, with_body = house.connect(), house.connect()
    connection.data_received(HEAD + offer + b"\r\n")
    assert connection.cycle.keep_alive is False
    with_body.data_received(HEAD + offer + b"content-length: 5\r\n\r\nhello")
    assert with_body.transport.written.startswith(b"HTTP/1.1 400 ")


def test_an_ipv6_network_counts_as_one_address(house):
    for number in range(4):
        house.connect(f"2001:db8::{number}")
    assert list(house.connections._by_address) == ["2001:db8::/64"]
    assert house.connections._count == 3

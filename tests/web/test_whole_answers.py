"""An answer that is written at once is, byte for byte, what uvicorn makes of its two messages."""

import asyncio
from types import SimpleNamespace

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from clinics_site.web.protocol import CLOSE, cycle_of, write_whole

LENGTH = (b"content-length", b"2")
JSON = (b"Content-Type", b"application/json")


class Transport:
    """What is written, and whether it was closed then."""

    def __init__(self):
        self.written, self.is_closed = b"", False

    def write(self, data):
        self.written += data

    def writelines(self, parts):
        self.written += b"".join(parts)

    def close(self):
        self.is_closed = True


def cycle(method, *, keep_alive):
    transport, answered = Transport(), []
    made = RequestResponseCycle(
        scope={"method": method},
        transport=transport,
        flow=FlowControl(transport),
        logger=None,
        access_logger=None,
        access_log=False,
        default_headers=[(b"date", b"today")],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: answered.append(True),
    )
    return made, lambda: SimpleNamespace(
        **vars(transport),
        answered=answered,
        is_complete=made.response_complete,
        is_kept=made.keep_alive,
        is_noticed=made.message_event.is_set(),
    )


async def as_messages(made, status, headers, body):
    await made.send({"type": "http.response.start", "status": status, "headers": headers})
    await made.send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize(
    ("method", "status", "headers", "body"),
    [
        ("GET", 200, [JSON, LENGTH], b"{}"),
        ("GET", 404, [JSON, (b"Content-Length", b"2"), CLOSE], b"{}"),
        ("HEAD", 200, [JSON, LENGTH], b"{}"),
        ("DELETE", 204, [], b""),
        ("GET", 304, [JSON], b""),
        ("PUT", 200, [(b"content-length", b"0")], b""),
    ],
)
def test_an_answer_written_at_once_is_what_its_messages_are(
    method, status, headers, body, keep_alive
):
    at_once, seen = cycle(method, keep_alive=keep_alive)
    assert asyncio.run(write_whole(at_once, status, headers, body))
    message_by_message, expected = cycle(method, keep_alive=keep_alive)
    asyncio.run(as_messages(message_by_message, status, headers, body))
    assert seen() == expected()
    assert seen().is_complete


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [(200, [JSON], b"{}"), (200, [JSON, LENGTH], b"longer"), (204, [], b"{}")],
)
def test_an_answer_without_its_length_is_left_to_uvicorn(status, headers, body):
    made, seen = cycle("GET", keep_alive=True)
    assert not asyncio.run(write_whole(made, status, headers, body))
    assert seen().written == b""
    assert not made.response_started


def test_nothing_is_written_to_a_client_that_is_gone():
    made, seen = cycle("GET", keep_alive=True)
    made.disconnected = True
    assert asyncio.run(write_whole(made, 200, [LENGTH], b"{}"))
    assert seen().written == b""


def test_the_cycle_is_known_by_the_method_that_uvicorn_passes():
    made, _ = cycle("GET", keep_alive=True)
    assert cycle_of(made.send) is made
    assert cycle_of(lambda message: None) is None

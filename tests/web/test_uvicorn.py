"""What clinics_site/web builds on in uvicorn. An update that changes it fails here first, with a name."""

import ast
import inspect
import os
import signal
import socket
import threading
import time
from types import SimpleNamespace

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clinics_site.web import protocol, worker
from tests.web.test_protocol import Server as Connected

# Ours: uvicorn's, and those of its methods that ours replaces and calls.
REPLACED = {
    protocol.Protocol: (
        HttpToolsProtocol,
        {
            *("__init__", "connection_made", "connection_lost", "data_received"),
            *("on_header", "on_headers_complete", "on_body", "on_message_complete"),
            *("on_response_complete", "pause_writing", "resume_writing", "send_400_response"),
        },
    ),
    worker.Server: (uvicorn.Server, {"__init__", "startup", "handle_exit"}),
}
OURS = {*REPLACED}
PYTHONS = {*dir(object), "__dict__", "__weakref__", "__module__", "__firstlineno__"} - {"__init__"}
OPTIONS = {"connections", "uvicorn_options", "application", "master"}  # of our own __init__


def parameters(method):
    return [*inspect.signature(method).parameters]


@pytest.mark.parametrize("ours", OURS, ids=lambda one: one.__name__)
def test_no_method_replaces_one_of_uvicorns_by_accident(ours):
    """A name that uvicorn begins to use itself would be one."""
    theirs, replaced = REPLACED[ours]
    assert {name for name in vars(ours) if hasattr(theirs, name)} - PYTHONS == replaced


@pytest.mark.parametrize("ours", OURS, ids=lambda one: one.__name__)
def test_a_method_that_is_replaced_is_called_as_before(ours):
    theirs, replaced = REPLACED[ours]
    for name in replaced - {"__init__"}:
        assert parameters(getattr(ours, name)) == parameters(getattr(theirs, name)), name


def attributes(ours):
    """Names after `self.` in the class: those that it sets, and those that it reads."""
    (tree,) = ast.parse(inspect.getsource(ours)).body
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self"
    ]
    is_set = {node.attr for node in found if isinstance(node.ctx, ast.Store)}
    return is_set, {node.attr for node in found} - is_set - vars(ours).keys()


def test_a_connection_has_what_is_read_of_it_and_nothing_of_ours_is_uvicorns(monkeypatch):
    is_set, is_read = attributes(protocol.Protocol)
    connection = Connected().connect()
    connection.data_received(b"GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert [name for name in is_read if not hasattr(connection, name)] == []
    assert {"cycle", "parser", "pipeline", "_unset_keepalive_if_required"} <= is_read
    # As uvicorn makes it, without our __init__.
    bare = HttpToolsProtocol(
        config=connection.config,
        server_state=connection.server_state,
        app_state={},
        _loop=connection.loop,
    )
    assert is_set & vars(bare).keys() == set()


@pytest.fixture
def started():
    """A server of one process, as the master starts it, on a port of its own; the time at which it ended."""
    ours, its = socket.socketpair()
    listening = socket.create_server(("127.0.0.1", 0))
    server = worker.Server(SimpleNamespace(is_ending=False), its.detach())
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("past uvicorn"))
    rescue = threading.Timer(20, lambda: setattr(server, "should_exit", True))
    rescue.start()

    def run(act):
        threading.Thread(target=when_it_listens, args=(listening.getsockname(), act)).start()
        began = time.monotonic()
        server.run(sockets=[listening])
        return time.monotonic() - began

    yield SimpleNamespace(run=run, heard=heard, master=ours, server=server)
    rescue.cancel()
    signal.signal(signal.SIGTERM, before)
    ours.close()


def when_it_listens(address, act):
    socket.create_connection(address, timeout=10).close()
    time.sleep(0.5)
    act()


def test_sigterm_ends_the_loop_after_a_second_of_notice(started):
    seconds = started.run(lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert started.heard == []
    assert started.server._application.is_ending
    assert 1.5 <= seconds < 15


def test_the_end_of_the_master_ends_it_too(started):
    seconds = started.run(started.master.close)
    assert started.server._application.is_ending
    assert 1.5 <= seconds < 15

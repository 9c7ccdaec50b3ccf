"""Calls over connections that stay open: what is on the wire, and what happens when the other end breaks the rules."""

import os
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from kernel import kept_connections
from kernel.kept_connections import FAILURES

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}"
HANG = b""


class Peer:
    """Answers the n-th request with the n-th of `answers`, and the last one again and again; `ends_after`: each
    connection ends, without a word, after so many answers."""

    def __init__(self, *answers, ends_after=None):
        self.answers, self.ends_after = list(answers), ends_after
        self.connections, self.requests, self.ended = 0, [], threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            answered = 0
            while answered != self.ends_after and self._read(connection):
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                connection.sendall(answer)
                if answer == HANG:
                    self.ended.wait(10)
                if answer in (CLOSED, SHORT):
                    return
                answered += 1

    def _read(self, connection):
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                return False
            request += part
        self.requests.append(request)
        return True

    def close(self):
        self.ended.set()
        self._listening.close()


@contextmanager
def peer(*answers, **options):
    one = Peer(*answers, **options)
    try:
        yield one
    finally:
        one.close()


def get(url, headers=None, read=5.0):
    return kept_connections.get(url, headers or {}, connect=5.0, read=read)


def test_calls_one_after_the_other_share_a_connection():
    with peer(OK) as one:
        answers = [get(one.url + "/a/b?c=d", {"x-token": "t"}) for _ in range(5)]
        assert {(a.status_code, a.content) for a in answers} == {(200, b"{}")}
        assert one.connections == 1
        assert one.requests[0].startswith(b"GET /a/b?c=d HTTP/1.1\r\n")
        assert b"\r\nx-token: t\r\n" in one.requests[0]


@pytest.mark.parametrize("answer", [OK, CLOSED, CHUNKED])
def test_every_form_of_a_body_is_read_whole_and_the_next_call_works(answer):
    with peer(answer, OK) as one:
        assert [get(one.url + "/a").content for _ in range(2)] == [b"{}", b"{}"]
        assert one.connections == (2 if answer == CLOSED else 1)


def test_a_redirect_is_not_followed():
    with peer(REDIRECT) as one:
        assert get(one.url + "/a").status_code == 302


@pytest.mark.parametrize("pause", [0.0, 0.2])
def test_a_connection_that_has_ended_meanwhile_is_replaced(pause):
    with peer(OK, ends_after=1) as one:
        for _ in range(3):
            assert get(one.url + "/a").status_code == 200
            time.sleep(pause)
        assert one.connections == 3


def test_a_connection_that_was_idle_for_long_is_not_used(monkeypatch):
    monkeypatch.setattr(kept_connections, "IDLE_SECONDS", 0.05)
    with peer(OK) as one:
        get(one.url + "/a")
        time.sleep(0.1)
        get(one.url + "/a")
        assert one.connections == 2


def test_an_answer_that_only_announces_another_is_passed_over():
    with peer(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK) as one:
        answers = [get(one.url + "/a") for _ in range(2)]
        assert [(a.status_code, a.content) for a in answers] == [(200, b"{}")] * 2
        assert one.connections == 1


@pytest.mark.parametrize(
    "answer", [SHORT, OK + OK, OK + b"more", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX"]
)
def test_a_broken_answer_is_a_failure_and_its_connection_is_not_used_again(answer):
    with peer(answer, OK, ends_after=1) as one:
        with pytest.raises(FAILURES):
            get(one.url + "/a")
        assert get(one.url + "/a").content == b"{}"
        assert one.connections == 2


def test_an_answer_that_does_not_come_is_a_failure_and_is_not_read_by_the_next_call():
    with peer(OK, HANG, OK) as one:
        get(one.url + "/a")
        with pytest.raises(TimeoutError):
            get(one.url + "/slow", read=0.1)
        assert get(one.url + "/a").content == b"{}"
        assert len(one.requests) == 3, "a call that had no answer in time is not repeated here"


@pytest.mark.parametrize("head", [b"Content-Length: 2000000", b"Connection: close"])
def test_an_answer_that_is_too_large_is_a_failure(head):
    answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + b"x" * 2_000_000
    with peer(answer, ends_after=1) as one, pytest.raises(FAILURES):
        get(one.url + "/a")


def test_a_header_cannot_smuggle_another():
    with peer(OK) as one:
        with pytest.raises(ValueError, match="Invalid header value"):
            get(one.url + "/a", {"x-token": "t\r\nx-other: u"})
        assert one.requests == []


def test_a_child_process_does_not_use_connections_of_its_parent():
    with peer(OK) as one:
        get(one.url + "/a")
        child = os.fork()
        if not child:
            os._exit(get(one.url + "/a").status_code != 200)
        assert os.waitpid(child, 0)[1] == 0
        get(one.url + "/a")
        assert one.connections == 2


def test_threads_at_the_same_time_have_a_connection_each():
    with peer(OK) as one:
        threads = [
            threading.Thread(target=lambda: [get(one.url + "/a") for _ in range(50)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(one.requests) == 400
        assert one.connections <= 8


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://127.0.0.1:80", True),
        ("https://users.example.org/some/path", True),
        ("http://name:secret@users.example.org", False),
        ("http://[::1", False),
        ("http://127.0.0.1:port", False),
        ("nonsense", False),
    ],
)
def test_addresses_that_need_the_http_library_are_known(base, expected):
    assert kept_connections.can_ask(base) is expected


def test_what_goes_through_a_proxy_is_left_to_the_http_library(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "inside.example.org")
    assert not kept_connections.can_ask("http://users.example.org")
    assert kept_connections.can_ask("http://inside.example.org")
    assert kept_connections.can_ask("https://users.example.org")

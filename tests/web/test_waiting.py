"""Requests whose answers wait for work elsewhere, with the web server and its connections."""

import http.client
import signal
import socket
import threading
import time
from contextlib import closing, contextmanager

import pytest
from bson import ObjectId
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from clinics.services import clinicians
from clinics_site.web import bridge, heavy, limits
from clinics_site.web.application import Application
from clinics_site.web.worker import Server
from clinics_site.wsgi import application
from kernel import handler, metrics, middleware, waiting
from kernel.waiting import AnswerLater
from tests.web.test_bridge import incoming

SOON = 0.05


class Runs:
    """Stands for Django: `/wait` is answered when `is_done` is set, `/busy` when `is_free` is, every other path at
    once. What fails is answered 503."""

    def __init__(self):
        self.is_done = False
        self.fails = False
        self.is_free = threading.Event()
        self.notes = []

    def __call__(self, environ, start_response):
        request = WSGIRequest(environ)
        if request.path == "/wait":
            self.notes.append(waiting.note_of(request))
            if self.fails:
                start_response("503 Service Unavailable", [("content-length", "2")])
                return HttpResponse(b"no")
            if not self.is_done:
                waiting.later(request, note=f"after {len(self.notes)}")
        if request.path == "/busy":
            assert self.is_free.wait(10)
        start_response("200 OK", [("content-length", "2")])
        return HttpResponse(b"ok")


@contextmanager
def running(django, watch=None):
    """The server of one web process, in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    ours, its = socket.socketpair()
    server = Server(Application(django, watch), its.fileno())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    ours.recv(100)  # it has started
    try:
        yield server, port
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
        ours.close()
        its.close()


def ask(port, path="/wait", **options):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("POST", path, **options)
    return closing(link)


def eventually(check):
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(waiting, "SECONDS", SOON)


def test_more_requests_wait_than_there_are_threads_while_others_are_answered(often):
    runs = Runs()
    with running(runs) as (_, port):
        waiters = [ask(port, body=b"x" * 10) for _ in range(2 * limits.THREADS)]
        eventually(lambda: len(runs.notes) > 4 * limits.THREADS)
        with ask(port, "/quick") as quick:
            assert quick.getresponse().read() == b"ok"
        runs.is_done = True
        for waiter in waiters:
            with waiter as link:
                assert link.getresponse().read() == b"ok"


def test_a_repeated_run_gets_the_note_of_the_run_before(often):
    runs = Runs()
    with running(runs) as (_, port), ask(port) as link:
        eventually(lambda: len(runs.notes) == 3)
        runs.is_done = True
        assert link.getresponse().status == 200
    assert runs.notes[:3] == ["", "after 1", "after 2"]


def test_nothing_runs_for_a_client_that_has_gone(often):
    runs = Runs()
    with running(runs) as (_, port):
        with ask(port):
            eventually(lambda: runs.notes)
        time.sleep(4 * SOON)
        before = len(runs.notes)
        time.sleep(4 * SOON)
        assert len(runs.notes) == before


def test_who_waits_is_told_to_come_back_when_the_process_ends(often):
    runs = Runs()
    with running(runs) as (server, port), ask(port) as link:
        eventually(lambda: runs.notes)
        server.handle_exit(signal.SIGTERM, None)
        answer = link.getresponse()
        assert (answer.status, answer.getheader("retry-after")) == (503, "5")
        assert answer.read() == b'{"message":"service unavailable"}'


def test_the_requests_that_wait_are_bounded(often, monkeypatch):
    monkeypatch.setattr(limits, "ANSWERED_LATER", 1)
    runs = Runs()
    with running(runs) as (_, port), ask(port) as first:
        eventually(lambda: len(runs.notes) > 1)
        with ask(port) as second:
            assert second.getresponse().status == 429
        runs.is_done = True
        assert first.getresponse().status == 200


@pytest.mark.parametrize("is_full", [True, False])
def test_a_run_that_finds_no_place_or_turn_is_put_off(often, monkeypatch, is_full):
    """What has waited for minutes is not refused because of some busy seconds."""
    monkeypatch.setattr(limits, "REQUEST_SECONDS", 2 * SOON)
    runs = Runs()
    with running(runs) as (server, port), ask(port) as link:
        eventually(lambda: runs.notes)
        scheduler = server._application._scheduler
        with monkeypatch.context() as busy:
            busy.setattr(scheduler, "_may_start", lambda _: False)
            busy.setattr(scheduler, "_is_full_for", lambda *_: is_full)
            time.sleep(6 * SOON)
        runs.is_done = True
        assert link.getresponse().status == 200


def test_a_later_run_does_not_wait_for_heavy_requests(often, monkeypatch):
    monkeypatch.setattr(heavy, "clinic_of", lambda scope: scope["path"])
    runs = Runs()
    with running(runs) as (_, port), ask(port) as link:
        eventually(lambda: runs.notes)
        with ask(port, "/busy") as busy:
            time.sleep(SOON)
            runs.is_done = True
            assert link.getresponse().status == 200
            runs.is_free.set()
            assert busy.getresponse().status == 200


def test_a_later_run_that_fails_is_put_off_for_a_quarter_of_an_hour(often, monkeypatch):
    runs = Runs()
    with running(runs) as (_, port), ask(port) as link:
        eventually(lambda: len(runs.notes) > 2)
        runs.fails = True
        before = len(runs.notes)
        eventually(lambda: len(runs.notes) > before + 4)
        runs.fails, runs.is_done = False, True
        assert link.getresponse().status == 200
        runs.is_done = False
        with ask(port) as last:
            eventually(lambda: runs.notes[-1] == "")
            runs.fails = True
            monkeypatch.setattr(waiting, "LONGEST", 0)
            assert last.getresponse().status == 503


def test_django_lets_the_exception_pass_without_log_line_and_count(ada, monkeypatch):
    def wait(*_args, **_options):
        raise AnswerLater

    noticed = []
    monkeypatch.setattr(metrics, "request_finished", lambda *row: noticed.append(row))
    monkeypatch.setattr(middleware.log, "info", lambda *line, **_: noticed.append(line))
    monkeypatch.setattr(handler.log, "error", lambda *line, **_: noticed.append(line))
    monkeypatch.setattr(clinicians, "list_memberships", wait)
    token = (b"x-tidepool-session-token", ada.token.encode())
    request = incoming("GET", f"/v1/clinicians/{ada.user_id}/clinics", headers=[token])
    with pytest.raises(AnswerLater):
        bridge.answer(application, request.with_body())
    assert noticed == []


def test_a_run_with_a_note_asks_for_no_body(ada, clinic, settings):
    settings.BULK_CREATION = True
    headers = [
        (b"x-tidepool-session-token", ada.token.encode()),
        (b"content-type", b"text/csv"),
        (b"content-length", b"2000000"),
    ]
    request = incoming("POST", f"/v1/clinics/{clinic['id']}/bulk/patients", headers=headers)
    with pytest.raises(bridge.BodyNeeded):
        bridge.answer(application, request.without_body())
    request.without_body()[waiting.ENVIRON_KEY].note = str(ObjectId())
    assert bridge.answer(application, request.without_body()).status == 404


def test_no_request_may_wait_without_such_a_server(rf):
    request = rf.get("/")
    assert not waiting.may_wait(request)
    assert (waiting.note_of(request), waiting.seconds_waited(request)) == ("", 0.0)

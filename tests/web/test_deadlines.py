"""A request that waits too long is answered 503, whether it waits for a thread or for what its thread waits for; and
probes never wait."""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from clinics_site.web import heavy, limits
from clinics_site.web.worker import STOP_SECONDS
from kernel import deadline, health
from kernel.health import State
from tests.processes.service import eventually
from tests.web.test_bridge import path_of, scope
from tests.web.test_waiting import running

SECONDS = 0.3
SLACK = 3.0  # a busy machine; the threads hang for ten


class Hanging:
    """Stands for Django. Each request waits until `go_on` is set, whatever its deadline says."""

    def __init__(self):
        self.go_on = threading.Event()
        self.began = []

    def __call__(self, environ, start_response):
        self.began.append(environ["PATH_INFO"])
        self.go_on.wait(10)
        start_response("200 OK", [("content-length", "2")])
        return HttpResponse(b"ok")


class Well:
    state = State(mongodb=True, redis=True)


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(limits, "REQUEST_SECONDS", SECONDS)


def ask(port, path="/v1/clinics/1", token=""):
    """Status, headers, body and seconds."""
    began = time.monotonic()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(link):
        link.request("GET", path, headers={"x-tidepool-session-token": token or "t"})
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read(), time.monotonic() - began


@pytest.mark.usefixtures("short")
def test_who_gets_no_thread_in_time_is_answered_503_while_all_threads_hang():
    django = Hanging()
    crowd = 3 * limits.THREADS
    with running(django, watch=Well()) as (_, port), ThreadPoolExecutor(crowd) as clients:
        asked = [clients.submit(ask, port, f"/v1/clinics/{n}", f"t{n}") for n in range(crowd)]
        while len(django.began) < limits.THREADS - 1:
            time.sleep(0.01)
        eventually(lambda: sum(one.done() for one in asked) >= crowd - limits.THREADS)
        assert [ask(port, path)[0] for path in ("/live", "/ready", "/confirm/live")] == [200] * 3
        refused = [one.result() for one in asked if one.done()]
        django.go_on.set()
        answers = [one.result() for one in asked]
    assert len(refused) >= crowd - limits.THREADS
    for status, headers, body, seconds in refused:
        assert (status, headers["Retry-After"]) == (503, "5")
        assert json.loads(body) == {"message": "service unavailable"}
        assert seconds < SECONDS + SLACK
    assert {status for status, *_ in answers} == {200, 503}
    assert len(django.began) <= limits.THREADS, "what was given up is not begun any more"


@pytest.mark.usefixtures("short")
def test_time_that_the_client_takes_for_its_body_does_not_count():
    left = []

    def django(environ, start_response):
        left.append(deadline.seconds_left())
        environ["wsgi.input"].read()
        start_response("200 OK", [("content-length", "2")])
        return HttpResponse(b"ok")

    with running(django, watch=Well()) as (_, port):
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with closing(link):
            link.putrequest("POST", "/v1/clinics/1")
            link.putheader("Content-Length", "4")
            link.putheader("x-tidepool-session-token", "t")
            link.endheaders()
            time.sleep(SECONDS * 2)
            link.send(b"body")
            assert link.getresponse().status == 200
    first, second = left
    assert 0 < second <= first <= SECONDS


@pytest.mark.usefixtures("short")
def test_each_piece_of_a_long_answer_has_its_own_time():
    left = []

    def pieces():
        for _ in range(4):
            left.append(deadline.seconds_left())
            time.sleep(SECONDS * 0.5)
            yield b"x" * limits.PIECE

    def django(environ, start_response):
        start_response("200 OK", [])
        return StreamingHttpResponse(pieces())

    with running(django, watch=Well()) as (_, port):
        status, _, body, _ = ask(port)
    assert (status, len(body)) == (200, 4 * limits.PIECE)
    assert all(0 < seconds <= SECONDS for seconds in left)


def test_a_long_answer_that_fails_never_looks_complete():
    def pieces():
        yield b"x" * limits.PIECE
        raise RuntimeError

    def django(environ, start_response):
        start_response("200 OK", [])
        return StreamingHttpResponse(pieces())

    with running(django, watch=Well()) as (_, port), pytest.raises(http.client.IncompleteRead):
        ask(port)


def test_operations_that_read_whole_clinics_have_more_time():
    long = scope(*path_of("GenerateMergeReport"))
    assert heavy.seconds_of(long) == limits.LONG_SECONDS > limits.REQUEST_SECONDS
    assert heavy.clinic_of(long)
    pages = [scope(path=f"/admin/merges/plan/a/b/{name}") for name in ("", "report.xlsx")]
    assert {heavy.seconds_of(page) for page in pages} == {limits.LONG_SECONDS}
    assert all(heavy.clinic_of(page) for page in pages)
    file = scope("POST", "/admin/clinics/a/patients/from-file")
    assert heavy.seconds_of(file) == limits.LONG_SECONDS
    assert heavy.clinic_of(file)
    assert heavy.clinic_of(scope("GET", file["path"])) is None
    assert heavy.clinic_of(scope("POST", f"{file['path']}/a")) is None
    for operation in ("TideReport", "ListPatients", "MergeClinic"):
        assert heavy.seconds_of(scope(*path_of(operation))) == limits.REQUEST_SECONDS


def test_the_time_of_a_request_is_shorter_than_that_of_a_stop():
    """Otherwise a stop could cut off what is being answered."""
    assert limits.REQUEST_SECONDS < STOP_SECONDS
    assert health.LONGEST_SILENCE < limits.REQUEST_SECONDS

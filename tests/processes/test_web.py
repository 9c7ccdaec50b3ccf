"""The web process: what its server guarantees to clients, proxies and operators."""

import gzip
import http.client
import os
import signal
import socket
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from kernel import restarts
from scripts import service as processes
from tests import pace
from tests.cast import make_person
from tests.processes.conftest import same_place
from tests.processes.service import Service, eventually
from xealth.representation import viewer, viewer_files

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
LAKESIDE = b'{"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}'
MEGABYTE = 1024 * 1024
HEADER_SECONDS = 10


@pytest.fixture
def service(service):
    """With two web processes, as without a setting."""
    service.env["WEB_WORKERS"] = "2"
    return service


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """Only the web process, shared by the tests that do not end it."""
    service = Service(
        tmp_path_factory.mktemp("web"), {"SECRET_KEY": settings.SECRET_KEY, **same_place()}
    )
    service.start(only=("web",))
    yield service
    service.stop()
    sys.stdout.write(service.logs()[-20_000:])


@contextmanager
def connected(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as link:
        yield link


def answer(link):
    """The next answer on a connection: status, headers, body."""
    response = http.client.HTTPResponse(link)
    response.begin()
    return response.status, response.headers, response.read()


def create_clinic(*lines):
    """The headers of a request with the body LAKESIDE."""
    token = make_person("Ada Admin", roles=("clinician",)).token
    head = ("POST /v1/clinics HTTP/1.1", "Host: localhost", f"x-tidepool-session-token: {token}")
    return "\r\n".join([*head, "Content-Type: application/json", *lines, "", ""]).encode()


def post(path, *lines):
    head = (f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join([*head, *lines, "", ""]).encode()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- requests -------------------------------------------------------------------------------------------
def test_a_chunked_body_arrives_complete(web):
    with connected(web) as link:
        link.sendall(create_clinic("Transfer-Encoding: chunked"))
        for part in (LAKESIDE[:7], LAKESIDE[7:]):
            link.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            time.sleep(0.1)
        link.sendall(b"0\r\n\r\n")
        status, _, body = answer(link)
    assert (status, b'"name":"Lakeside"' in body) == (200, True), body


def test_a_slow_body_arrives_complete(web):
    with connected(web) as link:
        length = f"Content-Length: {len(LAKESIDE)}"
        link.sendall(create_clinic(length))
        for start in range(0, len(LAKESIDE), 20):
            link.sendall(LAKESIDE[start : start + 20])
            time.sleep(0.05)
        assert answer(link)[0] == 200


def test_expect_100_continue_is_answered(web):
    with connected(web) as link:
        lines = (f"Content-Length: {len(LAKESIDE)}", "Expect: 100-continue")
        link.sendall(create_clinic(*lines))
        assert link.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        link.sendall(LAKESIDE)
        assert answer(link)[0] == 200


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_and_the_connection_ends(web, is_chunked):
    size = 11 * MEGABYTE
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
    with connected(web) as link:
        link.sendall(create_clinic(length))
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all is sent
            link.sendall((b"%x\r\n" % size if is_chunked else b"") + b"x" * size)
        assert answer(link)[::2] == (413, b'{"message":"request body is too large"}')
        with suppress(ConnectionResetError):
            assert link.recv(1) == b""


@pytest.mark.yardstick("W1")
def test_a_connection_serves_many_requests_and_answers_do_not_name_the_server(web):
    link = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    for method, path in (("GET", "/docs"), ("HEAD", "/docs"), ("GET", "/no"), ("GET", "/docs")):
        link.request(method, path)
        used = link.sock
        response = link.getresponse()
        body = response.read()
        assert link.sock is used
        assert response.headers.get_all("Server") == ["clinics"]
        assert int(response.headers["Content-Length"]) > 0
        assert (len(body) > 0) == (method == "GET")


def test_paths_are_decoded_for_the_routes(web):
    token = web.server_token()
    for path in ("/v1/clinics/a%2Fb", "/v1/clinics/caf%C3%A9", "/v1/clinics/%FF", "/v1//%00"):
        assert web.get(path, token=token).status in (400, 404), path


def test_a_token_of_16000_characters_is_read_and_larger_heads_are_refused(web):
    assert web.get("/v1/clinics", token="x" * 16_380).status == 401
    assert web.get(f"/live?{'x' * 8000}", token="x" * 16_380).status == 200
    assert web.get("/live", token="x" * 300_000).status == 431
    assert web.get("/live", headers={f"x-{n}": "x" for n in range(120)}).status == 431
    assert web.get("/live").status == 200


@pytest.mark.yardstick("D6")
def test_metrics_of_any_process_report_the_backlog_once(web):
    for _ in range(6):
        metrics = web.get("/metrics").content.decode()
        assert metrics.count("# TYPE clinics_outbox gauge") == 1
        assert (
            metrics.count('clinics_outbox{what="dead"}')
            == metrics.count("clinics_outbox{") / 3
            == 1
        )


def test_files_of_the_report_viewer_arrive_whole(web):
    """The largest has megabytes; the process compresses it itself."""
    path = f"{viewer.files_address()}/build/pdf.worker.mjs"
    plain, packed = web.get(path), web.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.content == viewer_files.content("build/pdf.worker.mjs")
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3


def test_http_2_is_not_accepted(web):
    with connected(web) as link:
        link.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert answer(link)[0] == 400


@pytest.mark.yardstick("L3")
@pytest.mark.walk
def test_slow_clients_occupy_no_thread(web):
    links = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(40)]
    for link in links:
        link.sendall(b"GET /live HTTP/1.1\r\nHost: loc")
    began = time.monotonic()
    assert [web.get("/live").status for _ in range(10)] == [200] * 10
    assert time.monotonic() - began < 5 * pace.slowness()
    for link in links:
        link.close()


def test_slow_bodies_occupy_no_thread(web):
    """Bodies of strangers, who are refused before their body arrives, and of callers who may send one."""
    token = web.server_token()
    heads = [
        post("/v1/redox", "Content-Length: 1000"),
        post("/v1/redox", "Content-Length: 100000", "verification-token: wrong"),
        post("/v1/clinics", "Content-Length: 1000"),
        post("/v1/clinics", "Transfer-Encoding: chunked", f"x-tidepool-session-token: {token}"),
    ]
    with ExitStack() as stack:
        for _ in range(8):
            for head in heads:
                link = stack.enter_context(connected(web))
                link.sendall(head + b"1")
        assert [web.get("/v1/clinics", token=token).status for _ in range(10)] == [200] * 10
        assert [web.get("/live").status for _ in range(10)] == [200] * 10


@pytest.mark.parametrize("lines", [(), ("Expect: 100-continue",), ("x-tidepool-session-token: x",)])
@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
@pytest.mark.walk
def test_no_body_is_waited_for_without_a_credential(web, length, lines):
    with connected(web) as link:
        link.sendall(post("/v1/clinics", length, *lines))
        status, headers, body = answer(link)
        assert (status, b"session token" in body) in ((400, True), (401, True))
        assert headers["Connection"] == "close"
        link.settimeout(10)
        assert link.recv(1) == b""


def test_the_answer_to_an_unread_body_can_be_read(web):
    """The client keeps sending: if the connection were reset, it would not see the answer."""
    with connected(web) as link:
        link.sendall(post("/v1/redox", f"Content-Length: {MEGABYTE}", "verification-token: wrong"))
        for _ in range(16):
            link.sendall(b"x" * (MEGABYTE // 16))
            time.sleep(0.01)
        assert answer(link)[0] == 401


@pytest.mark.yardstick("L3")
@pytest.mark.walk
def test_a_body_that_stops_arriving_is_answered_with_408(web):
    with connected(web) as link:
        link.sendall(create_clinic("Content-Length: 60000") + LAKESIDE[:20])
        status, headers, body = answer(link)
    assert (status, body) == (408, b'{"message":"request body took too long"}')
    assert headers["Connection"] == "close"


@pytest.mark.yardstick("L3")
def test_an_endless_body_is_read_up_to_the_limit_of_the_operation(web):
    with connected(web) as link:
        link.sendall(create_clinic("Transfer-Encoding: chunked"))
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                link.sendall(b"%x\r\n%s\r\n" % (8192, b"x" * 8192))
        assert answer(link)[0] == 413


@pytest.mark.yardstick("L3")
@pytest.mark.chaos
def test_a_client_that_never_finishes_its_headers_is_disconnected(web, fault):
    with connected(web) as link:
        link.settimeout((HEADER_SECONDS + 10) * pace.slowness())
        link.sendall(b"GET /live HTTP/1.1\r\nHost: loc")
        began = time.monotonic()
        received = link.recv(100)
        recovered = time.monotonic() - began
    fault.says("a client never finishes its headers", recovered=recovered)
    assert received == b""


# --- floods ---------------------------------------------------------------------------------------------
@pytest.mark.walk
def test_half_open_connections_are_closed_for_clients_with_requests(service):
    service.start(env={"CONNECTIONS_PER_ADDRESS": "20", "WEB_WORKERS": "1"}, only=("web",))
    with ExitStack() as stack:
        half_open = [stack.enter_context(connected(service)) for _ in range(100)]
        for link in half_open[:50]:
            with suppress(OSError):
                link.sendall(b"GET /live HTTP/1.1\r\nHost: loc")
        assert service.get("/live").status == 200
        assert service.get("/v1/clinics", token=service.server_token()).status == 200
        eventually(lambda: is_closed(half_open[0]))
        assert sum(not is_closed(link) for link in half_open) <= 20


@pytest.mark.yardstick("L1")
@pytest.mark.walk
def test_only_a_caller_who_floods_is_answered_with_429(service):
    service.start(env={"WAITING_PER_CALLER": "2", "WEB_WORKERS": "1"}, only=("web",))
    ada = make_person("Ada Admin", roles=("clinician",))
    hers = f"/v1/clinicians/{ada.user_id}/clinics"
    assert service.get(hers, token=ada.token).status == 200
    line = f"x-tidepool-session-token: {service.server_token()}\r\n"
    question = f"GET /v1/clinics?limit=100 HTTP/1.1\r\nHost: localhost\r\n{line}\r\n".encode()
    with ExitStack() as stack:
        flood = [stack.enter_context(connected(service)) for _ in range(60)]
        for link in flood:
            link.sendall(question)
        assert service.get(hers, token=ada.token).status == 200
        answers = [answer(link) for link in flood]
    refused = [(headers["Retry-After"], body) for status, headers, body in answers if status == 429]
    assert {status for status, *_ in answers} == {200, 429}
    assert set(refused) == {("1", b'{"message":"too many requests"}')}


@pytest.mark.yardstick("V2")
@pytest.mark.walk
def test_health_is_answered_while_every_worker_hangs(web):
    for path in ("/live", "/ready"):
        assert health(web, path) == 200
    assert health(web, "/v1/clinics") == 404
    everyone = web.web_workers()
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert health(web, "/live") == 200
    finally:
        for pid in everyone:
            os.kill(pid, signal.SIGCONT)
    assert web.get("/live").status == 200


def is_closed(link):
    link.setblocking(False)
    try:
        return link.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def health(service, path):
    link = http.client.HTTPConnection("127.0.0.1", service.health_port, timeout=10)
    link.request("GET", path)
    with closing(link), link.getresponse() as response:
        return response.status


# --- processes ------------------------------------------------------------------------------------------
def test_a_killed_worker_is_replaced_and_the_others_serve_meanwhile(web):
    before = web.web_workers()
    os.kill(min(before), signal.SIGKILL)
    eventually(lambda: len(web.web_workers() - before) == 1, within=5)
    assert web.web_workers() & before
    assert [web.get("/live").status for _ in range(20)] == [200] * 20
    assert '"event":"worker.ended"' in web.logs()


@pytest.mark.yardstick("V2")
@pytest.mark.walk
def test_a_worker_that_hangs_is_replaced_and_the_others_serve_meanwhile(service):
    service.start(env={"WEB_STUCK_SECONDS": "5", "WEB_WORKERS": "2"}, only=("web",))
    # The master and both workers: one that hangs while it starts has a minute.
    eventually(lambda: service.logs().count('"event":"ready"') == 3, within=30)
    before = service.web_workers()
    os.kill(min(before), signal.SIGSTOP)
    eventually(lambda: len(service.web_workers() - before) == 1, within=30)
    assert max(before) in service.web_workers()
    assert min(before) not in service.web_workers()
    assert '"event":"worker.stuck"' in service.logs()
    eventually(lambda: service.get("/live").status == 200, within=30)


@pytest.mark.walk
def test_a_worker_that_is_killed_twice_within_six_seconds_is_replaced_twice(web):
    for _ in range(2):
        before = web.web_workers()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda before=before: len(web.web_workers() - before) == 2, within=5)
        eventually(lambda: processes.is_ready(web.port))
    assert web.is_alive("web")


@pytest.mark.walk
def test_a_master_whose_workers_cannot_start_says_so_and_ends(service, monkeypatch):
    master = "from clinics_site import server; server.WORKER = ('false',); server.main()"
    monkeypatch.setitem(processes.COMMANDS, "web", [sys.executable, "-c", master])
    service.start_worker("web")
    eventually(lambda: not service.is_alive("web"), within=40)
    assert service.logs().count('"event":"worker.ended"') >= restarts.FAILED_STARTS
    assert '"event":"worker.cannot_start"' in service.logs()


@pytest.mark.yardstick("V3")
@pytest.mark.walk
def test_requests_in_flight_at_sigterm_are_answered_and_no_process_remains(service):
    service.start(only=("web",))
    everyone = service.web_workers()
    with connected(service) as link:
        length = f"Content-Length: {len(LAKESIDE)}"
        link.sendall(create_clinic(length))
        link.sendall(LAKESIDE[:20])
        time.sleep(0.3)
        service.signal("web", signal.SIGTERM)
        time.sleep(2)
        link.sendall(LAKESIDE[20:])
        status, headers, _ = answer(link)
    assert (status, headers["Connection"]) == (200, "close")
    eventually(lambda: not service.is_alive("web"), within=10)
    assert len(everyone) == 2
    assert not any(is_alive(pid) for pid in everyone)


@pytest.mark.walk
def test_workers_end_when_their_master_is_killed(service):
    service.start(only=("web",))
    everyone = service.web_workers()
    service.signal("web", signal.SIGKILL)
    eventually(lambda: not any(is_alive(pid) for pid in everyone), within=10)


def test_sigterm_during_the_start_ends_all_processes(service):
    service.start_worker("web")
    everyone = eventually(lambda: len(service.web_workers()) == 2 and service.web_workers())
    service.signal("web", signal.SIGTERM)
    eventually(lambda: not service.is_alive("web"), within=5)
    assert not any(is_alive(pid) for pid in everyone)

"""The service as processes: it becomes ready, ends cleanly, and drops no request or task."""

import http.client
import threading

import pytest

from kernel import db, outbox
from kernel.events import MailRequested
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
TWO_WEB = {"WEB_WORKERS": "2"}  # as without a setting


def test_the_service_becomes_ready_serves_and_delivers_events(service):
    """An event reaches its handler through broker and worker."""
    service.start(env=TWO_WEB)
    assert service.get("/live").status == 200
    assert service.get("/ready").status == 200
    assert service.get("/v1/clinics", token=service.server_token()).status == 200
    assert service.get("/v1/clinics", token=service.server_token()).headers["Content-Length"] == "2"
    assert b"clinics_requests_total" in service.get("/metrics").content

    outbox.emit(MailRequested(recipient="x@example.org", template="none"))
    outbox.nudge()
    eventually(lambda: db.collection(outbox.COLLECTION).find_one({"attempts": {"$gte": 1}}))


@pytest.mark.yardstick("V3")
@pytest.mark.walk
def test_sigterm_under_load_drops_no_request(service):
    """On persistent connections, as a proxy uses them: every request is answered with 200, the last one with
    `Connection: close`."""
    service.start(env=TWO_WEB, only=("web",))
    token = service.server_token()
    outcomes: list[int | str] = []
    threads = [
        threading.Thread(target=_ask_until_closed, args=(service.port, token, outcomes))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    eventually(lambda: len(outcomes) > 200)
    service.terminate("web")
    for thread in threads:
        thread.join()
    assert set(outcomes) == {200}


def _ask_until_closed(port: int, token: str, outcomes: list[int | str]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while True:
        try:
            link.request("GET", "/v1/clinics", headers={"x-tidepool-session-token": token})
            response = link.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            outcomes.append(type(error).__name__)
            return
        outcomes.append(response.status)
        if response.headers.get("Connection") == "close":
            return

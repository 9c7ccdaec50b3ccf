"""The service as processes: it gets ready, ends cleanly, and drops nothing on the way."""

import signal
import threading

import pytest

from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def test_it_becomes_ready_and_serves(service):
    service.start()
    assert service.get("/live").status == 200
    assert service.get("/ready").status == 200
    assert service.get("/v1/clinics", token=service.server_token()).status == 200
    assert b"clinics_requests_total" in service.get("/metrics").content


def test_an_event_reaches_its_handler_through_broker_and_worker(service):
    from clinics_site.core import db, outbox

    service.start(only=("worker",))
    outbox.emit(
        "mail.requested", {"recipient": "x@example.org", "template": "none", "variables": {}}
    )
    outbox.nudge()
    rows = db.collection(outbox.COLLECTION)
    eventually(lambda: rows.find_one({"attempts": {"$gte": 1}}))


@pytest.mark.parametrize("process", ["web"])
def test_sigterm_under_load_drops_no_request(service, process):
    service.start(only=("web",))
    token = service.server_token()
    statuses: list[int] = []
    stopping = threading.Event()

    def load() -> None:
        while not stopping.is_set():
            try:
                statuses.append(service.get("/v1/clinics", token=token).status)
            except ConnectionRefusedError:
                return
            except OSError as error:
                if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                    return
                statuses.append(0)

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(statuses) > 100)
    service.terminate(process)
    stopping.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}


def test_a_worker_that_is_told_to_end_finishes_its_task(service):
    service.start(only=("worker",))
    eventually(lambda: "default@" in service.logs() or "ready" in service.logs())
    service.signal("worker", signal.SIGTERM)
    eventually(lambda: not service.is_alive("worker"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("MAX_BODY_BYTES", "many"),
        ("BACKEND_TOKEN_CACHE", "soon"),
        ("HTTPS", "maybe"),
    ],
)
def test_a_wrong_environment_value_stops_the_start_with_its_name(service, name, value):
    from scripts import service as processes
    from scripts.local import Problem

    with pytest.raises(Problem, match=name):
        processes.manage(["check"], {**service.env, name: value})

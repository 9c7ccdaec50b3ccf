"""Every kind of process publishes what it has counted, once, also of children that are dead."""

import os
import signal
import socket
from pathlib import Path
from urllib.error import HTTPError

import pytest
from celery import current_app

from patients import kept
from scripts import local
from scripts import service as processes
from tests.processes.scrapes import answers, read
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
TOKEN = "a-token-of-prometheus"
REQUESTS, TASKS = 40, 10
TASK = "core.relay_outbox"


def start(service, *names, first=None):
    """Each with a port of its own, in no common folder; returns the ports by name. A worker's is the `first`."""
    first = first or local.free_port()
    environment = {
        "METRICS_PORT": str(first),
        "METRICS_TOKEN": TOKEN,
    }
    del service.env["PROMETHEUS_MULTIPROC_DIR"]
    service.start(environment, only=names)
    background = list(processes.COMMANDS)[1:]
    return {name: first + background.index(name) for name in names if name != "web"}


@pytest.mark.yardstick("D6")
def test_any_web_process_answers_for_all_of_them(service):
    start(service, "web")
    token = service.server_token()
    for _ in range(REQUESTS):
        assert service.get("/v1/clinics", token=token).status == 200
    for _ in range(6):  # each on a connection of its own, which any of the two may get
        counted = read(service.port, TOKEN)["clinics_requests_total", "200", "ListClinics"]
        assert counted == REQUESTS


@pytest.mark.yardstick("D6")
def test_a_worker_answers_for_its_children_also_for_the_dead(service):
    """Its port is taken at first: it works, and waits for it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = start(service, "worker", first=other.getsockname()[1])["worker"]
        assert port == other.getsockname()[1]
        eventually(lambda: "metrics_port.taken" in service.logs())
        send(TASKS // 2)
    eventually(lambda: answers(port) and done(port) == TASKS // 2)
    for child in children_of(service.pid("worker")):
        os.kill(child, signal.SIGKILL)
    send(TASKS // 2)
    # One that was killed between the end of its task and the acknowledgement has it done again.
    eventually(lambda: TASKS <= done(port) <= TASKS + counted(port, "lost"))
    assert read(port, TOKEN)["clinics_workers_stuck_total",] == 0


def test_a_follower_tells_how_far_it_is_and_beat_that_it_is_there_to_those_who_have_the_token(
    service,
):
    ports = start(service, "beat", "follower")
    lag = ("clinics_follower_lag_seconds", kept.FOLLOWER)
    eventually(lambda: answers(ports["follower"]) and lag in read(ports["follower"], TOKEN))
    eventually(lambda: answers(ports["beat"]))
    for port in ports.values():
        for wrong in ("", "another"):
            with pytest.raises(HTTPError) as caught:
                read(port, wrong)
            assert caught.value.code == 401


def send(count):
    for _ in range(count):
        current_app.send_task(TASK)


def done(port):
    return counted(port, "done")


def counted(port, outcome):
    # Labels are in the order of their values.
    return read(port, TOKEN).get(("clinics_tasks_total", *sorted((TASK, outcome))), 0)


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

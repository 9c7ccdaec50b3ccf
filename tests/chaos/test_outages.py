"""A server that no longer answers: bounded waits, red readiness, green liveness, and recovery by itself."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def _tokens(service) -> tuple[str, str]:
    service.manage("create_user", "--email", "ada@example.org", "--name", "Ada", "--clinician")
    user = service.manage("token", "--user", "ada@example.org").strip()
    return user, service.manage("token", "--server").strip()


@pytest.mark.yardstick("L2")
def test_without_redis_reads_still_work(service, backing):
    service.start(only=("web",))
    user, server = _tokens(service)
    assert service.get("/v1/clinics", token=server).status == 200
    backing.pause("redis")
    began = time.monotonic()
    assert service.get("/v1/clinics", token=server).status == 200
    assert service.get("/v1/clinics", token=user).status == 403
    assert time.monotonic() - began < 5
    assert service.get("/live").status == 200
    eventually(lambda: service.get("/ready").status == 503, within=2)
    backing.resume("redis")
    eventually(lambda: service.get("/ready").status == 200)


@pytest.mark.yardstick("V2")
def test_without_mongodb_answers_are_503_in_bounded_time_and_come_back(service, backing):
    service.start(only=("web",))
    user, _ = _tokens(service)
    assert service.get("/v1/clinics", token=user).status == 403
    backing.pause("mongodb")
    began = time.monotonic()
    answer = service.get("/v1/clinics", token=user, timeout=60)
    assert answer.status == 503
    assert "Retry-After" in answer.headers
    assert time.monotonic() - began < 5
    assert service.get("/live").status == 200
    backing.resume("mongodb")
    eventually(lambda: service.get("/v1/clinics", token=user, timeout=60).status == 403)
    eventually(lambda: service.get("/ready").status == 200)


@pytest.mark.yardstick("D1")
def test_an_event_of_a_change_is_delivered_although_every_worker_and_redis_were_down(
    service, backing
):
    service.start(only=("web", "beat"))
    user, _ = _tokens(service)
    backing.pause("redis")
    profile = {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}
    assert service.post("/v1/clinics", profile, token=user, timeout=60).status == 200
    backing.resume("redis")
    service.start(only=("worker",))
    eventually(lambda: 'clinics_outbox{what="waiting"} 0.0' in _metrics(service), within=90)
    assert 'clinics_outbox{what="dead"} 0.0' in _metrics(service)


def _metrics(service) -> str:
    return service.get("/metrics").content.decode()


def test_a_killed_web_process_is_replaced(service):
    service.start(only=("web",))
    children = _children(service.pid("web"))
    assert len(children) == 2
    for pid in children:
        _kill(pid)
    eventually(lambda: len(_children(service.pid("web"))) == 2)
    eventually(lambda: _is_alive(service))


def _is_alive(service) -> bool:
    """A connection that still waited for the dead worker is reset."""
    try:
        return service.get("/live").status == 200
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)

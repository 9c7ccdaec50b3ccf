"""A server that no longer answers: bounded waits, red readiness, green liveness, and recovery by itself."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pymongo
import pytest

from tests import pace
from tests.chaos.conftest import DATABASE
from tests.processes.service import comes_true, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def _tokens(service) -> tuple[str, str]:
    service.manage("create_user", "--email", "ada@example.org", "--name", "Ada", "--clinician")
    user = service.manage("token", "--user", "ada@example.org").strip()
    return user, service.manage("token", "--server").strip()


def timed(service, token):
    """The answer, and the seconds until it came."""
    began = time.monotonic()
    answer = service.get("/v1/clinics", token=token, timeout=60)
    return answer, time.monotonic() - began


def until(check, **options):
    """Seconds."""
    began = time.monotonic()
    eventually(check, **options)
    return time.monotonic() - began


@pytest.mark.yardstick("L2")
def test_without_redis_reads_still_work(service, backing, fault):
    service.start(only=("web",))
    user, server = _tokens(service)
    assert service.get("/v1/clinics", token=server).status == 200
    backing.pause("redis")
    answers = [timed(service, token) for token in (server, user)]
    worst = max(seconds for _, seconds in answers)
    assert service.get("/live").status == 200
    eventually(lambda: service.get("/ready").status == 503, within=2)
    backing.resume("redis")
    recovered = until(lambda: service.get("/ready").status == 200)
    fault.says("Redis hangs while clients read", worst=worst, recovered=recovered)
    assert [answer.status for answer, _ in answers] == [200, 403]
    assert sum(seconds for _, seconds in answers) < 5 * pace.slowness()


@pytest.mark.yardstick("V2")
def test_without_mongodb_answers_are_503_in_bounded_time_and_come_back(service, backing, fault):
    service.start(only=("web",))
    user, _ = _tokens(service)
    assert service.get("/v1/clinics", token=user).status == 403
    backing.pause("mongodb")
    answer, worst = timed(service, user)
    assert service.get("/live").status == 200
    backing.resume("mongodb")
    began = time.monotonic()
    eventually(lambda: service.get("/v1/clinics", token=user, timeout=60).status == 403)
    eventually(lambda: service.get("/ready").status == 200)
    recovered = time.monotonic() - began
    fault.says("MongoDB hangs while a client reads", worst=worst, recovered=recovered)
    assert answer.status == 503
    assert "Retry-After" in answer.headers
    assert worst < 5 * pace.slowness()


@pytest.mark.yardstick("D1")
def test_an_event_of_a_change_is_delivered_although_every_worker_and_redis_were_down(
    service, backing, fault
):
    service.start(only=("web", "beat"))
    user, _ = _tokens(service)
    backing.pause("redis")
    profile = {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}
    began = time.monotonic()
    assert service.post("/v1/clinics", profile, token=user, timeout=60).status == 200
    worst = time.monotonic() - began
    backing.resume("redis")
    began = time.monotonic()
    service.start(only=("worker",))
    is_done = comes_true(
        lambda: 'clinics_outbox{what="waiting"} 0.0' in _metrics(service), within=90
    )
    states = _rows(backing)
    fault.says(
        "Redis hangs and there are no workers",
        acknowledged=1,
        lost=int(not states or set(states) != {"done"}),
        worst=worst,
        recovered=time.monotonic() - began,
    )
    assert is_done
    assert set(states) == {"done"}
    assert 'clinics_outbox{what="dead"} 0.0' in _metrics(service)


def _rows(backing) -> Counter[str]:
    """How many rows of the clinic's event are in which state."""
    with pymongo.MongoClient(backing.mongodb) as client:
        rows = client[DATABASE]["outbox"].find({"event": "clinic.created"})
        return Counter(row["state"] for row in rows)


def _metrics(service) -> str:
    return service.get("/metrics").content.decode()


def test_a_killed_web_process_is_replaced(service, fault):
    service.start(only=("web",))
    children = _children(service.pid("web"))
    assert len(children) == 2
    for pid in children:
        _kill(pid)
    began = time.monotonic()
    eventually(lambda: len(_children(service.pid("web"))) == 2)
    eventually(lambda: _is_alive(service))
    fault.says("both web workers are killed", recovered=time.monotonic() - began)


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

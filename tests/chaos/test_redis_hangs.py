"""Redis hangs while workers are busy, again and again: stopped, not dead, so that connections stay open and
every command exceeds its time limit. Afterwards the workers take what waits. The first test hits the moment
that matters, with the service's own time limits (tests/processes/test_redis_hangs.py uses shorter ones); the
second hangs Redis under load."""

import itertools
import os
import threading
import time
from collections import Counter

import pytest
from django.conf import settings

from kernel import clock, db, outbox
from kernel.outbox.rows import UNDELIVERED
from tests import ehr, lengths
from tests.processes.service import Service, comes_true, eventually

pytestmark = [
    *(pytest.mark.processes, pytest.mark.length("CHAOS_HANGS")),
    pytest.mark.timeout(400),
]
TOKEN = {"verification-token": "redox-test-token"}
HANGS = int(lengths.of("CHAOS_HANGS"))
HANG = 15  # seconds: three times as long as an acknowledgement is waited for
LONG_HANG = 25
CLIENTS = 10
READ = ("done", "ignored")


@pytest.mark.yardstick("V2")
def test_a_busy_worker_takes_what_waits_after_long_hangs(busy_worker, fault):
    worker = busy_worker(SOCKET_SECONDS="")
    sent, done, recovered = 4, 0, 0.0
    for _ in range(HANGS):
        worker.send(sent)
        worker.hang_while_busy(HANG)
        began = time.monotonic()
        comes_true(lambda: worker.has("done", sent))
        recovered = max(recovered, time.monotonic() - began)
        done += sum(worker.has("done", number) for number in range(1, sent + 1))
    fault.says(
        f"Redis hangs {HANGS} times for {HANG} s while a worker is busy",
        acknowledged=sent * HANGS,
        lost=sent * HANGS - done,
        recovered=recovered,
    )
    assert done == sent * HANGS
    assert worker.acknowledgements_lost() >= HANGS


@pytest.fixture
def service(tmp_path, backing):
    """On the database that the test sees, with a Redis that may be stopped."""
    folder = tmp_path / "service"
    folder.mkdir()
    names = ("MONGODB_URI", "TIDEPOOL_CLINIC_DATABASE_NAME")
    environment = {name: os.environ[name] for name in names} | {"REDIS_URL": f"{backing.redis}/0"}
    running_service = Service(folder, {"SECRET_KEY": settings.SECRET_KEY, **environment})
    yield running_service
    running_service.stop()


class Load:
    """Clients that cause events for both queues, each woken through the broker."""

    def __init__(self, service):
        service.manage("create_user", "--email", "ada@example.org", "--name", "A", "--clinician")
        self._service = service
        self._token = service.manage("token", "--user", "ada@example.org").strip()
        self._ended, self._numbers = threading.Event(), itertools.count()
        self.clinics: list[str] = []  # what was acknowledged
        self.orders: list[str] = []
        self.worst = 0.0  # seconds until an answer that came
        self._threads = [
            threading.Thread(target=self._work, args=(work,), daemon=True)
            for work in [self._send_message, self._create_clinic] * (CLIENTS // 2)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _work(self, work):
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                work()
                self.worst = max(self.worst, time.monotonic() - began)
            except OSError:  # while Redis hangs an answer may not come
                time.sleep(0.1)

    def _send_message(self):
        meta, number = {"DataModel": "Scheduling", "EventType": "New"}, f"O-{next(self._numbers)}"
        message = {**ehr.order(), "Meta": meta, "Order": {"ID": number}}
        if self._service.post("/v1/redox", message, headers=TOKEN).status == 200:
            self.orders.append(number)

    def _create_clinic(self):
        name = f"Lakeside {next(self._numbers)}"
        profile = {"name": name, "country": "US", "preferredBgUnits": "mg/dL"}
        answer = self._service.post("/v1/clinics", profile, token=self._token)
        if answer.status == 200:
            self.clinics.append(answer.json()["id"])

    def lost(self):
        """What was acknowledged: clinics and messages that are not there, or that no worker has handled."""
        rows, event = db.collection(outbox.COLLECTION), {"event": "clinic.created"}
        told = set(rows.distinct("payload.clinicId", event))
        waiting = set(rows.distinct("payload.clinicId", {**event, "state": {"$ne": outbox.DONE}}))
        stored = {str(one) for one in db.collection("clinics").distinct("_id", {})}
        clinics = stored & told - waiting
        read = [one["documentId"] for one in ehr.records("message") if one["state"] in READ]
        messages = db.collection("redox").find({"_id": {"$in": read}})
        orders = {one["message"]["Order"]["ID"] for one in messages}
        return (set(self.clinics) - clinics) | (set(self.orders) - orders)

    def copies(self):
        """Clinics and messages that are there twice."""
        names = Counter(one["name"] for one in db.collection("clinics").find({}))
        orders = Counter(one["message"]["Order"]["ID"] for one in db.collection("redox").find({}))
        return names.total() - len(names) + orders.total() - len(orders)


def due_rows():
    return db.collection(outbox.COLLECTION).count_documents(
        {"state": {"$in": UNDELIVERED}, "dueTime": {"$lte": clock.now()}}
    )


def done_rows(queue):
    query = {"state": outbox.DONE, "queue": queue}
    return db.collection(outbox.COLLECTION).count_documents(query)


def acknowledgements_lost(service):
    lines = service.logs().splitlines()
    return sum("celery.worker.request" in line and "TimeoutError" in line for line in lines)


@pytest.mark.yardstick("V2")
def test_workers_take_what_waits_after_redis_hung_three_times_under_load(service, backing, fault):
    service.start()
    with Load(service) as load:
        for _ in range(HANGS):
            before = {queue: done_rows(queue) for queue in ("default", "ehr")}
            eventually(lambda b=before: all(done_rows(q) > b[q] for q in b), within=60)
            backing.pause("redis")
            time.sleep(LONG_HANG)
            backing.resume("redis")
            resumed = time.monotonic()
    comes_true(lambda: due_rows() == 0)
    recovered, lost, copies = time.monotonic() - resumed, load.lost(), load.copies()
    fault.says(
        f"Redis hangs {HANGS} times for {LONG_HANG} s under load",
        acknowledged=len(load.clinics) + len(load.orders),
        lost=len(lost),
        doubled=copies,
        worst=load.worst,
        recovered=recovered,
    )
    assert (due_rows(), lost, copies) == (0, set(), 0)
    assert acknowledgements_lost(service) > 0, "the hangs came too late to say anything"

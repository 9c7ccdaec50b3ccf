"""`make bench-ehr`: one sync of a clinic through real processes, from the call to the last report at Redox.

Web, beat and two EHR workers of one process each run on a database of their own; Redox is a server on
loopback that checks tokens and counts messages, in this process. Prints the time to 202, patients/s and CPU
per patient, beside a report and a flowsheet made alone in a bare loop, and writes them as JSON to
bench-results/. ARGS="--patients 10000" for more.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import django

from scripts import servers
from scripts import service as processes
from scripts.children import Child, Guard, end_all
from tests.bench import service
from tests.bench.meters import cpu_of_database, cpu_with_children
from tests.processes.service import Service
from tests.redox_peer import RedoxPeer

DATABASE = "bench_ehr"
WORKERS = 2
BATCH = 500
ROUNDS = 200  # of a report or flowsheet alone
POLL_SECONDS = 0.5
WARM_UPS = 12  # so that each web worker has imported what it needs
READY_SECONDS = 60


class CountingPeer(RedoxPeer):
    """Reads every message and keeps only the number: thousands of reports would not fit into memory."""

    def __init__(self) -> None:
        super().__init__()
        self.received = self.bytes = self.refused = 0
        self._counting = threading.Lock()

    def _message(self, handler: Any, body: bytes) -> None:
        token = handler.headers["Authorization"].removeprefix("Bearer ")
        if token not in self.valid_tokens:
            self.refused += 1
            handler.reply(401)
            return
        with self._counting:
            self.received += 1
            self.bytes += len(body)
        handler.reply(200)


def main() -> None:
    options = _options()
    os.environ.update(_environment())
    django.setup()
    try:
        result = _run(options.patients)
    finally:
        _drop_database()
    _show(result)
    _write(result)


def _run(count: int) -> dict[str, Any]:
    clinic_id = _prepare(count)
    peer = CountingPeer()
    try:
        with _running(peer) as (web, workers):
            result = _measure(web, workers, peer, clinic_id, count)
    finally:
        peer.close()
    return result | _alone(clinic_id)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000, help="up to 10,000")
    return parser.parse_args()


def _environment() -> dict[str, str]:
    _, redis = servers.for_tests()
    number = os.environ.get("TEST_REDIS_OFFSET", "14")
    return {
        **service.environment(),
        "REDIS_URL": f"{redis}/{number}",
        "BROKER_KEY_PREFIX": f"{DATABASE}:",
        "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
    }


# --- the clinic -----------------------------------------------------------------------------------------
def _prepare(count: int) -> Any:
    """A fresh database with one clinic, `count` subscribed patients with data, and the order of all of them."""
    from django.core.cache import cache
    from django.core.management import call_command

    from kernel import db
    from redox.clients.redox import TOKEN_KEY
    from tests import ehr

    _drop_database()
    cache.delete(TOKEN_KEY)
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    clinic = ehr.ehr_clinic()
    for batch in db.batches(_subscribed(clinic["_id"], count), BATCH):
        db.collection("patients").insert_many(batch, ordered=False)
    return clinic["_id"]


def _drop_database() -> None:
    from kernel import db

    assert db.database_name() == DATABASE
    db.client().drop_database(DATABASE)


def _subscribed(clinic_id: Any, count: int) -> Iterator[dict[str, Any]]:
    from bson import ObjectId

    from kernel import clock, db
    from patients.services.demo_patients import Surroundings, invent_patients
    from tests import ehr

    body = ehr.order()
    order = {"_id": ObjectId(), "meta": body["Meta"], "message": body}
    db.collection("redox").insert_one(order)
    matched = {"id": order["_id"], "dataModel": "Order", "eventType": "New"}
    reports = {"active": True, "provider": "redox", "matchedMessages": [matched]}
    people = invent_patients(Surroundings(clinic_id), count=2 * count, seed=7, now=clock.now())
    with_data = (patient for patient in people if "summary" in patient)  # nearly all have some
    for patient in islice(with_data, count):
        yield {**patient, "ehrSubscriptions": {"summaryAndReports": reports}}


# --- the processes --------------------------------------------------------------------------------------
@contextmanager
def _running(peer: CountingPeer) -> Iterator[tuple[Service, list[Child]]]:
    """Their logs stay in .local/bench-ehr."""
    from django.conf import settings

    folder = service.ROOT / ".local" / "bench-ehr"
    folder.mkdir(parents=True, exist_ok=True)
    web = Service(folder, {"SECRET_KEY": settings.SECRET_KEY, **peer.environment()})
    guard, workers = Guard(), []
    try:
        web.start(only=("web", "worker", "beat"))
        workers = [_worker(number, web, folder, guard) for number in range(WORKERS)]
        _wait_for_workers()
        yield web, workers
    finally:
        end_all(workers, patience=30)
        guard.close()
        web.stop()


def _worker(number: int, web: Service, folder: Path, guard: Guard) -> Child:
    """The service's own command, with one process and a name of its own."""
    command = list(processes.COMMANDS["ehr-worker"])
    command[command.index("-n") + 1] = f"ehr{number}@%h"
    command[command.index("--concurrency") + 1] = "1"
    log = folder / f"ehr-worker-{number}.log"
    return Child(f"ehr-worker-{number}", command, log=log, guard=guard, environment=web.env)


def _wait_for_workers() -> None:
    from clinics_site.celery import app

    deadline = time.monotonic() + READY_SECONDS
    while len(app.control.ping(timeout=1.0)) < WORKERS + 1:
        if time.monotonic() > deadline:
            sys.exit("the workers do not become ready")


# --- measuring ------------------------------------------------------------------------------------------
def _measure(
    web: Service, workers: list[Child], peer: CountingPeer, clinic_id: Any, count: int
) -> dict[str, Any]:
    from bson import ObjectId

    from kernel import db

    token = web.server_token()
    for _ in range(WARM_UPS):
        web.post(f"/v1/clinics/{ObjectId()}/ehr/sync", token=token)  # 404
    before, own, database = _cpu(workers), time.process_time(), cpu_of_database(db.client())
    began = time.perf_counter()
    answer = web.post(f"/v1/clinics/{clinic_id}/ehr/sync", token=token, timeout=300)
    accepted = time.perf_counter() - began
    scheduled = db.collection("scheduledSummaryAndReportsOrders").count_documents({})
    assert (answer.status, scheduled) == (202, count), (answer.status, scheduled)
    _wait_until_drained(clinic_id, count)
    seconds = time.perf_counter() - began
    after = _cpu(workers)
    return {
        "patients": count,
        "accepted_ms": accepted * 1000,
        "scheduled_at_202": scheduled,
        "seconds": seconds,
        "rate": count / seconds,
        "rate_per_worker": count / seconds / WORKERS,
        "worker_cpu_ms": (sum(after) - sum(before)) / count * 1000,
        "worker_busy": [(b - a) / seconds for a, b in zip(before, after, strict=True)],
        "peer_cpu_ms": (time.process_time() - own) / count * 1000,
        "database_cpu_ms": (cpu_of_database(db.client()) - database) / count * 1000,
        "messages": peer.received,
        "message_bytes": peer.bytes / max(1, peer.received),
        "refused": peer.refused,
        "outcomes": _outcomes(),
    }


def _cpu(workers: list[Child]) -> list[float]:
    return [cpu_with_children(worker.pid) for worker in workers]


def _wait_until_drained(clinic_id: Any, count: int) -> None:
    """Reads the grouped counts that the staff pages show. They are not a snapshot: a record that changes its state
    meanwhile can be counted twice or not at all, so the end counts only if all records are there."""
    from redox.services import admin_reads

    last_shown = 0.0
    while True:
        last = admin_reads.find_last_run(clinic_id)
        run = admin_reads.find_run(last.id) if last else None
        is_drained = run is not None and run.is_finished and run.total == count
        if run is not None and (is_drained or time.monotonic() - last_shown > 10):
            last_shown = time.monotonic()
            print(f"  {run.settled} of {run.total}", flush=True)
        if is_drained:
            return
        time.sleep(POLL_SECONDS)


def _outcomes() -> dict[str, int]:
    from kernel import db

    rows = db.collection("ehrProcessing").find({}, {"state": 1, "outcome": 1, "lastError": 1})
    return dict(
        Counter(f"{r['state']} {r.get('outcome') or r.get('lastError') or ''}" for r in rows)
    )


def _alone(clinic_id: Any) -> dict[str, Any]:
    """The two expensive parts without queue, database and network, when everything else has ended."""
    from ehr import summaries, units
    from ehr.report import pdf
    from ehr.report.subjects import Subject
    from kernel import clock, db
    from redox.messages import flowsheet
    from redox.messages.orders import read_order
    from redox.services.delivery import sender

    moment = clock.now()
    people = list(db.collection("patients").find({"clinicId": clinic_id}, limit=ROUNDS))
    order = read_order((db.collection("redox").find_one({}) or {})["message"])

    def report(patient: dict[str, Any]) -> None:
        subject = Subject(
            full_name=patient["fullName"],
            birth_date=patient["birthDate"],
            mrn=patient.get("mrn") or "",
            clinic_name="Lakeside Clinic",
            units=units.MG_DL,
            timezone="US/Central",
        )
        pdf.draw(subject, patient["summary"], drawn=moment)

    def one_flowsheet(patient: dict[str, Any]) -> None:
        observed = flowsheet.observations(
            summaries.read(patient["summary"]), units=units.MG_DL, icode=False
        )
        flowsheet.build(
            order, observed=observed, sender=sender(), destination="dest", moment=moment
        )

    return {
        "report_alone_ms": _each(report, people),
        "flowsheet_alone_ms": _each(one_flowsheet, people),
    }


def _each(work: Callable[[dict[str, Any]], None], people: list[dict[str, Any]]) -> float:
    """CPU milliseconds per call, warm."""
    work(people[0])
    began = time.process_time()
    for patient in people:
        work(patient)
    return (time.process_time() - began) / len(people) * 1000


# --- showing --------------------------------------------------------------------------------------------
def _show(figures: dict[str, Any]) -> None:
    busy = ", ".join(f"{share:.0%}" for share in figures["worker_busy"])
    print(f"""
{figures["patients"]} patients: 202 after {figures["accepted_ms"]:.0f} ms with {figures["scheduled_at_202"]} sends scheduled
all sent after {figures["seconds"]:.1f} s: {figures["rate"]:.1f} patients/s, {figures["rate_per_worker"]:.1f} per worker
CPU per patient: worker {figures["worker_cpu_ms"]:.1f} ms (workers busy {busy}), database {figures["database_cpu_ms"]:.1f} ms, \
Redox on loopback {figures["peer_cpu_ms"]:.1f} ms
alone: report {figures["report_alone_ms"]:.1f} ms, flowsheet {figures["flowsheet_alone_ms"]:.2f} ms
{figures["messages"]} messages of {figures["message_bytes"] / 1024:.0f} KiB on average, {figures["refused"]} refused; \
{figures["outcomes"]}""")


def _write(result: dict[str, Any]) -> None:
    folder = service.ROOT / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"ehr-{time.strftime('%Y%m%d-%H%M%S')}.json"
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    name.write_text(json.dumps({**result, "time": moment}, indent=1))
    print(f"written to {name.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()

"""`make bench-merge`: two clinics of 10,000 patients become one, through real processes.

Web, both kinds of workers and beat run on a database of their own. Measured: seconds of the report and of the merge,
each from the call to its end, with the memory that the busiest web and worker process needed over what it had before;
one batch beside a bare loop that gives as many records another clinic; the largest transaction; the lists of both
clinics, which members read meanwhile. In the end every patient must be listed once. Prints the figures and writes them
as JSON to bench-results/. ARGS="--patients 1000" for less.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import django

from scripts import servers
from tests.bench import service
from tests.bench.meters import descendants
from tests.processes.service import Service

DATABASE = "bench_merge"
INSERTED_AT_ONCE, BATCH = 500, 200
SAME_ACCOUNTS, LOOK_ALIKES = 0.05, 0.02
MEMBERS, MEMBERS_IN_BOTH = 20, 3
QUIET_SECONDS = 10  # of lists before the merge
POLL_SECONDS = 0.02
MEGABYTE = 1024 * 1024
LISTS = (
    "limit=50",
    "limit=50&sort=-lastData&sortType=cgm&period=14d",
    "limit=50&sort=-glucoseManagementIndicator&sortType=cgm&period=14d",
    "limit=50&sort=%2BlastReviewed&sortType=cgm&period=14d",
    "limit=50&offset=200",
)


def main() -> None:
    options = _options()
    os.environ.update(_environment())
    django.setup()
    try:
        result = _run(options)
    finally:
        _drop_database()
    _show(result)
    _write(result)
    if result["problems"]:
        sys.exit("; ".join(result["problems"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000, help="of each clinic")
    parser.add_argument("--connections", type=int, default=4, help="that list patients meanwhile")
    return parser.parse_args()


def _environment() -> dict[str, str]:
    _, redis = servers.for_tests()
    number = os.environ.get("TEST_REDIS_OFFSET", "13")
    return {
        **service.environment(),
        "REDIS_URL": f"{redis}/{number}",
        "BROKER_KEY_PREFIX": f"{DATABASE}:",
        "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
    }


# --- the clinics ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Pair:
    source_id: str
    target_id: str
    users: frozenset[str]  # of both
    tokens: dict[str, str]  # clinic id -> token of a member


def _drop_database() -> None:
    from kernel import db

    assert db.database_name() == DATABASE
    db.client().drop_database(DATABASE)


def _prepare(count: int) -> Pair:
    from django.core.management import call_command

    _drop_database()
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    people = _people()
    source = _clinic("Lakeside", people[:MEMBERS])
    target = _clinic("Hillside", people[MEMBERS - MEMBERS_IN_BOTH :])
    known = _fill(source, count, seed=1, known=[])
    users = {patient["userId"] for patient in (*known, *_fill(target, count, seed=2, known=known))}
    tokens = {str(source["_id"]): people[0].token, str(target["_id"]): people[-1].token}
    return Pair(str(source["_id"]), str(target["_id"]), frozenset(users), tokens)


def _people() -> list[Any]:
    from tests.cast import make_person

    return [make_person(f"member{number}") for number in range(2 * MEMBERS - MEMBERS_IN_BOTH)]


def _clinic(name: str, people: list[Any]) -> Any:
    """Half of its tags and sites have names that the other clinic has, too."""
    from bson import ObjectId

    from tests import factories

    names = [*range(5), *(f"{name} {number}" for number in range(5))]
    clinic = factories.make_clinic(
        name=name,
        isMigrated=True,
        patientTags=[{"_id": ObjectId(), "name": f"Tag {n}"} for n in names],
        sites=[{"id": ObjectId(), "name": f"Site {n}"} for n in names],
        admins=[person.user_id for person in people],
    )
    for person in people:
        factories.make_clinician(clinic, person, "CLINIC_ADMIN")
    return clinic


def _fill(clinic: Any, count: int, *, seed: int, known: list[Any]) -> list[Any]:
    """Who they are. Some have accounts, others names and MRNs of those who are known."""
    from kernel import clock, db
    from patients.services import patient_counts
    from patients.services.demo_patients import Surroundings, invent_patients
    from patients.store import patients as store

    tags = [tag["_id"] for tag in clinic["patientTags"]]
    surroundings = Surroundings(clinic["_id"], tags, clinic["sites"])
    people = invent_patients(surroundings, count=count, seed=seed, now=clock.now())
    dice, filled = Random(seed), []
    for batch in db.batches(people, INSERTED_AT_ONCE):
        for patient in batch:
            if known:
                _make_similar(patient, known[len(filled)], dice)
            filled.append({name: patient.get(name) for name in ("userId", "fullName", "mrn")})
        store.insert_patients(batch)
    patient_counts.refresh_patient_count(clinic["_id"])
    return filled


def _make_similar(patient: Any, other: Any, dice: Random) -> None:
    if dice.random() < SAME_ACCOUNTS:
        patient.update(other)
    if dice.random() < LOOK_ALIKES:
        patient["fullName"] = other["fullName"]
    if dice.random() < LOOK_ALIKES:
        patient["mrn"] = other["mrn"]


# --- measuring ------------------------------------------------------------------------------------------
def _run(options: argparse.Namespace) -> dict[str, Any]:
    pair = _prepare(options.patients)
    with _running() as web:
        _warm_up(web, pair)
        result = {"patients": options.patients, "document_bytes": _average_size()}
        with _watched() as database:
            result |= _report(web, pair) | _merge(web, pair, options.connections)
        problems = [*_promises(result), *_missing(web, pair)]
    return result | database | _floor(pair) | {"problems": problems}


@contextmanager
def _running() -> Iterator[Service]:
    """Their logs stay in .local/bench-merge."""
    from django.conf import settings

    folder = service.ROOT / ".local" / "bench-merge"
    folder.mkdir(parents=True, exist_ok=True)
    web = Service(folder, {"SECRET_KEY": settings.SECRET_KEY})
    try:
        web.start()
        yield web
    finally:
        web.stop()


def _warm_up(web: Service, pair: Pair) -> None:
    for query in LISTS * 4:
        for clinic_id, token in pair.tokens.items():
            assert web.get(f"/v1/clinics/{clinic_id}/patients?{query}", token=token).status == 200
    time.sleep(5)  # beat and workers


def _average_size() -> int:
    from kernel import db

    return int(db.database().command("collStats", "patients")["avgObjSize"])


class Memory:
    """What a process and all that it has started need, by the peaks that the system keeps."""

    def __init__(self, pid: int) -> None:
        self._before = {one: _memory(one, "VmRSS") for one in descendants(pid)}
        for one in self._before:
            Path(f"/proc/{one}/clear_refs").write_text("5")  # the peak is what it has now

    def over_idle(self) -> float:
        """MB of the process that has grown most."""
        grown = [_memory(one, "VmHWM") - before for one, before in self._before.items()]
        return max(grown) / MEGABYTE

    def idle(self) -> float:
        return max(self._before.values()) / MEGABYTE


def _memory(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _report(web: Service, pair: Pair) -> dict[str, Any]:
    memory, began = Memory(web.pid("web")), time.perf_counter()
    path, token = f"/v1/clinics/{pair.target_id}/reports/merge", web.server_token()
    answer = web.post(path, {"sourceId": pair.source_id}, token=token, timeout=900)
    assert answer.status == 200, (answer.status, answer.content[:500])
    return {
        "report_seconds": time.perf_counter() - began,
        "report_bytes": len(answer.content),
        "web_idle_mb": memory.idle(),
        "report_web_mb": memory.over_idle(),
    }


def _merge(web: Service, pair: Pair, connections: int) -> dict[str, Any]:
    lists = Lists(web.port, pair, connections)
    time.sleep(QUIET_SECONDS)
    memories = {name: Memory(web.pid(name)) for name in ("web", "ehr-worker")}
    progress, began = Progress(), time.perf_counter()
    path, token = f"/v1/clinics/{pair.target_id}/merge", web.server_token()
    answer = web.post(path, {"sourceId": pair.source_id}, token=token, timeout=900)
    seconds, ended = time.perf_counter() - began, time.perf_counter()
    lists.end()
    assert answer.status == 200, (answer.status, answer.content[:500])
    return {
        "merge_seconds": seconds,
        "worker_idle_mb": memories["ehr-worker"].idle(),
        "merge_worker_mb": memories["ehr-worker"].over_idle(),
        "merge_web_mb": memories["web"].over_idle(),
        **progress.figures(),
        **lists.figures(pair, began, ended),
    }


class Progress(threading.Thread):
    """What `clinicMerges` says while the merge runs: when each batch was done, and how long each stage took."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._seen: list[tuple[float, str, int]] = []
        self.start()

    def run(self) -> None:
        from kernel import db

        stage, last = "begin", (0.0, "", 0)
        while stage:
            merge = db.collection("clinicMerges").find_one({}) or {"stage": "begin", "done": 0}
            stage = merge["stage"]
            if (stage, merge["done"]) != last[1:]:
                last = (time.perf_counter(), stage, merge["done"])
                self._seen.append(last)
            time.sleep(POLL_SECONDS)

    def figures(self) -> dict[str, Any]:
        self.join(timeout=10)
        stages: Counter[str] = Counter()
        batches = []
        for (began, stage, done), (ended, _, done_then) in zip(
            self._seen, self._seen[1:], strict=False
        ):
            stages[stage] += ended - began  # type: ignore[assignment]
            if stage == "patients" and done_then > done:
                batches.append(ended - began)
        return {
            "stages": dict(stages),
            "batches": len(batches),
            "batch_seconds": statistics.median(batches),
            "longest_batch_seconds": max(batches),
        }


@dataclass
class Lists:
    """Connections that list patients of both clinics until they are told to end."""

    port: int
    pair: Pair
    connections: int
    answers: list[tuple[float, str, int, float]] = field(default_factory=list)
    is_over: bool = False

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._read, args=(number,))
            for number in range(self.connections)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, number: int) -> None:
        requests = cycle([(clinic, query) for query in LISTS for clinic in self.pair.tokens])
        for _ in range(number):
            next(requests)
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.is_over:
            clinic_id, query = next(requests)
            began = time.perf_counter()
            headers = {"x-tidepool-session-token": self.pair.tokens[clinic_id]}
            link.request("GET", f"/v1/clinics/{clinic_id}/patients?{query}", headers=headers)
            answer = link.getresponse()
            answer.read()
            taken = time.perf_counter() - began
            self.answers.append((began, clinic_id, answer.status, taken))
        link.close()

    def end(self) -> None:
        self.is_over = True
        for thread in self._threads:
            thread.join()

    def figures(self, pair: Pair, began: float, ended: float) -> dict[str, Any]:
        before = [a for a in self.answers if a[0] + a[3] < began]
        during = [a for a in self.answers if began <= a[0] < ended]
        return {
            "lists_before": self._latencies(before, pair.target_id),
            "lists_during": self._latencies(during, pair.target_id),
            "target_statuses": dict(Counter(a[2] for a in during if a[1] == pair.target_id)),
            "source_statuses": dict(Counter(a[2] for a in during if a[1] == pair.source_id)),
        }

    def _latencies(self, answers: list[tuple[float, str, int, float]], clinic: str) -> list[float]:
        """Milliseconds: the median, the 95th percentile, the longest."""
        taken = sorted(a[3] * 1000 for a in answers if a[1] == clinic and a[2] == 200)
        return [taken[len(taken) // 2], taken[len(taken) * 95 // 100], taken[-1]] if taken else []


# --- the database ---------------------------------------------------------------------------------------
@contextmanager
def _watched() -> Iterator[dict[str, Any]]:
    """Afterwards: the largest transaction by the entries of the oplog, and what scanned a whole collection."""
    from kernel import db

    oplog, database = db.client()["local"]["oplog.rs"], db.database()
    database.command("profile", 1, filter={"planSummary": {"$regex": "COLLSCAN"}})
    newest = (oplog.find_one({}, sort=[("$natural", -1)]) or {})["ts"]
    figures: dict[str, Any] = {}
    yield figures
    database.command("profile", 0)
    figures |= _largest_transaction(oplog, newest)
    scans = database["system.profile"].find({}, {"ns": 1, "docsExamined": 1})
    figures["scans"] = dict(Counter(f"{scan['ns']} of {scan['docsExamined']}" for scan in scans))


def _largest_transaction(oplog: Any, since: Any) -> dict[str, Any]:
    written = {"$sum": {"$size": "$o.applyOps"}}
    pipeline = [
        {"$match": {"ts": {"$gt": since}, "o.applyOps.ns": {"$regex": f"^{DATABASE}\\."}}},
        {
            "$group": {
                "_id": {"session": "$lsid.id", "number": "$txnNumber"},
                "bytes": {"$sum": {"$bsonSize": "$$ROOT"}},
                "records": written,
            }
        },
        {"$sort": {"bytes": -1}},
        {"$limit": 1},
    ]
    largest = next(iter(oplog.aggregate(pipeline)))
    return {
        "transaction_bytes": largest["bytes"],
        "transaction_records": largest["records"],
    }


def _floor(pair: Pair) -> dict[str, Any]:
    """The same number of records get another clinic, in transactions of as many, and nothing else happens."""
    from bson import ObjectId
    from pymongo import UpdateOne

    from kernel import db

    elsewhere, batches = ObjectId(), []
    query = {"clinicId": ObjectId(pair.target_id)}
    moved = [row["_id"] for row in db.collection("patients").find(query, {"_id": 1})]
    for some in db.batches(moved[: len(moved) // 2], BATCH):
        changes = [UpdateOne({"_id": one}, {"$set": {"clinicId": elsewhere}}) for one in some]
        began = time.perf_counter()
        db.run_in_transaction(lambda changes=changes: db.collection("patients").bulk_write(changes))  # type: ignore[misc]
        batches.append(time.perf_counter() - began)
    return {"floor_seconds": sum(batches), "floor_batch_seconds": statistics.median(batches)}


# --- what must be true -----------------------------------------------------------------------------------
def _promises(result: dict[str, Any]) -> Iterator[str]:
    for name in ("report_web_mb", "merge_web_mb", "merge_worker_mb"):
        if result[name] > 300:
            yield f"{name} is {result[name]:.0f}"
    statuses = {*result["target_statuses"], *result["source_statuses"]}
    if any(status >= 500 for status in statuses) or set(result["target_statuses"]) - {200}:
        yield f"answers of lists: {result['target_statuses']}, {result['source_statuses']}"


def _missing(web: Service, pair: Pair) -> Iterator[str]:
    """Through the API, page by page, as a member."""
    listed: Counter[str] = Counter()
    token, path = pair.tokens[pair.target_id], f"/v1/clinics/{pair.target_id}/patients"
    while True:
        query = f"limit=500&offset={sum(listed.values())}"
        answer = web.get(f"{path}?{query}", token=token, timeout=60).json()
        if not answer["data"]:
            break
        listed.update(patient["id"] for patient in answer["data"])
    if listed.keys() != pair.users:
        yield f"{len(pair.users - listed.keys())} patients are missing"
    if set(listed.values()) != {1}:
        yield f"{sum(n > 1 for n in listed.values())} patients are listed more than once"
    if answer["meta"]["count"] != len(pair.users):
        yield f"the count is {answer['meta']['count']}, not {len(pair.users)}"


# --- showing --------------------------------------------------------------------------------------------
def _show(figures: dict[str, Any]) -> None:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in figures["stages"].items())
    print(f"""
two clinics of {figures["patients"]} patients of {figures["document_bytes"] / 1024:.1f} KiB on average
report: {figures["report_seconds"]:.1f} s, {figures["report_bytes"] / MEGABYTE:.1f} MiB; \
web process {figures["report_web_mb"]:.0f} MiB over {figures["web_idle_mb"]:.0f}
merge: {figures["merge_seconds"]:.1f} s ({stages}); \
worker {figures["merge_worker_mb"]:.0f} MiB over {figures["worker_idle_mb"]:.0f}, web {figures["merge_web_mb"]:.0f}
batch: {figures["batch_seconds"] * 1000:.0f} ms in the median of {figures["batches"]}, \
{figures["longest_batch_seconds"] * 1000:.0f} ms at most; the floor {figures["floor_batch_seconds"] * 1000:.0f} ms, \
{figures["floor_seconds"]:.1f} s in all
largest transaction: {figures["transaction_records"]} writes, {figures["transaction_bytes"] / MEGABYTE:.1f} MiB
lists of the target, ms (median, 95 %, longest): {_rounded(figures["lists_before"])} before, \
{_rounded(figures["lists_during"])} during the merge
answers meanwhile: target {figures["target_statuses"]}, source {figures["source_statuses"]}
scans of whole collections: {figures["scans"] or "none"}
{"; ".join(figures["problems"]) or "every patient is listed once"}""")


def _rounded(values: list[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values) or "none"


def _write(result: dict[str, Any]) -> None:
    folder = service.ROOT / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"merge-{time.strftime('%Y%m%d-%H%M%S')}.json"
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    name.write_text(json.dumps({**result, "time": moment}, indent=1))
    print(f"written to {name.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()

"""`make bench-jobs`: jobs of staff about all patients of a clinic, through a real worker: a tag, an export, a move to
another clinic and back, a removal. ARGS="--patients 2000" for less.

Measured for each: patients in a second, commands to MongoDB for each patient, and the memory of the busiest process of
the worker over what it had before, at each tenth of the job: it must not grow with what is done. In the end each
patient must be where the job says. Prints the figures and writes them as JSON to bench-results/.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from tests.bench import merge, service
from tests.bench.meters import descendants

DATABASE = "bench_jobs"
KINDS = ("tag", "export", "move", "move-back", "remove")
POLL_SECONDS = 0.5
MOST_SECONDS = 3_600
MEGABYTE = 1024 * 1024
_ROLES = {"actor_id": "1", "actor_kind": "staff", "actor_name": "bench"}
_GROWS = 60  # MB that a job may add between its first half and its end


def main() -> None:
    options = _options()
    merge.DATABASE = DATABASE
    os.environ.update(merge._environment())
    django.setup()
    try:
        result = _run(options)
    finally:
        merge._drop_database()
    write("jobs", result)
    if result["problems"]:
        sys.exit("; ".join(result["problems"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--only", nargs="+", default=KINDS, choices=KINDS)
    return parser.parse_args()


def _run(options: argparse.Namespace) -> dict[str, Any]:
    source, target = _prepare(options.patients)
    folder = service.ROOT / ".local" / "bench-jobs"
    folder.mkdir(parents=True, exist_ok=True)
    from django.conf import settings

    from tests.processes.service import Service

    worker = Service(folder, {"SECRET_KEY": settings.SECRET_KEY})
    jobs, problems = [], []
    try:
        worker.start(only=("worker", "beat"))
        time.sleep(10)
        for name in options.only:
            row = _measure(name, source, target, worker.pid("worker"))
            jobs.append(row)
            problems += _problems(row, options.patients)
            _show(row)
    finally:
        worker.stop()
    return {"patients": options.patients, "jobs": jobs, "problems": problems}


def _prepare(count: int) -> tuple[Any, Any]:
    from django.core.management import call_command

    merge._drop_database()
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    people = merge._people()[:2]
    source, target = (merge._clinic(name, people) for name in ("Lakeside", "Hillside"))
    merge._fill(source, count, seed=1, known=[])
    return source, target


def _measure(name: str, source: Any, target: Any, pid: int) -> dict[str, Any]:
    from kernel import db, jobs, outbox
    from kernel.choices import JobState

    job = _job_of(name, source, target)
    before, idle, seen = commands(), _memory(pid), []
    began = time.perf_counter()
    job_id = db.run_in_transaction(lambda: jobs.begin(**job, asked_by=_ROLES, reason="bench"))
    outbox.nudge()
    while True:
        row = db.collection("jobs").find_one({"_id": job_id}) or {}
        seen.append((row["done"], (_memory(pid) - idle) / MEGABYTE))
        if row["state"] in (JobState.DONE, JobState.FAILED, JobState.CANCELED):
            break
        if time.perf_counter() - began > MOST_SECONDS:
            sys.exit(f"{name} does not end: {row['done']} of {row['total']}")
        time.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - began
    after = commands()
    return {
        "kind": name,
        "state": row["state"],
        "done": row["done"],
        "seconds": seconds,
        "rate": row["done"] / seconds,
        "commands": {
            each: round((after[each] - before[each]) / max(row["total"], 1), 2) for each in after
        },
        "idle_mb": idle / MEGABYTE,
        "grown_mb": _at_tenths(seen, row["total"]),
    }


def _job_of(name: str, source: Any, target: Any) -> dict[str, Any]:
    from clinics.admin.bulk_moves import MOVE
    from patients.admin.bulk_removals import REMOVE
    from patients.admin.bulk_tags import TAG
    from patients.admin.patient_exports import EXPORT

    tag = str(source["patientTags"][0]["_id"])
    chosen: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "tag": (TAG, source, {"tag": tag, "change": "add"}),
        "export": (EXPORT, source, {"format": "csv", "name": "patients"}),
        "move": (MOVE, source, {"to": str(target["_id"])}),
        "move-back": (MOVE, target, {"to": str(source["_id"])}),
        "remove": (REMOVE, source, {}),
    }
    kind, clinic, options = chosen[name]
    return {"kind": kind, "clinic": clinic, "options": options}


def commands() -> dict[str, int]:
    """What the server has answered, of any database: run nothing beside this."""
    from kernel import db

    status = db.client().admin.command("serverStatus")
    counted = status["opcounters"]
    return {
        "all": sum(counted[name] for name in ("query", "command", "getmore"))
        + sum(counted[name] for name in ("insert", "update", "delete")),
        "reads": counted["query"],
        "writes": sum(counted[name] for name in ("insert", "update", "delete")),
    }


def _memory(pid: int) -> int:
    return max(merge._memory(one, "VmRSS") for one in descendants(pid))


def _at_tenths(seen: list[tuple[int, float]], total: int) -> list[float]:
    tenths: dict[int, float] = {}
    for done, megabytes in seen:
        tenths[done * 10 // max(total, 1)] = round(megabytes, 1)
    return [tenths[tenth] for tenth in sorted(tenths)]


def _problems(row: dict[str, Any], count: int) -> Iterator[str]:
    if row["state"] != "done" or row["done"] != count:
        yield f"{row['kind']}: {row['state']} with {row['done']} of {count}"
    grown = row["grown_mb"]
    if grown[-1] - grown[len(grown) // 2] > _GROWS:
        yield f"{row['kind']}: the worker grows, {grown}"


def _show(row: dict[str, Any]) -> None:
    grown = " ".join(f"{one:.0f}" for one in row["grown_mb"])
    print(
        f"{row['kind']:10} {row['done']:7} {row['state']} in {row['seconds']:6.1f} s, {row['rate']:6.1f}/s, commands for each "
        f"{row['commands']}, worker {row['idle_mb']:.0f} MB and {grown}",
        flush=True,
    )


def write(kind: str, result: dict[str, Any]) -> None:
    folder = service.ROOT / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"{kind}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    name.write_text(json.dumps({**result, "time": moment}, indent=1))
    print(f"written to {name.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()

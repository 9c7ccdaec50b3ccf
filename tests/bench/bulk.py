"""`make bench-bulk`: 10,000 patients from two files, through a real web process and worker. ARGS="--patients 2000" for
less.

Each file is sent as a dry run and then to be created; every second row has an address, whose account is made. Measured:
seconds, commands to MongoDB for each patient, and the memory of the busiest web and worker process over what it had
before. Every row must have its patient, and the second file may not need more memory than the first. Prints the figures
and writes them as JSON to bench-results/.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from tests.bench import jobs, merge, service

DATABASE = "bench_bulk"
FILES = 2
_GROWS = 60  # MB that the second file may need over the first
_TYPES = ("type1", "type2", "gestational", "")


def main() -> None:
    options = _options()
    merge.DATABASE = DATABASE
    os.environ.update(
        merge._environment()
        | {
            "BULK_CREATION": "true",
            "TAKEN_ADDRESSES_PER_CALLER": "1000000/hour",
            "MAILS_PER_CALLER": "1000000/hour",
        }
    )
    django.setup()
    try:
        result = _run(options.patients // FILES)
    finally:
        merge._drop_database()
    jobs.write("bulk", result)
    if result["problems"]:
        sys.exit("; ".join(result["problems"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000)
    return parser.parse_args()


def _run(rows: int) -> dict[str, Any]:
    from django.conf import settings
    from django.core.management import call_command

    from tests.processes.service import Service

    merge._drop_database()
    call_command("migrate", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
    admin = merge._people()[0]
    clinic = merge._clinic("Lakeside", [admin])
    folder = service.ROOT / ".local" / "bench-bulk"
    folder.mkdir(parents=True, exist_ok=True)
    running = Service(folder, {"SECRET_KEY": settings.SECRET_KEY})
    try:
        running.start()
        time.sleep(10)
        measured = [
            _measure(running, clinic, admin.token, _file(number, rows), is_dry=is_dry)
            for number in range(FILES)
            for is_dry in (True, False)
        ]
    finally:
        running.stop()
    return {"patients": rows * FILES, "rows": measured, "problems": list(_problems(measured, rows))}


def _file(number: int, rows: int) -> str:
    lines = (
        f"Bench Patient {number}-{n},1990-01-{n % 28 + 1:02d},B{number}-{n},"
        f"{f'bulk{number}-{n}@example.org' if n % 2 else ''},{_TYPES[n % 4]},adaStandard\n"
        for n in range(rows)
    )
    return "".join(lines)


def _measure(running: Any, clinic: Any, token: str, file: str, *, is_dry: bool) -> dict[str, Any]:
    memories = {name: merge.Memory(running.pid(name)) for name in ("web", "worker", "ehr-worker")}
    before, began = jobs.commands(), time.perf_counter()
    path = f"/v1/clinics/{clinic['_id']}/bulk/patients?dryRun={str(is_dry).lower()}"
    answer = running.request(
        "POST",
        path,
        file.encode(),
        headers={"Content-Type": "text/csv"},
        token=token,
        timeout=1800,
    )
    assert answer.status == 200, (answer.status, answer.content[:500])
    seconds, after = time.perf_counter() - began, jobs.commands()
    lines = answer.content.decode().splitlines()
    counts = dict(line.split(",")[:2] for line in lines if line.startswith("Patients "))
    count = file.count("\n")
    row = {
        "dry_run": is_dry,
        "created": int(counts.get("Patients Created", 0)),
        "seconds": seconds,
        "commands": {each: round((after[each] - before[each]) / count, 2) for each in after},
        "grown_mb": {name: round(memory.over_idle(), 1) for name, memory in memories.items()},
    }
    print(
        f"{'dry run' if is_dry else 'created':8} {row['created']:6} of {count} in {seconds:6.1f} s, commands for each "
        f"{row['commands']}, memory {row['grown_mb']}",
        flush=True,
    )
    return row


def _problems(measured: list[dict[str, Any]], rows: int) -> Iterator[str]:
    created = [row for row in measured if not row["dry_run"]]
    for row in created:
        if row["created"] != rows:
            yield f"{row['created']} of {rows} created"
    for name, grown in created[-1]["grown_mb"].items():
        if grown - created[0]["grown_mb"][name] > _GROWS:
            yield f"{name} needs {grown} MB for the second file"


if __name__ == "__main__":
    main()

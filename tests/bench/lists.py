"""`make bench-lists`: the list of a clinic as a file, from a web process as `make run` starts it. ARGS="--patients 2000"
for less.

Printed: the first byte, all of the file, commands to MongoDB, and the memory of the web process over what it had
before. The file has to be complete, its first byte has to come within a second, and twice the patients may not need
more memory.
"""

import argparse
import csv
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from tests.bench import __main__ as bench
from tests.bench import merge, service, world
from tests.bench.meters import Meters
from tests.bench.scenarios import World

FIRST_BYTE = 1.0  # seconds
GROWS = 20.0  # MB that twice the patients may add
ROUNDS = 3
_HEAD = 3  # lines before the patients


def main() -> None:
    options = _options()
    env = service.environment()
    os.environ.update(env | {"LOG_LEVEL": "WARNING"})
    (service.ROOT / ".local").mkdir(exist_ok=True)
    worlds = world.prepare([options.patients // 2, options.patients], fresh=options.fresh)
    for one in worlds:
        _allow(one)
    port = bench._free_port()
    with service.running(env, port) as meters:
        rows = [_least([_measure(one, port, meters) for _ in range(ROUNDS)]) for one in worlds]
    problems = [problem for row in rows for problem in _problems(row)]
    grown = rows[1]["grown_mb"] - rows[0]["grown_mb"]
    if grown > GROWS:
        problems.append(f"twice the patients need {grown:.0f} MB more")
    _write({"rows": rows, "problems": problems})
    if problems:
        sys.exit("; ".join(problems))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--fresh", action="store_true", help="make the clinics again")
    return parser.parse_args()


def _allow(one: World) -> None:
    from bson import ObjectId

    from kernel import db

    query = {"_id": ObjectId(one.clinic_id)}
    db.collection("clinics").update_one(query, {"$set": {"tier": "tier0300"}})


def _measure(one: World, port: int, meters: Meters) -> dict[str, Any]:
    memory = merge.Memory(meters._master)
    before, began = meters.read(), time.perf_counter()
    path = f"/v1/clinics/{one.clinic_id}/export/patients?period=14d"
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    with closing(link):
        link.request("GET", path, headers={"x-tidepool-session-token": one.tokens["admin"]})
        answer = link.getresponse()
        first = answer.read(1)
        first_byte = time.perf_counter() - began
        content = first + answer.read()
    seconds = time.perf_counter() - began
    after = meters.read()
    row = {
        "file": "csv",
        "patients": one.size,
        "status": answer.status,
        "lines": len(list(csv.reader(content.decode().splitlines()))) - _HEAD,
        "megabytes": len(content) / merge.MEGABYTE,
        "first_byte": first_byte,
        "seconds": seconds,
        "web_seconds": after.web - before.web,
        "commands": after.commands - before.commands,
        "grown_mb": memory.over_idle(),
    }
    print(
        f"{row['file']:5} {row['patients']:7} patients: first byte {first_byte:.2f} s, all {seconds:.1f} s "
        f"({row['web_seconds']:.1f} s of the web process), {row['megabytes']:.1f} MB, "
        f"{row['commands']} commands, memory {row['grown_mb']:+.1f} MB",
        flush=True,
    )
    return row


def _least(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Other work of the machine can only make it dearer; the first file makes the process what it is afterwards."""
    fastest = min(rows, key=lambda row: row["first_byte"])
    return {**fastest, "grown_mb": rows[-1]["grown_mb"]}


def _problems(row: dict[str, Any]) -> Iterator[str]:
    if row["status"] != 200 or row["lines"] != row["patients"]:
        yield f"{row['lines']} of {row['patients']} with status {row['status']}"
    if row["first_byte"] > FIRST_BYTE:
        yield f"{row['patients']}: the first byte came after {row['first_byte']:.2f} s"


def _write(result: dict[str, Any]) -> None:
    folder = service.ROOT / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"lists-{time.strftime('%Y%m%d-%H%M%S')}.json"
    name.write_text(json.dumps(result, indent=1))
    print(f"written to {name.relative_to(service.ROOT)}")


if __name__ == "__main__":
    main()

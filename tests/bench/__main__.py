"""`make bench`: load from a separate process against the service as `make run` starts its web process.

Prints requests/s, latency, CPU per request of web and database, commands and examined documents per request,
and writes them as JSON to bench-results/. `python -m tests.bench.compare A B` shows two runs side by side.

All measurements are repeated in several passes, and the least disturbed one counts: other work of the machine
can only make a request dearer, and does so for minutes.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from tests.bench import (
    against,
    beside,
    floors,
    orders,
    report,
    service,
    staff,
    user_service,
    verdict,
    world,
)
from tests.bench.meters import Meters
from tests.bench.scenarios import SCENARIOS, Scenario, World

Job = tuple[World, Scenario, int]  # clinic, request, connections
PASSES = 5
ORDERS, BESIDE = "orders", "beside"
GROUPS = (*SCENARIOS, ORDERS, BESIDE)
_WARM_UP = 0.3  # seconds


def main() -> None:
    options = _options()
    env = service.environment()
    os.environ.update(
        env | {"LOG_LEVEL": "WARNING"}
    )  # of this process; the web process logs as usual
    (service.ROOT / ".local").mkdir(exist_ok=True)
    worlds = world.prepare(
        options.patients,
        fresh=options.fresh,
        has_staff="staff" in options.group,
        has_login="login" in options.group,
    )
    chosen = _chosen(options)
    floor_results = [
        floors.measure(clinic_world, page, service.database(env))
        for clinic_world in worlds
        for page in options.floor
    ]
    port = _free_port()
    jobs = list(product(worlds, chosen, options.connections))
    with (
        _accounts(options.accounts, worlds) as addresses,
        service.running(env | addresses, port, _others(options)) as meters,
    ):
        begin = meters.read().memory
        passes = [_pass(number, jobs, meters, port, options.seconds) for number in range(PASSES)]
        rows = [_least_disturbed(rounds) for rounds in zip(*passes, strict=True)]
        report.show(rows)  # at once: what follows takes long
        memory = {"begin": begin, "end": meters.read().memory, "others": meters.memory_of_others()}
        report.show_memory(memory)
        floors.show(floor_results, rows)
        measured = worlds if ORDERS in options.group else []
        order_rows = [row for one in measured for row in orders.measure(one, port)]
    orders.show(order_rows)
    verdict.show(rows, order_rows)
    if options.against:
        against.show(rows, options.reference)
    result = {
        "machine": beside.speed_of_machine(),
        "rows": rows,
        "floors": floor_results,
        "orders": order_rows,
        "memory": memory,
    }
    if BESIDE in options.group:
        result["beside"] = _beside(worlds, rows, service.database(env))
    _write({**result, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})


def _others(options: argparse.Namespace) -> Sequence[str]:
    return service.WORKERS if options.workers else ()


def _chosen(options: argparse.Namespace) -> list[Scenario]:
    groups = [SCENARIOS[group] for group in options.group if group in SCENARIOS]
    return [scenario for group in groups for scenario in group if options.only in scenario.name]


def _beside(worlds: list[World], rows: list[dict[str, Any]], database: Any) -> dict[str, Any]:
    speed, sizes = beside.speed_of_machine(), beside.sizes(database)
    print(f"\nbeside the other service; 20 million additions take {speed:.2f} s on this machine")
    beside.show_sizes(sizes)
    bare = {one.size: beside.bare_updates(one, database) for one in worlds}
    beside.show_writes(rows, bare)
    small = [one for one in worlds if one.size <= beside.MOST]
    queries = [row for one in small for row in beside.its_queries(one, database)]
    beside.show_queries(queries)
    return {"machine": speed, "sizes": sizes, "bare": bare, "queries": queries}


@contextmanager
def _accounts(kind: str, worlds: list[World]) -> Iterator[dict[str, str]]:
    """The variables that say where accounts live."""
    if kind == "embedded":
        yield {}
        return
    principals = {
        clinic_world.tokens[role]: {"userid": user_id, "isserver": role == "backend"}
        for clinic_world in worlds
        for role, user_id in (("backend", "bench"), ("admin", clinic_world.admin_id))
    }
    with user_service.running(principals) as address:
        yield {
            "TIDEPOOL_SHORELINE_CLIENT_ADDRESS": address,
            "TIDEPOOL_SERVER_TOKEN": "secret-of-the-bench-and-of-nothing-else",
        }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=[250])
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--group", nargs="+", default=GROUPS, choices=GROUPS)
    parser.add_argument("--only", default="", help="only scenarios whose name contains this")
    parser.add_argument(
        "--seconds", type=float, default=6.0, help="length of one measurement in all"
    )
    parser.add_argument(
        "--floor", type=int, nargs="*", default=[50], help="page sizes of the bare loop"
    )
    parser.add_argument(
        "--accounts",
        choices=["embedded", "http"],
        default="http",
        help="where tokens are checked: by a user service over HTTP as in a deployment, or in our database",
    )
    parser.add_argument(
        "--against", choices=["original"], help="compare with the other service's recorded figures"
    )
    parser.add_argument(
        "--reference",
        type=Path,
        help="a result, on this machine, of the version beside which those figures were recorded",
    )
    parser.add_argument(
        "--workers", action="store_true", help="start workers and beat too, and show their CPU"
    )
    parser.add_argument("--fresh", action="store_true", help="seed the clinics again")
    return parser.parse_args()


def _pass(
    number: int, jobs: list[Job], meters: Meters, port: int, seconds: float
) -> list[dict[str, Any]]:
    print(f"pass {number + 1} of {PASSES}", file=sys.stderr, flush=True)
    return [
        _round(scenario, clinic_world, meters, port, connections, seconds / PASSES)
        for clinic_world, scenario, connections in jobs
    ]


def _least_disturbed(rounds: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    errors = sum(row["errors"] for row in rounds)
    return min(rounds, key=lambda row: row["web_ms"] + row["db_ms"]) | {"errors": errors}


def _round(
    scenario: Scenario,
    clinic_world: World,
    meters: Meters,
    port: int,
    connections: int,
    seconds: float,
) -> dict[str, Any]:
    _load(scenario, clinic_world, port, connections, min(_WARM_UP, seconds))  # caches and pools
    before = meters.read()
    result = _load(scenario, clinic_world, port, connections, seconds)
    after = meters.read()
    count = max(1, result["requests"])
    return {
        "scenario": scenario.name,
        "patients": clinic_world.size,
        "connections": connections,
        "page": scenario.page,
        "rate": result["requests"] / result["seconds"],
        "p50": result["p50"],
        "p95": result["p95"],
        "web_ms": (after.web - before.web) / count * 1000,
        "db_ms": (after.database - before.database) / count * 1000,
        "commands": (after.commands - before.commands) / count,
        "examined": (after.examined - before.examined) / count,
        "returned": (after.returned - before.returned) / count,
        "redis_ms": (after.redis - before.redis) / count * 1000,
        "workers_ms": (after.workers - before.workers) / count * 1000,
        "memory": after.memory,
        "bytes": result["bytes"] / count,
        "errors": result["errors"],
    }


def _load(
    scenario: Scenario, clinic_world: World, port: int, connections: int, seconds: float
) -> dict[str, Any]:
    paths = scenario.path(clinic_world)
    paths = [paths] if isinstance(paths, str) else paths
    bodies = scenario.body(clinic_world) if scenario.body else [None]
    count = max(len(paths), len(bodies))
    job = {
        "host": "127.0.0.1",
        "port": port,
        "method": scenario.method,
        "token": scenario.token and clinic_world.tokens[scenario.token],
        "statuses": scenario.status,
        "headers": staff.headers(scenario, clinic_world),
        "targets": [(paths[i % len(paths)], bodies[i % len(bodies)]) for i in range(count)],
        "connections": connections,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(job).encode(),
        capture_output=True,
        cwd=service.ROOT,
        check=True,
        timeout=seconds + 120,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _write(result: dict[str, Any]) -> None:
    folder = Path(service.ROOT) / "bench-results"
    folder.mkdir(exist_ok=True)
    name = folder / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    name.write_text(json.dumps(result, indent=1))
    print(f"written to {name.relative_to(service.ROOT)}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


if __name__ == "__main__":
    main()

"""`make day`: a day of a deployment through the real processes, with fewer clinics and in less time.

Requests arrive at random moments, by the hours of KINDS, from people who work with lists, from other services that
deliver summaries, and from the scheduler of the EHR. No one has published how often any of it happens, so how often is
an assumption: it stands in KINDS, and docs/scaling.md says what follows from it. What is measured does not depend on it:
CPU of each process for each request of such a mixture, and how late the busiest hour is answered.
"""

import argparse
import os
import queue
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.bench import __main__ as bench
from tests.bench import load, scenarios, service, world
from tests.bench.meters import Meters, Reading
from tests.bench.scenarios import Scenario, World

HOURS = 24
OFFICE = [0] * 7 + [2, 6, 10, 10, 8, 5, 8, 10, 9, 6, 3, 1] + [0] * 5  # of 7 to 18 o'clock
ALWAYS = [1] * HOURS
UPLOADS = [1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4, 4, 4, 3, 3, 2, 2, 1]
CONNECTIONS = 8


@dataclass(frozen=True)
class Kind:
    """`of_clinic`, `of_patients`: how often on a day for each clinic, and for a thousand patients; `chain`: what a
    person's client asks for, one request after the other."""

    name: str
    chain: Sequence[Scenario]
    hours: Sequence[int]
    of_clinic: float = 0.0
    of_patients: float = 0.0


def _named(*names: str) -> list[Scenario]:
    every = {one.name: one for group in scenarios.SCENARIOS.values() for one in group}
    return [every[name] for name in names]


def _get(path: str, **options: Any) -> Scenario:
    return Scenario(path, lambda w: f"{w.clinic}{path}", **options)


_LISTS = (
    *(
        "list, by name",
        "list, newest data first",
        "list, by GMI",
        "list, by review",
        "list, one tag",
    ),
    *(
        "list, two tags",
        "list, tag and range",
        "search, a name",
        "search, one",
        "list, hundredth page",
    ),
)
_AFTER_EDIT = [_get(""), *_named("list, newest data first")]
KINDS = [
    # One clinic has five people at work, each of whom logs in once or twice; few of them have many clinics.
    Kind("log in", scenarios.LOGIN_OF_ONE, OFFICE, of_clinic=7),
    Kind("log in, forty clinics", scenarios.LOGIN, OFFICE, of_clinic=0.2),
    Kind("list", _named(*_LISTS), OFFICE, of_clinic=15),  # each time the ten usual ones
    Kind("open a patient", _named("get patient, user"), OFFICE, of_clinic=50),
    Kind("edit a patient", [*_named("put patient"), *_AFTER_EDIT], OFFICE, of_clinic=20),
    Kind("review", _named("put review"), OFFICE, of_clinic=50),
    Kind("TIDE", _named("TIDE, one tag"), OFFICE, of_clinic=3),
    Kind("invite a member", _named("invite a member"), OFFICE, of_clinic=0.1),
    Kind("remind of an upload", _named("send upload reminder"), OFFICE, of_clinic=2),
    # Four of ten patients have data that arrive by themselves, twice a day.
    Kind("summary", _named("post summary"), UPLOADS, of_patients=800),
    Kind("EHR sync of a patient", _named("sync a patient"), ALWAYS, of_patients=4),
]


@dataclass(frozen=True)
class Arrival:
    """`moment`: in seconds of the run."""

    moment: float
    kind: Kind


def arrivals(*, clinics: int, patients: int, seconds: float, seed: int) -> list[Arrival]:
    """A whole day, which takes so many seconds."""
    chance = random.Random(seed)
    found: list[Arrival] = []
    for kind in KINDS:
        expected = kind.of_clinic * clinics + kind.of_patients * patients / 1000
        count = int(expected) + (chance.random() < expected % 1)
        hours = chance.choices(range(HOURS), kind.hours, k=count)
        found += [Arrival((hour + chance.random()) * seconds / HOURS, kind) for hour in hours]
    return sorted(found, key=lambda arrival: arrival.moment)


class Callers:
    """Threads that send what is due, each over a connection of its own."""

    def __init__(self, worlds: Sequence[World], port: int) -> None:
        self.done: list[
            tuple[str, float, float]
        ] = []  # kind, seconds it took, seconds it began late
        self.errors: dict[str, int] = {}
        self._worlds, self._port = worlds, port
        self._due: queue.SimpleQueue[Arrival | None] = queue.SimpleQueue()
        self._sent: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def run(
        self, planned: Sequence[Arrival], at_each_hour: Callable[[], None], hour: float
    ) -> None:
        self._begun, ends = time.perf_counter(), [hour * (n + 1) for n in range(HOURS)]
        threads = [threading.Thread(target=self._work) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        waiting = [*planned]
        for end in ends:
            while waiting and waiting[0].moment < end:
                self._wait_until(waiting[0].moment)
                self._due.put(waiting.pop(0))
            self._wait_until(end)
            at_each_hour()
        for _ in threads:
            self._due.put(None)
        for thread in threads:
            thread.join()

    def _wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, self._begun + moment - time.perf_counter()))

    def _work(self) -> None:
        connection = load._connect({"host": "127.0.0.1", "port": self._port})
        while (arrival := self._due.get()) is not None:
            late = time.perf_counter() - self._begun - arrival.moment
            chosen = random.choice(self._worlds)
            for scenario in arrival.kind.chain:
                connection = self._send(connection, scenario, chosen, arrival.kind.name, late)

    def _send(
        self, connection: socket.socket, scenario: Scenario, clinic: World, kind: str, late: float
    ) -> socket.socket:
        for request in self._requests(scenario, clinic):
            begun = time.perf_counter()
            try:
                connection.sendall(request)
                status, _ = load._read(connection)
            except (OSError, ValueError):
                connection.close()
                connection, status = load._connect({"host": "127.0.0.1", "port": self._port}), 0
            with self._lock:
                self.done.append((kind, time.perf_counter() - begun, late))
                if status not in scenario.status:
                    name = f"{scenario.name}: {status}"
                    self.errors[name] = self.errors.get(name, 0) + 1
        return connection

    def _requests(self, scenario: Scenario, clinic: World) -> list[bytes]:
        """All paths of a login; of everything else the next path and the next body."""
        paths = scenario.path(clinic)
        paths = [paths] if isinstance(paths, str) else paths
        bodies = scenario.body(clinic) if scenario.body else [None]
        with self._lock:
            key = scenario.name, clinic.size
            number = self._sent[key] = self._sent.get(key, -1) + 1
        is_login = scenario in (*scenarios.LOGIN, *scenarios.LOGIN_OF_ONE)
        chosen = paths if is_login else [paths[number % len(paths)]]
        job = {
            "host": "127.0.0.1", "port": self._port, "method": scenario.method, "headers": scenario.headers,
            "token": clinic.tokens[scenario.token],
        }  # fmt: skip
        return [load._request(job, path, bodies[number % len(bodies)]) for path in chosen]


def summary(done: Sequence[tuple[str, float, float]]) -> list[dict[str, Any]]:
    rows = []
    for name in dict.fromkeys(kind for kind, _, _ in done):
        taken = sorted(seconds for kind, seconds, _ in done if kind == name)
        p50, p95 = load._quantile(taken, 0.5), load._quantile(taken, 0.95)
        rows.append({"kind": name, "requests": len(taken), "p50": p50, "p95": p95})
    return rows


def cost(before: Reading, after: Reading) -> dict[str, float]:
    """CPU seconds of each process."""
    names = ("web", "database", "redis", "workers")
    return {name: getattr(after, name) - getattr(before, name) for name in names}


def show(result: dict[str, Any]) -> None:
    n = max(1, result["requests"])
    print(f"\n{'':<24}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for row in result["kinds"]:
        print(
            f"{row['kind']:<24}{row['requests']:>9}{row['p50'] * 1000:>9.1f}{row['p95'] * 1000:>9.1f}"
        )
    print("\nCPU ms for a request of the day, and of its busiest hour:")
    for name, seconds in result["day"].items():
        print(f"  {name:<12}{seconds / n * 1000:>8.2f}")
    print(f"hours: {', '.join(f'{sum(hour.values()):.1f}' for hour in result['hours'])} s of CPU")
    print(
        f"largest delay of a request: {result['latest']:.1f} s; memory of web {result['memory']} MB"
    )
    print(f"answers that were not expected: {result['errors'] or 'none'}")


def main() -> None:
    options = _options()
    env = service.environment()
    os.environ.update(env | {"LOG_LEVEL": "WARNING"})
    (service.ROOT / ".local").mkdir(exist_ok=True)
    worlds = world.prepare(options.patients, fresh=False, has_login=True)
    port, seconds = bench._free_port(), options.minutes * 60.0
    planned = arrivals(
        clinics=len(worlds), patients=sum(options.patients), seconds=seconds, seed=options.seed
    )
    print(f"{len(planned)} arrivals in {options.minutes} minutes", file=sys.stderr, flush=True)
    with (
        bench._accounts("http", worlds) as addresses,
        service.running(env | addresses, port, service.WORKERS) as meters,
    ):
        result = _run(Callers(worlds, port), planned, meters, seconds)
    show(result)
    bench._write({**result, "patients": options.patients, "minutes": options.minutes})


def _run(
    callers: Callers, planned: Sequence[Arrival], meters: Meters, seconds: float
) -> dict[str, Any]:
    readings = [meters.read()]
    callers.run(planned, lambda: readings.append(meters.read()), seconds / HOURS)
    time.sleep(5)  # what workers still have to do
    readings.append(meters.read())
    return {
        "requests": len(callers.done),
        "kinds": summary(callers.done),
        "errors": callers.errors,
        "latest": max((late for _, _, late in callers.done), default=0.0),
        "hours": [cost(*pair) for pair in pairwise(readings)],
        "day": cost(readings[0], readings[-1]),
        "memory": [round(readings[0].memory), round(readings[-1].memory)],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--patients", type=int, nargs="+", default=[250, 1000], help="of each clinic"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the day takes")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()

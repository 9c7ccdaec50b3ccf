"""What the hot requests cost, compared with the result that is kept in `hot_costs.json`: commands to MongoDB, documents
and keys that it examines, calls of Python functions in the request, and the most memory that it needs. None of these
depends on the machine, as seconds do, which `make bench` measures and `make bench-compare` compares.

Commands, documents and keys are compared exactly: what shrinks is good news, and changes the file too. It is written
with HOT_COSTS=write.
"""

import json
import os
import tracemalloc
from pathlib import Path

import orjson
import pytest

from tests.admin.grown_data import costs
from tests.bench import scenarios, world
from tests.cast import QuickClient
from tests.commands import counted_calls, recorded_commands

FILE = Path(__file__).with_name("hot_costs.json")
PATIENTS = 100
COUNTED = ("commands", "documents", "keys")  # compared exactly
# How much more there may be: another version of a library or of Python calls a little differently.
MOST_MORE = {"calls": (1.2, 100), "kilobytes": (1.5, 100)}
LISTS = {
    "list, by name",
    "list, newest data first",
    "list, one tag",
    "list, issue",
    "search, a name",
    "search, one",
}
MEASURED = [
    *scenarios.HOT,
    *(one for one in scenarios.LISTS if one.name in LISTS),
    *scenarios.TIDE[:1],
    *scenarios.WRITES,
]
RUNS = 7  # the first fills what is remembered; now and then a later one fills it again


class Caller:
    """Sends one scenario several times, each time about another patient where it is about one."""

    def __init__(self, scenario, clinic):
        self._scenario, self._client = scenario, QuickClient()
        self._headers = {"x-tidepool-session-token": clinic.tokens[scenario.token]}
        paths = scenario.path(clinic)
        self._paths = paths if isinstance(paths, list) else [paths] * RUNS
        bodies = scenario.body(clinic) if scenario.body else []
        self._bodies = [orjson.dumps(body, default=str) for body in bodies] or [b""]
        self._number = 0

    def send(self):
        number, self._number = self._number, self._number + 1
        body = self._bodies[number % len(self._bodies)]
        asked = (self._scenario.method, self._paths[number], body, "application/json")
        answer = self._client.generic(*asked, headers=self._headers)
        assert answer.status_code in self._scenario.status, answer.content


def measured(scenario, clinic):
    caller = Caller(scenario, clinic)
    caller.send()
    with costs() as cost, recorded_commands(of_this_thread=True) as commands:
        caller.send()
    calls = min(calls_of(caller.send) for _ in range(RUNS - 4))
    kilobytes = min(needed_kilobytes(caller.send) for _ in range(2))
    return {
        "commands": len(commands),
        "documents": cost["documents"],
        "keys": cost["keys"],
        "calls": calls,
        "kilobytes": kilobytes,
    }


def needed_kilobytes(send):
    """The least of several runs counts: other threads need memory now and then."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    send()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return round((peak - before) / 1024)


def calls_of(send):
    with counted_calls() as calls:
        send()
    return sum(calls)


def differences(known, found):
    """In words; none where the request costs what it did."""
    for name in known.keys() ^ found.keys():
        yield f"{name}: {'no such request any more' if name in known else 'not in the file'}"
    for name in known.keys() & found.keys():
        for what, cost in found[name].items():
            before = known[name][what]
            if what in COUNTED and cost != before:
                yield f"{name}: {cost} {what} instead of {before}"
            elif what not in COUNTED:
                factor, more = MOST_MORE[what]
                if cost > before * factor + more:
                    yield f"{name}: {cost} {what}, more than {before}"


@pytest.mark.walk
@pytest.mark.yardstick("W5")
@pytest.mark.foreign_documents
def test_hot_requests_cost_what_they_did():
    clinic = world.seeded(PATIENTS, seed=7)
    found = {one.name: measured(one, clinic) for one in MEASURED}
    if os.environ.get("HOT_COSTS") == "write":
        lines = [f"{json.dumps(name)}: {json.dumps(cost)}" for name, cost in found.items()]
        FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    dearer = list(differences(json.loads(FILE.read_text()), found))
    assert not dearer, "\n".join(dearer)


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({}, False),
        ({"commands": 3}, True),
        ({"documents": 9}, True),
        ({"keys": 0}, True),
        ({"calls": 1250, "kilobytes": 220}, False),
        ({"calls": 1400}, True),
        ({"kilobytes": 260}, True),
        ({"calls": 10, "kilobytes": 1}, False),
    ],
)
def test_a_request_that_costs_more_is_named(change, is_told):
    cost = {"commands": 2, "documents": 10, "keys": 10, "calls": 1000, "kilobytes": 100}
    told = list(differences({"get clinic": cost}, {"get clinic": {**cost, **change}}))
    assert [line.startswith("get clinic: ") for line in told] == [True] * is_told

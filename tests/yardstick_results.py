"""Keeps what the marked tests said, for docs/yardsticks.md. Loaded with `-p`: by `make yardsticks`, which sets
ONLY_MARKED, by `make chaos`, `make fuzz` and `make soak`, and by `make test ARGS="-p tests.yardstick_results"`."""

import json
import os
from datetime import UTC, datetime

import pytest

from scripts import yardsticks
from tests import lengths

_WORST_FIRST = ("failed", "skipped", "passed")
_SHORTENED = "shortened"
_outcomes: dict[str, str] = {}


def pytest_collection_modifyitems(config, items):
    """Only tests with the mark, whatever else `-m` would leave out."""
    if not os.environ.get("ONLY_MARKED"):
        return
    marked = [item for item in items if item.get_closest_marker(yardsticks.MARK)]
    config.hook.pytest_deselected(items=[item for item in items if item not in marked])
    items[:] = marked


def pytest_runtest_setup(item):
    """Where the test runs; what it says is kept elsewhere if there are several processes."""
    if any(lengths.is_shortened(mark.args[0]) for mark in item.iter_markers(lengths.MARK)):
        item.user_properties.append((_SHORTENED, True))


def pytest_runtest_logreport(report):
    """A test with parameters has the worst of its outcomes; one that cannot be set up has failed. One that was shortened
    has shown nothing."""
    if dict(report.user_properties).get(_SHORTENED):
        return
    if report.when == "call" or report.outcome != "passed":
        name = report.nodeid.partition("[")[0]
        known = (_outcomes.get(name, report.outcome), report.outcome)
        _outcomes[name] = min(known, key=_WORST_FIRST.index)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Results of tests that this run did not try stay; those of tests that are gone or unmarked do not."""
    if hasattr(session.config, "workerinput"):
        return
    today = datetime.now(UTC).date().isoformat()
    results = yardsticks.read_results() | {name: [said, today] for name, said in _outcomes.items()}
    tests = yardsticks.marked_tests()
    kept = {
        name: results[name]
        for name in sorted(results)
        if any(test.includes(name) for test in tests)
    }
    lines = [f"{json.dumps(name)}: {json.dumps(result)}" for name, result in kept.items()]
    yardsticks.RESULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")

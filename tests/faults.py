"""What a test that breaks something has found: the table at the end of `make chaos`.

    def test_it(fault):
        fault.says("Redis hangs for 25 s", acknowledged=412, lost=0, doubled=0, worst=5.2, recovered=0.8)

With CHAOS_RESULTS the rows are also written there, as JSON.
"""

import json
import os
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest

HEAD = ("fault", "acknowledged", "lost", "doubled", "worst answer", "recovered", "result")
_PROPERTY = "fault"
_FOLDER = Path(__file__).parent / "chaos"
_tests: dict[str, tuple[str, list[dict[str, object]]]] = {}  # outcome, and what it said


@dataclass(frozen=True)
class Fault:
    """`doubled` may have a `window`, in words: what no sender can know of. `worst`: seconds of the longest answer.
    `recovered`: seconds from the end of the fault until all was well, by itself."""

    fault: str
    acknowledged: int | None = None
    lost: int | None = None
    doubled: int | None = None
    window: str = ""
    worst: float | None = None
    recovered: float | None = None


class Told:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def says(self, fault: str, **found: object) -> None:
        self.faults.append(Fault(fault, **found))


@pytest.fixture
def fault(request):
    told = Told()
    yield told
    request.node.user_properties.append((_PROPERTY, [asdict(one) for one in told.faults]))


def _title(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


def pytest_itemcollected(item):
    if _is_of_chaos(item.path):
        item.add_marker("chaos")


@cache
def _is_of_chaos(path):
    return _FOLDER in path.parents


def pytest_runtest_logreport(report):
    """What a test says is known after its last phase; a test that says nothing is a row of its own name."""
    if "chaos" not in report.keywords:
        return
    result, _ = _tests.get(report.nodeid, ("passed", []))
    if report.outcome != "passed" and result == "passed":
        result = report.outcome
    _tests[report.nodeid] = (result, dict(report.user_properties).get(_PROPERTY, []))


def rows() -> list[dict[str, object]]:
    return [
        {**row, "result": result, "test": test}
        for test, (result, told) in _tests.items()
        for row in told or [{"fault": _title(test.rpartition("::")[2])}]
    ]


def pytest_terminal_summary(terminalreporter):
    if not _tests:
        return
    terminalreporter.section("what broke, and what it did")
    for line in table(rows()):
        terminalreporter.write_line(line)
    if path := os.environ.get("CHAOS_RESULTS"):
        Path(path).write_text(json.dumps(rows(), indent=1) + "\n")


def table(rows: list[dict[str, object]]) -> list[str]:
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(HEAD))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    doubled = _shown(row.get("doubled"))
    if row.get("window"):
        doubled += f" ({row['window']})"
    counts = (_shown(row.get("acknowledged")), _shown(row.get("lost")), doubled)
    times = (_shown(row.get("worst"), " s"), _shown(row.get("recovered"), " s"))
    return (str(row["fault"]), *counts, *times, str(row["result"]))


def _shown(value: object, unit: str = "") -> str:
    if value is None:
        return "-"
    return f"{value:.1f}{unit}" if isinstance(value, float) else f"{value}{unit}"

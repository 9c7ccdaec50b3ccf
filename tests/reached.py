"""Which (operation, status) the tests have reached: noted by the test client, collected from the processes of a run.

A run of all tests (`make test` and `make walks` in one, as in CI) ends with how many of the described pairs were
reached, and with a list of those that none has reached and that tests/contract/unreached.yaml does not excuse; and of
the excuses that are not needed any more, and of the objects in examples that no answer had (tests/example_objects.py).
With REACHED_REQUIRED=1 it fails for them. With REACHED_TABLE=1 any run ends with the table of all described pairs.
`REACHED=file.json make test ARGS=…` adds the pairs of any run to the file, as {operation: [status, ...]}.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from tests import example_objects

Pair = tuple[str, int]
EXCUSES = Path(__file__).parent / "contract" / "unreached.yaml"
OF_ALL_TESTS = "not chaos"  # `-m` of CI; `make test` leaves out the walks
_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
_reached: set[Pair] = set()


def note(operation_id: str, status: int) -> None:
    _reached.add((operation_id, status))


class Collector:
    """A plugin of pytest: each process hands over what it has noted, and the first one judges it."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.report: list[str] = []
        self._unseen: set[example_objects.Object] | None = None

    def pytest_testnodedown(self, node) -> None:
        output = getattr(node, "workeroutput", {})
        _reached.update(map(tuple, output.get("reached", ())))
        if "unseen" in output:
            self._note_unseen(example_objects.unpacked(output["unseen"]))

    def pytest_sessionfinish(self, session, exitstatus) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["reached"] = sorted(_reached)
            output["unseen"] = example_objects.packed(example_objects.unseen())
            return
        if os.environ.get("REACHED"):
            _add_to(Path(os.environ["REACHED"]), _reached)
        if os.environ.get("REACHED_TABLE"):
            self.report = list(table(described_pairs(), _reached, excused_pairs()))
        if exitstatus in _ENDED and _ran_all_tests(session.config):
            self.report.append(count(described_pairs(), _reached, excused_pairs()))
            self.problems = [
                *problems(described_pairs(), _reached, excused_pairs()),
                *example_objects.problems(self._unseen_by_all()),
            ]
            if self.problems and os.environ.get("REACHED_REQUIRED"):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _note_unseen(self, unseen: set[example_objects.Object]) -> None:
        self._unseen = unseen if self._unseen is None else self._unseen & unseen

    def _unseen_by_all(self) -> set[example_objects.Object]:
        return example_objects.unseen() if self._unseen is None else self._unseen

    def pytest_terminal_summary(self, terminalreporter) -> None:
        for line in self.report:
            terminalreporter.write_line(line)
        for problem in self.problems:
            terminalreporter.write_line(problem, red=True)


def _ran_all_tests(config: pytest.Config) -> bool:
    option = config.option
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not option.keyword
    return is_whole and option.markexpr == OF_ALL_TESTS and not option.collectonly


def problems(
    described: Iterable[Pair], reached: Iterable[Pair], excused: Iterable[Pair]
) -> Iterator[str]:
    described, reached, excused = set(described), set(reached), set(excused)
    for name, status in sorted(described - reached - excused):
        yield f"{name} {status}: described, and reached by no test"
    for name, status in sorted(excused & reached):
        yield f"{name} {status}: reached by a test, so {EXCUSES.name} need not excuse it"
    for name, status in sorted(excused - described):
        yield f"{name} {status}: excused in {EXCUSES.name}, but not described"


def count(described: Iterable[Pair], reached: Iterable[Pair], excused: Iterable[Pair]) -> str:
    described, excused = set(described), set(excused)
    found = len(described & set(reached))
    line = f"reached {found} of {len(described)} (operation, status)"
    return f"{line}, {len(described & excused)} excused" if excused else line


def table(
    described: Iterable[Pair], reached: Iterable[Pair], excused: Iterable[Pair]
) -> Iterator[str]:
    """A line for each operation: the statuses that were reached, then those that were not."""
    described, reached, excused = set(described), set(reached), set(excused)
    for name in sorted({name for name, _ in described}):
        statuses = sorted(status for other, status in described if other == name)
        missing = [status for status in statuses if (name, status) not in reached]
        done = " ".join(str(status) for status in statuses if status not in missing)
        notes = ", ".join(
            f"{status} {'excused' if (name, status) in excused else 'not reached'}"
            for status in missing
        )
        yield f"{name:40} {done}{'; ' if done and notes else ''}{notes}"


def described_pairs() -> Iterator[Pair]:
    from tests.cast import described_operations

    for name, (*_, operation) in described_operations().items():
        yield from ((name, int(status)) for status in operation["responses"])


def excused_pairs() -> Iterator[Pair]:
    for name, reasons in excuses().items():
        yield from ((name, status) for status in reasons)


def excuses() -> dict[str, dict[int, str]]:
    """Operation -> {status: why no test reaches it}."""
    return yaml.safe_load(EXCUSES.read_text()) or {}


def read(path: Path) -> dict[str, list[int]]:
    return json.loads(path.read_text()) if path.exists() else {}


def _add_to(path: Path, reached: Iterable[Pair]) -> None:
    statuses = defaultdict(set, {name: set(known) for name, known in read(path).items()})
    for name, status in reached:
        statuses[name].add(status)
    rows = {name: sorted(statuses[name]) for name in sorted(statuses)}
    path.write_text(json.dumps(rows, indent=1))

"""Write docs/yardsticks.md: each row of tests/yardsticks.py with the tests that carry its mark, and what they
last said. Marks are read from the source, so nothing is imported or run."""

import ast
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scripts import local
from tests.yardsticks import GROUPS, Yardstick

PAGE = local.BASE / "docs" / "yardsticks.md"
RESULTS = local.BASE / "tests" / "yardstick_results.json"
MARK = "yardstick"
HEAD = """\
# Yardsticks

What this service guarantees about reliability and security, and the tests that show it. `make fmt` writes
this page from the table in `tests/yardsticks.py` and the marks `@pytest.mark.yardstick(…)` on tests; a row
that no test shows says why. `make yardsticks` runs every marked test and keeps its result with the date, from
which the last column is made.
"""
COMMANDS = {
    "chaos": "make chaos",
    "walk": "make walks",
    "fuzz": "make fuzz-short",
    "soak": "make soak",
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A test, or with `name` empty all tests of a file, and the rows that it shows."""

    path: str
    name: str
    rows: tuple[str, ...]
    command: str

    def includes(self, node: str) -> bool:
        return (
            node == f"{self.path}::{self.name}" if self.name else node.startswith(f"{self.path}::")
        )


def marked_tests() -> list[Marked]:
    return [test for path in _test_files() for test in _of_file(path)]


def _test_files() -> list[str]:
    paths = sorted((local.BASE / "tests").rglob("test_*.py"))
    return [
        str(path.relative_to(local.BASE)) for path in paths if f"mark.{MARK}(" in path.read_text()
    ]


def _of_file(path: str) -> Iterator[Marked]:
    tree = ast.parse((local.BASE / path).read_text())
    folder = {path.split("/")[1]} & COMMANDS.keys()
    of_all = _marks_of_module(tree)
    yield from _shown(path, "", of_all, folder)
    for name, marks in _definitions(tree, "", []):
        yield from _shown(path, name, marks, folder | _names(of_all))


def _marks_of_module(tree: ast.Module) -> list[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            return node.value.elts if isinstance(node.value, ast.List) else [node.value]
    return []


def _definitions(
    tree: ast.Module | ast.ClassDef, prefix: str, outer: list[ast.expr]
) -> Iterator[tuple[str, list[ast.expr]]]:
    """Names of tests and their marks; the marks of a class are those of its tests, too."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, f"{node.name}::", node.decorator_list)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield prefix + node.name, [*outer, *node.decorator_list]


def _shown(path: str, name: str, marks: list[ast.expr], inherited: set[str]) -> Iterator[Marked]:
    rows = [row for mark in marks for row in _rows(mark)]
    kinds = (inherited | _names(marks)) & COMMANDS.keys()
    if rows:
        yield Marked(path, name, tuple(rows), COMMANDS[min(kinds)] if kinds else "make test")


def _rows(mark: ast.expr) -> list[str]:
    if not isinstance(mark, ast.Call) or _names([mark]) != {MARK}:
        return []
    return [ast.literal_eval(argument) for argument in mark.args]


def _names(marks: list[ast.expr]) -> set[str]:
    """`walk` of `pytest.mark.walk` and of `pytest.mark.walk(…)`."""
    functions = [mark.func if isinstance(mark, ast.Call) else mark for mark in marks]
    return {function.attr for function in functions if isinstance(function, ast.Attribute)}


# --- the page ---------------------------------------------------------------------------------------
def current() -> str:
    """The page as marks and results are now."""
    tests, results = marked_tests(), read_results()
    parts = [HEAD, _summary(tests)]
    for group, rows in GROUPS.items():
        parts.append(
            f"## {group}\n\n| row | guarantee | shown by | with | last result |\n|---|---|---|---|---|"
        )
        parts[-1] += "".join(_line(row, tests, results) for row in rows) + "\n"
    return "\n".join(parts)


def _summary(tests: list[Marked]) -> str:
    shown = {row for test in tests for row in test.rows}
    rows = [row for group in GROUPS.values() for row in group]
    whole = sum(row.id in shown and not row.missing for row in rows)
    partly = sum(row.id in shown and bool(row.missing) for row in rows)
    return f"{whole} of {len(rows)} rows are shown, {partly} in part, {len(rows) - whole - partly} are not.\n"


def _line(row: Yardstick, tests: list[Marked], results: dict[str, list[str]]) -> str:
    mine = [test for test in tests if row.id in test.rows]
    shown = "<br>".join(
        [
            *_names_by_file(mine),
            *([f"Besides: {row.besides}"] if row.besides else []),
            *([f"Missing: {row.missing}"] if row.missing else []),
        ]
    )
    commands = ", ".join(f"`{command}`" for command in sorted({test.command for test in mine}))
    return (
        f"\n| {row.id} | {row.guarantee} | {shown} | {commands} | {_last_result(mine, results)} |"
    )


def _names_by_file(tests: list[Marked]) -> Iterator[str]:
    files = defaultdict(list)
    for test in tests:
        files[test.path].append(test.name)
    for path, names in files.items():
        listed = ", ".join(f"`{name}`" for name in names if name)
        yield f"`{path}`: {listed}" if listed else f"`{path}`"


def read_results() -> dict[str, list[str]]:
    """Test -> outcome and day of its last run."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def _last_result(tests: list[Marked], results: dict[str, list[str]]) -> str:
    """The worst outcome, with the earliest day."""
    known = [
        [result for node, result in results.items() if test.includes(node)] or [["not run", ""]]
        for test in tests
    ]
    all_of_them = [result for of_test in known for result in of_test]
    for outcome in ("failed", "not run", "skipped"):
        if any(result[0] == outcome for result in all_of_them):
            n = sum(any(result[0] == outcome for result in of_test) for of_test in known)
            return f"{outcome}: {n} of {len(tests)}"
    return f"passed, {min(day for _, day in all_of_them)}" if all_of_them else ""


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)

"""`make house`: the rooms of the project, their sizes, the imports between them, and how long functions are.

`--write` puts the table into docs/architecture.md. The targets are held by `tests/docs/test_house.py`.
"""

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scripts import local

# From the roof to the cellar.
ROOMS = (
    "clinics_site",
    "redox",
    "xealth",
    "confirmations",
    "notifications",
    "merges",
    "webhooks",
    "ehr",
    "clinics",
    "patients",
    "clinic_records",
    "users",
    "kernel",
)
PAGE = local.BASE / "docs" / "architecture.md"
BEGIN, END = "<!-- house: begin -->\n", "<!-- house: end -->\n"
# Made by Django from the models of its own apps.
GENERATED = "mongo_migrations"


@dataclass(frozen=True, slots=True)
class Room:
    """`lines` counts code, comments and blank lines; `imports` the modules' imports from each other room."""

    name: str
    files: int
    lines: int
    imports: Counter[str]


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    lines: int


def rooms() -> list[Room]:
    return [_room(name) for name in ROOMS]


def _room(name: str) -> Room:
    files = _files(name)
    return Room(
        name,
        files=len(files),
        lines=sum(len(path.read_text().splitlines()) for path in files),
        imports=Counter(
            other for path in files for other in _imported(path) if other in ROOMS and other != name
        ),
    )


def functions() -> list[Function]:
    """Every function and method with the lines of its definition: signature, docstring and body."""
    return [
        Function(f"{path.relative_to(local.BASE)}:{node.name}", node.end_lineno - node.lineno + 1)
        for name in ROOMS
        for path in _files(name)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]


def share(room: Room, all_rooms: list[Room]) -> float:
    """The room's part of all lines, 0 to 1."""
    return room.lines / sum(other.lines for other in all_rooms)


def median_and_99th(lengths: list[int]) -> tuple[float, float]:
    return statistics.median(lengths), statistics.quantiles(lengths, n=100)[98]


def table() -> str:
    all_rooms = rooms()
    lines = ["| room | files | lines | share | imports from |", "|---|---|---|---|---|"]
    lines += [_row(room, all_rooms) for room in all_rooms]
    median, longest = median_and_99th([function.lines for function in functions()])
    total = sum(room.lines for room in all_rooms)
    summary = f"{total:,} lines; functions: {median:.0f} lines in the median, {longest:.0f} at the 99th percentile."
    return "\n".join([*lines, "", summary, ""])


def _row(room: Room, all_rooms: list[Room]) -> str:
    below = ", ".join(f"{name} {n}" for name, n in room.imports.most_common())
    size = f"{room.files} | {room.lines:,} | {share(room, all_rooms):.0%}"
    return f"| `{room.name}` | {size} | {below or 'no room'} |"


def _files(name: str) -> list[Path]:
    paths = sorted((local.BASE / name).rglob("*.py"))
    return [path for path in paths if GENERATED not in path.parts]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _imported(path: Path) -> Iterator[str]:
    """The top-level package of every import."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def _write() -> None:
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


def main() -> None:
    if "--write" in sys.argv:
        _write()
    print(table())
    for function in sorted(functions(), key=lambda function: -function.lines)[:5]:
        print(f"{function.lines:4}  {function.name}")


if __name__ == "__main__":
    main()

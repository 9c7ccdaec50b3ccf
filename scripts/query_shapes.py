"""Write how the service asks MongoDB about patients into docs/scaling.md, between its two markers.

What is asked is recorded while tests run (tests/query_shapes.py) and kept in tests/query_shapes.json:
`make shapes` runs them, `python -m scripts.query_shapes FOLDER` takes over what they have written into the folder, and
without a folder the table is written from what is kept (`make fmt`).
"""

import importlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django

from scripts import local
from tests.scattered_queries import reason

PAGE = local.BASE / "docs" / "scaling.md"
KEPT = local.BASE / "tests" / "query_shapes.json"
START, END = "<!-- query shapes: begin -->", "<!-- query shapes: end -->"
_HEAD = ["| collection | function | command | named | |", "|---|---|---|---|---|"]
_MOST_NAMED = 6
Row = list[Any]  # function, collection, command, is_targeted, always, ever


def kept() -> list[Row]:
    rows: list[Row] = json.loads(KEPT.read_text())
    return rows


def merged(rows: Iterable[Row]) -> list[Row]:
    """One row for each function, collection and command, as if all had been seen by one process."""
    found: dict[tuple[str, ...], Row] = {}
    for function, collection, command, is_targeted, always, ever in rows:
        key = function, collection, command
        before = found.setdefault(key, [*key, is_targeted, always, ever])
        before[3] = before[3] and is_targeted
        before[4] = sorted(set(before[4]) & set(always))
        before[5] = sorted(set(before[5]) | set(ever))
    return [found[key] for key in sorted(found)]


def is_there(function: str) -> bool:
    """Whether the program still has the function."""
    names, found = function.split("."), None
    for split in range(len(names) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(names[:split]))
        except ModuleNotFoundError:
            continue
        break
    for name in names[split:]:
        found = getattr(found, name, None)
    return found is not None


def table(rows: Iterable[Row]) -> list[str]:
    shown = sorted(rows, key=lambda row: (row[1], row[3], row[0], row[2]))
    return [*_HEAD, *map(_line, shown)]


def _line(row: Row) -> str:
    function, collection, command, is_targeted, always, ever = row
    sometimes = [name for name in ever if name not in always]
    named = [*(f"`{name}`" for name in always), *_some(sometimes)]
    where = "one shard" if is_targeted else f"all: {reason(function, collection)}"
    return (
        f"| {collection} | `{function}` | {command} | {', '.join(named) or 'nothing'} | {where} |"
    )


def _some(names: list[str]) -> list[str]:
    """Those that some of the commands name, in brackets."""
    few = [f"(`{name}`)" for name in names[:_MOST_NAMED]]
    return few if len(names) <= _MOST_NAMED else [*few, f"and {len(names) - _MOST_NAMED} more"]


def current() -> str:
    """The page with the table as it is now."""
    before, _, rest = PAGE.read_text().partition(START)
    _, _, after = rest.partition(END)
    return "\n".join([before + START, "", *table(kept()), "", END + after])


def take_over(folder: Path) -> None:
    """Adds what was recorded, and drops functions that are gone."""
    new = [row for path in sorted(folder.glob("*.json")) for row in json.loads(path.read_text())]
    old = kept() if KEPT.exists() else []
    recorded = {tuple(row[:3]) for row in new}
    rows = [*new, *(row for row in old if tuple(row[:3]) not in recorded)]
    lines = ",\n".join(json.dumps(row) for row in merged(rows) if is_there(row[0]))
    KEPT.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    django.setup()
    for name in sys.argv[1:]:
        take_over(Path(name))
    PAGE.write_text(current())

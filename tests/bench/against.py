"""Against the other service: how many times its CPU a request needs here.

Its figures were recorded on another machine, beside an earlier version of this service ("then" in original.json). A
result of that version on this machine (`--reference FILE`, made by its own `make bench` in the same hour) tells how much
slower this machine is, request by request. Without it the figures are compared as they are, and the table says so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.verdict import line

RECORDED = Path(__file__).with_name("original.json")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`times`: CPU of service and database here, divided by that of the other service on a machine of this speed."""

    title: str
    times: float
    at_most: float
    is_scaled: bool


def show(rows: Sequence[Row], reference: Path | None) -> None:
    of_reference = json.loads(reference.read_text())["rows"] if reference else []
    print("\nagainst the other service, whose figures are from another machine")
    for one in compare(rows, json.loads(RECORDED.read_text())["rows"], of_reference):
        note = "" if one.is_scaled else " (speed of that machine unknown)"
        print(
            line(f"{one.title}, times the other service's{note}", one.times, one.at_most, "times")
        )


def compare(
    rows: Sequence[Row], recorded: Sequence[Row], of_reference: Sequence[Row]
) -> Iterator[Comparison]:
    here = {_key(row): row for row in of_reference}
    for there in recorded:
        for row in rows:
            if _key(row) == (there["scenario"], there["patients"], 1):
                before = here.get(_key(row))
                slowness = _cpu(before) / sum(there["then"]) if before else 1.0
                times = _cpu(row) / (sum(there["original"]) * slowness)
                title = f"{row['scenario']}, {row['patients']} patients"
                yield Comparison(title, times, there["at_most"], before is not None)


def _cpu(row: Row) -> float:
    return float(row["web_ms"] + row["db_ms"])


def _key(row: Row) -> tuple[str, int, int]:
    return row["scenario"], row["patients"], row.get("connections", 1)

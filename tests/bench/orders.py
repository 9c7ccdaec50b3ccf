"""The first page of 50 by every order of the contract: each kind and period of a summary, in both directions.

A value is the median of both directions in the least disturbed of some passes, in milliseconds with one connection.
Right before each order the page by name is asked for, so the speed of the machine at that moment is in both.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from patients import statistics
from tests.bench import load
from tests.bench.scenarios import World

PASSES = 2
BY_NAME = "fullName"
_PLAIN = (BY_NAME, "birthDate", "lastReviewed")
# What the web app offers.
_USUAL = {
    "cgm": {*_PLAIN, "lastData", "glucoseManagementIndicator"},
    "bgm": {"lastData", "averageGlucoseMmol", "timeInVeryLowRecords", "timeInVeryHighRecords"},
}


@dataclass(frozen=True)
class Order:
    kind: str
    name: str
    period: str

    @property
    def is_usual(self) -> bool:
        return self.name in _USUAL[self.kind]

    def paths(self, world: World) -> Iterator[str]:
        for sign in "+-":
            query = {
                "limit": "50",
                "sort": sign + self.name,
                "sortType": self.kind,
                "period": self.period,
            }
            yield f"{world.clinic}/patients?{urlencode(query)}"


def all_orders() -> list[Order]:
    names = {
        kind: (*_PLAIN, *statistics.DATES, *statistics.sortable(kind)) for kind in statistics.KINDS
    }
    return [
        Order(kind, name, period)
        for kind in statistics.KINDS
        for name in names[kind]
        for period in statistics.PERIODS
    ]


def measure(world: World, port: int) -> list[dict[str, Any]]:
    orders = all_orders()
    passes = [_pass(number, world, port, orders) for number in range(PASSES)]
    return [
        {
            "patients": world.size,
            "kind": order.kind,
            "name": order.name,
            "period": order.period,
            "is_usual": order.is_usual,
            "ms": min(ms for ms, _ in values),
            "times": min(times for _, times in values),
        }
        for order, *values in zip(orders, *passes, strict=True)
    ]


def _pass(number: int, world: World, port: int, orders: list[Order]) -> list[tuple[float, float]]:
    """Milliseconds of each order, and how many times the page by name that is."""
    print(f"orders, pass {number + 1} of {PASSES}", file=sys.stderr, flush=True)
    names = list(Order("cgm", BY_NAME, "14d").paths(world))
    paths = [path for order in orders for path in (*names, *order.paths(world))]
    seconds = load.one_by_one(port, world.tokens["admin"], paths)
    medians = [median(pair) * 1000 for pair in zip(seconds[::2], seconds[1::2], strict=True)]
    return [(ms, ms / name) for name, ms in zip(medians[::2], medians[1::2], strict=True)]


def most_times(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return max(rows, key=lambda row: float(row["times"]))


def dearest(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return max(rows, key=lambda row: float(row["ms"]))


def title(row: dict[str, Any]) -> str:
    return f"{row['name']}, {row['kind']}, {row['period']}"


def show(rows: list[dict[str, Any]]) -> None:
    """One line for each order, with its periods."""
    for size in dict.fromkeys(row["patients"] for row in rows):
        of_size = [row for row in rows if row["patients"] == size]
        heads = "".join(f"{period:>9}" for period in statistics.PERIODS)
        print(f"\n{f'first page of {size}, ms by order':<44}{heads}")
        for kind, name in dict.fromkeys((row["kind"], row["name"]) for row in of_size):
            cells = [r["ms"] for r in of_size if (r["kind"], r["name"]) == (kind, name)]
            print(f"{f'{kind} {name}':<44}" + "".join(f"{cell:>9.1f}" for cell in cells))
        top = dearest(of_size)
        print(f"dearest: {title(top)}: {top['ms']:.1f} ms")

"""What must hold for a clinic of 100,000 patients, line by line with its limit."""

from collections.abc import Iterator
from typing import Any

from tests.bench import orders

FROM = 100_000  # patients
_PAGE_MS, _PAGE_RATIO, _USUAL_RATIO = 400, 20, 2
_SEARCH_MS, _FILTER_MS, _TIDE_MS, _STAFF_MS = 150, 250, 400, 1_000
_LIMITS = {
    "search, ": _SEARCH_MS,
    "list, two tags": _FILTER_MS,
    "list, tag and range": _FILTER_MS,
    "list, site and tag": _FILTER_MS,
    "list, no tags": _FILTER_MS,
    "list, no sites": _FILTER_MS,
    "list, issue": _FILTER_MS,
    "TIDE, one tag": _TIDE_MS,
    "staff: ": _STAFF_MS,
}


def show(rows: list[dict[str, Any]], order_rows: list[dict[str, Any]]) -> None:
    for size in sorted({row["patients"] for row in rows + order_rows}):
        if size >= FROM:
            of_size = [row for row in order_rows if row["patients"] == size]
            requests = [r for r in rows if r["patients"] == size and r["connections"] == 1]
            print(f"\nmust hold with {size} patients")
            for line in (*_of_orders(of_size), *_of_requests(requests)):
                print(line)


def line(text: str, value: float, limit: float, unit: str) -> str:
    verdict = "holds" if value <= limit else "OVER ITS LIMIT"
    return f"{text:<72}{f'{value:.1f}':>9} {unit:<6}{f'<= {limit:g}':>8}  {verdict}"


def _of_orders(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    top, most = orders.dearest(rows), orders.most_times(rows)
    usual = orders.most_times([row for row in rows if row["is_usual"]])
    yield line(f"any order: {orders.title(top)}", top["ms"], _PAGE_MS, "ms")
    for title, row, limit in (("any", most, _PAGE_RATIO), ("usual", usual, _USUAL_RATIO)):
        text = f"{title} order: {orders.title(row)}, times the page by name"
        yield line(text, row["times"], limit, "times")


def _of_requests(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        for start, limit in _LIMITS.items():
            if row["scenario"].startswith(start):
                yield line(row["scenario"], row["p50"] * 1000, limit, "ms")

"""Each kind of statistics in a summary also stores the JSON text in which clients get it.

A page of 50 patients has a megabyte of statistics that this service only passes on: reading them as objects and
writing them out again took three quarters of the page's time. Any writer that replaces the statistics replaces the text
with them, or drops it; if it is missing, the statistics are read (decision 0005).
"""

from collections.abc import Mapping
from typing import Any

from kernel import safe_reading
from kernel.api.rendering import encode
from kernel.db import Document
from patients import statistics

# If the format of the answer changes, this name must change too, so that texts in the old format are not used.
FIELD = "answer"
PARTS = tuple(f"{kind}Stats" for kind in statistics.KINDS)
STORED = ("id", "config", "dates", "periods")
# Everything except the statistics themselves.
TEXT_ALONE = {f"summary.{part}.{name}": 0 for part in PARTS for name in STORED}


def shown(name: str, part: Mapping[str, Any]) -> Document:
    out: Document = {
        "id": part.get("id") or "",
        "config": part.get("config") or {},
        "dates": without_nulls(part.get("dates") or {}),
    }
    periods = without_nulls(part.get("periods") or {})
    if periods:
        out["periods"] = _without_nulls_of_meters(periods) if name == "bgmStats" else periods
    return out


def _without_nulls_of_meters(periods: Document) -> Document:
    """Only their periods contain nulls: deviations for which there are too few values."""
    return {period: without_nulls(values) for period, values in periods.items()}


def with_text(name: str, part: Document) -> Document:
    """`name` is cgmStats or bgmStats; `part` is the statistics in the form to be stored."""
    return {**part, FIELD: encode(shown(name, part))}


def without_text(summary: Mapping[str, Any] | None) -> dict[str, Document]:
    """The kinds without a text, written by other systems or by an older version of this one."""
    kinds = safe_reading.mapping(summary)
    return {n: kinds[n] for n in PARTS if isinstance(kinds.get(n), dict) and FIELD not in kinds[n]}


def without_nulls(part: Document) -> Document:
    if None not in part.values():
        return part
    return {name: value for name, value in part.items() if value is not None}

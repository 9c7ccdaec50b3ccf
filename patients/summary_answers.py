"""Each kind of statistics in a summary also stores the JSON text in which clients get it.

A page of 50 patients has a megabyte of statistics that this service only passes on: reading them as objects and
writing them out again took three quarters of the page's time. Any writer that replaces the statistics replaces the text
with them, or drops it; if it is missing, the statistics are read (decision 0005).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel import numbers, safe_reading
from kernel.api.rendering import encode
from kernel.db import Document
from patients import statistics

# If the format of the answer changes, this name must change too, so that texts in the old format are not used.
FIELD = "answer"
PARTS = tuple(f"{kind}Stats" for kind in statistics.KINDS)
_INTEGERS = {
    f"{kind}Stats": [name for e in table if e.whole for name in (e.name, e.delta)]
    for kind, table in statistics.TABLE.items()
}
_INTEGERS_OF_CONFIG = ("schemaVersion",)
STORED = ("id", "config", "dates", "periods")
# Everything except the statistics themselves.
TEXT_ALONE = {f"summary.{part}.{name}": 0 for part in PARTS for name in STORED}


def shown(name: str, part: Mapping[str, Any]) -> Document:
    """What is no object is left out."""
    config, dates, periods = (
        safe_reading.mapping(part.get(field)) for field in ("config", "dates", "periods")
    )
    out: Document = {
        "id": part.get("id") or "",
        "config": with_integers(config, _INTEGERS_OF_CONFIG),
        "dates": without_nulls(dates),
    }
    shown_periods = {n: _period(name, v) for n, v in periods.items() if isinstance(v, dict)}
    return {**out, "periods": shown_periods} if shown_periods else out


def _period(name: str, values: Document) -> Document:
    """Only periods of blood glucose meters contain nulls: deviations for which there are too few values."""
    present = without_nulls(values) if name == "bgmStats" else values
    return with_integers(present, _INTEGERS[name])


def with_integers(values: Document, names: Iterable[str]) -> Document:
    """Other writers store doubles, and strict clients cannot read `250.0` where they expect an integer (rule
    PATIENT-146)."""
    doubles = [name for name in names if isinstance(values.get(name), float)]
    return (
        {**values, **{name: numbers.whole(values[name]) for name in doubles}} if doubles else values
    )


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

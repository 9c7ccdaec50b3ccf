"""The text in which a client gets one kind of a summary, kept inside that kind's own document.

A page of 50 patients is a megabyte of statistics which no one looks at on the way: reading them as objects and
writing them out again was three quarters of a page's time. A writer that replaces the statistics replaces the text
with them, or drops it; where it is missing the statistics are read (decision 0005).
"""

from collections.abc import Mapping
from typing import Any

from kernel import safe_reading
from kernel.api.rendering import encode
from kernel.db import Document
from patients import statistics

# Another shape of the answer needs another name: texts under an older one are then no longer read.
FIELD = "answer"
PARTS = tuple(f"{kind}Stats" for kind in statistics.KINDS)
STORED = ("id", "config", "dates", "periods")
# Everything but the statistics themselves.
TEXT_ALONE = {f"summary.{part}.{name}": 0 for part in PARTS for name in STORED}


def shown(name: str, part: Mapping[str, Any]) -> Document:
    """Only periods of meters hold nulls: for deviations that too few values give."""
    out: Document = {
        "id": part.get("id") or "",
        "config": part.get("config") or {},
        "dates": without_nulls(part.get("dates") or {}),
    }
    periods = part.get("periods")
    if periods:
        is_of_meters = name == "bgmStats"
        out["periods"] = (
            {period: without_nulls(values) for period, values in periods.items()}
            if is_of_meters
            else periods
        )
    return out


def with_text(name: str, part: Document) -> Document:
    """`name` is cgmStats or bgmStats; `part` as it is going to be stored."""
    return {**part, FIELD: encode(shown(name, part))}


def without_text(summary: Mapping[str, Any] | None) -> dict[str, Document]:
    """The kinds that other systems wrote, or an older version of this one."""
    kinds = safe_reading.mapping(summary)
    return {n: kinds[n] for n in PARTS if isinstance(kinds.get(n), dict) and FIELD not in kinds[n]}


def without_nulls(part: Document) -> Document:
    if None not in part.values():
        return part
    return {name: value for name, value in part.items() if value is not None}

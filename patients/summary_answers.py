"""The JSON text in which lists show each kind of statistics of a summary.

A page of 50 patients has a megabyte of statistics that this service only passes on: reading them as objects and
writing them out again took three quarters of the page's time. The texts are kept compressed, with values that every
writer of a summary moves, so that a text of other statistics than the record's is never used (decision 0005).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel import numbers, safe_reading
from kernel.api.rendering import encode
from kernel.db import Document
from patients import compressed_texts, statistics

FIELD = "answer"
PARTS = tuple(f"{kind}Stats" for kind in statistics.KINDS)
_INTEGERS = {
    f"{kind}Stats": [name for e in table if e.whole for name in (e.name, e.delta)]
    for kind, table in statistics.TABLE.items()
}
_INTEGERS_OF_CONFIG = ("schemaVersion",)
# Everything of a summary except what the text has and `version_of` does not need.
WITHOUT_STATISTICS = {
    f"summary.{part}.{name}": 0 for part in PARTS for name in ("config", "periods")
}


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


def answer_of(name: str, part: Mapping[str, Any]) -> Document:
    """`name` is cgmStats or bgmStats; `part` is the statistics as they are stored."""
    return {"text": compressed_texts.compress(encode(shown(name, part))), "of": version_of(part)}


def version_of(part: Mapping[str, Any]) -> list[Any]:
    dates = safe_reading.mapping(part.get("dates"))
    return [part.get("id"), dates.get("lastUpdatedDate"), dates.get("lastData")]


def text_of(answer: Any, part: Mapping[str, Any]) -> bytes | None:
    """None if there is no answer, or one of other statistics, or one that cannot be read."""
    if not isinstance(answer, dict) or answer.get("of") != version_of(part):
        return None
    return compressed_texts.decompress(answer["text"])


def parts_of(record: Mapping[str, Any]) -> dict[str, Document]:
    """The kinds of statistics that a record has."""
    summary = safe_reading.mapping(record.get("summary"))
    return {name: summary[name] for name in PARTS if isinstance(summary.get(name), dict)}


def answers_of(record: Mapping[str, Any]) -> Document:
    return {name: answer_of(name, part) for name, part in parts_of(record).items()}


def without_nulls(part: Document) -> Document:
    if None not in part.values():
        return part
    return {name: value for name, value in part.items() if value is not None}

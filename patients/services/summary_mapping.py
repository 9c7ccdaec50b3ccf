"""Converts a summary of the data service to the form stored with patients (rules MAIL-76 to MAIL-86).

A value without enough data is absent, not zero: lists sort and filter by these values, and such patients belong at the
end. If the data service gives no difference to the period before, none is stored.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kernel import clock
from kernel.db import Document
from patients import statistics
from patients.statistics import Statistic

MIN_USE = 0.7  # share of the time a sensor was worn
DAY_OF_MINUTES = 1440
BGM_MIN_RECORDS, BGM_MIN_DAYS = 30, 7
CONFIG_FIELDS = (
    "schemaVersion",
    "highGlucoseThreshold",
    "veryHighGlucoseThreshold",
    "lowGlucoseThreshold",
    "veryLowGlucoseThreshold",
)
_DATES = (*statistics.DATES, "lastUpdatedDate")
_LENGTH = re.compile(r"(\d+)d")
_SPREAD = ("standardDeviation", "coefficientOfVariation")


def to_body(kind: str, summary: Mapping[str, Any]) -> Document:
    """`kind` is cgm or bgm; the result has the shape of the summary operation's body, with dates as datetimes."""
    config = summary.get("config") or {}
    return {
        "id": str(summary["id"]),
        "config": {name: config.get(name) or 0 for name in CONFIG_FIELDS},
        "dates": _dates(summary.get("dates") or {}),
        "periods": dict(_periods(kind, summary.get("periods") or {})),
    }


def _dates(source: Mapping[str, Any]) -> Document:
    dates: Document = {}
    for name in _DATES:
        moment = _moment(source.get(name))
        flag = statistics.flag_of(name)
        if flag in statistics.DATE_FLAGS:
            dates[flag] = moment is not None
        if moment is not None:
            dates[name] = moment
    for name in ("lastUpdatedReason", "outdatedReason"):
        dates[name] = source.get(name) or []
    return dates


def _moment(value: Any) -> datetime | None:
    """From milliseconds, text or a date; a date in the year 1 means none."""
    if isinstance(value, str):
        value = clock.parse_time(value)
    elif isinstance(value, (int, float)):
        value = datetime.fromtimestamp(value / 1000, UTC)
    return value if isinstance(value, datetime) and value.year > 1 else None


def _periods(kind: str, source: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    for name, period in source.items():
        length = _LENGTH.search(name)
        if length is not None:
            yield name, _period(kind, Period(int(length[1]), period, period.get("delta") or {}))


@dataclass(frozen=True, slots=True)
class Period:
    days: int
    now: Mapping[str, Any]
    delta: Mapping[str, Any]

    def value(self, name: str) -> Any:
        return _read(self.now, name)

    def difference(self, name: str) -> Any:
        return _read(self.delta, name)

    def before(self, name: str) -> float:
        return float((self.value(name) or 0) - (self.difference(name) or 0))


def _read(source: Mapping[str, Any], name: str) -> Any:
    """The value at a path such as `total.records`; a name without a dot is a field of the period."""
    for part in name.split("."):
        source = (source or {}).get(part)  # type: ignore[assignment]
    return source


def _source_of(name: str) -> str:
    """timeInAnyLowPercent -> inAnyLow.percent"""
    for unit in ("Percent", "Minutes", "Records"):
        stem = name.removesuffix(unit)
        if stem == "timeCGMUse" and name.endswith(unit):
            return f"total.{unit.lower()}"
        if stem.startswith("timeIn") and name.endswith(unit):
            return f"in{stem.removeprefix('timeIn')}.{unit.lower()}"
    return "total.records" if name == "totalRecords" else name


Condition = Callable[[Period, Callable[[str], float]], bool]


def _has_records(period: Period, value: Callable[[str], float]) -> bool:
    return value("total.records") != 0


def _enough_use(period: Period, value: Callable[[str], float]) -> bool:
    if period.days <= 1:
        return value("total.percent") > MIN_USE
    return value("total.minutes") > DAY_OF_MINUTES


def _worn_enough(period: Period, value: Callable[[str], float]) -> bool:
    return value("total.percent") > MIN_USE


def _measured_enough(period: Period, value: Callable[[str], float]) -> bool:
    return value("total.records") >= BGM_MIN_RECORDS and value("daysWithData") >= BGM_MIN_DAYS


def _condition(kind: str, entry: Statistic) -> Condition | None:
    """What makes the data enough for this value, if anything: in the period, and for the difference also in the one
    before."""
    if entry.name in _SPREAD:
        return _has_records if kind == "cgm" else _measured_enough
    if entry.name == "glucoseManagementIndicator":
        return _worn_enough
    if entry.name.startswith("timeIn") and entry.name.endswith("Percent"):
        return _enough_use if kind == "cgm" else _has_records
    if entry.name in ("timeCGMUsePercent", "averageGlucoseMmol"):
        return _has_records
    return None


def _period(kind: str, period: Period) -> Document:
    out: Document = {}
    for entry in statistics.TABLE[kind]:
        _add(out, entry, period, _condition(kind, entry))
    return out


def _add(out: Document, entry: Statistic, period: Period, condition: Condition | None) -> None:
    source = _source_of(entry.name)
    value, difference = period.value(source), period.difference(source)
    counts = condition is None or (_has_now(period) and condition(period, _now(period)))
    if counts and value is not None:
        out[entry.name] = value
        if difference is not None and (condition is None or condition(period, period.before)):
            out[entry.delta] = difference
    if entry.always:
        out.setdefault(entry.name, 0)
        out.setdefault(entry.delta, 0)
    if entry.flagged:
        out[entry.flag] = bool(out.get(entry.name)) if condition is None else entry.name in out


def _has_now(period: Period) -> bool:
    return bool(period.value("total.records"))


def _now(period: Period) -> Callable[[str], float]:
    return lambda name: float(period.value(name) or 0)

"""Reading a stored summary, which other systems write too. What cannot be read is left out, and its name is kept."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.clock import ZERO

CGM, BGM = "cgmStats", "bgmStats"
PERIOD = "14d"
PERIOD_LENGTH = timedelta(days=14)
PERIODS = ("1d", "7d", PERIOD, "30d")
# No statistic is negative, and none of fourteen days is larger. A share is a fraction, or a little more where devices
# overlap. A value outside these bounds is an error of its writer, and no basis for a decision about therapy.
_MOST, _MOST_SHARE = 1_000_000, 10
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_NO_OBJECT, _NO_TIME = "must be an object", "must be a time between 1970 and 2200"
_NO_NUMBER = "must be a number in its range"
_RANGES = (
    "timeInVeryHighPercent",
    "timeInHighPercent",
    "timeInTargetPercent",
    "timeInLowPercent",
    "timeInVeryLowPercent",
)
_SHARES = frozenset({*_RANGES, "timeCGMUsePercent"})
FIELDS: Mapping[str, Sequence[str]] = {
    CGM: (
        *_RANGES,
        "glucoseManagementIndicator",
        "averageGlucoseMmol",
        "standardDeviation",
        "coefficientOfVariation",
        "timeCGMUsePercent",
        "daysWithData",
        "hoursWithData",
    ),
    BGM: (
        *_RANGES,
        "timeInVeryHighRecords",
        "timeInVeryLowRecords",
        "max",
        "min",
        "averageGlucoseMmol",
        "standardDeviation",
        "coefficientOfVariation",
        "totalRecords",
        "averageDailyRecords",
        "daysWithData",
    ),
}
Broken = dict[str, str]


@dataclass(frozen=True, slots=True)
class Statistics:
    """CGM or BGM statistics of the last fourteen days. Dates that are not set are ZERO; without a period `values` is
    None. `broken`: field -> what is expected."""

    updated: datetime
    end: datetime
    first: datetime
    values: Mapping[str, float] | None
    broken: Mapping[str, str]

    @property
    def is_dated(self) -> bool:
        return self.updated > ZERO and self.end > ZERO


def read(summary: Any) -> dict[str, Statistics]:
    """The readable part of each block, CGM before BGM, including blocks without dates."""
    return {kind: _read_block(summary, kind) for kind in FIELDS}


def _read_block(summary: Any, kind: str) -> Statistics:
    broken: Broken = {}
    stats = _object(_object({"summary": summary}, "summary", broken), kind, broken)
    dates = _object(stats, "dates", broken)
    period = _object(_object(stats, "periods", broken), PERIOD, broken)
    return Statistics(
        updated=_date(dates, "lastUpdatedDate", broken),
        end=_date(dates, "lastData", broken),
        first=_date(dates, "firstData", broken),
        values=_values(period, kind, broken) if period is not None else None,
        broken=broken,
    )


def read_periods(summary: Any, kind: str) -> dict[str, Mapping[str, float]]:
    """The readable values of every period, and their changes (`…Delta`) against the period before."""
    periods = _object(_object({"summary": summary}, "summary", {}), kind, {})
    periods = _object(periods, "periods", {})
    return {
        name: {**_values(period, kind, {}), **_changes(period, kind)}
        for name in PERIODS
        for period in [_object(periods, name, {}) or {}]
    }


def read_date(summary: Any, kind: str, name: str) -> tuple[datetime, Mapping[str, str]]:
    """ZERO for a date that is not set; and what is broken."""
    broken: Broken = {}
    stats = _object(_object({"summary": summary}, "summary", broken), kind, broken)
    return _date(_object(stats, "dates", broken), name, broken), broken


def _object(
    values: Mapping[str, Any] | None, name: str, broken: Broken
) -> Mapping[str, Any] | None:
    value = (values or {}).get(name)
    if value is None or isinstance(value, Mapping):
        return value
    broken[name] = _NO_OBJECT
    return None


def _date(dates: Mapping[str, Any] | None, name: str, broken: Broken) -> datetime:
    """The zero time means no date."""
    value = (dates or {}).get(name)
    if value is None or value == ZERO:
        return ZERO
    if isinstance(value, datetime) and value.tzinfo is not None and _FIRST <= value < _LAST:
        return value
    broken[name] = _NO_TIME
    return ZERO


def _values(period: Mapping[str, Any], kind: str, broken: Broken) -> Mapping[str, float]:
    values = {}
    for name in FIELDS[kind]:
        value = period.get(name)
        if value is None:
            continue
        if _is_within(value, _MOST_SHARE if name in _SHARES else _MOST):
            values[name] = value
        else:
            broken[name] = _NO_NUMBER
    return values


def _changes(period: Mapping[str, Any], kind: str) -> Mapping[str, float]:
    names = [f"{name}Delta" for name in FIELDS[kind]]
    return {
        name: period[name] for name in names if _is_within(period.get(name), _MOST, least=-_MOST)
    }


def _is_within(value: Any, most: float, *, least: float = 0) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and least <= value <= most

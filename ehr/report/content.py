"""The content of the report, without its layout: bands, statistics and goals from one summary."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ehr import summaries
from ehr.summaries import PERIOD_LENGTH
from ehr.units import MG_DL, MMOL_L, in_units
from kernel.clock import ZERO

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient and the clinic of a report. `units`: mg/dL or mmol/L; `timezone`: an IANA name."""

    full_name: str
    birth_date: str
    mrn: str
    clinic_name: str
    units: str
    timezone: str
    is_us: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """One part of the bar: fraction 0-1, the range in the clinic's units, and the goal in words."""

    label: str
    limits: str
    share: float
    goal: str
    color: str


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    value: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    period: tuple[datetime, datetime]
    bands: list[Band]
    lines: list[Line]
    note: str


# Consensus goals for most adults with diabetes: time in ranges (ADA Standards of Care).
_BANDS = (
    ("Very high", "VeryHigh", "above {high2}", "less than 5%", "#8c65d6"),
    ("High", "High", "{high1}–{high2}", "less than 25% with very high", "#bb9ae7"),
    ("In range", "Target", "{low1}–{high0}", "more than 70%", "#76d3a6"),
    ("Low", "Low", "{low2}–{low0}", "less than 4% with very low", "#fb9a9a"),
    ("Very low", "VeryLow", "below {low2}", "less than 1%", "#e8514f"),
)
_LIMITS = {
    MG_DL: {"high2": "250", "high1": "181", "high0": "180", "low1": "70", "low0": "69", "low2": "54"},
    MMOL_L: {
        "high2": "13.9", "high1": "10.1", "high0": "10.0", "low1": "3.9", "low0": "3.8", "low2": "3.0",
    },
}  # fmt: skip
SPARSE_CGM = "Too little CGM data in this period for percentages (more than 24 hours are needed)."
NO_DATA = "No readings in this period."


def sections(summary: Any, units: str) -> list[Section]:
    """CGM and BGM, each only if it has readable data."""
    result = []
    blocks = summaries.read(summary)
    for name, make in (("cgmStats", _cgm), ("bgmStats", _bgm)):
        stats = blocks[name]
        if stats.end > ZERO and stats.values is not None:
            result.append(make(stats.values, (stats.end - PERIOD_LENGTH, stats.end), units))
    return result


def _cgm(period: Values, span: tuple[datetime, datetime], units: str) -> Section:
    bands = _bands(period, units)
    lines = [
        Line("Mean glucose", _glucose(period.get("averageGlucoseMmol"), units)),
        Line(
            "Glucose management indicator (GMI)",
            _decimal(period.get("glucoseManagementIndicator"), 1, "%"),
            "less than 7%",
        ),
        Line("Standard deviation", _glucose(period.get("standardDeviation"), units)),
        Line(
            "Coefficient of variation",
            _percent(period.get("coefficientOfVariation")),
            "36% or less",
        ),
        Line("Time sensor active", _percent(period.get("timeCGMUsePercent")), "more than 70%"),
        Line("Days with data", f"{_count(period, 'daysWithData')} of 14"),
        Line("Hours with data", f"{_count(period, 'hoursWithData')} of 336"),
    ]
    note = "" if bands else SPARSE_CGM
    return Section("Continuous glucose monitor (CGM): time in ranges", span, bands, lines, note)


def _bgm(period: Values, span: tuple[datetime, datetime], units: str) -> Section:
    bands = [replace(band, goal="") for band in _bands(period, units)]  # goals are for CGM
    lines = [
        Line("Mean glucose", _glucose(period.get("averageGlucoseMmol"), units)),
        Line("Standard deviation", _glucose(period.get("standardDeviation"), units)),
        Line("Coefficient of variation", _percent(period.get("coefficientOfVariation"))),
        Line("Lowest / highest reading", _extremes(period, units)),
        Line("Readings", str(_count(period, "totalRecords"))),
        Line("Readings per day", _decimal(period.get("averageDailyRecords"), 1)),
        Line("Readings very low / very high", _counts(period)),
        Line("Days with readings", f"{_count(period, 'daysWithData')} of 14"),
    ]
    note = "" if bands else NO_DATA
    return Section("Fingerstick meter (BGM): share of readings", span, bands, lines, note)


def _bands(period: Values, units: str) -> list[Band]:
    shares = {field: period.get(f"timeIn{field}Percent") for _, field, *_ in _BANDS}
    if None in shares.values():
        return []
    limits = _LIMITS.get(units, _LIMITS[MMOL_L])
    return [
        Band(label, f"{text.format(**limits)} {units}", float(shares[field] or 0), goal, color)
        for label, field, text, goal, color in _BANDS
    ]


def _glucose(value: float | None, units: str) -> str:
    if value is None:
        return "–"
    digits = 0 if units == MG_DL else 1
    return f"{in_units(value, units):.{digits}f} {units}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f}%"


def _decimal(value: float | None, digits: int, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def _count(period: Values, name: str) -> int:
    return int(period.get(name) or 0)


def _extremes(period: Values, units: str) -> str:
    if not period.get("totalRecords"):
        return "–"
    return f"{_glucose(period.get('min'), units)} / {_glucose(period.get('max'), units)}"


def _counts(period: Values) -> str:
    low, high = period.get("timeInVeryLowRecords"), period.get("timeInVeryHighRecords")
    return "–" if low is None or high is None else f"{int(low)} / {int(high)}"

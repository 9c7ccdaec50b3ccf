"""Goals for adults, older or high-risk adults and pregnancy, by the patient's glycemic range.

Sources. Shares of time: the international consensus on time in range (Battelino et al., Diabetes Care 2019;42:1593),
which the American Diabetes Association repeats in its Standards of Care in Diabetes: section 6 (glycemic goals),
13 (older adults) and 15 (pregnancy). GMI by the A1C goals there: below 7%, for older adults in complex health below
8%. Variability (36% or less) and sensor use (70% or more of the time): the same consensus. For pregnancy with type 2
or gestational diabetes it names the range and no share, because the evidence is small; GMI is not a measure for
pregnancy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Any

from ehr.units import MG_DL, MG_DL_PER_MMOL_L, MMOL_L
from patients import glycemic_ranges
from patients.choices import RangePreset

# What the summary counts, in mmol/L; the names are those of its shares.
BANDS = {
    "VeryLow": (0.0, 3.0),
    "Low": (3.0, 3.9),
    "Target": (3.9, 10.0),
    "High": (10.0, 13.9),
    "VeryHigh": (13.9, inf),
}
_EDGES = (3.0, 3.9, 10.0, 13.9)
_SAME = 0.03  # mmol/L; 70 mg/dL is 3.886 mmol/L and means 3.9
MOST_SPANS = 8


class State(StrEnum):
    MET = "met"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for a number as it is shown: what a reader sees is what is judged."""

    words: str
    limit: float
    is_floor: bool
    is_limit_met: bool

    def state(self, least: float, most: float | None = None) -> State:
        """`least` and `most`: what is known of the number; the same, where it is known exactly."""
        is_met = [self._is_met(value) for value in (least, least if most is None else most)]
        if all(is_met):
            return State.MET
        return State.OPEN if any(is_met) else State.MISSED

    def _is_met(self, value: float) -> bool:
        if value == self.limit:
            return self.is_limit_met
        return (value > self.limit) is self.is_floor


def less_than(percent: float) -> Goal:
    return Goal(f"less than {percent}%", percent, is_floor=False, is_limit_met=False)


def more_than(percent: float) -> Goal:
    return Goal(f"more than {percent}%", percent, is_floor=True, is_limit_met=False)


def at_most(percent: float) -> Goal:
    return Goal(f"{percent}% or less", percent, is_floor=False, is_limit_met=True)


def at_least(percent: float) -> Goal:
    return Goal(f"{percent}% or more", percent, is_floor=True, is_limit_met=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A range that the summary does not count itself. `limits`: in words, by units."""

    name: str
    low: float
    high: float
    limits: Mapping[str, str]
    goal: Goal | None = None

    def known(self, shares: Mapping[str, float]) -> tuple[float, float]:
        """The least and the most share that it can have: the bands inside it, and those that it overlaps."""
        least = most = 0.0
        for band, (low, high) in BANDS.items():
            if self.low <= low and high <= self.high:
                least += shares[band]
            if self.low < high and low < self.high:
                most += shares[band]
        return least, most


@dataclass(frozen=True, slots=True)
class Goals:
    """`shares`: by the summary's ranges, AnyLow and AnyHigh included."""

    audience: str
    note: str
    shares: Mapping[str, Goal] = field(default_factory=dict)
    gmi: Goal | None = None
    variability: Goal | None = None
    spans: tuple[Span, ...] = ()


_SOURCE = "(international consensus on time in range; ADA Standards of Care). A patient's own goals may differ."
USE = at_least(70)
STANDARD = Goals(
    "Most adults",
    f"Goals are those for most nonpregnant adults {_SOURCE}",
    {
        "VeryHigh": less_than(5),
        "AnyHigh": less_than(25),
        "Target": more_than(70),
        "AnyLow": less_than(4),
        "VeryLow": less_than(1),
    },
    gmi=less_than(7),
    variability=at_most(36),
)
HIGH_RISK = Goals(
    "Older or high-risk adults",
    f"Goals are those for older or high-risk adults {_SOURCE}",
    {
        "VeryHigh": less_than(10),
        "AnyHigh": less_than(50),
        "Target": more_than(50),
        "AnyLow": less_than(1),
    },
    gmi=less_than(8),
    variability=at_most(36),
)
_BELOW_PREGNANCY = {MG_DL: "below 63 mg/dL", MMOL_L: "below 3.5 mmol/L"}
_IN_PREGNANCY = {MG_DL: "63–140 mg/dL", MMOL_L: "3.5–7.8 mmol/L"}
_ABOVE_PREGNANCY = {MG_DL: "above 140 mg/dL", MMOL_L: "above 7.8 mmol/L"}
_COUNTED = (
    "The summary counts the ranges of nonpregnant adults, so shares of the pregnancy range are known "
    "within limits only."
)
PREGNANCY_TYPE_1 = Goals(
    "Pregnancy, type 1",
    f"Goals are those for pregnancy with type 1 diabetes {_SOURCE} {_COUNTED}",
    {"VeryLow": less_than(1)},
    spans=(
        Span("Above range", 7.8, inf, _ABOVE_PREGNANCY, less_than(25)),
        Span("In range", 3.5, 7.8, _IN_PREGNANCY, more_than(70)),
        Span("Below range", 0.0, 3.5, _BELOW_PREGNANCY, less_than(4)),
    ),
)
PREGNANCY_TYPE_2 = Goals(
    "Pregnancy, type 2 or gestational",
    "For pregnancy with type 2 or gestational diabetes the international consensus on time in range and the ADA "
    f"Standards of Care name a range, and no goals for the time in it. {_COUNTED}",
    spans=(
        Span("Above range", 7.8, inf, _ABOVE_PREGNANCY),
        Span("In range", 3.5, 7.8, _IN_PREGNANCY),
        Span("Below range", 0.0, 3.5, _BELOW_PREGNANCY),
    ),
)
_PRESETS = {
    RangePreset.STANDARD: STANDARD,
    RangePreset.HIGH_RISK: HIGH_RISK,
    RangePreset.PREGNANCY_TYPE_1: PREGNANCY_TYPE_1,
    RangePreset.PREGNANCY_TYPE_2: PREGNANCY_TYPE_2,
}


def for_ranges(stored: Any) -> Goals:
    """The goals that fit a patient's stored glycemic ranges; the standard ones where none can be read."""
    shown = _shown(stored)
    if shown is None:
        return STANDARD
    if shown["type"] == "preset":
        return _PRESETS[RangePreset(shown["preset"])]
    return _custom(shown["custom"])


def _shown(stored: Any) -> dict[str, Any] | None:
    try:
        return glycemic_ranges.shown(stored)
    except (AttributeError, TypeError, KeyError, ValueError):
        return None


def _custom(custom: Mapping[str, Any]) -> Goals:
    """A range of one's own has no consensus goals; only what lies in it is said."""
    spans: list[Span] = []
    low, below = 0.0, ""
    for item in custom["thresholds"][:MOST_SPANS]:
        bound = item["upperBound"]
        high, edge = _mmol(bound), f"{bound['value']:g} {bound['units']}"
        if high > low:
            words = f"{below} to {edge}" if below else f"below {edge}"
            spans.append(Span(item["name"], low, high, {MG_DL: words, MMOL_L: words}))
            low, below = high, edge
    if below:
        spans.append(Span("", low, inf, dict.fromkeys((MG_DL, MMOL_L), f"above {below}")))
    return Goals(
        f"Own range: {custom['name']}" if custom["name"] else "Own range",
        "This patient has a range of their own, for which there are no consensus goals. The summary counts the "
        "standard ranges, so shares of the patient's range are known within limits only.",
        variability=at_most(36),
        spans=tuple(reversed(spans)),
    )


def _mmol(bound: Mapping[str, Any]) -> float:
    value = bound["value"] / (MG_DL_PER_MMOL_L if bound["units"] == MG_DL else 1)
    return next((edge for edge in _EDGES if abs(edge - value) <= _SAME), value)

"""The content of the report, without its layout: cards, bar, periods and goals from one summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ehr import summaries
from ehr.report.figures import AVERAGE, COUNT, GMI, PERCENT, UNKNOWN, Figure, glucose
from ehr.report.goals import BANDS, STANDARD, USE, Goal, Goals, Span, State
from ehr.summaries import CGM, PERIOD, PERIODS
from ehr.units import MG_DL, MMOL_L
from kernel.clock import ZERO

Values = Mapping[str, float]

# A sign and a word, so that nothing depends on colour.
VERDICTS = {State.MET: "✔ Met", State.MISSED: "⚠ Missed", State.OPEN: UNKNOWN}
SPARSE_CGM = "Too little CGM data in this period for percentages (more than 24 hours are needed)."
NO_DATA = "No readings in this period."
NARROW = 0.06  # a part of the bar thinner than this has no room for its number
_COLORS = {
    "VeryHigh": "#b79bec",
    "High": "#d6c3f5",
    "Target": "#8fdcb5",
    "Low": "#fbb4b4",
    "VeryLow": "#f0807e",
}
_LIMITS = {
    MG_DL: {
        "VeryHigh": "above 250 mg/dL",
        "High": "181–250 mg/dL",
        "AnyHigh": "above 180 mg/dL",
        "Target": "70–180 mg/dL",
        "AnyLow": "below 70 mg/dL",
        "Low": "54–69 mg/dL",
        "VeryLow": "below 54 mg/dL",
    },
    MMOL_L: {
        "VeryHigh": "above 13.9 mmol/L",
        "High": "10.1–13.9 mmol/L",
        "AnyHigh": "above 10.0 mmol/L",
        "Target": "3.9–10.0 mmol/L",
        "AnyLow": "below 3.9 mmol/L",
        "Low": "3.0–3.8 mmol/L",
        "VeryLow": "below 3.0 mmol/L",
    },
}
# From high to low: the bands and, in between, what two of them are together.
_RANGES = {
    "AnyHigh": ("All high", ("VeryHigh", "High")),
    "VeryHigh": ("Very high", ("VeryHigh",)),
    "High": ("High", ("High",)),
    "Target": ("In range", ("Target",)),
    "Low": ("Low", ("Low",)),
    "VeryLow": ("Very low", ("VeryLow",)),
    "AnyLow": ("All low", ("Low", "VeryLow")),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State = State.OPEN
    words: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    label: str
    value: str
    unit: str = ""
    goal: str = ""
    verdict: Verdict = field(default_factory=Verdict)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bar; `words` is empty where there is no room for them."""

    share: float
    words: str
    color: str


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic: value and change of each period, and the goal for fourteen days."""

    label: str
    periods: list[tuple[str, str]]
    limits: str = ""
    color: str = ""
    goal: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    strong: bool = False


@dataclass(frozen=True, slots=True)
class SpanRow:
    label: str
    known: str
    goal: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Section:
    """`measure`: what the shares are shares of."""

    title: str
    measure: str
    end: datetime
    cards: list[Card]
    bar: list[Part]
    rows: list[Row]
    spans: list[SpanRow]
    note: str


def sections(summary: Any, units: str, fitting: Goals = STANDARD) -> list[Section]:
    """CGM and BGM, each only if it has readable data of the last fourteen days."""
    result = []
    for kind, stats in summaries.read(summary).items():
        if stats.end > ZERO and stats.values is not None:
            periods = summaries.read_periods(summary, kind)
            make = _cgm if kind == CGM else _bgm
            result.append(make(_Statistics(periods, units), stats.end, fitting))
    return result


@dataclass(frozen=True, slots=True)
class _Statistics:
    """The four periods of CGM or BGM, in the clinic's units."""

    periods: Mapping[str, Values]
    units: str

    @property
    def now(self) -> Values:
        return self.periods[PERIOD]

    @property
    def shares(self) -> Values | None:
        """By band; None unless all are known."""
        shares = {band: self.now.get(f"timeIn{band}Percent") for band in BANDS}
        return None if None in shares.values() else shares  # type: ignore[return-value]

    @property
    def glucose(self) -> Figure:
        return glucose(self.units)

    def row(
        self, label: str, figure: Figure, *fields: str, goal: Goal | None = None, **style: Any
    ) -> Row:
        changes = [f"{name}Delta" for name in fields]
        cells = [
            (figure.text(_sum(values, fields)), figure.change(_sum(values, changes)))
            for values in self.periods.values()
        ]
        value = _sum(self.now, fields)
        state = goal.state(figure.number(value)) if goal and value is not None else State.OPEN
        words = goal.words if goal else ""
        return Row(label, cells, goal=words, verdict=_verdict(goal, state), **style)

    def ranges(self, fitting: Goals) -> list[Row]:
        limits = _LIMITS[self.units]
        return [
            self.row(
                label,
                PERCENT,
                *(f"timeIn{band}Percent" for band in bands),
                goal=fitting.shares.get(name),
                limits=limits[name],
                color=_COLORS.get(name, ""),
                strong=name == "Target",
            )
            for name, (label, bands) in _RANGES.items()
        ]

    def bar(self) -> list[Part]:
        """Low on the left, high on the right, as on a number line."""
        if self.shares is None:
            return []
        total = sum(self.shares.values())
        return [
            Part(share, PERCENT.text(share) if share >= NARROW * total else "", _COLORS[band])
            for band, share in self.shares.items()
            if share > 0
        ]

    def spans(self, spans: tuple[Span, ...]) -> list[SpanRow]:
        shares = self.shares
        return [] if shares is None else [self._span(span, shares) for span in spans]

    def _span(self, span: Span, shares: Values) -> SpanRow:
        least, most = span.known(shares)
        known = _within(least, most)
        goal = span.goal
        state = goal.state(PERCENT.number(least), PERCENT.number(most)) if goal else State.OPEN
        limits = span.limits[self.units]
        label = f"{span.name}: {limits}" if span.name else limits.capitalize()
        return SpanRow(label, known, goal.words if goal else UNKNOWN, _verdict(goal, state))


def _cgm(statistics: _Statistics, end: datetime, fitting: Goals) -> Section:
    row, units = statistics.row, statistics.units
    ranges = statistics.ranges(fitting)
    mean = row(f"Mean glucose, {units}", statistics.glucose, "averageGlucoseMmol")
    gmi = row("Glucose management indicator", GMI, "glucoseManagementIndicator", goal=fitting.gmi)
    rows = [
        *ranges,
        mean,
        gmi,
        row(f"Standard deviation, {units}", statistics.glucose, "standardDeviation"),
        row(
            "Coefficient of variation",
            PERCENT,
            "coefficientOfVariation",
            goal=fitting.variability,
        ),
        row("Time sensor active", PERCENT, "timeCGMUsePercent", goal=USE),
        row("Days with data", COUNT, "daysWithData"),
        row("Hours with data", COUNT, "hoursWithData"),
    ]
    bar = statistics.bar()
    cards = [
        _card("Time in range", _named(ranges, "Target"), _LIMITS[units]["Target"]),
        _card("Glucose management indicator (GMI)", gmi),
        _card("Mean glucose", mean, units),
    ]
    return Section(
        "Continuous glucose monitor (CGM)", "Share of time", end, cards, bar, rows,
        statistics.spans(fitting.spans), "" if bar else SPARSE_CGM,
    )  # fmt: skip


def _bgm(statistics: _Statistics, end: datetime, _: Goals) -> Section:
    """Without goals: those of the consensus are for CGM."""
    row, units = statistics.row, statistics.units
    ranges = statistics.ranges(Goals("", ""))
    mean = row(f"Mean glucose, {units}", statistics.glucose, "averageGlucoseMmol")
    daily = row("Readings per day", AVERAGE, "averageDailyRecords")
    rows = [
        *ranges,
        mean,
        row(f"Standard deviation, {units}", statistics.glucose, "standardDeviation"),
        row("Coefficient of variation", PERCENT, "coefficientOfVariation"),
        row(f"Lowest reading, {units}", statistics.glucose, "min"),
        row(f"Highest reading, {units}", statistics.glucose, "max"),
        row("Readings", COUNT, "totalRecords"),
        daily,
        row("Readings very low", COUNT, "timeInVeryLowRecords"),
        row("Readings very high", COUNT, "timeInVeryHighRecords"),
        row("Days with readings", COUNT, "daysWithData"),
    ]
    bar = statistics.bar()
    cards = [
        _card("Readings in range", _named(ranges, "Target"), _LIMITS[units]["Target"]),
        _card("Mean glucose", mean, units),
        _card("Readings per day", daily),
    ]
    return Section(
        "Fingerstick meter (BGM)", "Share of readings", end, cards, bar, rows, [],
        "" if bar else NO_DATA,
    )  # fmt: skip


def _within(least: float, most: float) -> str:
    if least == most:
        return PERCENT.text(least)
    if least == 0:
        return f"at most {PERCENT.text(most)}"
    return f"between {PERCENT.text(least)} and {PERCENT.text(most)}"


def _named(ranges: list[Row], name: str) -> Row:
    return ranges[list(_RANGES).index(name)]


def _card(label: str, row: Row, unit: str = "") -> Card:
    value, _ = row.periods[list(PERIODS).index(PERIOD)]
    return Card(label, value, unit, row.goal, row.verdict)


def _verdict(goal: Goal | None, state: State) -> Verdict:
    return Verdict(state, VERDICTS[state] if goal else "")


def _sum(values: Values, names: Any) -> float | None:
    """None unless all are known."""
    found = [values.get(name) for name in names]
    return None if None in found else sum(found)  # type: ignore[arg-type]

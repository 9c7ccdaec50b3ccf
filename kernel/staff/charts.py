"""Small charts as SVG, made on the server: bars for days, stacked. A table with the same numbers is beside each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.daily import Number, Series

STEP, WIDTH, HEIGHT = 10, 8, 48  # of one day, in units of the picture
Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Day:
    """`values` are in the order of the series; None where nothing was kept."""

    day: datetime
    values: list[int] | None


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    number: Number
    days: list[Day]  # oldest first

    @property
    def width(self) -> int:
        return STEP * len(self.days)

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def most(self) -> int:
        return max((sum(day.values) for day in self.days if day.values), default=0)

    @property
    def bars(self) -> list[Bar]:
        return [bar for position, day in enumerate(self.days) for bar in self._stack(position, day)]

    def _stack(self, position: int, day: Day) -> list[Bar]:
        bars, top = [], float(HEIGHT)
        for series, value in zip(self.number.series, day.values or [], strict=False):
            height = round(HEIGHT * value / (self.most or 1), 2)
            top = round(top - height, 2)
            if height:
                bars.append(Bar(STEP * position + 1, top, height, series.kind))
        return bars

    @property
    def totals(self) -> list[tuple[Series, int]]:
        """The sum of these days; of a state the newest number."""
        known = [day.values for day in self.days if day.values]
        shown = known[-1:] if self.number.is_state else known
        return [
            (series, sum(values[place] for values in shown))
            for place, series in enumerate(self.number.series)
        ]

    @property
    def label(self) -> str:
        """What the picture shows, for those who do not see it."""
        parts = ", ".join(f"{total} {series.words}" for series, total in self.totals)
        return f"{self.number.title}, by day: {parts}; at most {self.most} on a day"

    @property
    def rows(self) -> list[tuple[datetime, Sequence[int | str]]]:
        """The table: newest first."""
        gap = ["—"] * len(self.number.series)
        return [(day.day, day.values or gap) for day in reversed(self.days)]


def chart(number: Number, days: Sequence[datetime], kept: Mapping[datetime, Values]) -> Chart:
    return Chart(number, [Day(day, _values(number, kept.get(day))) for day in days])


def _values(number: Number, kept: Values | None) -> list[int] | None:
    return None if kept is None else [kept.get(series.name, 0) for series in number.series]

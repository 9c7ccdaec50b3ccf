"""Numbers as the report shows them. What a reader sees is what is compared with a goal."""

from collections.abc import Callable
from dataclasses import dataclass

from ehr.units import MG_DL, in_units

UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    digits: int
    unit: str = ""
    convert: Callable[[float], float] = float

    def number(self, value: float) -> float:
        return round(self.convert(value), self.digits)

    def text(self, value: float | None) -> str:
        """A value that would round to zero is shown as less than the least."""
        if value is None:
            return UNKNOWN
        number = self.number(value)
        if number == 0 < value:
            return f"<{10**-self.digits:g}{self.unit}"
        return f"{number:.{self.digits}f}{self.unit}"

    def change(self, value: float | None) -> str:
        if value is None:
            return UNKNOWN
        number = self.number(value)
        return f"{number:+.{self.digits}f}" if number else "±0"


PERCENT = Figure(1, "%", lambda share: share * 100)
GMI = Figure(1, "%")
COUNT = Figure(0)
AVERAGE = Figure(1)


def glucose(units: str) -> Figure:
    return Figure(0 if units == MG_DL else 1, convert=lambda value: in_units(value, units))

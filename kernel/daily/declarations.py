"""What is counted of each day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

# From the beginning of a day to its end: a number for each stored name.
Count = Callable[[datetime, datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Series:
    """`name` is stored; others are left out. `kind` is the colour, which says nothing that the words do not."""

    name: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Number:
    """One chart. `needs` is the permission to see it, `page` the name of the page that it leads to.

    `count` is None for what is added as it happens. `is_state`: only the present can be counted, so a day has what
    was true at its end.
    """

    name: str
    title: str
    needs: str
    page: str
    series: tuple[Series, ...]
    count: Count | None = None
    is_state: bool = False


DECLARED: dict[str, Number] = {}


def declare(number: Number) -> None:
    DECLARED[number.name] = number

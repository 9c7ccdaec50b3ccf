"""One table of the statistics of a summary period, from which parameters, schemas, sorts and field paths follow.

A summary has a CGM and a BGM part, each with periods (`1d`, `7d`, `14d`, `30d`). Percentages are fractions 0-1,
glucose is in mmol/L. Every statistic has a `…Delta` beside it: the difference to the period before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

KINDS = ("cgm", "bgm")
PERIODS = ("1d", "7d", "14d", "30d")
DEFAULT_PERIOD = "14d"
BANDS = (
    "VeryLow",
    "AnyLow",
    "Low",
    "Target",
    "High",
    "VeryHigh",
    "ExtremeHigh",
    "AnyHigh",
)
DATES = ("lastUploadDate", "lastData", "firstData", "outdatedSince")
DATE_FLAGS = ("hasFirstData", "hasLastData", "hasLastUploadDate", "hasOutdatedSince")


@dataclass(frozen=True, slots=True)
class Statistic:
    """`flagged`: a boolean `has<Name>` says whether there is a value. `always`: there is one in every period."""

    name: str
    whole: bool
    flagged: bool = True
    always: bool = False
    may_filter: bool = True
    may_sort: bool = True
    whole_delta_filter: bool | None = None

    @property
    def delta(self) -> str:
        return f"{self.name}Delta"

    @property
    def flag(self) -> str:
        return flag_of(self.name)


@cache
def flag_of(name: str) -> str:
    return f"has{name[0].upper()}{name[1:]}"


def _bands(unit: str, *, whole: bool, unfiltered: tuple[str, ...] = ()) -> Iterator[Statistic]:
    return (
        Statistic(f"timeIn{band}{unit}", whole=whole, may_filter=band not in unfiltered)
        for band in BANDS
    )


CGM: tuple[Statistic, ...] = tuple(
    chain(
        (
            Statistic("max", whole=False, flagged=False, always=True),
            Statistic("min", whole=False, flagged=False, always=True),
            Statistic("averageGlucoseMmol", whole=False),
            Statistic("glucoseManagementIndicator", whole=False),
            Statistic("timeCGMUsePercent", whole=False),
        ),
        _bands("Percent", whole=False),
        (Statistic("timeCGMUseMinutes", whole=True, may_sort=False),),
        _bands("Minutes", whole=True),
        (Statistic("timeCGMUseRecords", whole=True, may_sort=False),),
        _bands("Records", whole=True, unfiltered=("ExtremeHigh",)),
        (
            Statistic("averageDailyRecords", whole=False),
            Statistic("totalRecords", whole=True),
            Statistic("hoursWithData", whole=True, flagged=False, always=True),
            Statistic("daysWithData", whole=True, flagged=False, always=True),
            Statistic("standardDeviation", whole=False, flagged=False, always=True),
            Statistic("coefficientOfVariation", whole=False, flagged=False, always=True),
        ),
    )
)
BGM: tuple[Statistic, ...] = tuple(
    chain(
        (
            Statistic("max", whole=False, flagged=False, always=True),
            Statistic("min", whole=False, flagged=False, always=True),
            Statistic("averageGlucoseMmol", whole=False),
        ),
        _bands("Percent", whole=False),
        _bands("Records", whole=True, unfiltered=("ExtremeHigh",)),
        (
            # The contract types the filter on this delta as a whole number.
            Statistic("averageDailyRecords", whole=False, whole_delta_filter=True),
            Statistic("totalRecords", whole=True),
            Statistic(
                "daysWithData",
                whole=True,
                flagged=False,
                always=True,
                may_filter=False,
                may_sort=False,
            ),
            Statistic("standardDeviation", whole=False, flagged=False, may_filter=False),
            Statistic("coefficientOfVariation", whole=False, flagged=False, may_filter=False),
        ),
    )
)
# What the web app sorts by: each has an index for each period.
ORDERED = {
    "cgm": ("glucoseManagementIndicator",),
    "bgm": ("averageGlucoseMmol", "timeInVeryLowRecords", "timeInVeryHighRecords"),
}
TABLE = {"cgm": CGM, "bgm": BGM}


def part(kind: str) -> str:
    """The path of this kind of summary in a document."""
    return f"summary.{kind}Stats"


def date_path(kind: str, name: str) -> str:
    return f"{part(kind)}.dates.{name}"


def path(kind: str, period: str, name: str) -> str:
    return f"{part(kind)}.periods.{period}.{name}"


def filter_parameters() -> Iterator[tuple[str, str, str, bool]]:
    """(parameter, kind, field, takes whole numbers only), in the contract's order."""
    for kind, table in TABLE.items():
        for entry in table:
            if entry.may_filter:
                yield f"{kind}.{entry.name}", kind, entry.name, entry.whole
    for kind, table in TABLE.items():
        for entry in table:
            if entry.may_filter:
                whole = (
                    entry.whole if entry.whole_delta_filter is None else entry.whole_delta_filter
                )
                yield f"{kind}.{entry.delta}", kind, entry.delta, whole


def sortable(kind: str) -> dict[str, str | None]:
    """Sortable fields of a period -> the flag that says whether there is a value, if one exists."""
    flags: dict[str, str | None] = {}
    for entry in TABLE[kind]:
        if entry.may_sort:
            flags[entry.name] = entry.flag if entry.flagged else None
            flags[entry.delta] = None
    return flags

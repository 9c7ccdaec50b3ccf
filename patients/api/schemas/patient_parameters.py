"""Query parameters of the patient list, most of them made from the table of statistics."""

from kernel.api import schema as s
from kernel.api.parameters import LIMIT, OFFSET, Parameter
from patients import statistics

FLOAT_FILTER = s.component(
    "FloatFilter",
    s.string(
        pattern=r"^(>=|>|<=|<)[+-]?((\d+(\.\d*)?)|(\.\d+))$",
        description="A comparison and a number, such as `<0.7`.",
    ),
)
INT_FILTER = s.component(
    "IntFilter",
    s.string(
        pattern=r"^(>=|>|<=|<)[+-]?\d+$",
        description="A comparison and a whole number, such as `>=3`.",
    ),
)
SEARCH = Parameter(
    "search",
    s.search(),
    description="Words, in any order: each is a part of the name, email, MRN or birth date. Letter case and accents do "
    "not count.",
)
SORT = Parameter(
    "sort",
    s.string(pattern=r"(?:-|\+)(?:[a-zA-Z]|_)+"),
    description="`+` (written `%2B` in an address) or `-`, and an attribute.",
)
PERIOD_PATTERN = "^(1d|7d|14d|30d)$"
_IDS = s.array(s.string(format="^[a-f0-9]{24}$"))


def _dates(kind: str) -> tuple[Parameter, Parameter]:
    words = f"Last {kind.upper()} data at or after this time.", "Last data before this time."
    return (
        Parameter(f"{kind}.lastDataFrom", s.date_time(), description=words[0]),
        Parameter(f"{kind}.lastDataTo", s.date_time(), description=words[1]),
    )


def _statistics() -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name,
            s.ref("IntFilter" if whole else "FloatFilter"),
            description="Patients whose value in the period fits; without a value none does.",
        )
        for name, _, _, whole in statistics.filter_parameters()
    )


LIST_PARAMETERS = (
    SEARCH,
    OFFSET,
    LIMIT,
    SORT,
    Parameter(
        "sortType",
        s.string(pattern="^(cgm|bgm)$"),
        description="The statistics that `sort` refers to.",
    ),
    Parameter(
        "period",
        s.string(pattern=PERIOD_PATTERN),
        description="The period that sorts and filters use; 14d when absent.",
    ),
    Parameter("lastReviewed", s.date_time(), description="Reviewed at or before this time."),
    *_statistics(),
    *_dates("cgm"),
    *_dates("bgm"),
    Parameter("tags", _IDS, description="Patients with all of these tags; `_`: without any."),
    Parameter("sites", _IDS, description="Patients of any of these sites; `_`: of none."),
    Parameter(
        "omitNonStandardRanges",
        s.boolean(),
        description="Only patients who aim for the ADA standard ranges.",
    ),
)

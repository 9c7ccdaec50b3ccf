"""Query parameters of the patient list, most of them made from the table of statistics."""

from kernel.api import schema as s
from kernel.api.parameters import LIMIT, OFFSET, Parameter
from patients import statistics
from patients.api.schemas import statistic_words

FLOAT_FILTER = s.component(
    "FloatFilter",
    s.string(
        pattern=r"^(>=|>|<=|<)[+-]?((\d+(\.\d*)?)|(\.\d+))$",
        description="A comparison and a number, such as `<0.7`. Who has no value does not match.",
    ),
)
INT_FILTER = s.component(
    "IntFilter",
    s.string(
        pattern=r"^(>=|>|<=|<)[+-]?\d+$",
        description="A comparison and a whole number, such as `>=3`. Who has no value does not match.",
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
    description="`+` (ascending, written `%2B` in an address) or `-` (descending), and an attribute: `fullName`, "
    "`birthDate`, `lastReviewed`, a date or a statistic of the summary, such as `-lastData`. Needs `sortType`. By "
    "name when absent.",
)
PERIOD_PATTERN = "^(1d|7d|14d|30d)$"
_IDS = s.array(s.string(format="^[a-f0-9]{24}$"))


def _dates(kind: str) -> tuple[Parameter, Parameter]:
    words = (
        f"Only patients whose newest {kind.upper()} reading is at or after this time.",
        f"Only patients whose newest {kind.upper()} reading is before this time.",
    )
    return (
        Parameter(f"{kind}.lastDataFrom", s.date_time(), description=words[0]),
        Parameter(f"{kind}.lastDataTo", s.date_time(), description=words[1]),
    )


def _statistics() -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name,
            s.ref("IntFilter" if whole else "FloatFilter"),
            description=statistic_words.comparison(name.partition(".")[2], is_whole=whole),
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
        description="Whose statistics `sort` refers to: `cgm` (sensors) or `bgm` (meters). Alone it has no effect.",
    ),
    Parameter(
        "period",
        s.string(pattern=PERIOD_PATTERN),
        description="The period that sorts and filters use, in days: `1d`, `7d`, `14d` (when absent) or `30d`.",
    ),
    Parameter(
        "lastReviewed",
        s.date_time(),
        description="Only patients whose newest review is at or before this time; patients without a review do not "
        "match.",
    ),
    *_statistics(),
    *_dates("cgm"),
    *_dates("bgm"),
    Parameter(
        "tags",
        _IDS,
        description="Only patients with all of these tags, ids separated by commas; `_`: without any.",
    ),
    Parameter(
        "sites",
        _IDS,
        description="Only patients of any of these sites, ids separated by commas; `_`: of none.",
    ),
    Parameter(
        "omitNonStandardRanges",
        s.boolean(),
        description="True: only patients with the preset `adaStandard` or without ranges. False has no effect.",
    ),
)

"""Query parameters of the patient list, most of them made from the table of statistics."""

from collections.abc import Iterable

from kernel.api import schema as s
from kernel.api.parameters import LIMIT, OFFSET, Parameter
from patients import statistics
from patients.api.schemas import statistic_words
from patients.api.schemas.patients import ISSUE_CAUSE
from patients.services import patient_lists

FLOAT_FILTER = s.component(
    "FloatFilter",
    s.string(
        pattern=r"^(>=|>|<=|<)[+-]?((\d+(\.\d*)?)|(\.\d+))$",
        description="A comparison and a number, such as `<0.7` or `>=10`. Who has no value does not match.",
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
SORTED_BY = {kind: patient_lists.attributes(kind) for kind in statistics.KINDS}


def _in_words() -> str:
    """What both kinds have is named once."""
    shared = [name for name in SORTED_BY["cgm"] if name in SORTED_BY["bgm"]]
    words = [f"Attributes: {_listed(shared)}."]
    for kind, names in SORTED_BY.items():
        own = [name for name in names if name not in shared]
        words += [f"Only for `{kind}`: {_listed(own)}."] if own else []
    return " ".join(words)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# No enumeration: generators name its values by their letters, and would find `+lastData` and `-lastData` to be one.
SORT = Parameter(
    "sort",
    {**s.string(pattern=r"(?:-|\+)(?:[a-zA-Z]|_)+"), "x-attributes": SORTED_BY},
    description="`+` (ascending, written `%2B` in an address) or `-` (descending), and an attribute, such as "
    f"`-lastData`. Needs `sortType`, whose attributes are in `x-attributes`. By name when absent. {_in_words()}",
)
PERIOD = s.component(
    "Period",
    s.string(
        enum=list(statistics.PERIODS), description="Length in days: `1d`, `7d`, `14d` or `30d`."
    ),
)
# Any text is taken, so neither a pattern of ids nor a format would be true.
_IDS = s.array(s.literal())
_ANY_TEXT = "Ids, separated by commas. A text that is no id does not count; such texts alone, as in `_`, mean"


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


_NARROWING = (
    SORT,
    Parameter(
        "sortType",
        s.component(
            "SortType",
            s.string(enum=list(statistics.KINDS), description="`cgm` (sensors) or `bgm` (meters)."),
        ),
        description="Whose statistics `sort` refers to: `cgm` (sensors) or `bgm` (meters). Needed with `sort`; alone "
        "it has no effect.",
    ),
    Parameter(
        "period",
        PERIOD,
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
        description=f"Only patients with all of these tags. {_ANY_TEXT} patients without any tag.",
    ),
    Parameter(
        "sites",
        _IDS,
        description=f"Only patients of any of these sites. {_ANY_TEXT} patients of no site.",
    ),
    Parameter(
        "connectionIssueCauses",
        s.array(ISSUE_CAUSE),
        description="Only patients whose connection issue has one of these causes, separated by commas, and is not "
        "hidden; with `onlyHiddenConnectionIssues`: and is hidden.",
    ),
    Parameter(
        "onlyHiddenConnectionIssues",
        s.boolean(),
        description="True: only patients whose connection issue is hidden. False is as good as absent.",
    ),
    Parameter(
        "omitNonStandardRanges",
        s.boolean(),
        description="True: only patients with the preset `adaStandard` or without ranges. False is as good as absent.",
    ),
)
LIST_PARAMETERS = (SEARCH, OFFSET, LIMIT, *_NARROWING)
EXPORT_PARAMETERS = (
    Parameter(
        "period",
        PERIOD,
        required=True,
        description="The period whose statistics are in the file, and that sorts and filters use, in days: `1d`, `7d`, "
        "`14d` or `30d`.",
    ),
    Parameter(
        "format",
        s.component(
            "PatientListFormat",
            s.string(enum=["csv", "xlsx"], description="`csv`, or `xlsx` for a workbook of Excel."),
        ),
        description="`csv` (when absent), or `xlsx` for a workbook of Excel.",
    ),
    SEARCH,
    *(parameter for parameter in _NARROWING if parameter.name != "period"),
)

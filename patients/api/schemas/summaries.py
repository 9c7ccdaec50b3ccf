"""Schemas of summaries, built from the table of statistics."""

from kernel.api import schema as s
from patients import statistics
from patients.api.schemas import statistic_words
from patients.statistics import Statistic

SUMMARY_ID = s.component(
    "summaryId.v1",
    s.string(
        min_length=0,
        max_length=24,
        pattern="^[a-f0-9]{0,24}$",
        description="Id of a summary; empty when there is none.",
    ),
)
_THRESHOLDS = {
    name: s.number(description=f"Glucose {words} counts as {band}, in mmol/L.")
    for name, words, band in (
        ("highGlucoseThreshold", "above it", "high"),
        ("veryHighGlucoseThreshold", "above it", "very high"),
        ("lowGlucoseThreshold", "below it", "low"),
        ("veryLowGlucoseThreshold", "below it", "very low"),
    )
}
_DATES = {
    "lastUploadDate": "When the patient uploaded last.",
    "lastData": "Time of the newest reading.",
    "firstData": "Time of the oldest reading that counts.",
    "outdatedSince": "Since when there are data that are not in the statistics; absent when there are none.",
}
_CONFIG_FIELDS = {
    "schemaVersion": s.number(description="Version of the calculation."),
    **_THRESHOLDS,
}
CONFIG = s.component(
    "summaryConfig.v1",
    s.obj(_CONFIG_FIELDS, required=list(_CONFIG_FIELDS), description="What it was made with."),
)


def _of_flag(flag: str) -> str:
    name = flag.removeprefix("has")
    return f"Whether there is a value of `{name[0].lower()}{name[1:]}`."


_REASONS = s.at_most(100, s.array(s.literal()))
DATES = s.component(
    "summaryDates.v1",
    s.obj(
        {
            **{name: s.boolean(description=_of_flag(name)) for name in statistics.DATE_FLAGS},
            **{name: s.date_time(description=_DATES[name]) for name in statistics.DATES},
            "lastUpdatedDate": s.date_time(description="When it was calculated."),
            "lastUpdatedReason": {**_REASONS, "description": "Why it was calculated."},
            "outdatedSinceLimit": s.date_time(
                description="`outdatedSince` does not move beyond it."
            ),
            "outdatedReason": {**_REASONS, "description": "Why it has to be calculated again."},
        },
        required=statistics.DATE_FLAGS,
        description="How old the data are and when they arrived.",
    ),
)


def _period(table: tuple[Statistic, ...], words: str) -> s.Schema:
    fields: dict[str, s.Schema] = {}
    required: list[str] = []
    for entry in table:
        for name in (entry.name, entry.delta):
            fields[name] = s.number(description=f"{statistic_words.value(name)}.")
        if entry.flagged:
            fields[entry.flag] = s.boolean(description=statistic_words.flag(entry))
            required.append(entry.flag)
        if entry.always:
            required += [entry.name, entry.delta]
    return s.obj(fields, required=required, description=words)


def _kind(kind: str, words: str) -> s.Schema:
    of_period = f"{words} One period. What is absent has no value, which does not mean zero."
    period = s.component(f"{kind}Period.v1", _period(statistics.TABLE[kind], of_period))
    periods = s.component(
        f"{kind}Periods.v1",
        s.at_most(
            20, s.obj(additional=period, description="By length in days: `1d`, `7d`, `14d`, `30d`.")
        ),
    )
    return s.component(
        f"{kind}Stats.v1",
        s.obj(
            {"id": SUMMARY_ID, "config": CONFIG, "dates": DATES, "periods": periods},
            description=f"{words} Without an `id` in a request it is ignored.",
        ),
    )


SUMMARY = s.component(
    "patientSummary.v1",
    s.obj(
        {
            "cgmStats": _kind("cgm", "Statistics of a continuous monitor (CGM)."),
            "bgmStats": _kind("bgm", "Statistics of a blood glucose meter (BGM)."),
        },
        description="Statistics of a patient's glucose data; a part is absent when there are none of its kind.",
    ),
)

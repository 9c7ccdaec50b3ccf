"""Schemas of summaries, built from the table of statistics."""

from kernel.api import schema as s
from patients import statistics
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
    name: s.number(description="In mmol/L.")
    for name in (
        "highGlucoseThreshold",
        "veryHighGlucoseThreshold",
        "lowGlucoseThreshold",
        "veryLowGlucoseThreshold",
    )
}
_CONFIG_FIELDS = {
    "schemaVersion": s.number(description="Version of the calculation."),
    **_THRESHOLDS,
}
CONFIG = s.component(
    "summaryConfig.v1",
    s.obj(_CONFIG_FIELDS, required=list(_CONFIG_FIELDS), description="What it was made with."),
)
_REASONS = s.at_most(100, s.array(s.literal()))
DATES = s.component(
    "summaryDates.v1",
    s.obj(
        {
            **{name: s.boolean() for name in statistics.DATE_FLAGS},
            **{name: s.date_time() for name in statistics.DATES},
            "lastUpdatedDate": s.date_time(description="When it was calculated."),
            "lastUpdatedReason": {**_REASONS, "description": "Why it was calculated."},
            "outdatedSinceLimit": s.date_time(),
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
        fields[entry.name] = s.number()
        fields[entry.delta] = s.number(description="Difference to the period before.")
        if entry.flagged:
            fields[entry.flag] = s.boolean()
            required.append(entry.flag)
        if entry.always:
            required += [entry.name, entry.delta]
    return s.obj(fields, required=required, description=words)


def _kind(kind: str, words: str) -> s.Schema:
    period = s.component(f"{kind}Period.v1", _period(statistics.TABLE[kind], words))
    periods = s.component(
        f"{kind}Periods.v1",
        s.at_most(20, s.obj(additional=period, description="By length: 1d, 7d, 14d, 30d.")),
    )
    return s.component(
        f"{kind}Stats.v1",
        s.obj({"id": SUMMARY_ID, "config": CONFIG, "dates": DATES, "periods": periods}),
    )


SUMMARY = s.component(
    "patientSummary.v1",
    s.obj(
        {
            "cgmStats": _kind("cgm", "Statistics of a continuous monitor over one period."),
            "bgmStats": _kind("bgm", "Statistics of a meter over one period."),
        },
        description="Statistics of a patient's glucose data.",
    ),
)

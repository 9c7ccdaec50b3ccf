"""Schemas of the TIDE report."""

from kernel.api import schema as s
from kernel.api.parameters import Parameter
from patients.api.schemas import statistic_words
from patients.api.schemas.patient_parameters import PERIOD
from patients.api.schemas.patients import DATA_SOURCE, REVIEW, TAG_IDS, USER_ID
from patients.services.tide import CATEGORIES, ROW_FIELDS

_LABEL = "Label of the category of this name: a comparison with a fraction from 0 to 1."
_BOUND = s.string(pattern=r"^(>=|>|<=|<)\d\.\d\d?$", description=_LABEL)
# The label of the drop carries a minus sign, which the contract's pattern has forgotten.
_NEGATIVE_BOUND = s.string(pattern=r"^(>=|>|<=|<)-?\d\.\d\d?$", description=_LABEL)
_LABELLED = (
    "timeCGMUsePercent",
    "timeInAnyLowPercent",
    "timeInExtremeHighPercent",
    "timeInHighPercent",
    "timeInTargetPercent",
    "timeInVeryHighPercent",
    "timeInVeryLowPercent",
)
_FILTERS = s.component(
    "tideFilters.v1",
    s.obj(
        {"dropInTimeInTargetPercent": _NEGATIVE_BOUND, **dict.fromkeys(_LABELLED, _BOUND)},
        description="Labels of five categories, the same ones whatever was asked for.",
    ),
)


def _threshold(words: str, number: float) -> s.Schema:
    return s.number(description=f"Glucose {words} this is what the name says, in mmol/L; {number}.")


_CONFIG_FIELDS = {
    "schemaVersion": s.number(description="Version of the report; 2."),
    "clinicId": s.ref("clinicId.v1"),
    "period": PERIOD,
    "lastDataCutoff": s.date_time(
        description="The time that was asked for, with the offset it was sent in."
    ),
    "highGlucoseThreshold": _threshold("above", 10),
    "veryHighGlucoseThreshold": _threshold("above", 13.9),
    "extremeHighGlucoseThreshold": _threshold("above", 19.4),
    "lowGlucoseThreshold": _threshold("below", 3.9),
    "veryLowGlucoseThreshold": _threshold("below", 3),
    "tags": TAG_IDS,
    "filters": _FILTERS,
}
_SITES = s.array(
    s.ref("objectId.v1"), description="The sites that were asked for; absent when none were."
)
_CONFIG = s.component(
    "tideConfig.v1",
    s.obj(
        {**_CONFIG_FIELDS, "sites": _SITES},
        required=[name for name in _CONFIG_FIELDS if name != "extremeHighGlucoseThreshold"],
        description="The parameters of the report.",
    ),
)
_PATIENT = s.component(
    "tidePatient.v1",
    s.obj(
        {
            "id": USER_ID,
            "email": s.email(description="Address of the account; absent when there is none."),
            "fullName": s.string(min_length=1, description="Name; absent when unknown."),
            "tags": TAG_IDS,
            "reviews": s.array(REVIEW, nullable=True, description="Newest first."),
            "dataSources": s.array(
                DATA_SOURCE, nullable=True, description="Null when none were ever named."
            ),
        },
        required=["id", "tags"],
        description="The patient of a row.",
    ),
)
_ROW = s.component(
    "tideResultPatient.v1",
    s.obj(
        {
            **{
                name: s.number(description=f"{statistic_words.value(name)}.") for name in ROW_FIELDS
            },
            "lastData": s.date_time(
                description="Time of the newest CGM reading; absent when there is none."
            ),
            "patient": _PATIENT,
        },
        required=["patient"],
        description="A patient with CGM statistics of the period; what is absent has no value.",
    ),
)
_RESULTS = s.component(
    "tideResults.v1",
    s.obj(
        additional=s.array(_ROW, description="Most urgent first."),
        description="Rows by category, and under `noData` patients without recent data. A category that was not "
        "reached, since there are 100 patients already, is absent.",
    ),
)
TIDE_RESPONSE = s.component(
    "tideResponse.v1",
    s.obj(
        {"config": _CONFIG, "results": _RESULTS},
        required=["config", "results"],
        description="The TIDE report.",
    ),
)
OBJECT_ID = s.ref("objectId.v1")
_CATEGORY = s.component(
    "TideCategory",
    s.string(enum=list(CATEGORIES), description="What brings a patient to the report."),
)
TIDE_PARAMETERS = (
    Parameter(
        "period",
        PERIOD,
        required=True,
        description="Length of the period in days: `1d`, `7d`, `14d` or `30d`.",
    ),
    Parameter(
        "tags",
        s.array(OBJECT_ID),
        description="Only patients with all of these tags, ids separated by commas. Any patient when absent or empty.",
        fallback=(),
        skips_empty=True,
    ),
    Parameter(
        "sites",
        s.array(OBJECT_ID),
        description="Only patients of any of these sites, ids separated by commas. Any patient when absent or empty.",
        fallback=(),
        skips_empty=True,
    ),
    Parameter(
        "lastDataCutoff",
        s.date_time(),
        required=True,
        description="Only patients with CGM data since then, itself included.",
    ),
    Parameter(
        "categories",
        s.at_most(100, s.array(_CATEGORY)),
        description="Categories, separated by commas, in this order: a patient is in the first that fits. Seven "
        "of them when absent.",
    ),
    Parameter(
        "excludeNoData", s.boolean(), description="True: without `noData`; with it when absent."
    ),
)

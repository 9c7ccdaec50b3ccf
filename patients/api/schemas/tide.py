"""Schemas of the TIDE report."""

from kernel.api import schema as s
from kernel.api.parameters import Parameter
from patients.api.schemas.patient_parameters import PERIOD_PATTERN
from patients.api.schemas.patients import DATA_SOURCE, REVIEW, TAG_ID, TAG_IDS, USER_ID
from patients.services.tide import CATEGORIES, ROW_FIELDS

_BOUND = s.string(pattern=r"^(>=|>|<=|<)\d\.\d\d?$")
# The label of the drop carries a minus sign, which the contract's pattern has forgotten.
_NEGATIVE_BOUND = s.string(pattern=r"^(>=|>|<=|<)-?\d\.\d\d?$")
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
        description="Labels of the categories.",
    ),
)
_CONFIG_FIELDS = {
    "schemaVersion": s.number(),
    "clinicId": s.ref("clinicId.v1"),
    "period": s.string(pattern=PERIOD_PATTERN),
    "lastDataCutoff": s.date_time(),
    "highGlucoseThreshold": s.number(),
    "veryHighGlucoseThreshold": s.number(),
    "extremeHighGlucoseThreshold": s.number(),
    "lowGlucoseThreshold": s.number(),
    "veryLowGlucoseThreshold": s.number(),
    "tags": TAG_IDS,
    "filters": _FILTERS,
}
_CONFIG = s.component(
    "tideConfig.v1",
    s.obj(
        _CONFIG_FIELDS,
        required=[name for name in _CONFIG_FIELDS if name != "extremeHighGlucoseThreshold"],
        description="The parameters of the report.",
    ),
)
_PATIENT = s.component(
    "tidePatient.v1",
    s.obj(
        {
            "id": USER_ID,
            "email": s.email(),
            "fullName": s.string(min_length=1),
            "tags": TAG_IDS,
            "reviews": s.array(REVIEW, nullable=True),
            "dataSources": s.array(DATA_SOURCE, nullable=True),
        },
        required=["id", "tags"],
    ),
)
_ROW = s.component(
    "tideResultPatient.v1",
    s.obj(
        {
            **{name: s.number() for name in ROW_FIELDS},
            "lastData": s.date_time(),
            "patient": _PATIENT,
        },
        required=["patient"],
    ),
)
_RESULTS = s.component("tideResults.v1", s.obj(additional=s.array(_ROW)))
TIDE_RESPONSE = s.component(
    "tideResponse.v1",
    s.obj({"config": _CONFIG, "results": _RESULTS}, required=["config", "results"]),
)
OBJECT_ID = s.component("objectId.v1", TAG_ID)
TIDE_PARAMETERS = (
    Parameter("period", s.string(pattern=PERIOD_PATTERN), required=True),
    Parameter(
        "tags",
        s.array(OBJECT_ID, min_items=1),
        required=True,
        description="Patients with all of these tags.",
    ),
    Parameter("lastDataCutoff", s.date_time(), required=True, description="Data since then."),
    Parameter(
        "categories",
        s.at_most(100, s.array(s.string(enum=list(CATEGORIES)))),
        description="Which categories, in this order.",
    ),
    Parameter("excludeNoData", s.boolean(), description="Leave out patients without recent data."),
)

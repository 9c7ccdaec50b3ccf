"""Schemas of patients and their parts."""

from kernel.api import schema as s
from patients import choices, fields
from patients.choices import DataProvider, DiagnosisType, SourceState
from patients.field_values import PROVIDERS
from patients.glycemic_ranges import PRESETS, UNITS

TAG_ID = s.object_id(min_length=24, max_length=24)
USER_ID = s.component("tidepooluserid", s.user_id(read_only=True, description="Id of an account."))
TAG_IDS = s.component(
    "patientTagIds.v1",
    s.array(
        {**TAG_ID, "readOnly": True},
        unique_items=True,
        nullable=True,
        description="Ids of the clinic's tags; null when there are none.",
    ),
)
_GRANT = s.obj()
PERMISSIONS = s.component(
    "patientPermissions.v1",
    s.obj(
        dict.fromkeys(("custodian", "view", "note", "upload"), _GRANT),
        description="A key that is present is granted.",
    ),
)
PERMISSION_NAME = s.string(enum=list(choices.PERMISSIONS))
REVIEW = s.component(
    "patientReview.v1",
    s.obj({"clinicianId": s.literal(), "time": s.date_time()}, required=["clinicianId", "time"]),
)
REVIEWS = s.component("patientReviews.v1", s.array(REVIEW, description="Newest first."))
PROVIDER_NAME = s.component("providerName.v1", s.name(min_length=1, max_length=100))
_TIME = s.component("datetime.v1", s.date_time())
DATA_SOURCE = s.component(
    "dataSource.v1",
    s.obj(
        {
            "state": s.string(enum=SourceState.values),
            "providerName": PROVIDER_NAME,
            "dataSourceId": {**TAG_ID, "readOnly": True},
            "modifiedTime": _TIME,
            "expirationTime": _TIME,
            "latestDataTime": _TIME,
        },
        required=["state", "providerName"],
        description="A device account that delivers the patient's data.",
    ),
)
DATA_SOURCES = s.component("dataSources.v1", s.at_most(fields.MOST_SOURCES, s.array(DATA_SOURCE)))
PROVIDER_ID = s.component("providerId.v1", s.string(enum=DataProvider.values))
_REQUEST = s.component(
    "providerConnectionRequest.v1",
    s.obj(
        {"createdTime": s.date_time(), "providerName": PROVIDER_ID},
        required=["createdTime", "providerName"],
    ),
)
s.component(
    "providerConnectionRequests.v1",
    s.obj(
        {name: s.array(_REQUEST) for name in PROVIDERS},
        required=[DataProvider.TWIIST.value, DataProvider.DEXCOM.value, DataProvider.ABBOTT.value],
        read_only=True,
        description="By provider, newest first.",
    ),
)

# --- glycemic ranges ------------------------------------------------------------------------------
_UPPER_BOUND = s.component(
    "glycemicRangesThresholdUpperBound.v1",
    s.obj(
        # In either unit: no meter shows more.
        {
            "value": s.between(0, 1000, s.number(format="float")),
            "units": s.string(enum=list(reversed(UNITS))),
        },
        required=["value", "units"],
    ),
)
_THRESHOLD = s.component(
    "glycemicRangesThreshold.v1",
    s.obj(
        {
            "name": s.name(min_length=1),
            "upperBound": _UPPER_BOUND,
            "inclusive": s.boolean(default=False),
        },
        required=["name", "upperBound"],
    ),
)
_CUSTOM = s.component(
    "glycemicRangesCustom.v1",
    s.obj(
        # The contract's length keywords are those of a string, so they limit nothing.
        {
            "name": s.name(min_length=1),
            "thresholds": s.at_most(20, s.array(_THRESHOLD, min_length=4, max_length=5)),
        },
        required=["name", "thresholds"],
    ),
)
_PRESET = s.component(
    "glycemicRangesPreset.v1", s.string(min_length=1, enum=list(PRESETS), default=PRESETS[0])
)
s.component(
    "glycemicRanges.v1",
    s.obj(
        {
            "type": s.string(enum=choices.RangeType.values, default=choices.RangeType.PRESET.value),
            "custom": _CUSTOM,
            "preset": _PRESET,
        },
        required=["type"],
        description="The ranges a patient aims for.",
    ),
)
s.component("diagnosisType.v1", s.string(enum=[*DiagnosisType.values, ""]))

# --- the patient ----------------------------------------------------------------------------------
PATIENT = s.component(
    "patient.v1",
    s.obj(
        fields.body_schemas(),
        required=fields.required_names(),
        description="A person as one clinic knows them.",
    ),
)
CREATE_PATIENT = s.component(
    "createPatient.v1",
    s.obj(
        {
            "permissions": PERMISSIONS,
            "isMigrated": s.boolean(),
            "legacyClinicianId": USER_ID,
            "attestationSubmitted": s.boolean(),
            **fields.user_schemas(),
        },
        description="An existing account that becomes a patient.",
    ),
)
PATIENTS = s.component("patients.v1", s.array(PATIENT))
META = s.component(
    "meta.v1",
    s.obj(
        {
            "count": s.integer(description="Patients that match."),
            "totalCount": s.integer(description="Patients of the clinic."),
        }
    ),
)
PATIENTS_RESPONSE = s.component("patientsResponse.v1", s.obj({"data": PATIENTS, "meta": META}))
RELATIONSHIPS = s.component(
    "patientClinicRelationships.v1",
    s.array(
        s.component(
            "patientClinicRelationship.v1",
            s.obj(
                {"patient": PATIENT, "clinic": s.ref("clinic.v1")}, required=["patient", "clinic"]
            ),
        )
    ),
)
USER_IDS = s.component(
    "tidepoolUserIds.v1",
    s.array(USER_ID, nullable=True, min_items=1, max_items=1000, unique_items=True),
)

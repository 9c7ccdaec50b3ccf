"""Schemas of patients and their parts."""

from clinic_records.choices import EhrProvider
from kernel.api import schema as s
from patients import choices, fields
from patients.choices import DataProvider, DiagnosisType, IssueCause, IssueSource, SourceState
from patients.field_values import PROVIDERS
from patients.glycemic_ranges import PRESETS, UNITS

TAG_ID = s.object_id(min_length=24, max_length=24)
USER_ID = s.component(
    "tidepooluserid",
    s.user_id(
        read_only=True,
        description="User id of an account: 10 hexadecimal digits or a UUID, in lower case.",
    ),
)
TAG_IDS = s.component(
    "patientTagIds.v1",
    s.array(
        {**TAG_ID, "readOnly": True},
        unique_items=True,
        nullable=True,
        description="Ids of the clinic's tags; null when there are none.",
    ),
)
_PERMISSIONS = {
    "custodian": "The clinic manages the account, which no one has claimed.",
    "view": "The clinic may see the data.",
    "note": "The clinic may write notes.",
    "upload": "The clinic may upload data.",
}
PERMISSIONS = s.component(
    "patientPermissions.v1",
    s.obj(
        {name: s.obj(description=words) for name, words in _PERMISSIONS.items()},
        description="What a clinic may do with a patient's account. A key that is present is granted; its value is "
        "an empty object.",
    ),
)
PERMISSION_NAME = s.component(
    "PermissionName",
    s.string(
        enum=list(choices.PERMISSIONS), description="The permission that is taken from the clinic."
    ),
)
REVIEW = s.component(
    "patientReview.v1",
    s.obj(
        {
            "clinicianId": s.literal(description="User id of the clinician."),
            "time": s.date_time(description="When the clinician marked the patient as reviewed."),
        },
        required=["clinicianId", "time"],
        description="A clinician has looked at the patient's data.",
    ),
)
REVIEWS = s.component("patientReviews.v1", s.array(REVIEW, description="Newest first."))
PROVIDER_NAME = s.component(
    "providerName.v1",
    s.name(
        min_length=1,
        max_length=100,
        description="Provider of the device account, such as `dexcom`, `twiist` or `abbott`.",
    ),
)
s.component("datetime.v1", s.date_time(description="A time with an offset, as RFC 3339 has it."))


def _time(words: str) -> s.Schema:
    return s.ref("datetime.v1", description=words)


DATA_SOURCE = s.component(
    "dataSource.v1",
    s.obj(
        {
            "state": s.component(
                "DataSourceState",
                s.string(
                    enum=SourceState.values,
                    description="`pending`: the patient was asked to connect; `pendingReconnect`: to connect again; "
                    "`connected`; `disconnected`: no longer connected; `error`: the connection fails.",
                ),
            ),
            "providerName": PROVIDER_NAME,
            "dataSourceId": {
                **TAG_ID,
                "readOnly": True,
                "description": "Id in the data service; absent when it has none.",
            },
            "modifiedTime": _time(
                "When the connection last changed; absent when there never was one."
            ),
            "expirationTime": _time("Until when a request to connect can be accepted."),
            "latestDataTime": _time(
                "Time of the newest data that came from it; absent when unknown."
            ),
            "createdTime": _time("When the data service made it; absent when unknown."),
            "connectedTime": _time(
                "When it last became connected; absent when it has not since the data service notes it."
            ),
        },
        required=["state", "providerName"],
        description="A device account that delivers the patient's data.",
    ),
)
s.written(
    "DataSourceWrite",
    DATA_SOURCE,
    keeps=["dataSourceId"],
    description="A device account that delivers the patient's data.",
)
DATA_SOURCES = s.component(
    "dataSources.v1",
    s.at_most(
        fields.MOST_SOURCES,
        s.array(DATA_SOURCE, description="Device accounts that deliver a patient's data."),
    ),
)
DATA_SOURCES_WRITE = s.component(
    "DataSourcesWrite",
    s.at_most(
        fields.MOST_SOURCES,
        s.array(
            s.ref("DataSourceWrite"), description="Device accounts that deliver a patient's data."
        ),
    ),
)
PROVIDER_ID = s.component(
    "providerId.v1",
    s.string(
        enum=DataProvider.values,
        description="Maker of devices: `dexcom`, `twiist`, or `abbott` (FreeStyle Libre).",
    ),
)
_REQUEST = s.component(
    "providerConnectionRequest.v1",
    s.obj(
        {
            "createdTime": s.date_time(description="When it was made."),
            "expirationTime": s.date_time(
                description="Until when it can be accepted; 30 days after it was made when absent."
            ),
            "providerName": PROVIDER_ID,
        },
        required=["createdTime", "providerName"],
        description="The patient was asked to connect an account of the provider.",
    ),
)
s.component(
    "providerConnectionRequests.v1",
    s.obj(
        {
            name: s.array(_REQUEST, description=f"Requests for {DataProvider(name).label}.")
            for name in PROVIDERS
        },
        required=[DataProvider.TWIIST.value, DataProvider.DEXCOM.value, DataProvider.ABBOTT.value],
        read_only=True,
        description="By provider, newest first.",
    ),
)

# --- connection issues ----------------------------------------------------------------------------
s.component(
    "ConnectionIssueSource",
    s.string(
        enum=IssueSource.values,
        description="A provider, or `deviceNonSpecificInvitation`: the mail that invites someone whose account the "
        "clinic looks after.",
    ),
)
ISSUE_CAUSE = s.component(
    "ConnectionIssueCause",
    s.string(
        enum=IssueCause.values,
        description="`error`: the provider refuses the login; `disconnected`: the connection was ended; `staleData`: "
        "no data for more than 48 hours; `staleInvite`: an invitation was not answered for more than 48 hours; "
        "`expiredInvite`: it can no longer be answered.",
    ),
)
s.component(
    "ConnectionIssue",
    s.obj(
        {
            "cause": ISSUE_CAUSE,
            "hidden": s.boolean(description="Whether the clinic has hidden it."),
        },
        required=["cause", "hidden"],
        description="Data of the patient do not arrive.",
    ),
)
ISSUE_HIDDEN = s.component(
    "ConnectionIssueHidden",
    s.obj(
        {"hidden": s.boolean(description="Whether the issue is hidden from now on.")},
        required=["hidden"],
        description="Whether lists leave a patient's connection issue out.",
    ),
)

# --- glycemic ranges ------------------------------------------------------------------------------
GLUCOSE_UNITS = s.component(
    "GlucoseUnits", s.string(enum=list(UNITS), description="A unit of glucose values.")
)
_UPPER_BOUND = s.component(
    "glycemicRangesThresholdUpperBound.v1",
    s.obj(
        # In either unit: no meter shows more.
        {
            "value": s.between(
                0, 1000, s.number(format="float", description="Glucose, in `units`, up to 1,000.")
            ),
            "units": s.ref("GlucoseUnits", description="Unit of `value`."),
        },
        required=["value", "units"],
        description="Where a range ends.",
    ),
)
_THRESHOLD = s.component(
    "glycemicRangesThreshold.v1",
    s.obj(
        {
            "name": s.name(min_length=1, description="What the range is called."),
            "upperBound": _UPPER_BOUND,
            "inclusive": s.boolean(
                default=False, description="Whether the bound itself belongs to the range."
            ),
        },
        required=["name", "upperBound"],
        description="A range of glucose values, by its upper bound.",
    ),
)
_CUSTOM = s.component(
    "glycemicRangesCustom.v1",
    s.obj(
        # The contract's length keywords are those of a string, so they limit nothing.
        {
            "name": s.name(min_length=1, description="What the ranges are called together."),
            "thresholds": s.at_most(
                20,
                s.array(_THRESHOLD, min_length=4, max_length=5, description="At most 20 ranges."),
            ),
        },
        required=["name", "thresholds"],
        description="Ranges of the patient's own.",
    ),
)
_PRESET = s.component(
    "glycemicRangesPreset.v1",
    s.string(
        min_length=1,
        enum=list(PRESETS),
        default=PRESETS[0],
        description="Ranges of the American Diabetes Association: the standard ones, those for a pregnancy with type 1 "
        "or type 2 diabetes, or those for people at high risk.",
    ),
)
s.component(
    "GlycemicRangesType",
    s.string(enum=choices.RangeType.values, description="Kind of ranges."),
)
s.component(
    "glycemicRanges.v1",
    s.obj(
        {
            "type": s.ref(
                "GlycemicRangesType",
                default=choices.RangeType.PRESET.value,
                description="Whether `preset` or `custom` counts; the other one is dropped.",
            ),
            "custom": _CUSTOM,
            "preset": _PRESET,
        },
        required=["type"],
        description="The glucose ranges that a patient aims for.",
    ),
)
s.component(
    "diagnosisType.v1",
    s.string(
        enum=[*DiagnosisType.values, ""],
        description="Type of diabetes: 1, 2, 3c, gestational, prediabetes, latent autoimmune (`lada`), "
        "maturity-onset of the young (`mody`), another one, or `notApplicable`. An empty text clears it.",
    ),
)

_CREATION = s.component(
    "patientCreation.v1",
    s.obj(
        {
            "integration": s.of_requests(
                s.string(description="`redox`, `xealth`, or one that another service has named."),
                enum=EhrProvider.values,
            )
        },
        description="What is known of how a record was made.",
    ),
)

# What a service says of it in the body that creates a patient, where others may say anything.
STATED_CREATION = s.obj({"creationMetadata": _CREATION})

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
            "isMigrated": s.boolean(
                description="Whether the patient comes from a legacy account; false when absent."
            ),
            "legacyClinicianId": s.ref(
                "tidepooluserid",
                description="The legacy account that the patient comes from. With it, an account that is a patient of "
                "the clinic already is no conflict.",
            ),
            "attestationSubmitted": s.boolean(description=fields.IGNORED),
            **fields.user_schemas(),
        },
        description="An existing account that becomes a patient. Name, birth date and MRN are those of the account's "
        "profile when they are absent.",
    ),
)
_IGNORED = ("permissions", "reviews", "attestationSubmitted")
_IGNORED_IN_UPDATES = (*_IGNORED, "creationMetadata")
_WITHIN = {"site.v1": "SiteOfPatient", "dataSource.v1": "DataSourceWrite"}
PATIENT_CREATE = s.written(
    "PatientCreate",
    PATIENT,
    ignored=_IGNORED,
    within=_WITHIN,
    description="What is known of a new patient.",
)
PATIENT_UPDATE = s.written(
    "PatientUpdate",
    PATIENT,
    ignored=_IGNORED_IN_UPDATES,
    within=_WITHIN,
    description="What becomes of a patient. Each field says what happens when it is left out.",
)
PATIENT_FROM_USER = s.written(
    "PatientFromUser",
    CREATE_PATIENT,
    keeps=["legacyClinicianId"],
    ignored=["attestationSubmitted"],
    within=_WITHIN,
    description="An existing account that becomes a patient. Name, birth date and MRN are those of the account's "
    "profile when they are absent.",
)
PATIENTS = s.component("patients.v1", s.array(PATIENT, description="Patients of a clinic."))
META = s.component(
    "meta.v1",
    s.obj(
        {
            "count": s.integer(description="All patients that match, on whatever page."),
            "totalCount": s.integer(description="All patients of the clinic."),
        },
        description="How many patients there are.",
    ),
)
PATIENTS_RESPONSE = s.component(
    "patientsResponse.v1",
    s.obj(
        {"data": PATIENTS, "meta": META},
        description="A page of the patients, and how many there are.",
    ),
)
RELATIONSHIPS = s.component(
    "patientClinicRelationships.v1",
    s.array(
        s.component(
            "patientClinicRelationship.v1",
            s.obj(
                {"patient": PATIENT, "clinic": s.ref("clinic.v1")},
                required=["patient", "clinic"],
                description="A patient's record, and the clinic whose record it is.",
            ),
        ),
        description="A person's records, or those of several people, each with its clinic.",
    ),
)
USER_IDS = s.component(
    "tidepoolUserIds.v1",
    s.array(
        USER_ID,
        nullable=True,
        min_items=1,
        max_items=1000,
        unique_items=True,
        description="Different user ids; null for every patient of the clinic.",
    ),
)

"""The indexes that the other service makes when it starts, under its names, with its mistakes."""

from pymongo import IndexModel

PERIODS = ("1d", "7d", "14d", "30d")
NINETY_DAYS = 90 * 24 * 3600


def _meeting_targets(period):
    path = f"summary.cgmStats.periods.{period}"
    return IndexModel(
        [
            *(("clinicId", 1), ("userId", 1), ("tags", 1)),
            ("summary.cgmStats.dates.lastData", 1),
            (f"{path}.timeInTargetPercent", 1),
        ],
        name=f"MeetingTargetsIndex{period}",
        partialFilterExpression={
            f"{path}.timeInTargetPercent": {"$gte": 0.7},
            f"{path}.timeCGMUsePercent": {"$gte": 0.7},
        },
    )


def _of_archive(subject):
    """The comma was meant to separate two fields."""
    key = f"{subject}.clinicId,userId"
    return [
        IndexModel([(key, 1)], name=f"{subject.capitalize()}Deletion"),
        IndexModel([("deletedTime", 1), (key, 1)], name="DeletedTime"),
    ]


def _unique_where_present(name, field):
    return IndexModel(
        [("clinicId", 1), (field, 1)],
        name=name,
        unique=True,
        partialFilterExpression={field: {"$exists": True}},
    )


PATIENTS = [
    IndexModel([("userId", 1)], name="UserId"),
    IndexModel([("clinicId", 1), ("userId", 1)], name="UniquePatient", unique=True),
    IndexModel(
        [("clinicId", 1), ("fullName", 1)],
        name="PatientFullNameEn",
        collation={"locale": "en", "strength": 1},
    ),
    IndexModel([("clinicId", 1), ("birthDate", 1)], name="PatientBirthDate"),
    IndexModel([("clinicId", 1), ("email", 1)], name="PatientEmail"),
    IndexModel([("clinicId", 1), ("mrn", 1)], name="PatientMRN"),
    IndexModel([("clinicId", 1), ("userId", 1), ("tags", 1)], name="PatientTagsV2"),
    IndexModel([("clinicId", 1), ("dataSources.providerName", 1)], name="DataSourcesProviderName"),
    IndexModel([("clinicId", 1), ("dataSources.state", 1)], name="DataSourcesState"),
    IndexModel(
        [("clinicId", 1), ("mrn", 1), ("_na", 1)],
        name="UniqueMrn",
        unique=True,
        partialFilterExpression={"mrn": {"$type": "string"}, "requireUniqueMrn": {"$eq": True}},
    ),
    IndexModel([("clinicId", 1), ("sites.id", 1)], name="Sites"),
    *map(_meeting_targets, PERIODS),
]
INDEXES = {
    "patients": PATIENTS,
    "patient_deletions": _of_archive("patient"),
    "clinics": [
        IndexModel([("shareCodes", 1)], name="UniqueShareCodes", unique=True),
        IndexModel([("canonicalShareCode", 1)], name="UniqueCanonicalShareCode", unique=True),
    ],
    "clinic_deletions": [
        IndexModel([("clinic._id", 1)], name="ClinicDeletion"),
        IndexModel([("deletedTime", 1), ("clinic._id", 1)], name="DeletedTime"),
    ],
    "clinicians": [
        _unique_where_present("UniqueClinicianUserId", "userId"),
        _unique_where_present("UniqueInviteId", "inviteId"),
        _unique_where_present("UniqueClinicMemberEmail", "email"),
        IndexModel(
            [("clinicId", 1), ("email", "text"), ("fullName", "text")], name="ClinicianSearch"
        ),
        IndexModel([("clinicId", 1), ("role", 1)], name="ClinicianByRole"),
        IndexModel([("createdTime", 1)], name="CliniciansByCreatedTime"),
    ],
    "clinician_deletions": _of_archive("clinician"),
    "migrations": [IndexModel([("userId", 1)], name="UniqueClinicianMigration", unique=True)],
    "redox": [
        IndexModel([("meta.Logs.Id", 1)], name="MetadataLogsId"),
        IndexModel([("meta.Source.Id", 1), ("meta.FacilityCode", 1)], name="MetadataSource"),
    ],
    "scheduledSummaryAndReportsOrders": [
        IndexModel([("lastMatchedOrder._id", 1), ("createdTime", -1)], name="LastMatchedOrderByID"),
        IndexModel(
            [("createdTime", 1)],
            name="CleanupExpiredRescheduledOrdersAfter90d",
            expireAfterSeconds=NINETY_DAYS,
        ),
    ],
    "xealth_preorder": [IndexModel([("dataTrackingId", 1)], name="dataTrackingId", unique=True)],
    "xealth_report_view": [
        IndexModel(
            [
                *(("userId", 1), ("deployment", 1), ("programId", 1)),
                *(("clinicId", 1), ("patientId", 1), ("createdTime", -1)),
            ],
            name="LastReportView",
        )
    ],
}


def create(database):
    for collection, models in INDEXES.items():
        database[collection].create_indexes(models)

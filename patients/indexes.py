"""Indexes of the app's collections, and what existing documents need before them."""

from typing import Any

from pymongo import IndexModel

from kernel import backfills, collections, returning
from kernel.indexes import Description, declare, describe, obsolete
from patients import connection_issues, kept, statistics
from patients.list_rows import INDEXED_ORDERS, order_keys
from patients.services import preparing
from patients.store import account_requests, list_rows, list_views
from patients.summary_answers import PARTS

# --- patients: the names of rule PATIENT-144 -------------------------------------------------------
_COLLATION = {"locale": "en", "strength": 1}
_MATCHED_MESSAGE = "ehrSubscriptions.summaryAndReports.matchedMessages.id"
_UNIQUE_MRN = {"mrn": {"$type": "string"}, "requireUniqueMrn": {"$eq": True}}


def _meeting_targets(period: str) -> IndexModel:
    in_target = statistics.path("cgm", period, "timeInTargetPercent")
    in_use = statistics.path("cgm", period, "timeCGMUsePercent")
    return IndexModel(
        [
            ("clinicId", 1),
            ("userId", 1),
            ("tags", 1),
            (statistics.date_path("cgm", "lastData"), 1),
            (in_target, 1),
        ],
        name=f"MeetingTargetsIndex{period}",
        partialFilterExpression={in_target: {"$gte": 0.7}, in_use: {"$gte": 0.7}},
    )


declare(
    "patients",
    IndexModel([("userId", 1)], name="UserId"),
    IndexModel([("clinicId", 1), ("userId", 1)], name="UniquePatient", unique=True),
    IndexModel([("clinicId", 1), ("fullName", 1)], name="PatientFullNameEn", collation=_COLLATION),
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
        partialFilterExpression=_UNIQUE_MRN,
    ),
    IndexModel([("clinicId", 1), ("sites.id", 1)], name="Sites"),
    *map(_meeting_targets, statistics.PERIODS),
)


# --- patients: our own, for reads of single records -----------------------------------------------
declare(
    "patients",
    IndexModel([("clinicId", 1), ("mrn", 1)], name="PatientMRNEn", collation=_COLLATION),
    IndexModel(
        [("clinicId", 1), ("mrn", 1), ("_nb", 1)],
        name="UniqueMrnV2",
        unique=True,
        collation=_COLLATION,
        partialFilterExpression=_UNIQUE_MRN,
    ),
    *(
        IndexModel(
            [(f"summary.{kind}Stats.id", 1)],
            name=f"SummaryId{kind.upper()}",
            partialFilterExpression={f"summary.{kind}Stats.id": {"$exists": True}},
        )
        for kind in statistics.KINDS
    ),
    IndexModel(
        [("clinicId", 1), ("userId", 1)],
        name="ActiveReports",
        partialFilterExpression={"ehrSubscriptions.summaryAndReports.active": True},
    ),
    # Staff see how many of a clinic's patients have reports through Xealth.
    IndexModel(
        [("clinicId", 1), ("userId", 1)],
        name="ActiveXealthReports",
        partialFilterExpression={"ehrSubscriptions.xealthReports.active": True},
    ),
    # Staff search for an address in all clinics, newest first.
    IndexModel(
        [("email", 1), ("createdTime", -1), ("_id", -1)],
        name="RecordsOfEmail",
        partialFilterExpression={"email": {"$gt": ""}},
    ),
    # A person may be a patient of thousands of clinics: pages of these records, newest first.
    IndexModel([("userId", 1), ("createdTime", -1), ("_id", -1)], name="RecordsOfUser"),
    # The messages that subscriptions refer to, queried for each batch of old messages. Holds subscribed patients only.
    IndexModel(
        [(_MATCHED_MESSAGE, 1)],
        name="MatchedMessages",
        partialFilterExpression={_MATCHED_MESSAGE: {"$exists": True}},
    ),
)
describe(
    "patients",
    "UniqueMrnV2",
    Description(
        equal="the MRN of another patient of their clinic, apart from upper and lower case and accents",
        without=(
            "the service refuses such an MRN itself, but not if two requests bring one at the same moment; "
            "the same MRN to the letter is still refused by the index UniqueMrn, unless that one is missing too"
        ),
        remedy="Give each patient an MRN of its own.",
    ),
)
describe("patients", "UniquePatient", Description(equal="the clinic and the user of another one"))

obsolete("patients", "PatientsByEmail")  # "RecordsOfEmail" has the order of the page, too
# Made by versions that read lists from the records themselves.
_ORDERS = (
    *("Name", "NameByTag", "NameBySite", "BirthDate", "Reviewed", "LastDataCGM", "LastDataBGM"),
    *("GlucoseManagementIndicatorCGM", "AverageGlucoseMmolBGM"),
    *("TimeInVeryLowRecordsBGM", "TimeInVeryHighRecordsBGM"),
)
obsolete(
    "patients",
    *(f"List{order}{direction}" for order in _ORDERS for direction in ("Up", "Down")),
    *(f"ListFilters{period}" for period in statistics.PERIODS),
    "ListSearch",
    "TideTags",
)


# --- our own collections ---------------------------------------------------------------------------
def _compressed_by(name: str) -> dict[str, Any]:
    return {"wiredTiger": {"configString": f"block_compressor={name}"}}


collections.declare(
    list_rows.COLLECTION,
    is_derived=True,
    clusteredIndex={"key": {"_id": 1}, "unique": True},
    storageEngine=_compressed_by("zstd"),
)


# --- patientLists: decision 0019 says what each is for ---------------------------------------------
def _of_rows(name: str, *paths: str, **options: Any) -> IndexModel:
    keys = [(path, 1) for path in paths]
    return IndexModel(keys, name=name, storageEngine=_compressed_by("snappy"), **options)


def _order(name: str, *paths: str, **options: Any) -> IndexModel:
    return _of_rows(name, "clinicId", *paths, **options)


declare(
    list_rows.COLLECTION,
    _order("ListName", "fullName", collation=_COLLATION),
    _order("ListBirthDate", "birthDate"),
    _order("ListReviewed", "reviewed"),
    *(_order(name, *order_keys(path)) for path, name in INDEXED_ORDERS.items()),
    _order("ListSearch", "searchKey", "fullName", "patientId"),
    _order("ListTags", "tags", "cgm.lastData", "patientId", "fullName"),
    _order("ListSites", "sites", "fullName", "patientId"),
    _order("ListSources", "sources"),
    _order(
        list_rows.BY_ISSUE,
        *("issue", "fullName", "patientId"),
        partialFilterExpression={"issue": {"$exists": True}},
    ),
    _of_rows(
        list_rows.BY_ISSUE_DUE,
        *("issueDue", "patientId"),
        partialFilterExpression={"issueDue": {"$exists": True}},
    ),
    _of_rows(list_rows.BY_PATIENT, "patientId"),
    _of_rows(list_rows.BY_TERM, "terms"),
)
declare(
    "patient_deletions",
    IndexModel([("patient.clinicId", 1), ("patient.userId", 1)], name="PatientDeletionV2"),
    IndexModel([("deletedTime", 1), ("patient.clinicId", 1)], name="DeletedTimeV2"),
    # Ours alone: staff search for a person in the archives of all clinics.
    IndexModel([("patient.userId", 1), ("deletedTime", -1)], name="DeletedRecordsOfUser"),
)

declare(
    account_requests.COLLECTION,
    IndexModel(
        [("createdTime", 1)],
        name="AccountRequestCleanup",
        expireAfterSeconds=int(account_requests.ARE_KEPT.total_seconds()),
    ),
    IndexModel([("email", 1), ("_id", 1)], name="AccountRequestsOfAddress"),
)

declare(list_views.COLLECTION, IndexModel([("clinicId", 1)], name="PatientViewsOfClinic"))

# Stored in the records by versions that read lists from them; archives hold records as they were.
_DERIVED = ("searchKey", *(f"summary.{part}.answer" for part in PARTS))
returning.derived("patients", *_DERIVED)
returning.derived("patient_deletions", *(f"patient.{path}" for path in _DERIVED))

# Fields of the newer version of the other service, with its meaning.
returning.kept(
    "patients", connection_issues.SOURCE, connection_issues.ISSUE, connection_issues.SENT
)

backfills.declare(kept.FOLLOWER, preparing.begin_new_database)

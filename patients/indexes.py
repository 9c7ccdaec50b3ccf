"""Indexes of the app's collections, and what existing documents need before them."""

from typing import Any

from pymongo import IndexModel

from kernel import backfills
from kernel.indexes import Description, declare, describe, obsolete
from patients import statistics
from patients.services import seeding, text_backfills
from patients.store import account_requests

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


# --- patients: our own for the hot queries; decision 0005 says what each is for -------------------
def _ordered(
    name: str, *keys: str, flag: str | None = None, collated: bool = False
) -> list[IndexModel]:
    """One index per direction: `_id` ascends in both, so neither index can serve the other direction backwards."""
    options: dict[str, Any] = {"collation": _COLLATION} if collated else {}
    *prefix, last = keys
    fixed = [("clinicId", 1), *((key, 1) for key in prefix), *([(flag, -1)] if flag else [])]
    return [
        IndexModel([*fixed, (last, direction), ("_id", 1)], name=f"{name}{suffix}", **options)
        for direction, suffix in ((1, "Up"), (-1, "Down"))
    ]


def _filters(period: str) -> IndexModel:
    fields = statistics.filter_index_fields(period)
    keys = [("clinicId", 1), *((field, 1) for field in fields), ("_id", 1)]
    return IndexModel(keys, name=statistics.filter_index(period))


def _by_last_data(kind: str) -> list[IndexModel]:
    flag, last = (statistics.date_path(kind, name) for name in ("hasLastData", "lastData"))
    return _ordered(statistics.order_index(kind, "lastData"), last, flag=flag)


def _by_statistics(kind: str) -> list[IndexModel]:
    period = statistics.DEFAULT_PERIOD
    indexes: list[IndexModel] = []
    for name in statistics.ORDERED[kind]:
        flag = statistics.path(kind, period, statistics.flag_of(name))
        field = statistics.path(kind, period, name)
        indexes += _ordered(statistics.order_index(kind, name), field, flag=flag)
    return indexes


declare(
    "patients",
    *_ordered("ListName", "fullName", collated=True),
    *_ordered("ListNameByTag", "tags", "fullName", collated=True),
    *_ordered("ListNameBySite", "sites.id", "fullName", collated=True),
    *_ordered("ListBirthDate", "birthDate"),
    *_ordered("ListReviewed", "reviews.0.time"),
    *_by_last_data("cgm"),
    *_by_last_data("bgm"),
    *_by_statistics("cgm"),
    *_by_statistics("bgm"),
    IndexModel([("clinicId", 1), ("searchKey", 1), ("fullName", 1), ("_id", 1)], name="ListSearch"),
    *map(_filters, statistics.PERIODS),
    IndexModel(
        [
            ("clinicId", 1),
            ("tags", 1),
            (statistics.date_path("cgm", "lastData"), 1),
            ("_id", 1),
            ("fullName", 1),
        ],
        name="TideTags",
    ),
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
    # Staff search for an address in all clinics.
    IndexModel(
        [("email", 1)], name="PatientsByEmail", partialFilterExpression={"email": {"$gt": ""}}
    ),
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
            "the same MRN to the letter is still refused by the index UniqueMrn"
        ),
        remedy="Give each patient an MRN of its own.",
    ),
)
describe("patients", "UniquePatient", Description(equal="the clinic and the user of another one"))

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

backfills.declare("patients.texts", text_backfills.make_patients_normal)
backfills.declare(
    "patients.email",
    lambda: backfills.make_addresses_canonical("patients", "email", derived=["searchKey"]),
)
backfills.declare("patients.searchKey", seeding.backfill_search_keys)

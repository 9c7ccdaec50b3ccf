"""Indexes of the EHR collections. Some indexes of older databases misspell their keys: these are declared correctly,
under new names (docs/decisions/0008-ehr.md)."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import returning
from kernel.indexes import declare

declare(
    "redox",
    IndexModel([("meta.Logs.ID", ASCENDING)], name="MetadataLogsIdV2"),
    IndexModel([("meta.Source.ID", ASCENDING)], name="MetadataSourceV2"),
    IndexModel(
        [("deliveryKey", ASCENDING)],
        name="UniqueDelivery",
        unique=True,
        partialFilterExpression={"deliveryKey": {"$exists": True}},
    ),
)
returning.derived("redox", "deliveryKey")
returning.kept("redox", "raw", "reason")
declare(
    "scheduledSummaryAndReportsOrders",
    IndexModel(
        [("lastMatchedOrder._id", ASCENDING), ("createdTime", DESCENDING)],
        name="LastMatchedOrderByID",
    ),
    IndexModel(
        [("createdTime", ASCENDING)],
        name="CleanupExpiredRescheduledOrdersAfter90d",
        expireAfterSeconds=7776000,
    ),
)
declare(
    "ehrSyncs",
    IndexModel([("createdTime", ASCENDING)], name="EhrSyncsCleanup", expireAfterSeconds=7776000),
    IndexModel([("clinicId", ASCENDING), ("createdTime", DESCENDING)], name="EhrSyncsByClinic"),
)
declare(
    "redoxDeliveries",
    IndexModel(
        [("kind", ASCENDING), ("documentId", ASCENDING)], name="UniqueRedoxDelivery", unique=True
    ),
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="DeliveriesByClinic"),
)

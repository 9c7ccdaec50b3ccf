"""Indexes of the collections of Xealth. The one of report views in older databases names a field that no document has;
it is declared correctly, under a new name (docs/decisions/0008-ehr.md)."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import returning
from kernel.indexes import declare

declare(
    "xealth_preorder",
    IndexModel([("dataTrackingId", ASCENDING)], name="dataTrackingId", unique=True),
    # Our own: staff list the pre-orders of a clinic, newest first.
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="PreordersByClinic"),
)
returning.kept("xealth_preorder", "clinicId", "personKey", "fullName", "createdTime", "updatedTime")
declare(
    "xealth_report_view",
    # When a clinician has viewed a patient's report last.
    IndexModel(
        [
            ("userId", ASCENDING),
            ("deployment", ASCENDING),
            ("programId", ASCENDING),
            ("clinicId", ASCENDING),
            ("patientUserId", ASCENDING),
            ("createdTime", DESCENDING),
        ],
        name="LastReportViewV2",
    ),
)
declare(
    "embeddedXealthOrders",
    IndexModel(
        [("deployment", ASCENDING), ("orderId", ASCENDING)],
        name="UniqueEmbeddedXealthOrder",
        unique=True,
    ),
)
declare(
    "xealthEnrolments",
    IndexModel(
        [("clinicId", ASCENDING), ("programId", ASCENDING), ("patientId", ASCENDING)],
        name="UniqueXealthEnrolment",
        unique=True,
    ),
)
declare(
    "xealth_order",
    IndexModel(
        [("deliveryKey", ASCENDING)],
        name="UniqueXealthDelivery",
        unique=True,
        partialFilterExpression={"deliveryKey": {"$exists": True}},
    ),
    # Whether an order was cancelled.
    IndexModel(
        [
            ("eventNotification.orderId", ASCENDING),
            ("eventNotification.deployment", ASCENDING),
        ],
        name="XealthOrdersById",
    ),
    # Our own: from a pre-order to its orders.
    IndexModel(
        [("orderData.preorder.dataTrackingId", ASCENDING), ("_id", DESCENDING)],
        name="XealthOrdersByPreorder",
        partialFilterExpression={"orderData.preorder.dataTrackingId": {"$exists": True}},
    ),
)
returning.derived("xealth_order", "deliveryKey")
returning.kept("xealth_order", "embedded")

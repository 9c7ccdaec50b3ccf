"""What staff read of work for health records comes from indexes (from MongoDB's explained plans)."""

import pytest
from bson import ObjectId

from kernel import db
from tests.store.test_clinic_query_plans import explained, stages

EXPLAINED = ("xealth_preorder", "xealth_order", "ehrProcessing", "patients")
CLINIC, OTHER = ObjectId(), ObjectId()
NEWEST_FIRST = {"sort": [("_id", -1)], "limit": 5}


@pytest.fixture(autouse=True)
def some_data():
    def clinic_of(number):
        return CLINIC if number % 10 == 0 else ObjectId()

    db.collection("xealth_preorder").insert_many(
        [{"dataTrackingId": f"t{n}", "clinicId": clinic_of(n)} for n in range(100)]
    )
    db.collection("xealth_order").insert_many(
        [
            {
                "deliveryKey": f"e{n}",
                "eventNotification": {"orderId": f"o{n}", "deployment": "east"},
                "orderData": {"preorder": {"dataTrackingId": f"t{n}"}},
            }
            for n in range(100)
        ]
    )
    db.collection("ehrProcessing").insert_many(
        [
            {"kind": "message", "documentId": ObjectId(), "clinicId": clinic_of(n), "state": "done"}
            for n in range(100)
        ]
    )
    db.collection("patients").insert_many(
        [
            {
                "clinicId": CLINIC,
                "userId": f"u{n}",
                "ehrSubscriptions": {"xealthReports": {"active": n % 10 == 0}},
            }
            for n in range(100)
        ]
    )


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    ("collection", "query", "options", "most"),
    [
        ("xealth_preorder", {"clinicId": {"$in": [CLINIC]}}, NEWEST_FIRST, 5),
        ("xealth_order", {"orderData.preorder.dataTrackingId": "t5"}, NEWEST_FIRST, 1),
        ("xealth_order", {"deliveryKey": "e5"}, {}, 1),
        (
            "xealth_order",
            {"eventNotification.orderId": "o5", "eventNotification.deployment": "east"},
            {},
            1,
        ),
        ("embeddedXealthOrders", {"deployment": "east", "orderId": "o5"}, {}, 0),
        ("ehrProcessing", {"kind": "message", "clinicId": {"$in": [CLINIC]}}, NEWEST_FIRST, 5),
        (
            "ehrProcessing",
            {"kind": "message", "clinicId": {"$in": [CLINIC, OTHER]}},
            NEWEST_FIRST,
            6,
        ),
        ("patients", {"clinicId": CLINIC, "ehrSubscriptions.xealthReports.active": True}, {}, 10),
    ],
)
def test_a_query_examines_hardly_more_documents_than_it_returns(collection, query, options, most):
    plan, stats = explained(collection, query, **options)
    assert "COLLSCAN" not in stages(plan)
    assert "SORT" not in stages(plan)
    assert stats["totalDocsExamined"] <= most

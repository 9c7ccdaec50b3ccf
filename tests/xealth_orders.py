"""Notifications, orders and pre-orders of Xealth, for tests: invented people."""

from kernel import db
from tests import ehr
from tests.events import deliver_all
from tests.xealth import BIRTH_DATE, DEPLOYMENT, MRN, PROGRAM

NOTIFICATION = "/v1/xealth/notification"
ORDER_ID, EVENT_ID = "0c9d8e7f-1a2b-4c3d-9e8f-7a6b5c4d3e2f", "b7a0f7a2-7d4c-4a39-8f4e-6b1d9f0c2a44"
TRACKING_ID = "7a1e2f5c-4b6d-4f0e-9c55-2f0a9b7d1e33"
PLACED = "2024-06-11T17:20:31.120Z"
EMAIL = "tomas@example.org"


def notification(context="new", **changes):
    body = {
        "eventId": EVENT_ID,
        "eventTimeStamp": PLACED,
        "eventType": "order",
        "eventContext": context,
        "orderId": ORDER_ID,
        "deployment": DEPLOYMENT,
        "programId": PROGRAM,
        "partnerId": "tidepool",
        "patientIdentity": {"ids": [{"id": MRN, "type": "mrn", "origin": "epic"}]},
    }
    return {**body, **changes}


def order(**changes):
    """As Xealth gives it back."""
    body = {
        "orderInfo": {
            "deployment": DEPLOYMENT,
            "orderId": ORDER_ID,
            "orderSource": "digitalcare",
            "orderState": "ordered",
            "partnerId": "tidepool",
            "programId": PROGRAM,
            "orderCreationDateTime": "2024-06-11T17:20:30Z",
            "orderUpdateDateTime": "2024-06-11T17:20:30Z",
        },
        "preorder": {"dataTrackingId": TRACKING_ID},
        "patientIdentity": {"ids": [{"id": MRN, "type": "mrn", "origin": "epic"}]},
        "datasets": {
            "demographicsV1": {
                "name": {"given": ["Tomas", "B."], "family": ["Weir"]},
                "birthDate": BIRTH_DATE,
            }
        },
    }
    return {**body, **changes}


def place(peer, body=None, *, order_id=ORDER_ID):
    """The order can be read back from the peer."""
    peer.placed[f"{DEPLOYMENT}/{order_id}"] = order() if body is None else body


def enter(*, flow="patient", tags=None, **person):
    """What a clinician entered before ordering."""
    document = {"dataTrackingId": TRACKING_ID, flow: person}
    if tags is not None:
        document["tags"] = {"ids": tags}
    db.collection("xealth_preorder").insert_one(document)


def notify(partner, body=None):
    """Post a notification and let the workers process it. Returns its processing record."""
    assert partner.post(NOTIFICATION, notification() if body is None else body).status_code == 200
    deliver_all()
    return records()[-1]


def records():
    return ehr.records("xealth_order")


def stored_orders():
    return list(db.collection("xealth_order").find({}, sort=[("_id", 1)]))


def patients():
    return list(db.collection("patients").find({}))

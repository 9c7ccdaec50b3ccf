"""XealthNotification: what the partner sees at once, and what is stored for a worker (rules EHR-162 to EHR-166)."""

import json
import threading
from datetime import UTC, datetime

import pytest

from kernel import db, outbox
from tests import xealth_orders as orders
from tests.cast import Api
from tests.events import emitted
from tests.xealth import DEPLOYMENT, Xealth, xealth_clinic
from tests.xealth_orders import NOTIFICATION, notification


@pytest.fixture
def partner():
    return Xealth()


def nothing_is_stored():
    return not (orders.stored_orders() or orders.records() or emitted())


@pytest.mark.yardstick("T5")
def test_without_the_secret_nothing_is_stored():
    xealth_clinic()

    for headers, words in [
        ({}, "bearer token is required"),
        ({"Authorization": "Basic x"}, "bearer token is required"),
        ({"Authorization": "Bearer wrong"}, "bearer token is invalid"),
    ]:
        response = Api().post(NOTIFICATION, notification(), headers=headers)
        assert (response.status_code, response.json()) == (
            401,
            {"message": f"unauthorized: {words}"},
        )
    assert nothing_is_stored()


@pytest.mark.parametrize("context", ["new", "cancel"])
def test_an_order_is_stored_and_waits_for_a_worker(partner, context):
    clinic = xealth_clinic()
    body = notification(context)

    response = partner.post(NOTIFICATION, body)

    assert (response.status_code, response.content) == (200, b"")
    (document,) = orders.stored_orders()
    moment = datetime(2024, 6, 11, 17, 20, 31, 120_000, tzinfo=UTC)
    assert document["eventNotification"] == {**body, "eventTimeStamp": moment}
    (record,) = orders.records()
    assert (record["documentId"], record["state"]) == (document["_id"], "pending")
    assert record["clinicId"] == clinic["_id"]
    assert emitted("xealth.order_notified") == [{"documentId": str(document["_id"])}]


@pytest.mark.parametrize(
    "change",
    [
        {"eventType": "patient_card"},
        {"eventType": "patient"},
        {"eventType": "something new"},
        {"eventType": None},
        {"eventContext": "update"},
        {"eventContext": "delete"},
        {"eventContext": "NEW"},
        {"eventContext": ""},
        {"deployment": "elsewhere"},
        {"deployment": None},
        {"programId": "another"},
        {"programId": None},
    ],
    ids=str,
)
def test_what_is_no_order_for_a_clinic_here_is_ignored(partner, change):
    xealth_clinic()

    response = partner.post(NOTIFICATION, notification(**change))

    assert (response.status_code, response.content) == (200, b"")
    assert nothing_is_stored()


@pytest.mark.parametrize(
    "settings_of_clinic",
    [{"enabled": False}, {"provider": "redox"}, {"procedureCodes": {}}, {"procedureCodes": None}],
    ids=str,
)
def test_an_order_for_a_clinic_without_this_program_is_ignored(partner, settings_of_clinic):
    xealth_clinic(**settings_of_clinic)

    assert partner.post(NOTIFICATION, notification()).status_code == 200
    assert nothing_is_stored()


@pytest.mark.parametrize("raw", [b"", b"{}"])
def test_a_body_that_says_nothing_is_ignored(partner, raw):
    assert partner.post(NOTIFICATION, raw, content_type="application/json").status_code == 200
    assert nothing_is_stored()


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"x" * 2**20 + b"x", "application/json", 413),
        (b"hello", "text/plain", 415),
    ],
    ids=["no JSON", "no object", "too large", "another type"],
)
def test_a_body_that_is_no_notification_is_refused(partner, raw, kind, status):
    xealth_clinic()

    assert partner.post(NOTIFICATION, raw, content_type=kind).status_code == status
    assert nothing_is_stored()


def test_two_clinics_of_a_deployment_are_a_conflict(partner):
    xealth_clinic()
    xealth_clinic(sourceId=f" {DEPLOYMENT.upper()}")

    response = partner.post(NOTIFICATION, notification())

    words = "matching event notification request: duplicate: found multiple matching clinics"
    assert (response.status_code, response.json()) == (409, {"message": words})
    assert nothing_is_stored()


def test_an_event_that_is_delivered_again_is_acknowledged_and_not_stored_again(partner):
    xealth_clinic()
    changed = notification(orderId="another", eventTimeStamp="2025-01-01T00:00:00Z")

    for body in (notification(), notification(), changed):
        assert partner.post(NOTIFICATION, body).status_code == 200

    assert len(orders.stored_orders()) == len(orders.records()) == len(emitted()) == 1


@pytest.mark.parametrize("event_id", ["", None, {}, "x" * 501])
def test_without_a_usable_event_id_two_deliveries_are_two(partner, event_id):
    xealth_clinic()

    for _ in range(2):
        assert partner.post(NOTIFICATION, notification(eventId=event_id)).status_code == 200

    assert len(orders.stored_orders()) == 2


@pytest.mark.yardstick("T5")
def test_one_of_many_simultaneous_deliveries_is_stored():
    xealth_clinic()
    statuses = []

    def post():
        statuses.append(Xealth().post(NOTIFICATION, notification()).status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 6
    assert len(orders.stored_orders()) == len(orders.records()) == len(emitted()) == 1


def test_a_failed_order_gets_another_try_when_it_is_delivered_again(partner):
    xealth_clinic()
    partner.post(NOTIFICATION, notification())
    db.collection("ehrProcessing").update_many({}, {"$set": {"state": "failed"}})

    assert partner.post(NOTIFICATION, notification()).status_code == 200

    assert orders.records()[0]["state"] == "pending"
    assert len(emitted("xealth.order_notified")) == 2


@pytest.mark.parametrize("name", ["eventType", "eventContext", "deployment", "programId"])
@pytest.mark.parametrize("value", [{}, [], True, 1.5, "a\0b", "x" * 300], ids=ascii)
def test_what_cannot_be_decided_at_once_is_left_to_a_worker(partner, name, value):
    xealth_clinic()

    assert partner.post(NOTIFICATION, notification(**{name: value})).status_code == 200

    assert len(orders.stored_orders()) == 1
    assert "clinicId" not in orders.records()[0]


def test_names_and_numbers_that_the_database_refuses_are_stored_in_another_form(partner):
    xealth_clinic()
    raw = json.dumps(notification(**{"$where": {"a\0b": 2**70, "a.b": 1}})).encode()

    response = partner.post(NOTIFICATION, raw, content_type="application/json")

    assert response.status_code == 200
    stored = orders.stored_orders()[0]["eventNotification"]
    assert stored["＄where"] == {"ab": float(2**70), "a.b": 1}


def test_a_body_that_is_too_deep_to_be_stored_is_refused(partner):
    xealth_clinic()
    deep = {}
    for _ in range(100):
        deep = {"a": deep}

    response = partner.post(NOTIFICATION, notification(more=deep))

    assert (response.status_code, response.json()) == (
        400,
        {"message": "bad request: nested too deeply"},
    )
    assert nothing_is_stored()


def test_notifications_about_one_person_have_one_key_and_reveal_no_one(partner):
    xealth_clinic()
    ids = [{"id": "rt-5531 ", "type": "MRN"}]

    partner.post(NOTIFICATION, notification())
    partner.post(NOTIFICATION, notification("cancel", eventId="2", patientIdentity={"ids": ids}))
    other = {"ids": [{"id": "RT-1", "type": "mrn"}]}
    partner.post(NOTIFICATION, notification(eventId="3", patientIdentity=other))

    rows = list(db.collection(outbox.COLLECTION).find({}, sort=[("_id", 1)]))
    keys = [row["key"] for row in rows]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith("xealth:") and "5531" not in key for key in keys)


def test_nothing_of_a_notification_is_logged(partner, caplog, capsys):
    xealth_clinic()
    partner.post(NOTIFICATION, notification())
    partner.post(NOTIFICATION, notification(deployment={"name": "RT-5531"}, eventId="2"))

    logged = caplog.text + "".join(capsys.readouterr())
    assert not [
        word for word in ("RT-5531", orders.ORDER_ID, "Xealth-test-TOKEN") if word in logged
    ]

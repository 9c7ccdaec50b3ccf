"""Carrying out orders of Xealth, which plays its side on loopback (rules EHR-160, EHR-161 and EHR-167 to EHR-176)."""

import threading
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import time_machine
from bson import ObjectId
from django.core import mail

from ehr.reading import Unreadable
from ehr.services import processing
from kernel import clock, db, outbox
from patients import kept
from patients.services import custodial_accounts, patient_matching
from patients.services import patients as patients_service
from tests import deliveries
from tests import xealth_orders as orders
from tests.cast import make_person
from tests.events import deliver_all, emitted
from tests.factories import stored_patient
from tests.xealth import (
    ABSENT,
    BIRTH_DATE,
    DEPLOYMENT,
    MRN,
    NAME,
    PROGRAM,
    Xealth,
    changed,
    xealth_clinic,
    xealth_patient,
)
from tests.xealth_orders import (
    EMAIL,
    ORDER_ID,
    enter,
    notification,
    notify,
    order,
    place,
)
from tests.xealth_peer import XealthPeer
from users.services.neighbours import user_service
from xealth.clients import xealth as client
from xealth.services import neighbours
from xealth.services import orders as orders_service
from xealth.services.orders import read_order

CANCELLED = "2024-06-12T08:00:00Z"
TAG = {"_id": ObjectId(), "name": "Adult"}


@pytest.fixture
def partner():
    return Xealth()


@pytest.fixture
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    place(server)
    yield server
    server.close()


@pytest.fixture
def known(peer):
    """(clinic, patient) whom the order is about."""
    own_clinic = xealth_clinic()
    enter()
    return own_clinic, xealth_patient(own_clinic)


def subscription(clinic, patient):
    return stored_patient(clinic, patient["userId"])["ehrSubscriptions"]["xealthReports"]


def ended(record):
    return record["state"], record.get("outcome") if record["state"] != "failed" else record[
        "lastError"
    ]


def whole_database():
    database = db.database()
    names = set(database.list_collection_names()) - {"ehrProcessing", "outbox", "xealth_order"}
    return {name: list(database[name].find({})) for name in names}


# --- an existing patient ------------------------------------------------------------------------------
def test_an_order_subscribes_the_patient_and_changes_nothing_else(partner, known):
    clinic, patient = known
    db.collection("xealth_preorder").update_one(
        {}, {"$set": {"patient": {"email": EMAIL, "connectDexcom": True}, "tags": {"ids": ["x"]}}}
    )

    record = notify(partner)

    assert ended(record) == ("done", "enrolled")
    assert (record["clinicId"], record["userId"]) == (clinic["_id"], patient["userId"])
    stored = stored_patient(clinic, patient["userId"])
    matched = {"id": record["documentId"], "dataModel": "order", "eventType": "new"}
    own = stored["ehrSubscriptions"]["xealthReports"]
    assert (own["active"], own["provider"], own["matchedMessages"]) == (True, "xealth", [matched])
    changed_fields = {"ehrSubscriptions", "updatedTime"}
    assert {name for name in stored if stored[name] != patient.get(name)} == changed_fields
    assert len(mail.outbox) == 0


def test_the_order_is_kept_beside_its_notification_with_its_times_as_dates(partner, known):
    notify(partner)

    (document,) = orders.stored_orders()
    moment = datetime(2024, 6, 11, 17, 20, 30, tzinfo=UTC)
    times = dict.fromkeys(("orderCreationDateTime", "orderUpdateDateTime"), moment)
    expected = order()
    assert document["orderData"] == {**expected, "orderInfo": {**expected["orderInfo"], **times}}
    assert document["orderData"]["datasets"]["demographicsV1"]["birthDate"] == BIRTH_DATE
    assert "embedded" not in document


def test_a_cancellation_unsubscribes_the_patient(partner, known):
    clinic, patient = known
    notify(partner)

    record = notify(partner, notification("cancel", eventId="2", eventTimeStamp=CANCELLED))

    assert ended(record) == ("done", "unenrolled")
    own = subscription(clinic, patient)
    assert own["active"] is False
    assert [message["eventType"] for message in own["matchedMessages"]] == ["new", "cancel"]


def test_an_order_after_a_cancellation_subscribes_again(partner, peer, known):
    clinic, patient = known
    notify(partner)
    notify(partner, notification("cancel", eventId="2", eventTimeStamp=CANCELLED))
    again = changed(order(), "orderInfo.orderId", "order-2")
    place(peer, again, order_id="order-2")

    later = notification(eventId="3", orderId="order-2", eventTimeStamp="2024-06-13T08:00:00Z")
    assert ended(notify(partner, later)) == ("done", "enrolled")
    assert subscription(clinic, patient)["active"] is True


def test_an_event_that_is_delivered_again_changes_nothing(partner, peer, known):
    clinic, patient = known
    notify(partner)
    before = subscription(clinic, patient)

    notify(partner)

    assert subscription(clinic, patient) == before
    assert len(peer.reads) == 1


def test_an_order_of_which_is_notified_twice_leaves_one_subscription(partner, known):
    clinic, patient = known

    for number in range(2):
        assert ended(notify(partner, notification(eventId=str(number)))) == ("done", "enrolled")

    assert subscription(clinic, patient)["active"] is True
    assert len(subscription(clinic, patient)["matchedMessages"]) == 2


@pytest.mark.parametrize("mrn", [" rt-5531", "RT-5531\u200b"], ids=ascii)
def test_the_mrn_is_compared_without_case_and_blanks(partner, known, peer, mrn):
    place(peer, changed(order(), "patientIdentity.ids", [{"id": mrn, "type": "Mrn"}]))

    assert ended(notify(partner)) == ("done", "enrolled")


def test_a_patient_who_is_gone_between_match_and_change_cannot_be_subscribed(
    partner, known, monkeypatch
):
    monkeypatch.setattr(patient_matching.store, "find_subscriptions", lambda *_: None)

    assert ended(notify(partner)) == ("failed", "change_refused_404")


# --- the order of events ------------------------------------------------------------------------------
def test_an_order_that_was_cancelled_before_it_arrived_does_not_enrol(partner, known):
    clinic, patient = known
    cancel = notification("cancel", eventId="2", eventTimeStamp=CANCELLED)
    assert ended(notify(partner, cancel)) == ("done", "unenrolled")

    assert ended(notify(partner)) == ("ignored", "order_cancelled")
    assert subscription(clinic, patient)["active"] is False


def test_a_cancelled_order_makes_no_patient(partner, peer):
    xealth_clinic()
    enter(email=EMAIL)
    cancel = notification("cancel", eventId="2", eventTimeStamp=CANCELLED)
    assert ended(notify(partner, cancel)) == ("ignored", "no_patient")

    assert ended(notify(partner)) == ("ignored", "order_cancelled")
    assert orders.patients() == []


def test_a_cancellation_that_waits_for_its_turn_stops_the_order_before_it(partner, peer):
    xealth_clinic()
    enter()
    partner.post(orders.NOTIFICATION, notification())
    partner.post(orders.NOTIFICATION, notification("cancel", eventId="2", eventTimeStamp=CANCELLED))

    deliver_all()

    assert {ended(record) for record in orders.records()} == {
        ("ignored", "order_cancelled"),
        ("ignored", "no_patient"),
    }
    assert orders.patients() == []


def test_an_order_that_was_placed_again_after_its_cancellation_counts(partner, known):
    clinic, patient = known
    notify(partner, notification("cancel", eventId="2", eventTimeStamp=CANCELLED))

    later = notification(eventId="3", eventTimeStamp="2024-06-13T08:00:00Z")
    assert ended(notify(partner, later)) == ("done", "enrolled")
    assert subscription(clinic, patient)["active"] is True


def test_a_late_cancellation_of_an_earlier_order_changes_nothing(partner, peer, known):
    clinic, patient = known
    place(peer, changed(order(), "orderInfo.orderId", "order-2"), order_id="order-2")
    newer = notification(eventId="3", orderId="order-2", eventTimeStamp="2024-06-13T08:00:00Z")
    notify(partner, newer)

    cancel = notification("cancel", eventId="2", eventTimeStamp=CANCELLED)
    assert ended(notify(partner, cancel)) == ("ignored", "superseded")
    assert subscription(clinic, patient)["active"] is True


# --- a new patient ------------------------------------------------------------------------------------
def test_an_order_makes_the_patient_with_what_was_entered(partner, peer):
    clinic = xealth_clinic()
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"patientTags": [TAG]}})
    tags = [str(TAG["_id"]), str(ObjectId()), "nonsense", str(TAG["_id"])]
    enter(email="Tomas@Example.org", connectDexcom=True, connectAbbott=True, tags=tags)
    started = clock.now()

    record = notify(partner)

    assert ended(record) == ("done", "account_created")
    assert record["accountCreated"] is True
    (patient,) = orders.patients()
    assert patient["userId"] == record["userId"]
    assert (patient["fullName"], patient["birthDate"], patient["mrn"]) == (NAME, BIRTH_DATE, MRN)
    assert patient["email"] == "tomas@example.org"
    assert set(patient["permissions"]) == {"custodian", "view", "upload", "note"}
    assert patient["creationMetadata"] == {"integration": "xealth"}
    assert patient["tags"] == [TAG["_id"]]
    assert [source["providerName"] for source in patient["dataSources"]] == ["abbott", "dexcom"]
    assert {source["state"] for source in patient["dataSources"]} == {"pending"}
    soon = timedelta(days=29), timedelta(days=31)
    for source in patient["dataSources"]:
        assert soon[0] < source["expirationTime"] - started < soon[1]
    assert {name: len(r) for name, r in patient["providerConnectionRequests"].items()} == {
        "abbott": 1,
        "dexcom": 1,
    }
    own = patient["ehrSubscriptions"]["xealthReports"]
    assert own["active"] is True
    assert [message["id"] for message in own["matchedMessages"]] == [record["documentId"]]
    account = user_service().get_user("tomas@example.org")
    assert account.user_id == patient["userId"]
    counts = db.collection(kept.COUNTS).find_one({"_id": clinic["_id"]})
    assert counts["total"] == 1


def test_the_person_gets_one_mail_of_each_kind(partner, peer):
    xealth_clinic()
    enter(email=EMAIL, connectDexcom=True, connectAbbott=True)

    notify(partner)
    deliver_all()

    assert {message.to[0] for message in mail.outbox} == {EMAIL}
    subjects = [message.subject for message in mail.outbox]
    assert len(subjects) == len(set(map(str, mail.outbox))) == 3, subjects


def test_of_a_child_the_guardian_has_the_address_and_the_child_the_name(partner, peer):
    xealth_clinic()
    enter(
        flow="guardian",
        firstName="Ida",
        lastName="Weir",
        email="ida@example.org",
        connectDexcom=True,
    )

    notify(partner)

    (patient,) = orders.patients()
    assert (patient["fullName"], patient["email"]) == (NAME, "ida@example.org")
    assert [source["providerName"] for source in patient["dataSources"]] == ["dexcom"]


def test_without_an_address_no_one_is_asked_to_connect(partner, peer):
    xealth_clinic()
    enter(connectDexcom=True, connectAbbott=True)

    assert ended(notify(partner)) == ("done", "account_created")
    (patient,) = orders.patients()
    assert patient["email"] is None
    assert not patient.get("dataSources")
    assert not patient.get("tags")
    assert mail.outbox == []


def test_an_address_may_come_with_a_name(partner, peer):
    xealth_clinic()
    enter(email="Tomas Weir <Tomas@example.org>")

    notify(partner)

    assert orders.patients()[0]["email"] == "tomas@example.org"


@pytest.mark.parametrize(
    "preorder",
    [ABSENT, None, {}, {"dataTrackingId": None}],
    ids=["absent", "null", "empty", "without an id"],
)
def test_without_a_pre_order_no_patient_is_made(partner, peer, preorder):
    xealth_clinic()
    place(peer, changed(order(), "preorder", preorder))

    assert ended(notify(partner)) == ("failed", "preorder_required")
    assert orders.patients() == []


@pytest.mark.parametrize("tracking_id", ["", "unknown"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_pre_order_that_is_not_there_stops_the_order(partner, peer, tracking_id, is_known):
    clinic = xealth_clinic()
    if is_known:
        xealth_patient(clinic)
    place(peer, changed(order(), "preorder.dataTrackingId", tracking_id))

    assert ended(notify(partner)) == ("failed", "preorder_missing")


def test_a_pre_order_of_another_person_is_not_used(partner, peer):
    xealth_clinic()
    enter()
    db.collection("xealth_preorder").update_one({}, {"$set": {"personKey": "someone else"}})
    place(peer)

    assert ended(notify(partner)) == ("failed", "preorder_missing")
    assert orders.patients() == []


def test_another_order_than_the_one_that_was_asked_for_is_not_carried_out(partner, peer):
    xealth_clinic()
    enter()
    place(peer, changed(order(), "orderInfo.orderId", "order-of-someone-else"))

    assert ended(notify(partner)) == ("failed", "other_order")
    assert orders.patients() == []


def test_a_pre_order_of_another_clinic_is_not_used(partner, peer):
    xealth_clinic()
    enter()
    db.collection("xealth_preorder").update_one({}, {"$set": {"clinicId": ObjectId()}})

    assert ended(notify(partner)) == ("failed", "preorder_missing")
    assert orders.patients() == []


def test_an_existing_patient_needs_no_pre_order(partner, peer):
    xealth_patient(xealth_clinic())
    place(peer, changed(order(), "preorder", ABSENT))

    assert ended(notify(partner)) == ("done", "enrolled")


@pytest.mark.parametrize("entered", [{"email": EMAIL}, None])
def test_a_cancellation_never_makes_a_patient_and_needs_no_pre_order(partner, peer, entered):
    xealth_clinic()
    if entered is not None:
        enter(**entered)

    assert ended(notify(partner, notification("cancel"))) == ("ignored", "no_patient")
    assert (orders.patients(), user_service().get_user(EMAIL)) == ([], None)


@pytest.mark.parametrize(
    ("rules", "fields", "words"),
    [
        ({"mrnSettings": {"unique": True, "required": True}}, {"birthDate": "1999-01-01"}, "mrn"),
        (
            {"patientCountSettings": {"hardLimit": {"plan": 1}}},
            {"mrn": "other"},
            "patient count exceeds limit",
        ),
    ],
    ids=["MRN", "limit"],
)
def test_a_rule_of_the_clinic_refuses_the_patient(partner, peer, rules, fields, words):
    clinic = xealth_clinic()
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": rules})
    xealth_patient(clinic, **{"permissions": {"custodian": {}}, "requireUniqueMrn": True, **fields})
    enter(email=EMAIL)

    state, reason = ended(notify(partner))

    assert state == "failed"
    assert reason.startswith("account_refused: ")
    assert words in reason.lower()
    assert len(orders.patients()) == 1
    assert user_service().get_user(EMAIL) is None


def test_an_address_of_another_account_refuses_the_patient(partner, peer):
    xealth_clinic()
    make_person("tomas")
    enter(email=make_person("sam").email)

    state, reason = ended(notify(partner))

    assert (state, reason) == ("failed", "account_refused: email address is already taken")
    assert orders.patients() == []


def test_an_address_that_is_none_refuses_the_patient(partner, peer):
    xealth_clinic()
    enter(email="not an address")

    assert ended(notify(partner)) == ("failed", "account_refused: email address is invalid")
    assert orders.patients() == []


def test_two_notifications_at_once_leave_one_patient_and_one_subscription(partner, peer):
    """With other identifiers they have keys of their own, and run side by side."""
    xealth_clinic()
    enter(email=EMAIL)
    more = [{"id": MRN, "type": "mrn"}, {"id": "E-1", "type": "enterprise"}]
    partner.post(orders.NOTIFICATION, notification())
    partner.post(orders.NOTIFICATION, notification(eventId="2", patientIdentity={"ids": more}))
    rows = db.collection(outbox.COLLECTION).find({"event": "xealth.order_notified"})
    threads = [
        threading.Thread(target=deliveries.deliver, args=(row["_id"],)) for row in list(rows)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        for row in db.collection(outbox.COLLECTION).find({"event": "xealth.order_notified"}):
            deliveries.deliver(row["_id"])

    (patient,) = orders.patients()
    assert patient["ehrSubscriptions"]["xealthReports"]["active"] is True
    assert {record["state"] for record in orders.records()} == {"done"}


# --- interrupted --------------------------------------------------------------------------------------
def due_again(minutes=20):
    """All rows that wait are delivered, as if that much time had passed."""
    with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
        for row in list(db.collection(outbox.COLLECTION).find({"state": {"$ne": outbox.DONE}})):
            deliveries.deliver(row["_id"])


class Killed(BaseException):
    """Ends a worker."""


def die(*args, **options):
    raise Killed


@pytest.fixture
def new_patient(partner, peer):
    """An order that makes a patient waits for a worker."""
    xealth_clinic()
    enter(email=EMAIL, connectDexcom=True)
    partner.post(orders.NOTIFICATION, notification())


def work_until_killed():
    with pytest.raises(Killed):
        deliver_all()


def check_carried_out_once():
    for minutes in (20, 40, 60, 80):
        due_again(minutes)
    (patient,) = orders.patients()
    assert patient["email"] == EMAIL
    assert len(patient["providerConnectionRequests"]["dexcom"]) == 1
    assert len(patient["ehrSubscriptions"]["xealthReports"]["matchedMessages"]) == 1
    assert ended(orders.records()[0]) == ("done", "account_created")
    subjects = {message.subject for message in mail.outbox}
    assert len(subjects) == len(mail.outbox) == 2


def test_a_worker_that_dies_between_account_and_record_is_followed_by_another(
    new_patient, monkeypatch
):
    """Its account has the address until it is ended, which must not look like someone else's."""
    with monkeypatch.context() as patched:
        patched.setattr(patients_service, "_insert", die)
        patched.setattr(custodial_accounts, "give_up", lambda *_, **__: None)
        work_until_killed()
    due_again(1)
    assert orders.records()[0]["lastError"] == "account_unfinished"

    check_carried_out_once()


def test_a_worker_that_dies_in_the_transaction_leaves_nothing_of_it(new_patient, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(patient_matching, "update_subscription", die)
        work_until_killed()
    assert orders.patients() == []

    check_carried_out_once()


def test_a_worker_that_dies_before_it_notes_the_end_repeats_nothing(new_patient, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(orders_service, "done", die)
        work_until_killed()

    check_carried_out_once()


# --- matching -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("datasets", ABSENT, "datasets is required"),
        ("datasets", None, "datasets is required"),
        ("datasets.demographicsV1", ABSENT, "demographics is required"),
        ("patientIdentity", ABSENT, "mrn is missing"),
        ("patientIdentity.ids.0.type", "enterprise", "mrn is missing"),
        ("datasets.demographicsV1.birthDate", "", "date of birth is missing"),
        ("datasets.demographicsV1.name", ABSENT, "full name is missing"),
    ],
)
def test_an_order_that_does_not_say_enough_fails(partner, known, peer, path, value, reason):
    place(peer, changed(order(), path, value))
    before = whole_database()

    assert ended(notify(partner)) == ("failed", f"order_incomplete: {reason}")
    assert whole_database() == before


def test_several_patients_fail_the_order(partner, known):
    clinic, _ = known
    xealth_patient(clinic)

    assert ended(notify(partner)) == ("failed", "several_patients")


def test_the_birth_date_has_to_agree(partner, peer):
    """A second record is made; the pre-order has shown the difference to the clinician."""
    xealth_patient(xealth_clinic(), birthDate="1999-01-01")
    enter()

    assert ended(notify(partner)) == ("done", "account_created")
    assert len(orders.patients()) == 2


def test_an_order_for_another_program_fails(partner, known, peer):
    place(peer, changed(order(), "orderInfo.programId", "another"))

    assert ended(notify(partner)) == ("failed", "other_program")


@pytest.mark.parametrize("deployment", ["elsewhere", "", None])
def test_an_order_of_a_deployment_without_clinic_is_ignored(partner, known, peer, deployment):
    place(peer, changed(order(), "orderInfo.deployment", deployment))

    assert ended(notify(partner)) == ("ignored", "no_clinic")


def test_a_clinic_that_was_disconnected_meanwhile_is_ignored(partner, known, peer):
    clinic, _ = known
    partner.post(orders.NOTIFICATION, notification())
    db.collection("clinics").update_one(
        {"_id": clinic["_id"]}, {"$set": {"ehrSettings.enabled": False}}
    )

    deliver_all()

    assert ended(orders.records()[0]) == ("ignored", "no_clinic")
    assert peer.reads == []


def test_two_clinics_of_a_deployment_fail_the_order(partner, known):
    partner.post(orders.NOTIFICATION, notification())
    xealth_clinic()

    deliver_all()

    assert ended(orders.records()[0]) == ("failed", "several_clinics")


def test_an_order_whose_document_is_gone_is_ignored(partner, known):
    partner.post(orders.NOTIFICATION, notification())
    db.collection("xealth_order").delete_many({})

    deliver_all()

    assert ended(orders.records()[0]) == ("ignored", "order_missing")


# --- reading it back ----------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", [404, 429, 500, 401, "close"])
def test_an_order_that_cannot_be_read_yet_is_tried_again(partner, known, peer, answer):
    clinic, patient = known
    peer.answers = [answer] * (3 if answer == "close" else 2)
    record = notify(partner)
    assert record["state"] == "pending"
    assert record["lastError"].startswith("xealth_")
    peer.answers.clear()

    due_again(1)

    assert ended(orders.records()[0]) == ("done", "enrolled")
    assert subscription(clinic, patient)["active"] is True


def test_xealth_says_when_to_come_again(partner, known, peer):
    peer.answers = [(429, [("Retry-After", "600")])]
    notify(partner)

    (row,) = db.collection(outbox.COLLECTION).find({"state": outbox.PENDING})
    assert timedelta(minutes=9) < row["notBefore"] - clock.now() <= timedelta(minutes=10)


def test_an_answer_that_comes_too_late_is_tried_again(partner, known, peer, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(0.05))
    peer.answers = [("hang", 0.2)] * 3

    assert notify(partner)["lastError"] == "xealth_unreachable"


@pytest.mark.parametrize("status", [400, 403, 410])
def test_an_order_that_xealth_refuses_fails_until_staff_start_it_again(
    partner, known, peer, status
):
    peer.answers = [status]
    record = notify(partner)
    assert ended(record) == ("failed", f"xealth_order_refused_{status}")

    assert processing.requeue("xealth_order", record["documentId"]) is True
    deliver_all()

    assert ended(orders.records()[0]) == ("done", "enrolled")


@pytest.mark.parametrize("missing", ["enabled", "client_secret"])
def test_without_credentials_the_order_waits(partner, known, peer, settings, missing):
    partner.post(orders.NOTIFICATION, notification())
    settings.XEALTH = {**settings.XEALTH, missing: ""}

    deliver_all()

    assert orders.records()[0]["lastError"] == "xealth_not_configured"
    assert (peer.reads, peer.tokens) == ([], [])


def test_a_redelivered_or_ended_order_is_not_read_again(partner, known, peer):
    notify(partner)
    rows = list(db.collection(outbox.COLLECTION).find({"event": "xealth.order_notified"}))

    db.collection(outbox.COLLECTION).update_many({}, {"$set": {"state": outbox.PENDING}})
    deliveries.deliver(rows[0]["_id"])

    assert len(peer.reads) == 1


def test_the_stand_in_gives_the_order_back_and_it_is_marked(partner):
    clinic = xealth_clinic()
    patient = xealth_patient(clinic)
    enter()
    order_id = neighbours.place_order(DEPLOYMENT, order())

    assert ended(notify(partner, notification(orderId=order_id))) == ("done", "enrolled")

    assert orders.stored_orders()[0]["embedded"] is True
    assert subscription(clinic, patient)["active"] is True


# --- what cannot be read ------------------------------------------------------------------------------
def test_an_unreadable_order_names_the_place_and_not_the_value(partner, known, peer):
    place(peer, changed(order(), "datasets.demographicsV1.birthDate", "9/30/1979"))

    state, reason = ended(notify(partner))

    assert state == "failed"
    assert reason.startswith("order_unreadable: orderData.datasets.demographicsV1.birthDate must")
    assert "1979" not in reason


@pytest.mark.parametrize("order_id", ["", ".", "..", None])
def test_an_id_that_would_name_another_address_is_not_asked_for(partner, known, peer, order_id):
    record = notify(partner, notification(orderId=order_id))

    assert ended(record) == (
        "failed",
        "order_unreadable: eventNotification.orderId must be the id of an order",
    )
    assert peer.reads == []


def test_a_birth_date_in_the_form_of_the_earlier_service_is_read():
    moment = datetime(1979, 9, 30, tzinfo=UTC)
    data = changed(order(), "datasets.demographicsV1.birthDate", {"time": moment})

    assert read_order(data).subject.demographics.birth_date == BIRTH_DATE
    with pytest.raises(Unreadable):
        read_order(changed(order(), "datasets.demographicsV1.birthDate", {"time": "1979"}))


def test_nothing_of_an_order_is_logged(partner, peer, caplog, capsys):
    xealth_clinic()
    enter(email=EMAIL)
    notify(partner)
    place(peer, changed(order(), "datasets.demographicsV1.name", "Tomas Weir"))
    notify(partner, notification(eventId="2"))

    logged = caplog.text + "".join(capsys.readouterr())
    secrets = (MRN, "Weir", EMAIL, BIRTH_DATE, "a secret", "token-1", ORDER_ID, PROGRAM)
    assert not [word for word in secrets if word in logged]
    assert emitted("xealth.order_notified") == []

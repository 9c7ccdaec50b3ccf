"""Workers that are killed in the middle of orders of Xealth: each person becomes one patient with one subscription and
gets one mail of each kind (rules EHR-165, EHR-175 and EHR-176)."""

import os
import random
import time
from collections import Counter

import pytest

from kernel import clock, db
from tests import mails
from tests.processes.conftest import service_in
from tests.processes.service import comes_true, eventually
from tests.xealth import TOKEN, changed, xealth_clinic
from tests.xealth_orders import NOTIFICATION, notification, order, place, records
from tests.xealth_peer import XealthPeer

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
KILLS, A_BATCH = 12, 4
PEOPLE = KILLS * A_BATCH
SEED = os.environ.get("CHAOS_SEED", "20")
UNFINISHED = "account_unfinished"


@pytest.fixture
def partner():
    server = XealthPeer()
    yield server
    server.close()


@pytest.fixture
def service(tmp_path):
    with service_in(tmp_path / "service") as running_service:
        yield running_service


def address(number):
    return f"person.{number}@example.org"


def enter_and_place(partner, number):
    entered = {"email": address(number), "connectDexcom": True}
    db.collection("xealth_preorder").insert_one(
        {"dataTrackingId": f"t-{number}", "patient": entered}
    )
    body = changed(order(), "preorder.dataTrackingId", f"t-{number}")
    body = changed(body, "patientIdentity.ids.0.id", f"M-{number}")
    body = changed(body, "orderInfo.orderId", f"o-{number}")
    place(partner, body, order_id=f"o-{number}")


def notify(service, number):
    person = {"ids": [{"id": f"M-{number}", "type": "MRN"}]}
    body = notification(orderId=f"o-{number}", eventId=f"e-{number}", patientIdentity=person)
    assert service.post(NOTIFICATION, body, headers=TOKEN).status == 200


def states():
    return Counter(
        record["state"] if record.get("lastError") != UNFINISHED else UNFINISHED
        for record in records()
        if record["state"] != "done"
    )


def make_due(event):
    """Minutes that pass at once."""
    db.collection("outbox").update_many(
        {"event": event, "state": "pending", "notBefore": {"$gt": clock.now()}},
        {"$set": {"notBefore": clock.now()}},
    )


def are_ended():
    """Accounts are ended only when no try is running: it could be the one that has just made the account."""
    waiting = states()
    if waiting and set(waiting) == {UNFINISHED}:
        make_due("patient.account_requested")
        time.sleep(2)
        make_due("xealth.order_notified")
    return not waiting


@pytest.mark.yardstick("D2")
def test_orders_whose_workers_are_killed_make_each_patient_once(service, partner, tmp_path, fault):
    dice, folder = random.Random(SEED), tmp_path / "mail"
    xealth_clinic()
    for number in range(PEOPLE):
        enter_and_place(partner, number)
    service.start(env={**partner.environment(), **mails.environment(folder)})

    for batch in range(KILLS):
        read_before = len(partner.reads)
        for number in range(batch * A_BATCH, (batch + 1) * A_BATCH):
            notify(service, number)
        eventually(lambda before=read_before: len(partner.reads) > before, every=0.01)
        time.sleep(dice.uniform(0, 0.15))
        service.kill_worker("ehr-worker")
        service.start_worker("ehr-worker")
        notify(service, dice.randrange(number + 1))  # Xealth delivers at least once

    began = time.monotonic()
    is_all = comes_true(are_ended, within=400, every=1) and comes_true(
        lambda: mails.count(folder).total() >= 2 * PEOPLE, within=120, every=1
    )
    recovered = time.monotonic() - began
    patients = list(db.collection("patients").find({}))
    numbers = {patient["mrn"] for patient in patients}
    sent = mails.count(folder)
    repeated = [record for record in records() if record["attempts"] > 1]
    unfinished = sum(record.get("lastError") == UNFINISHED for record in repeated)
    fault.says(
        f"workers of Xealth's orders are killed {KILLS} times: {len(repeated)} orders in hand, "
        f"{unfinished} between account and record",
        acknowledged=PEOPLE,
        lost=PEOPLE - len(numbers),
        doubled=sent.total() - len(sent) + len(patients) - len(numbers),
        recovered=recovered,
    )
    assert is_all
    assert sorted(patient["mrn"] for patient in patients) == sorted(
        f"M-{number}" for number in range(PEOPLE)
    )
    for patient in patients:
        subscription = patient["ehrSubscriptions"]["xealthReports"]
        assert (subscription["active"], len(subscription["matchedMessages"])) == (True, 1)
        assert len(patient["providerConnectionRequests"]["dexcom"]) == 1
    assert set(sent.values()) == {1}
    assert len(sent) == 2 * PEOPLE
    assert db.collection("outbox").count_documents({"state": "dead"}) == 0
    assert repeated, "the kills came too late to say anything"

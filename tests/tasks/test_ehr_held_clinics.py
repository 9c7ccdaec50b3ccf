"""Work for health records whose clinic is the source of a merge waits, and goes on by itself (rule MERGE-69)."""

from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId

from clinic_records.services import closures
from ehr.admin import reasons
from kernel import clock, db, outbox
from redox.services import orders, scheduling
from tests import deliveries, ehr
from tests.events import deliver_all
from tests.factories import stored_patient
from tests.xealth import Xealth, xealth_clinic, xealth_patient
from tests.xealth_orders import EMAIL, enter, notify, place
from tests.xealth_peer import XealthPeer

MERGE = ObjectId()
TOKEN = {"verification-token": "redox-test-token"}
WAITING = ("pending", "clinic_held")


@pytest.fixture
def hold():
    """Let a merge hold a clinic, as its source unless `as_target`."""

    def close(clinic, *, as_target=False):
        held, other = clinic["_id"], ObjectId()
        source, target = (other, held) if as_target else (held, other)
        closures.close(MERGE, source_id=source, target_id=target)
        closures.forget()

    return close


def reopen():
    closures.reopen(MERGE)
    closures.forget()


def deliver_again():
    """As it happens when the row is due. Returns how long that was after the try before."""
    (row,) = db.collection(outbox.COLLECTION).find(
        {"state": outbox.PENDING, "attempts": {"$gt": 0}}
    )
    wait = row["notBefore"] - row["updatedTime"]
    with time_machine.travel(row["notBefore"], tick=False):
        deliveries.deliver(row["_id"])
    return wait


def state_of(kind):
    record = ehr.records(kind)[-1]
    return record["state"], record.get("lastError")


def names_of_patients():
    return [patient["fullName"] for patient in db.collection("patients").find({})]


def test_an_order_of_redox_waits_and_goes_on_when_the_clinic_is_open_again(hold, anonymous):
    hold(ehr.ehr_clinic())
    assert anonymous.post("/v1/redox", ehr.order("CREATE"), headers=TOKEN).status_code == 200
    deliver_all()
    for _ in range(5):
        assert state_of("message") == WAITING
        assert deliver_again() <= timedelta(minutes=1)
    assert (ehr.deliveries(), names_of_patients()) == ([], [])

    reopen()
    deliver_again()

    (record,) = ehr.records("message")
    assert (record["state"], record["outcome"]) == ("done", "account_created")
    assert len(names_of_patients()) == 1


def test_an_order_about_a_patient_of_the_source_changes_and_answers_nothing(hold, anonymous):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary())
    hold(clinic)
    assert anonymous.post("/v1/redox", ehr.order("ENABLE"), headers=TOKEN).status_code == 200
    deliver_all()
    assert state_of("message") == WAITING
    assert ehr.deliveries() == []
    assert stored_patient(clinic, patient["userId"]) == patient


def test_an_order_that_meets_the_merge_on_its_way_waits_too(hold, anonymous, monkeypatch):
    """The clinic is closed between the first check and the new account."""
    clinic = ehr.ehr_clinic()
    read = orders.read_connection

    def read_and_hold(*args):
        hold(clinic)
        return read(*args)

    monkeypatch.setattr(orders, "read_connection", read_and_hold)
    assert anonymous.post("/v1/redox", ehr.order("CREATE"), headers=TOKEN).status_code == 200
    deliver_all()

    assert state_of("message") == WAITING
    assert (ehr.deliveries(), names_of_patients()) == ([], [])


def test_an_order_of_xealth_waits_and_goes_on(hold, settings):
    peer = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **peer.configuration()}
    place(peer)
    clinic = xealth_clinic()
    patient = xealth_patient(clinic)
    hold(clinic)
    enter(email=EMAIL)
    notify(Xealth())
    assert state_of("xealth_order") == WAITING
    assert stored_patient(clinic, patient["userId"]) == patient

    reopen()
    deliver_again()

    assert ehr.records("xealth_order")[-1]["outcome"] == "enrolled"
    peer.close()


def test_a_scheduled_send_waits_and_goes_on(hold):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary(uploaded=clock.now()))
    ehr.subscribe(patient)
    scheduling.sync_clinic(clinic["_id"])
    hold(clinic)
    deliver_all()
    assert state_of("scheduled") == WAITING
    assert ehr.deliveries() == []

    reopen()
    deliver_again()

    assert ehr.records("scheduled")[-1]["outcome"] == "sent"


def test_the_target_of_a_merge_and_other_clinics_take_orders(hold, anonymous):
    hold(ehr.ehr_clinic(), as_target=True)
    assert anonymous.post("/v1/redox", ehr.order("CREATE"), headers=TOKEN).status_code == 200
    deliver_all()

    assert ehr.records("message")[-1]["outcome"] == "account_created"


def test_staff_read_that_it_goes_on_by_itself():
    words = "The clinic is being merged with another: it goes on by itself."
    assert reasons.in_words("clinic_held") == words

"""MongoDB goes away at the moment when a mail, a message to Redox or one to a webhook was just sent: the worker notes it
when MongoDB is back, so that no one sends it again (decision 0013)."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect, OperationFailure

from ehr.store import processing as ehr_store
from kernel import db, noting, outbox
from kernel.events import MailRequested
from kernel.outbox import ending
from notifications.store import sent_mails
from patients.services import patients
from patients.services.patient_details import SharedPatient
from redox.clients.redox import EmbeddedRedox
from redox.services import scheduling
from tests import deliveries, ehr
from tests.events import deliver_all
from webhooks.services import hooks
from webhooks.services.hooks import Details
from webhooks.store import deliveries as webhook_store

TRIES = 3
UPLOADED = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def away(monkeypatch):
    """`away(module, name)`: so often MongoDB cannot be reached when the function is called."""
    monkeypatch.setattr(noting, "PAUSE", 0)
    failed = Counter()

    def make(module, name, error=AutoReconnect, times=TRIES):
        original = getattr(module, name)

        def write(*arguments, **others):
            if failed[name] < times:
                failed[name] += 1
                message = "away"
                raise error(message)
            return original(*arguments, **others)

        monkeypatch.setattr(module, name, write)
        return failed

    return make


def only(**query):
    (row,) = db.collection(outbox.COLLECTION).find(query)
    return row


def states():
    return {row["state"] for row in db.collection(outbox.COLLECTION).find({})}


@pytest.fixture
def requested():
    fields = {"recipient": "dot@example.org", "template": "patient_upload_reminder"}
    outbox.emit(MailRequested(**fields, variables={}))
    return only()["_id"]


@pytest.mark.yardstick("D2")
@pytest.mark.parametrize("write", [(sent_mails, "set_state"), (ending, "finish")])
def test_a_mail_is_sent_once(requested, mailoutbox, away, write):
    failed = away(*write)
    assert deliveries.deliver(requested)
    assert failed[write[1]] == TRIES
    assert not deliveries.deliver(requested)
    assert len(mailoutbox) == 1
    assert sent_mails.find(requested)["state"] == "sent"
    assert states() == {"done"}


@pytest.mark.yardstick("D2")
@pytest.mark.usefixtures("quick_report")
def test_each_message_to_redox_is_sent_once(monkeypatch, away):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary(uploaded=UPLOADED))
    ehr.subscribe(patient)
    scheduling.sync_clinic(clinic["_id"])
    sent = []
    send = EmbeddedRedox.send
    monkeypatch.setattr(
        EmbeddedRedox,
        "send",
        lambda client, message: (sent.append(message["Meta"]["DataModel"]), send(client, message)),
    )
    original = ehr_store.set_fields
    failed = away(ehr_store, "set_fields")
    notes_alone = ehr_store.set_fields

    def set_fields(record_id, fields, moment):
        is_of_sends = any(name.startswith("sends.") for name in fields)
        return (notes_alone if is_of_sends else original)(record_id, fields, moment)

    monkeypatch.setattr(ehr_store, "set_fields", set_fields)
    deliveries.drain(only()["queue"])
    assert failed["set_fields"] == TRIES
    assert sorted(sent) == ["Flowsheet", "Notes"]
    (record,) = ehr.records("scheduled")
    assert record["state"] == "done"
    assert record["attempts"] == 1


@pytest.mark.yardstick("D2")
def test_a_message_to_a_webhook_is_sent_once(receiver, clinic, dot, away):
    details = Details(url=receiver.url, kinds=["patient.created"])
    hooks.create(ObjectId(clinic["id"]), details, created_by="tests")
    shared = SharedPatient(permissions=("view",))
    patients.create_patient_from_user(clinic_id=clinic["id"], user_id=dot.user_id, shared=shared)
    failed = away(webhook_store, "end_delivered")
    deliver_all()
    assert failed["end_delivered"] == TRIES
    assert len(receiver.received) == 1
    (delivery,) = db.collection(webhook_store.COLLECTION).find({})
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
    assert states() == {"done"}


def test_an_outage_that_lasts_ends_the_try(requested, mailoutbox, away, monkeypatch):
    monkeypatch.setattr(noting, "LASTS", 0)
    away(sent_mails, "set_state", times=2)
    assert not deliveries.deliver(requested)
    assert only()["state"] == outbox.PENDING


def test_a_fault_of_the_program_is_not_repeated(requested, away):
    failed = away(sent_mails, "set_state", error=OperationFailure, times=1000)
    assert not deliveries.deliver(requested)
    assert failed["set_state"] == 1

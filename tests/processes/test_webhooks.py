"""Webhooks through a real worker: killed while a receiver has the message, and with a receiver that is down."""

import threading

import pytest
from bson import ObjectId

from kernel import db, outbox
from patients.events import PatientCreated
from tests import deliveries
from tests.factories import make_clinic
from tests.processes.service import eventually
from webhooks.services import hooks
from webhooks.services.hooks import Details

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(180)]
WORKER = "ehr-worker"  # which has the queue of webhooks, too
NETWORKS = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def told(receiver):
    """told() lets something happen in a clinic of which the receiver is told."""
    clinic = make_clinic(name="Lakeside")
    details = Details(receiver.url, ["patient.created"])
    hooks.create(clinic["_id"], details, created_by="tests")

    def tell(user_id="0123456789"):
        outbox.emit(PatientCreated(clinic_id=str(clinic["_id"]), user_id=user_id))
        row = db.collection(outbox.COLLECTION).find_one(
            {"handler": "webhooks.tell", "state": outbox.PENDING}
        )
        assert deliveries.deliver(row["_id"])
        outbox.relay()

    return tell


def states():
    return {row["state"] for row in db.collection("webhookDeliveries").find({})}


def delivered():
    outbox.relay()
    return states() == {"delivered"}


def test_a_message_in_the_hands_of_a_killed_worker_comes_again_with_its_id(service, receiver, told):
    has_it, may_answer = threading.Event(), threading.Event()

    def hold():
        has_it.set()
        may_answer.wait(60)

    receiver.before_answer = hold
    service.start(env=NETWORKS, only=(WORKER,))
    told()
    assert has_it.wait(60)
    service.kill_worker(WORKER)
    may_answer.set()
    receiver.before_answer = lambda: None
    service.start_worker(WORKER)

    eventually(delivered, within=90, every=1)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert ObjectId(first.message["id"])


def test_a_receiver_that_was_down_is_told_when_it_is_back(service, receiver, told):
    receiver.status = 503
    service.start(env=NETWORKS, only=(WORKER,))
    told()
    eventually(lambda: receiver.received, within=60)
    receiver.status = 204
    eventually(delivered, within=60, every=1)
    assert len({message["id"] for message in receiver.messages}) == 1

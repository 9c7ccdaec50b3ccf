"""Redox itself breaks: it refuses everything for a while, then works again (rule EHR-109)."""

import time

import pytest

from kernel import clock, db
from tests import ehr
from tests.chaos.test_ehr import dead_rows, run_of, sent, start_sync, subscribed_patients
from tests.processes.conftest import service_in
from tests.processes.service import comes_true, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
PATIENTS = 60
MANY = 100_000  # refusals available; the test ends the outage long before they are used up


@pytest.fixture
def service(tmp_path):
    """On the database and the Redis of the test itself: neither of them breaks here."""
    with service_in(tmp_path / "service") as running_service:
        yield running_service


def refused(peer):
    return MANY - len(peer.answers)


def half_sent(peer):
    """How many have their flowsheet and wait for their note."""
    return sent(peer, "Flowsheet").total() - sent(peer, "Notes").total()


def test_after_redox_has_answered_500_for_a_while_everything_is_sent_once(service, peer, fault):
    clinic = ehr.ehr_clinic()
    subscribed_patients(clinic, PATIENTS)
    service.start(env=peer.environment())
    start_sync(service, clinic)

    # In the middle, so that some have their flowsheet but not yet their note.
    eventually(lambda: len(peer.messages) > 20, within=60, every=0.01)
    peer.answers.extend([500] * MANY)
    # Twice as many as there are patients: the outage lasts into the repetitions.
    eventually(lambda: refused(peer) >= 2 * PATIENTS, within=240)
    refusals, halves = refused(peer), half_sent(peer)
    assert run_of(clinic).waiting > 0, "the outage came too late to say anything"
    peer.answers.clear()

    def is_done():
        """A send that has failed three times waits a quarter of an hour, which is over here. Repeated, because tries
        that were in flight when the outage ended fail only afterwards."""
        db.collection("outbox").update_many(
            {"state": "pending", "notBefore": {"$gt": clock.now()}},
            {"$set": {"notBefore": clock.now()}},
        )
        return run_of(clinic).done == PATIENTS

    began = time.monotonic()
    is_all = comes_true(is_done, within=300, every=1)
    recovered = time.monotonic() - began
    notes, flowsheets = sent(peer, "Notes"), sent(peer, "Flowsheet")
    fault.says(
        f"Redox refuses {refusals} messages, {halves} patients between flowsheet and note",
        acknowledged=PATIENTS,
        lost=PATIENTS - len(notes),
        doubled=notes.total() + flowsheets.total() - len(notes) - len(flowsheets),
        recovered=recovered,
    )
    assert is_all
    assert sorted(notes.values()) == sorted(flowsheets.values()) == [1] * PATIENTS
    assert len({mrn for mrn, _ in notes}) == PATIENTS
    assert dead_rows() == 0

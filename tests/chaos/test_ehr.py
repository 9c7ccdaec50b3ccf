"""EHR processing while things break: poison among good messages, workers killed again and again, Redis lost and empty
(rules EHR-72 and EHR-109 to EHR-111)."""

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from kernel import db, outbox
from redox.services import admin_reads
from tests import ehr
from tests.processes.service import Service, comes_true, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
TOKEN = {"verification-token": "redox-test-token"}
KILLS = 20
PROCESSES = 2  # of one worker: those that a kill can hit between Redox's answer and its record
SEED = os.environ.get("CHAOS_SEED", "20")


@pytest.fixture
def service(tmp_path, backing):
    """On the database that the test sees, with a Redis that may be lost."""
    folder = tmp_path / "service"
    folder.mkdir()
    names = ("MONGODB_URI", "TIDEPOOL_CLINIC_DATABASE_NAME")
    environment = {name: os.environ[name] for name in names} | {"REDIS_URL": f"{backing.redis}/0"}
    running_service = Service(folder, {"SECRET_KEY": settings.SECRET_KEY, **environment})
    yield running_service
    running_service.stop()


def subscribed_patients(clinic, count):
    """Each has an order of their own, so that a message shows whom it is about."""
    for number in range(count):
        mrn = f"M-{number}"
        patient = ehr.ehr_patient(clinic, mrn=mrn, summary=ehr.summary())
        ehr.subscribe(patient, order_about(mrn))


def order_about(mrn, code="ENABLE"):
    message = ehr.order(code)
    message["Patient"]["Identifiers"] = [{"ID": mrn, "IDType": "MRN"}]
    return message


def start_sync(service, clinic):
    path = f"/v1/clinics/{clinic['_id']}/ehr/sync"
    assert service.post(path, token=service.server_token(), timeout=60).status == 202


def sent(peer, model):
    """MRN and document of each message of that kind, once per time it arrived."""
    return Counter(
        (m["Patient"]["Identifiers"][0]["ID"], (m.get("Note") or {}).get("DocumentID"))
        for m in list(peer.messages)
        if m["Meta"]["DataModel"] == model
    )


def run_of(clinic):
    last = admin_reads.find_last_run(clinic["_id"])
    return admin_reads.find_run(last.id) if last else None


def dead_rows():
    return db.collection(outbox.COLLECTION).count_documents({"state": outbox.DEAD})


def unprocessable(number):
    """Failures that trying again cannot fix."""
    message = order_about(f"M-{number}")
    if number % 2:
        return {**message, "Patient": "unreadable"}
    return {**message, "Meta": {**message["Meta"], "Source": {"ID": f"unknown-{number}"}}}


def mixed_message(number):
    if number % 100 == 99:
        return unprocessable(number // 100)
    if number % 5 == 0:
        return {**ehr.order(), "Meta": {"DataModel": "Scheduling", "EventType": "New"}}
    codes = ("ENABLE", "DISABLE", "SOMETHING-ELSE")
    return order_about(f"M-{number % 50}", codes[number % 3])


@pytest.mark.yardstick("D5")
def test_unprocessable_messages_among_a_thousand_are_parked_and_stop_no_other(service, fault):
    clinic = ehr.ehr_clinic()
    for number in range(50):
        ehr.ehr_patient(clinic, mrn=f"M-{number}", summary=ehr.summary())
    service.start()

    with ThreadPoolExecutor(8) as senders:
        answers = senders.map(
            lambda number: service.post("/v1/redox", mixed_message(number), headers=TOKEN),
            range(1000),
        )
        assert {answer.status for answer in answers} == {200}

    def settled():
        counts = Counter(record["state"] for record in ehr.records("message"))
        return counts if counts["pending"] + counts["running"] == 0 else None

    states = eventually(settled, within=400, every=1)
    fault.says(
        "ten of a thousand messages are unreadable", acknowledged=1000, lost=1000 - states.total()
    )
    assert states["failed"] == 10
    assert states.total() == 1000
    failed = [record for record in ehr.records() if record["state"] == "failed"]
    reasons = {record["lastError"].partition(":")[0] for record in failed}
    assert reasons == {"order_unreadable", "no_clinic"}
    assert dead_rows() == 10


@pytest.mark.yardstick("D2")
def test_a_sync_whose_workers_are_killed_repeatedly_sends_each_patient_one_note(
    service, peer, fault
):
    dice, count = random.Random(SEED), 1000
    clinic = ehr.ehr_clinic()
    subscribed_patients(clinic, count)
    service.start(env=peer.environment())
    start_sync(service, clinic)

    for _ in range(KILLS):
        messages_before = len(peer.messages)
        eventually(
            lambda before=messages_before: len(peer.messages) > before, within=60, every=0.02
        )
        time.sleep(dice.uniform(0, 1))
        service.kill_worker("ehr-worker")
        service.start_worker("ehr-worker")
    assert run_of(clinic).waiting > 0, "the kills came too late to say anything"

    began = time.monotonic()
    is_all = comes_true(lambda: run_of(clinic).done == count, within=400, every=1)
    recovered = time.monotonic() - began
    notes, flowsheets = sent(peer, "Notes"), sent(peer, "Flowsheet")
    copies = notes.total() + flowsheets.total() - len(notes) - len(flowsheets)
    fault.says(
        f"workers of a sync are killed {KILLS} times",
        acknowledged=count,
        lost=count - len({mrn for mrn, _ in notes}),
        doubled=copies,
        window="killed between Redox's answer and the record",
        recovered=recovered,
    )
    assert is_all
    assert len({mrn for mrn, _ in notes}) == len(notes) == len(flowsheets) == count
    assert copies <= KILLS * PROCESSES


def test_a_redis_that_restarts_empty_loses_no_send(service, peer, backing, fault):
    count = 300
    clinic = ehr.ehr_clinic()
    subscribed_patients(clinic, count)
    service.start(env=peer.environment())
    start_sync(service, clinic)

    eventually(lambda: len(peer.notes()) > 20, within=60)
    backing.kill("redis")
    backing.revive("redis")
    began = time.monotonic()
    assert len(peer.notes()) < count
    is_all = comes_true(lambda: run_of(clinic).done == count, within=300, every=1)
    notes = sent(peer, "Notes")
    fault.says(
        "Redis restarts empty in the middle of a sync",
        acknowledged=count,
        lost=count - len(notes),
        doubled=notes.total() - len(notes),
        recovered=time.monotonic() - began,
    )
    assert is_all
    assert sorted(notes.values()) == [1] * count

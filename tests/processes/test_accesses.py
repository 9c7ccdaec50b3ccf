"""The real processes: what they record is there a second later, and an orderly end loses nothing."""

import os
import signal
import time
from datetime import timedelta

import pytest

from kernel import clock, db
from kernel.accesses.checking import Check
from kernel.accesses.processes import list_silent
from kernel.accesses.recording import EVERY
from kernel.accesses.rows import PROCESSES, RECORDS
from tests.cast import make_person
from tests.processes.service import eventually

TO_WRITE = 1.0  # seconds that a batch may take on a busy machine
pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def records(**query):
    return list(db.collection(RECORDS).find(query))


def patient_of(service):
    """The path of a new patient, and the token of someone who sees it."""
    token = make_person("Ada Admin", roles=("clinician",)).token
    profile = {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}
    clinic = service.post("/v1/clinics", profile, token=token).json()
    path = f"/v1/clinics/{clinic['id']}/patients"
    person = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    return f"{path}/{service.post(path, person, token=token).json()['id']}", token


@pytest.mark.yardstick("A1")
@pytest.mark.walk
def test_an_orderly_end_loses_no_access(service):
    service.start(only=("web", "worker", "ehr-worker"))
    path, token = patient_of(service)
    user_id = path.rpartition("/")[2]
    eventually(lambda: records(operation="clinics.fill_profile", patient=user_id))

    for _ in range(20):
        assert service.get(path, token=token).status == 200
    for name in ("web", "worker", "ehr-worker"):
        service.terminate(name)

    assert len(records(operation="GetPatient", patient=user_id)) == 20
    heads = list(db.collection(PROCESSES).find({}))
    assert len(heads) >= 2
    assert [head["host"] for head in heads if head["ended"] is None] == []
    assert list(Check().flaws()) == []


@pytest.mark.yardstick("A1")
@pytest.mark.walk
def test_a_killed_process_loses_no_more_than_a_second_and_is_noticed(service):
    """Kill -9 while requests are answered: what was answered more than the time of a batch before is recorded."""
    service.start(only=("web",))
    path, token = patient_of(service)
    eventually(lambda: records(operation="CreatePatientAccount"))
    writers = [head for head in db.collection(PROCESSES).find({}) if head["ended"] is None]
    answered = {}  # request -> when
    while len(answered) < 60:
        request = f"look{len(answered)}"
        options = {"token": token, "headers": {"x-tidepool-trace-request": request}}
        assert service.get(path, **options).status == 200
        answered[request] = time.monotonic()
        time.sleep(0.05)
    killed = time.monotonic()
    for head in writers:
        os.kill(head["pid"], signal.SIGKILL)

    recorded = {record["request"] for record in records(operation="GetPatient")}
    lost = [killed - moment for request, moment in answered.items() if request not in recorded]
    oldest = max(lost, default=0)
    print(f"{len(lost)} of {len(answered)} lost, the oldest {oldest:.2f} s before")  # noqa: T201
    assert oldest < EVERY + TO_WRITE

    silent = {"seen": clock.now() - timedelta(seconds=61)}
    here = {"_id": {"$in": [head["_id"] for head in writers]}}
    db.collection(PROCESSES).update_many(here, {"$set": silent})
    assert {process.process for process in list_silent()} == {head["_id"] for head in writers}
    assert list(Check().flaws()) == []

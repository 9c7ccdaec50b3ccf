"""The real processes: what they record is there a second later, and an orderly end loses nothing."""

import pytest

from kernel import db
from kernel.accesses.checking import Check
from kernel.accesses.rows import PROCESSES, RECORDS
from tests.cast import make_person
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def records(**query):
    return list(db.collection(RECORDS).find(query))


def test_an_orderly_end_loses_no_access(service):
    service.start()
    person = make_person("Ada Admin", roles=("clinician",))
    clinic = service.post(
        "/v1/clinics",
        {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"},
        token=person.token,
    ).json()
    path = f"/v1/clinics/{clinic['id']}/patients"
    made = service.post(
        path, {"fullName": "Iris Example", "birthDate": "1984-05-06"}, token=person.token
    ).json()
    eventually(lambda: records(operation="clinics.fill_profile", patient=made["id"]))

    for _ in range(20):
        assert service.get(f"{path}/{made['id']}", token=person.token).status == 200
    for name in ("web", "worker", "ehr-worker"):
        service.terminate(name)

    assert len(records(operation="GetPatient", patient=made["id"])) == 20
    heads = list(db.collection(PROCESSES).find({}))
    assert len(heads) >= 2
    assert [head["host"] for head in heads if head["ended"] is None] == []
    assert list(Check().flaws()) == []

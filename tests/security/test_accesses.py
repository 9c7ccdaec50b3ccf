"""Every access to patients' data leaves one record: every operation × done and refused, and work in the background."""

import re
from contextlib import suppress

import orjson
import pytest
from bson import ObjectId

from clinics_site import checks
from kernel import accesses, db, policy, waiting
from kernel.accesses import declarations, recording
from kernel.accesses.rows import BATCHES, PROCESSES, RECORDS
from kernel.errors import Unavailable
from tests import accesses as seen
from tests import cast
from tests.bodies import PATIENT, TOKEN, sample
from tests.cast import Api, described_operations, json_body_of
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient
from tests.policy.callers import STRANGER, call

FIELDS = {"time", "who", "kind", "operation", "outcome", "request"}
RECORDED = [name for name, access in declarations.table().items() if access.is_recorded]
MARKER = "Zqmarker"


@pytest.mark.yardstick("A1")
def test_every_operation_says_what_it_touches():
    assert declarations.table().keys() == set(described_operations())


@pytest.fixture
def body_of():
    def body(name):
        _, _, operation = described_operations()[name]
        schema = json_body_of(operation)
        return None if schema is None else orjson.dumps(sample(schema))

    return body


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("name", sorted(declarations.table()))
def test_one_call_is_one_record(world, body_of, name):
    """Whatever becomes of it; and none, where no patient is concerned."""
    seen.forget()
    response = world.send(name, body_of(name))
    if name not in RECORDED:
        assert seen.recorded() == []
        return
    record = seen.the_record()
    assert (record["operation"], record["outcome"]) == (name, str(response.status_code))
    assert record.keys() >= FIELDS
    assert record["kind"] in ("user", "service", "ehr", "anonymous")
    if "{clinicId}" in described_operations()[name][1]:
        assert record["clinic"] == ObjectId(world.ids["clinicId"])
    assert ("list" in record) == declarations.table()[name].is_list


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("name", RECORDED)
def test_refused_calls_are_recorded(clinic, backend, eve, name):
    ids = {"clinicId": clinic["id"]}
    is_external = policy.is_external(name)
    for api, kind, who in (
        (Api(), "anonymous", ""),
        (Api("x"), "anonymous", ""),
        (eve.api, "user", eve.user_id),
    ):
        seen.forget()
        response = call(api, name, **ids)
        record = seen.the_record(operation=name)
        assert record["outcome"] == str(response.status_code)
        assert (record["kind"], record["who"]) == (
            ("anonymous", "") if is_external else (kind, who)
        )
        parameter = declarations.table()[name].patient
        assert record.get("patient") == (STRANGER if parameter else None)


def test_who_has_read_a_patient(clinic, ben, backend, dot):
    patient = ben.api.post(f"/v1/clinics/{clinic['id']}/patients", PATIENT).json()
    seen.forget()
    path = f"/v1/clinics/{clinic['id']}/patients/{patient['id']}"
    for api in (ben.api, backend, dot.api):
        api.get(path, headers={"x-tidepool-trace-request": "abc123"})
    first, second, third = seen.recorded()

    assert set(first) == FIELDS | {"_id", "clinic", "patient"}
    assert (first["who"], first["kind"], first["outcome"]) == (ben.user_id, "user", "200")
    assert (first["clinic"], first["patient"]) == (ObjectId(clinic["id"]), patient["id"])
    assert first["request"] == "abc123"
    assert second["kind"] == "service"
    assert (third["who"], third["outcome"]) == (dot.user_id, "403")


def test_a_new_patient_is_known_from_the_answer(clinic, ben):
    patient = ben.api.post(f"/v1/clinics/{clinic['id']}/patients", PATIENT).json()
    assert seen.the_record(operation="CreatePatientAccount")["patient"] == patient["id"]


def test_a_list_says_what_was_asked_and_how_much_was_shown(clinic, ben):
    for number in range(3):
        make_patient({"_id": ObjectId(clinic["id"])}, fullName=f"Zoe {number}")
    ben.api.get(f"/v1/clinics/{clinic['id']}/patients?search=Zoe&offset=1&limit=5&{MARKER}=1")
    assert seen.the_record(operation="ListPatients")["list"] == {
        "by": ["limit", "offset", "search"],
        "offset": 1,
        "shown": 2,
    }


def test_a_search_across_clinics_is_a_list(clinic, ben):
    patient = make_patient({"_id": ObjectId(clinic["id"])}, mrn="A1", birthDate="1984-05-06")
    ben.api.get("/v1/patients?mrn=A1&birthDate=1984-05-06")
    record = seen.the_record(operation="FindPatients")
    assert record["list"] == {"by": ["birthDate", "mrn"], "shown": 1}
    assert "clinic" not in record
    assert record["patient"] == patient["userId"]


@pytest.mark.parametrize(("numbers", "is_named"), [(0, False), (1, True), (2, False)])
def test_a_list_of_one_names_the_patient(clinic, ben, numbers, is_named):
    patients = [make_patient({"_id": ObjectId(clinic["id"])}) for _ in range(numbers)]
    ben.api.get(f"/v1/clinics/{clinic['id']}/patients")
    record = seen.the_record(operation="ListPatients")
    assert record["list"]["shown"] == numbers
    assert record.get("patient") == (patients[0]["userId"] if is_named else None)


def test_whose_summary_was_removed(clinic, backend):
    summary = {"cgmStats": {"id": "a" * 24}}
    patient = make_patient({"_id": ObjectId(clinic["id"])}, summary=summary)
    assert backend.delete(f"/v1/summaries/{'a' * 24}/clinics").status_code == 200
    assert seen.the_record(operation="DeletePatientSummary")["patient"] == patient["userId"]


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("length", [1_200, 12_000])
@pytest.mark.parametrize("name", [name for name in RECORDED if declarations.table()[name].is_list])
def test_no_query_hides_an_access(clinic, ben, eve, monkeypatch, name, length):
    """Django refuses a query of more than a thousand parameters by itself, which no description lists."""
    monkeypatch.setattr(cast, "check_against_description", lambda response: None)
    query = "&".join(f"p{number}=1" for number in range(length // 6))
    for api in (ben.api, eve.api, Api()):
        seen.forget()
        response = call(api, name, query=f"?{query}", clinicId=clinic["id"])
        record = seen.the_record(operation=name)
        assert record["outcome"] == str(response.status_code)
        assert record["list"]["by"] == []


@pytest.mark.yardstick("A1")
def test_what_waits_for_its_end_is_recorded_at_its_beginning(clinic, backend):
    """Once, however often the web server runs it again: its client may leave before there is an end."""
    merge = {"sourceId": str(make_clinic()["_id"])}
    wait = {waiting.ENVIRON_KEY: waiting.Wait()}
    seen.forget()
    for _ in range(3):
        with pytest.raises(waiting.AnswerLater):
            backend.post(f"/v1/clinics/{clinic['id']}/merge", merge, **wait)
    record = seen.the_record(operation="MergeClinic")
    assert (record["outcome"], record["kind"]) == ("begun", "service")


@pytest.mark.yardstick("A2")
def test_no_value_is_recorded(clinic, ben, backend, eve):
    """Markers in every path, query, body and header."""
    for method, path, _ in described_operations().values():
        for url in (re.sub(r"{(\w+)}", MARKER, path), path.replace("{clinicId}", clinic["id"])):
            for api in (backend, ben.api, eve.api, Api(MARKER)):
                headers = {"x-tidepool-server-name": MARKER, "User-Agent": MARKER}
                query = f"?search={MARKER}&offset={MARKER}&{MARKER}={MARKER}"
                api.request(method, url + query, {"fullName": MARKER}, headers=headers)
    deliver_all()
    recording.end()

    for name in (RECORDS, BATCHES, PROCESSES):
        text = str(list(db.collection(name).find({})))
        assert len(text) > 100
        assert MARKER.lower() not in text.lower()


@pytest.mark.yardstick("A4")
@pytest.mark.parametrize("name", RECORDED)
def test_what_cannot_be_recorded_is_not_done(world, body_of, monkeypatch, written, name):
    """Rule ACCOUNT-171."""
    monkeypatch.setattr(recording, "MOST_WAITING", 0)
    written.clear()
    assert world.send(name, body_of(name)).status_code == 503
    assert written <= {"accessRecords"}
    monkeypatch.setattr(recording, "MOST_WAITING", 10)
    assert world.send(name, body_of(name)).status_code != 503


def test_other_operations_go_on_without_records(clinic, ben, monkeypatch):
    monkeypatch.setattr(recording, "MOST_WAITING", 0)
    assert ben.api.get(f"/v1/clinics/{clinic['id']}").status_code == 200


def test_a_request_sends_no_command_for_its_record(clinic, ben, mongo_commands):
    patient = ben.api.post(f"/v1/clinics/{clinic['id']}/patients", PATIENT).json()
    with mongo_commands() as names:
        ben.api.get(f"/v1/clinics/{clinic['id']}/patients/{patient['id']}")
    assert set(names) <= {"find", "aggregate"}
    assert seen.recorded(operation="GetPatient")


def test_a_health_record_system_is_named(clinic, backend):
    call(Api(), "ProcessEHRMessage", headers=TOKEN, body=b"{}")
    record = seen.the_record(operation="ProcessEHRMessage")
    assert (record["kind"], record["who"]) == ("ehr", "redox")


@pytest.mark.yardstick("A5")
def test_records_outlive_the_clinic_and_the_accounts_that_they_name(clinic, ben, backend):
    patient = ben.api.post(f"/v1/clinics/{clinic['id']}/patients", PATIENT).json()
    before = seen.recorded()
    assert backend.delete(f"/v1/users/{patient['id']}/clinics").status_code == 200
    assert backend.delete(f"/v1/users/{ben.user_id}/clinics").status_code == 200
    assert backend.delete(f"/v1/clinics/{clinic['id']}").status_code == 204
    deliver_all()
    assert db.collection("clinics").find_one({}) is None
    assert before != []
    assert [record for record in seen.recorded() if record in before] == before


# --- in the background ------------------------------------------------------------------------------
@pytest.mark.yardstick("A1")
def test_every_event_says_what_it_touches():
    assert checks.every_event_says_what_it_touches() == []


@pytest.mark.yardstick("A1")
def test_a_handler_leaves_a_record(clinic, ben):
    patient = ben.api.post(f"/v1/clinics/{clinic['id']}/patients", PATIENT).json()
    seen.forget()
    deliver_all()
    record = seen.the_record(operation="clinics.fill_profile")
    assert (record["kind"], record["who"], record["outcome"]) == ("system", "", "done")
    assert (record["clinic"], record["patient"]) == (ObjectId(clinic["id"]), patient["id"])


@pytest.mark.yardstick("A1")
def test_a_try_that_fails_leaves_a_record():
    with suppress(ZeroDivisionError), accesses.in_background("x", accesses.SOMEONE):
        accesses.note_patient(STRANGER)
        1 / 0  # noqa: B018
    record = seen.the_record()
    assert (record["outcome"], record["patient"]) == ("failed", STRANGER)


@pytest.mark.yardstick("A4")
def test_a_handler_waits_where_nothing_can_be_recorded(monkeypatch):
    monkeypatch.setattr(recording, "MOST_WAITING", 0)
    with pytest.raises(Unavailable), accesses.in_background("x", accesses.SOMEONE):
        pytest.fail("it was begun")


def test_several_patients_are_a_list():
    with accesses.in_background("x", accesses.SOMEONE):
        accesses.note_patient(STRANGER)
        accesses.note_patient("0000000000")
    record = seen.the_record()
    assert record["list"] == {"by": [], "shown": 2}
    assert "patient" not in record

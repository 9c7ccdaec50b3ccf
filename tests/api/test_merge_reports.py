"""GenerateMergeReport (rules MERGE-3, MERGE-31 and MERGE-32)."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import orjson
import pytest
import time_machine

from kernel import db
from tests.factories import make_clinic, make_patient
from tests.services import test_held_clinics

NOW = datetime(2025, 5, 2, 3, 4, 5, tzinfo=UTC)
JSON = "application/json"


@pytest.fixture
def clinics():
    source, target = make_clinic(name="Lakeside"), make_clinic(name="Hillside")
    make_patient(source, fullName="Ada", userId="aaaaaaaaaa", mrn="1", birthDate="2000-01-01")
    make_patient(target, fullName="Ada", userId="bbbbbbbbbb", mrn="1")
    return source, target


def ask(caller, source_id, target_id, **headers):
    path = f"/v1/clinics/{target_id}/reports/merge"
    return caller.post(path, {"sourceId": str(source_id)}, headers=headers)


def content(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    "accept", [None, "*/*", "application/vnd.ms-excel", f"{JSON}, */*", "text/html"]
)
def test_the_answer_is_a_workbook(backend, clinics, accept):
    source, target = clinics
    headers = {"Accept": accept} if accept else {}
    with time_machine.travel(NOW, tick=False):
        response = ask(backend, source["_id"], target["_id"], **headers)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/vnd.ms-excel"
    name = "attachment; filename=merge-report-1746155045.xlsx"
    assert response.headers["Content-Disposition"] == name
    assert response.headers["Cache-Control"] == "no-store"
    body = content(response)
    assert int(response.headers["Content-Length"]) == len(body)
    summary = openpyxl.load_workbook(BytesIO(body))["Summary"]
    assert [summary.cell(row, 2).value for row in (5, 6, 7)] == ["Lakeside", "Hillside", "Yes"]


def test_the_answer_is_the_plan_if_exactly_json_is_asked_for(backend, clinics):
    source, target = clinics
    with time_machine.travel(NOW, tick=False):
        response = ask(backend, source["_id"], target["_id"], Accept=JSON)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == JSON
    plan = orjson.loads(content(response))
    assert set(plan) == {
        *("Source", "Target", "CreatedTime", "MembershipRestrictionsMergePlan", "SettingsPlans"),
        *("TagsPlans", "SitesPlans", "ClinicianPlans", "PatientPlans"),
        *("SourcePatientClusters", "TargetPatientClusters"),
        *("CanExecute", "Problems", "Numbers"),
    }
    assert plan["Source"]["Name"] == "Lakeside"
    assert plan["CreatedTime"] == "2025-05-02T03:04:05Z"
    ada, other = plan["PatientPlans"]
    assert ada["PatientAction"] == "MOVE"
    assert ada["SourcePatient"]["FullName"] == "Ada"
    [conflict] = ada["Conflicts"]["Likely Duplicate Accounts"]
    assert conflict["Patient"] == other["TargetPatient"]
    assert (other["PatientAction"], other["SourcePatient"]) == ("RETAIN", None)
    assert plan["Numbers"]["LikelyDuplicates"] == 1


def test_an_invite_is_named_by_its_invite_id(backend, clinics):
    source, target = clinics
    invite = {"clinicId": source["_id"], "inviteId": "key7", "email": "i@example.org", "roles": []}
    db.collection("clinicians").insert_one(invite)
    plan = orjson.loads(content(ask(backend, source["_id"], target["_id"], Accept=JSON)))
    [problem] = plan["Problems"]
    assert (problem["Code"], problem["Subjects"]) == ("pending_invites", ["key7"])
    assert plan["ClinicianPlans"][0]["Clinician"]["InviteId"] == "key7"


def keys_of(value):
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def test_all_keys_are_in_pascal_case_but_the_categories(backend, clinics):
    source, target = clinics
    plan = orjson.loads(content(ask(backend, source["_id"], target["_id"], Accept=JSON)))
    words = {key for key in keys_of(plan) if " " not in key}
    assert all(word[0].isupper() and word.isalpha() for word in words)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "request body has an error: value is required but missing"),
        ({}, "bad request: the id of the source clinic is required"),
    ],
)
def test_a_source_is_needed(backend, clinics, body, message):
    response = backend.post(f"/v1/clinics/{clinics[1]['_id']}/reports/merge", body)
    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("source_id", ["", "x", "z" * 24, 7, None])
def test_the_source_has_to_be_an_id(backend, clinics, source_id):
    path = f"/v1/clinics/{clinics[1]['_id']}/reports/merge"
    assert backend.post(path, {"sourceId": source_id}).status_code == 400


def test_a_clinic_is_not_merged_into_itself(backend, clinics):
    _, target = clinics
    response = ask(backend, target["_id"], target["_id"])
    assert response.status_code == 400
    assert response.json() == {"message": "bad request: a clinic cannot be merged into itself"}


@pytest.mark.parametrize("held", [0, 1])
def test_no_part_of_a_clinic_is_reported_while_it_is_merged(backend, clinics, held):
    clinic_ids = [clinic["_id"] for clinic in clinics]
    test_held_clinics.hold(clinic_ids[held], test_held_clinics.TARGET)
    answer = ask(backend, *map(str, clinic_ids))
    assert answer.status_code == 409
    assert test_held_clinics.TEXTS["target"] in answer.content.decode()
    test_held_clinics.reopen()


def test_both_clinics_have_to_exist(backend, clinics):
    source, target = clinics
    for pair in ((source["_id"], "a" * 24), ("a" * 24, target["_id"])):
        response = ask(backend, *pair)
        assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})


def test_a_report_changes_nothing(backend, clinics):
    source, target = clinics
    stored = ("clinics", "clinicians", "patients", "outbox", "clinicMerges")
    before = {name: list(db.collection(name).find({})) for name in stored}
    content(ask(backend, source["_id"], target["_id"]))
    assert {name: list(db.collection(name).find({})) for name in stored} == before

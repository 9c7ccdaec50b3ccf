"""Test match: what the saved settings make of an order, without carrying it out (rules EHR-15 to EHR-50)."""

import json

import pytest

from kernel import db
from tests import ehr
from tests.admin.conftest import ROLES, events, text

NAMES = ("redox", "ehrProcessing", "patients", "clinics", "outbox", "redoxDeliveries")


@pytest.fixture
def clinic():
    return ehr.ehr_clinic()


@pytest.fixture
def mara(clinic):
    return ehr.ehr_patient(clinic)


def path(clinic):
    return f"clinics/{clinic['_id']}/test-match"


def tried(person, clinic, message):
    answer = person.post(path(clinic), order=json.dumps(message))
    assert answer.status_code == 200, text(answer)
    return answer.context["result"]


def state():
    return {name: list(db.database()[name].find({})) for name in NAMES}


def test_it_is_open_to_the_role_integration(clinic, staff, bare_frame):
    for role in ROLES:
        assert (staff(role).get(path(clinic)).status_code == 200) == (role == "integration"), role
    assert "Test an order" in text(staff("integration").get(f"clinics/{clinic['_id']}/"))
    assert "Test an order" not in text(staff("viewer").get(f"clinics/{clinic['_id']}/"))


OUTCOMES = {
    "ENABLE": ("are switched on", "No matching patients were found"),
    "DISABLE": ("are switched off", "No matching patients were found"),
    "CREATE": ("Someone is known already", "an account is made"),
    "CREATE-ENABLE": ("no account is made", "an account is made and reports are switched on"),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_an_order_says_what_it_would_do_and_does_nothing(code, clinic, mara, staff):
    before, person = state(), staff("integration")
    with_match, without = OUTCOMES[code]
    result = tried(person, clinic, ehr.order(code))
    assert with_match in result["outcome"]
    assert [patient["id"] for patient in result["patients"]] == [mara["userId"]]
    stranger = {"Identifiers": [{"ID": "ZZ-9", "IDType": "MRN"}],
                "Demographics": {"FirstName": "No", "LastName": "One", "DOB": "1970-01-01"}}  # fmt: skip
    assert without in tried(person, clinic, ehr.order(code, Patient=stranger))["outcome"]
    assert state() == before


def test_several_patients_are_all_shown(clinic, mara, staff):
    second = ehr.ehr_patient(clinic)
    result = tried(staff("integration"), clinic, ehr.order())
    assert {patient["id"] for patient in result["patients"]} == {mara["userId"], second["userId"]}
    assert "Multiple matching patients were found" in result["outcome"]


def test_names_are_shown_to_those_who_see_patients_and_the_look_is_recorded(clinic, mara, staff):
    message = json.dumps(ehr.order(Patient={
        "Identifiers": [{"ID": "QX-1", "IDType": "MRN"}], "Demographics": {"DOB": "1991-04-17", "LastName": "X"},
    }))  # fmt: skip
    page = text(staff("integration").post(path(clinic), order=message))
    assert mara["userId"] in page
    assert "Mara Quill" not in page
    assert "Mara Quill" in text(staff("integration", "support").post(path(clinic), order=message))
    event = events(action="ehr.match_tested")[-1]
    assert event["scope"]["patients"] == [mara["userId"]]
    assert not [value for value in ("Quill", "QX-1", "1991") if value in str(events())]


def test_the_sample_reaches_this_clinic_and_no_patient(clinic, mara, staff):
    person = staff("integration")
    sample = person.get(path(clinic)).context["form"].initial["order"]
    result = tried(person, clinic, json.loads(sample))
    assert (result["is_here"], result["procedure"]) == (True, "Enable summary reports")
    assert result["patients"] == []


WRONG = {
    "another source": ({"Meta": {"DataModel": "Order", "EventType": "New", "Source": {"ID": "x"}}}, "find a matching clinic"),
    "no source": ({"Meta": {"DataModel": "Order", "EventType": "New"}}, "Source id is required"),
    "not an order": ({"Meta": {"DataModel": "Results", "EventType": "New"}}, "not a new order"),
    "wrong type": ({"Order": 5}, "must be an object"),
    "another code": ({"Order": {"Procedure": {"Code": "X"}}}, "no procedure of the clinic has this code"),
    "no birth date": ({"Patient": {"Identifiers": [{"ID": "1", "IDType": "MRN"}]}}, "ate of birth is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_would_end_an_order_is_said(name, clinic, mara, staff):
    changed, words = WRONG[name]
    result = tried(staff("integration"), clinic, ehr.order(**changed))
    assert words.lower() in result["problem"].lower()
    assert result["outcome"] == ""


def test_an_order_for_another_clinic_shows_no_patient_of_it(clinic, mara, staff):
    other = ehr.ehr_clinic(sourceId="another")
    answer = staff("integration", "support").post(path(other), order=json.dumps(ehr.order()))
    assert "another clinic" in text(answer)
    assert answer.context["result"]["patients"] == []


def test_missing_destinations_are_named(staff):
    clinic = ehr.ehr_clinic(destinationIds={"flowsheet": "f"})
    result = tried(staff("integration"), clinic, ehr.order())
    assert set(result["trial"].missing) == {"results", "notes"}


@pytest.mark.parametrize("typed", ["", "no JSON", "[]", "5", '{"a": }', "a\x07b"])
def test_what_is_no_order_is_refused_beside_the_field(typed, clinic, staff):
    answer = staff("integration").post(path(clinic), order=typed)
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in text(answer)


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    "wrong", [None, 5, "x", [], {"procedureCodes": 5}, {"enabled": True, "sourceId": 5}]
)
def test_broken_settings_fail_no_page(wrong, clinic, staff):
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, {"$set": {"ehrSettings": wrong}})
    person = staff("integration")
    assert person.get(path(clinic)).status_code == 200
    assert person.post(path(clinic), order=json.dumps(ehr.order())).status_code == 200

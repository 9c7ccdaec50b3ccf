"""Test match of Xealth: what the saved settings make of an order or a pre-order, without carrying it out (rules EHR-140
to EHR-153 and EHR-168 to EHR-176)."""

import json

import pytest

from kernel import db
from tests.admin.conftest import ROLES, events, text
from tests.xealth import (
    ABSENT,
    Xealth,
    ask,
    changed,
    child,
    initial,
    subsequent,
    with_birth_date,
    xealth_clinic,
    xealth_patient,
)
from tests.xealth_orders import EMAIL, enter, notify, order, place
from tests.xealth_peer import XealthPeer

NAMES = ("xealth_order", "xealth_preorder", "ehrProcessing", "patients", "clinics", "outbox")


@pytest.fixture
def clinic():
    return xealth_clinic()


@pytest.fixture
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    place(server)
    yield server
    server.close()


@pytest.fixture
def tomas(clinic):
    return xealth_patient(clinic)


def path(clinic):
    return f"clinics/{clinic['_id']}/test-xealth"


def tried(person, clinic, message):
    answer = person.post(path(clinic), order=json.dumps(message))
    assert answer.status_code == 200, text(answer)
    return answer.context["result"]


def state():
    return {name: list(db.database()[name].find({})) for name in NAMES}


def test_it_is_open_to_the_role_integration(clinic, staff, bare_frame):
    for role in ROLES:
        assert (staff(role).get(path(clinic)).status_code == 200) == (role == "integration"), role
    page = text(staff("integration").get(f"clinics/{clinic['_id']}/"))
    assert f"/admin/{path(clinic)}" in page
    assert "Test an order" not in text(staff("viewer").get(f"clinics/{clinic['_id']}/"))


def test_an_order_for_a_patient_switches_reports_on_and_nothing_is_done(clinic, tomas, staff):
    before = state()
    result = tried(staff("integration"), clinic, order(preorder=None))
    assert "are switched on" in result["outcome"]
    assert [patient["id"] for patient in result["patients"]] == [tomas["userId"]]
    assert state() == before


def test_an_order_with_a_preorder_makes_an_account_and_nothing_is_done(clinic, staff):
    enter(email=EMAIL)
    before = state()
    result = tried(staff("integration"), clinic, order())
    assert "an account is made" in result["outcome"]
    assert result["patients"] == []
    assert state() == before


ORDERS = {
    "no pre-order": (order(preorder=None), "without a pre-order none can be created"),
    "unknown pre-order": (order(), "What was entered before the order is not here"),
    "another deployment": (changed(order(preorder=None), "orderInfo.deployment", "elsewhere"), "find matching clinic"),
    "no MRN": (order(preorder=None, patientIdentity={"ids": []}), "mrn is missing"),
    "no name": (changed(order(preorder=None), "datasets.demographicsV1.name", ABSENT), "full name is missing"),
    "wrong type": (order(datasets=5), "must be an object"),
    "no order": ({"a": 1}, "find matching clinic"),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_what_would_end_an_order_is_said(name, clinic, staff):
    message, words = ORDERS[name]
    result = tried(staff("integration"), clinic, message)
    assert words.lower() in result["problem"].lower()
    assert "fault of the program" not in result["problem"]
    assert result["outcome"] == ""


def test_an_order_for_another_program_ends_and_shows_the_program(clinic, tomas, staff):
    message = changed(order(preorder=None), "orderInfo.programId", "another-program")
    answer = staff("integration").post(path(clinic), order=json.dumps(message))
    assert "another program" in answer.context["result"]["problem"]
    assert "another-program" in text(answer)


def test_several_patients_are_all_shown(clinic, tomas, staff):
    second = xealth_patient(clinic)
    for message in (order(preorder=None), initial()):
        result = tried(staff("integration"), clinic, message)
        ids = {patient["id"] for patient in result["patients"]}
        assert ids == {tomas["userId"], second["userId"]}
        assert result["problem"]


PREORDERS = {
    "first": (initial(), "form for a patient"),
    "of a child": (child(initial()), "form for a guardian"),
    "filled in": (subsequent({"patient": {"email": "new@example.org"}}), "is kept"),
    "wrong address": (subsequent({"patient": {"email": "no address"}}), "no account can be made"),
}


@pytest.mark.parametrize("name", PREORDERS)
def test_a_preorder_says_what_is_shown_and_keeps_nothing(name, clinic, staff):
    message, words = PREORDERS[name]
    before = state()
    result = tried(staff("integration"), clinic, message)
    assert words in result["outcome"]
    assert result["trial"].is_preorder
    assert state() == before


def test_an_address_with_an_account_is_said(clinic, ben, staff):
    result = tried(staff("integration"), clinic, subsequent({"patient": {"email": ben.email}}))
    assert "has an account already" in result["outcome"]


def test_a_preorder_of_a_known_patient_asks_nothing(clinic, tomas, staff):
    person = staff("integration")
    assert "nothing is asked" in tried(person, clinic, initial())["outcome"]
    result = tried(person, clinic, with_birth_date(initial(), "1979-09-29"))
    assert "another birth date" in result["outcome"]


REFUSED = {
    "no data": initial(datasets=None),
    "no tracking id": subsequent({"patient": {}}, tracking_id=""),
    "other context": {**initial(), "eventContext": "last"},
    "wrong type": initial(patientIdentity="x"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_refuses_a_preorder_is_said(name, clinic, staff):
    result = tried(staff("integration"), clinic, REFUSED[name])
    assert result["problem"]
    assert result["outcome"] == ""


TRIED = {
    "known": (True, initial()),
    "unknown": (False, initial()),
    "child": (False, child(initial())),
    "another birth date": (True, with_birth_date(initial(), "1979-09-29")),
    "wrong address": (False, subsequent({"patient": {"email": "no address"}})),
    "entered": (False, subsequent({"patient": {"email": "new@example.org"}})),
}


@pytest.mark.parametrize("name", TRIED)
def test_the_trial_of_a_preorder_is_what_the_operation_does(name, clinic, staff):
    is_known, body = TRIED[name]
    if is_known:
        xealth_patient(clinic)
    trial = tried(staff("integration"), clinic, body)["trial"]
    answer = ask(body)
    assert (trial.form is not None) == ("preorderFormInfo" in answer)
    if trial.form is not None:
        assert answer["notOrderable"] == (not trial.form.is_orderable)


@pytest.mark.parametrize("entered", [True, False])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_trial_of_an_order_is_what_the_worker_does(entered, is_known, clinic, staff, peer):
    if entered:
        enter(email="new@example.org")
    if is_known:
        xealth_patient(clinic)
    trial = tried(staff("integration"), clinic, order())["trial"]
    record = notify(Xealth())
    assert (record["state"] == "failed") == bool(trial.problem)
    if trial.problem:
        assert record["lastError"] == trial.problem


def test_names_are_shown_to_those_who_see_patients_and_the_look_is_recorded(clinic, tomas, staff):
    message = json.dumps(order(preorder=None))
    page = text(staff("integration").post(path(clinic), order=message))
    assert tomas["userId"] in page
    assert "Tomas" not in page.partition("<textarea")[0]
    page = text(staff("integration", "support").post(path(clinic), order=message))
    assert "Tomas B. Weir" in page.partition("<textarea")[0]
    event = events(action="ehr.match_tested")[-1]
    assert event["scope"] == {
        "preorder": False,
        "effect": "subscribed",
        "patients": [tomas["userId"]],
    }
    assert not [value for value in ("Weir", "RT-5531", "1979") if value in str(events())]


def test_the_sample_reaches_this_clinic_and_no_patient(clinic, tomas, staff):
    person = staff("integration")
    sample = person.get(path(clinic)).context["form"].initial["order"]
    result = tried(person, clinic, json.loads(sample))
    assert (result["is_here"], result["trial"].is_own_program) == (True, True)
    assert result["patients"] == []


def test_an_order_for_another_clinic_shows_no_patient_of_it(clinic, tomas, staff):
    other = xealth_clinic(sourceId="another")
    answer = staff("integration", "support").post(
        path(other), order=json.dumps(order(preorder=None))
    )
    assert "another clinic" in text(answer)
    assert answer.context["result"]["patients"] == []


@pytest.mark.parametrize("typed", ["", "no JSON", "[]", "{}", "5", '{"a": }', "a\x07b"])
def test_what_is_no_message_is_refused_beside_the_field(typed, clinic, staff):
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
    assert person.post(path(clinic), order=json.dumps(order())).status_code == 200

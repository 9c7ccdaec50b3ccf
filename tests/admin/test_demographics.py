"""Staff of the role support correct what a clinic's record says of a patient (rules PATIENT-45 to PATIENT-47)."""

import pytest
from bson import ObjectId

from kernel import clock, db
from tests.admin.conftest import events, messages_of, opened_on, patient_ids, text
from tests.admin.posted_forms import form_with
from tests.events import emitted
from users.services.neighbours import user_service

MORE = {
    "targetDevices": ["pump"],
    "ehrSubscriptions": {"summaryAndReports": {"active": True, "matchedMessages": []}},
    "reviews": [{"clinicianId": "c", "time": clock.now()}],
    "glycemicRanges": {"type": "preset", "preset": "adaStandard"},
}


@pytest.fixture
def maria(clinic):
    user_id = patient_ids(clinic)[0]
    account = user_service().create_custodial_user(str(clinic["_id"]), "maria@example.org")
    known = {
        **MORE,
        "userId": account.user_id,
        "email": "maria@example.org",
        "diagnosisType": "type1",
    }
    db.collection("patients").update_one({"userId": user_id}, {"$set": known})
    return account.user_id


def stored(user_id):
    return db.collection("patients").find_one({"userId": user_id})


def path(clinic, user_id):
    return f"clinics/{clinic['_id']}/patients/{user_id}/demographics"


def correct(person, clinic, user_id, **fields):
    """Open the form, change these fields, and confirm the difference."""
    values = form_with("opened_on", person.get(path(clinic, user_id))).values
    return person.post(path(clinic, user_id), **{**values, "confirmed": "1", **fields})


CHANGES = {
    "fullName": "Maria Markerova",
    "birthDate": "1981-03-04",
    "diagnosisType": "lada",
    "email": "maria.new@example.org",
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_the_field_that_was_changed_is_written(name, clinic, maria, staff):
    before = stored(maria)
    correct(staff("support"), clinic, maria, **{name: CHANGES[name]})
    after = stored(maria)
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed - {"_t", "searchKey"} == {name, "updatedTime"}
    assert after[name] == CHANGES[name]
    assert {tuple(event["changed"]) for event in emitted("patient.updated")} == {(name,)}


def test_another_mrn_switches_reports_off_as_in_the_api(clinic, maria, staff):
    correct(staff("support"), clinic, maria, mrn=" new-1 ")
    after = stored(maria)
    assert after["ehrSubscriptions"]["summaryAndReports"]["active"] is False
    assert (after["tags"], after["permissions"].keys()) != ([], set())
    assert after["mrn"].lower() == "new-1"


def test_a_new_address_is_that_of_the_account_too(clinic, maria, staff):
    correct(staff("support"), clinic, maria, email="Maria.New@example.org")
    assert user_service().get_user(maria).address == stored(maria)["email"]


def test_the_difference_is_shown_before_anything_is_saved(clinic, maria, staff):
    before, person = stored(maria), staff("support")
    review = correct(person, clinic, maria, fullName="Maria Markerova", confirmed="")
    assert "<del>Maria Marker</del>" in text(review)
    assert "<ins>Maria Markerova</ins>" in text(review)
    assert stored(maria) == before


@pytest.mark.parametrize(
    ("mrn", "is_warned"),
    [
        *(("MRN-1", True), ("mrn-1", True), ("MŔN-1", True), (" ＭＲＮ-1 ", True)),
        *(("NEW-1", False), ("own-7", False), ("MRN-11", False), ("", False)),
    ],
)
def test_the_mrn_of_another_patient_is_warned_of(mrn, is_warned, clinic, maria, staff):
    """Letter case and accents do not count (PATIENT-27), nor does the patient's own."""
    db.collection("patients").update_one(
        {"clinicId": clinic["_id"], "userId": maria}, {"$set": {"mrn": "OWN-7"}}
    )
    review = correct(staff("support"), clinic, maria, mrn=mrn, confirmed="")
    assert ("Another patient of the clinic has this MRN" in text(review)) is is_warned


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    ("day", "is_warned"), [("2084-05-06", True), ("1899-12-31", True), ("1900-01-01", False)]
)
def test_an_unlikely_birth_date_is_warned_of_and_can_be_saved(day, is_warned, clinic, maria, staff):
    person = staff("support")
    values = form_with("opened_on", person.get(path(clinic, maria))).values
    review = person.post(path(clinic, maria), **{**values, "birthDate": day})
    assert review.status_code == 200
    assert ("in the future or before 1900" in text(review)) is is_warned
    correct(person, clinic, maria, birthDate=day)
    assert stored(maria)["birthDate"] == day


@pytest.mark.foreign_documents
def test_a_form_sent_unchanged_changes_nothing_whatever_is_stored(clinic, maria, staff):
    person = staff("support")
    for odd in ({"fullName": " Maria  Marker "}, {"mrn": 5}, {"birthDate": "2 Jan 1980"}, {"email": ["x"]},
                {"diagnosisType": "unheard of"}, {"fullName": None, "birthDate": None}):  # fmt: skip
        db.collection("patients").update_one({"userId": maria}, {"$set": odd})
        before = stored(maria)
        correct(person, clinic, maria)
        assert stored(maria) == before, odd


def test_the_audit_trail_has_the_names_of_the_fields_and_no_value(clinic, maria, staff):
    person = staff("support")
    correct(person, clinic, maria, fullName="Secret Name", mrn="SECRET-1", reason="T-1")
    (event,) = events(action="patient.corrected")
    assert event["object"] == {"type": "patient", "id": maria, "name": ""}
    assert (event["scope"], event["reason"]) == ({"fields": ["fullName", "mrn"]}, "T-1")
    trail = str(events()).lower()
    assert not [
        value for value in ("secret", "marker", "mrn-0", "1980-01-02", "maria@") if value in trail
    ]
    assert len(events(action="patient.viewed")) == 2


@pytest.mark.yardstick("C1")
def test_two_people_with_one_form_do_not_overwrite_each_other(clinic, maria, root, staff):
    late = staff("support")
    token = opened_on(late.get(path(clinic, maria)))
    correct(root, clinic, maria, mrn="FIRST")
    answer = late.post(path(clinic, maria), opened_on=token, confirmed="1", mrn="LATE")
    assert "Someone changed this meanwhile" in messages_of(answer)[0]
    assert stored(maria)["mrn"] == "FIRST"


def test_the_rules_of_the_clinic_hold_and_a_refusal_is_recorded(clinic, maria, staff):
    rules = {"$set": {"mrnSettings": {"required": True, "unique": True}}}
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, rules)
    person, before = staff("support"), stored(maria)
    assert messages_of(correct(person, clinic, maria, mrn=""))[-1] == "MRN is required."
    assert messages_of(correct(person, clinic, maria, mrn="mrn-2"))[-1] == "MRN must be unique."
    assert stored(maria) == before
    refused = events(action="patient.corrected", outcome="refused")
    assert [event["scope"]["wanted"] for event in refused] == [{"fields": ["mrn"]}] * 2


def test_a_taken_address_is_refused_and_changes_neither_record_nor_account(
    clinic, maria, dot, staff
):
    before = stored(maria)
    answer = correct(staff("support"), clinic, maria, email=dot.email)
    assert messages_of(answer)
    assert stored(maria) == before
    assert user_service().get_user(maria).address == "maria@example.org"


def test_the_address_of_an_own_account_is_not_changed(clinic, maria, staff):
    own = {"$set": {"permissions": {"view": {}}}}
    db.collection("patients").update_one({"userId": maria}, own)
    person = staff("support")
    assert 'name="email"' not in text(person.get(path(clinic, maria)))
    correct(person, clinic, maria, email="other@example.org", fullName="Maria Markerova")
    assert (stored(maria)["email"], stored(maria)["fullName"]) == (
        "maria@example.org",
        "Maria Markerova",
    )


WRONG = {
    "fullName": ("", "not erased"),
    "birthDate": ("yesterday", "Enter a valid date"),
    "email": ("maria@", "Not an e-mail address"),
    "diagnosisType": ("flu", "Select a valid choice"),
    "mrn": ("x" * 500, "too long"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_with_a_sentence(name, clinic, maria, staff):
    typed, sentence = WRONG[name]
    before = stored(maria)
    answer = correct(staff("support"), clinic, maria, **{name: typed})
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert stored(maria) == before


def test_a_patient_of_another_clinic_is_not_found_here(maria, staff):
    from tests.factories import make_clinic

    answer = staff("support").get(path(make_clinic(name="Other"), maria))
    assert answer.url == f"/admin/users/?q={maria}"
    assert staff("support").get(path({"_id": ObjectId()}, maria)).status_code == 404

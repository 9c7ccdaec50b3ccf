"""Changing and removing patients (rules PATIENT-44 to PATIENT-61, MAIL-51 to MAIL-58)."""

import pytest
from bson import ObjectId

from kernel import db
from kernel.http import ServiceError
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient
from users.services import neighbours

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
NORTH, PUMP = ObjectId(), ObjectId()
SERVICE = "user service"


@pytest.fixture
def lakeside(ada, ben):
    clinic = make_clinic(
        sites=[{"id": NORTH, "name": "North"}], patientTags=[{"_id": PUMP, "name": "Pump"}]
    )
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def iris(lakeside, ben):
    """A custodial patient with an account."""
    body = {**BODY, "email": "iris@example.org", "mrn": "A1", "targetDevices": ["meter"]}
    created = ben.api.post(url(lakeside), body).json()
    db.collection("outbox").delete_many({})
    return created


def url(clinic, user_id=None, rest=""):
    base = f"/v1/clinics/{clinic['_id']}/patients"
    return f"{base}/{user_id}{rest}" if user_id else base


def changed_fields():
    events = emitted("patient.updated")
    return events[0]["changed"] if events else None


# --- update ---------------------------------------------------------------------------------------
def test_update_erases_or_keeps_missing_properties(lakeside, ben, iris):
    tag = str(PUMP)
    full = {
        **BODY,
        "email": "iris@example.org",
        "mrn": "A1",
        "tags": [tag],
        "sites": [{"id": str(NORTH), "name": "x"}],
        "dataSources": [{"providerName": "dexcom", "state": "pending"}],
        "glycemicRanges": {"preset": "adaHighRisk"},
        "diagnosisType": "type1",
    }
    ben.api.put(url(lakeside, iris["id"]), full)
    returned_patient = ben.api.put(url(lakeside, iris["id"]), BODY).json()
    assert not {"email", "mrn", "targetDevices"} & returned_patient.keys()
    assert returned_patient["tags"] == [tag]
    assert returned_patient["sites"] == [{"id": str(NORTH), "name": "North"}]
    assert returned_patient["dataSources"] == [{"providerName": "dexcom", "state": "pending"}]
    assert returned_patient["glycemicRanges"] == {"type": "preset", "preset": "adaHighRisk"}
    assert returned_patient["diagnosisType"] == "type1"
    stored = stored_patient(lakeside, iris["id"])
    assert stored["email"] is None
    assert stored["mrn"] is None


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"tags": []}, {"tags": []}),
        ({"sites": []}, {"sites": []}),
        ({"dataSources": []}, {"dataSources": None}),
        ({"diagnosisType": ""}, {"diagnosisType": ""}),
    ],
)
def test_an_empty_value_clears(lakeside, ben, iris, sent, stored):
    full = {
        "tags": [str(PUMP)],
        "sites": [{"id": str(NORTH), "name": "x"}],
        "dataSources": [{"providerName": "dexcom", "state": "pending"}],
        "diagnosisType": "type1",
    }
    ben.api.put(url(lakeside, iris["id"]), {**BODY, **full})
    returned_patient = ben.api.put(url(lakeside, iris["id"]), {**BODY, **sent}).json()
    record = stored_patient(lakeside, iris["id"])
    assert {name: record[name] for name in stored} == stored
    assert returned_patient["tags"] is None or "tags" not in sent
    assert returned_patient["dataSources"] is None or "dataSources" not in sent


@pytest.mark.parametrize("name", ["tags", "dataSources"])
def test_null_leaves_tags_and_sources_alone(lakeside, ben, iris, name):
    full = {
        "tags": [str(ObjectId())],
        "dataSources": [{"providerName": "dexcom", "state": "pending"}],
    }
    before = ben.api.put(url(lakeside, iris["id"]), {**BODY, **full}).json()
    after = ben.api.put(url(lakeside, iris["id"]), {**BODY, name: None}).json()
    assert after[name] == before[name]


def test_the_whole_record_can_be_sent_back(lakeside, ben, iris):
    reviews = [{"clinicianId": "1111111111", "time": "2020-01-01T00:00:00Z"}]
    returned_patient = ben.api.put(
        url(lakeside, iris["id"]), {**iris, "reviews": reviews, "sortIndex": 1}
    )
    assert returned_patient.status_code == 200
    assert returned_patient.json()["reviews"] == []
    assert changed_fields() is None


def test_only_what_changes_is_written_and_named(lakeside, ben, iris):
    body = {**BODY, "email": "iris@example.org", "mrn": "A1", "fullName": "Iris Other"}
    ben.api.put(url(lakeside, iris["id"]), {**body, "targetDevices": ["meter"]})
    assert changed_fields() == ["fullName"]
    stored = stored_patient(lakeside, iris["id"])
    assert stored["updatedTime"] > stored["createdTime"]


@pytest.mark.parametrize(
    "body", [None, {}, {"fullName": "Iris"}, {**BODY, "mrn": None}, {**BODY, "sites": None}]
)
def test_a_body_that_is_not_right_changes_nothing(lakeside, ben, iris, body):
    before = stored_patient(lakeside, iris["id"])
    assert ben.api.put(url(lakeside, iris["id"]), body).status_code == 400
    assert stored_patient(lakeside, iris["id"]) == before


def test_an_unknown_patient_is_404(lakeside, ben):
    answer = ben.api.put(url(lakeside, "0123456789"), BODY)
    assert answer.status_code == 404
    assert answer.json() == {"message": "patient not found"}


def test_the_address_of_a_custodial_account_follows(lakeside, ben, iris):
    ben.api.put(url(lakeside, iris["id"]), {**BODY, "email": "New@Example.org"})
    assert neighbours.user_service().get_user(iris["id"]).username == "new@example.org"
    ben.api.put(url(lakeside, iris["id"]), BODY)
    assert not neighbours.user_service().get_user(iris["id"]).emails


def test_another_spelling_of_the_same_address_does_not_ask_the_user_service(lakeside, ben):
    gone = make_patient(lakeside, email="Iris.DOE@Example.org", permissions={"custodian": {}})
    body = {**BODY, "email": "iris.doe@example.org"}
    assert ben.api.put(url(lakeside, gone["userId"]), body).json()["email"] == body["email"]
    assert stored_patient(lakeside, gone["userId"])["email"] == body["email"]


def test_a_taken_address_is_409_and_changes_nothing(lakeside, ben, iris, dot):
    answer = ben.api.put(url(lakeside, iris["id"]), {**BODY, "email": dot.email})
    assert answer.status_code == 409
    message = "unable to update custodial user: duplicate: email address is already taken"
    assert answer.json() == {"message": message}
    assert stored_patient(lakeside, iris["id"])["email"] == "iris@example.org"


def test_an_unknown_site_is_refused_before_the_address_changes(lakeside, ben, iris):
    body = {**BODY, "email": "new@example.org", "sites": [{"id": "a" * 24, "name": "x"}]}
    assert ben.api.put(url(lakeside, iris["id"]), body).status_code == 422
    assert neighbours.user_service().get_user(iris["id"]).username == "iris@example.org"


def test_the_address_of_a_claimed_account_stays(lakeside, ben, dot):
    make_patient(lakeside, userId=dot.user_id, email=dot.email, permissions={"view": {}})
    returned_patient = ben.api.put(
        url(lakeside, dot.user_id), {**BODY, "email": "other@example.org"}
    ).json()
    assert returned_patient["email"] == dot.email
    assert neighbours.user_service().get_user(dot.user_id).username == dot.email


def test_a_changed_mrn_stops_reports(lakeside, ben):
    subscription = {"active": True, "provider": "redox", "matchedMessages": []}
    names = {"summaryAndReports": subscription, "xealthReports": subscription}
    patient = make_patient(lakeside, mrn="A1", ehrSubscriptions=names)
    ben.api.put(url(lakeside, patient["userId"]), {**BODY, "mrn": "A1"})
    stored = stored_patient(lakeside, patient["userId"])["ehrSubscriptions"]
    assert all(s["active"] for s in stored.values())
    ben.api.put(url(lakeside, patient["userId"]), {**BODY, "mrn": "A2"})
    stored = stored_patient(lakeside, patient["userId"])["ehrSubscriptions"]
    assert not any(s["active"] for s in stored.values())
    assert stored["summaryAndReports"]["provider"] == "redox"


def test_mrn_rules_hold_for_updates_too(lakeside, ben, iris):
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$set": {"mrnSettings": {"required": True, "unique": True}}}
    )
    make_patient(lakeside, mrn="B2")
    missing = ben.api.put(url(lakeside, iris["id"]), BODY)
    assert missing.json() == {"message": "bad request: mrn is required"}
    answer = ben.api.put(url(lakeside, iris["id"]), {**BODY, "mrn": "b2"})
    assert answer.json() == {"message": "bad request: mrn must be unique"}
    assert ben.api.put(url(lakeside, iris["id"]), {**BODY, "mrn": "a1"}).status_code == 200
    assert stored_patient(lakeside, iris["id"])["requireUniqueMrn"] is True


def test_the_clinics_updated_time_tells_of_a_patients_change(lakeside, ben, iris):
    before = db.collection("clinics").find_one({"_id": lakeside["_id"]})["updatedTime"]
    ben.api.put(url(lakeside, iris["id"]), {**BODY, "fullName": "New"})
    assert db.collection("clinics").find_one({"_id": lakeside["_id"]})["updatedTime"] > before


# --- effects of a change --------------------------------------------------------------------------
def test_the_profile_of_a_custodial_account_follows(lakeside, ben):
    created = ben.api.post(url(lakeside), {**BODY, "mrn": "A1", "diagnosisType": "type1"}).json()
    deliver_all()
    profile = neighbours.profile_service().get_profile(created["id"])
    assert profile["fullName"] == "Iris Example"
    expected = {"birthday": "1984-05-06", "mrn": "A1", "diagnosisType": "type1"}
    assert {n: profile["patient"][n] for n in expected} == expected
    ben.api.put(url(lakeside, created["id"]), {**BODY, "fullName": "Iris New"})
    deliver_all()
    profile = neighbours.profile_service().get_profile(created["id"])
    assert profile["fullName"] == "Iris New"
    assert "mrn" not in profile["patient"]


def test_the_profile_of_a_claimed_account_is_left_alone(lakeside, ben, dot):
    make_patient(lakeside, userId=dot.user_id, permissions={"view": {}})
    before = neighbours.profile_service().get_profile(dot.user_id)
    ben.api.put(url(lakeside, dot.user_id), {**BODY, "fullName": "Someone Else"})
    deliver_all()
    assert neighbours.profile_service().get_profile(dot.user_id) == before


def test_a_change_that_the_profile_does_not_know_does_not_touch_it(
    lakeside, ben, iris, monkeypatch
):
    calls = []
    service = type(neighbours.profile_service())
    monkeypatch.setattr(service, "update_profile", lambda *a: calls.append(a))
    body = {**BODY, "email": "iris@example.org", "mrn": "A1", "targetDevices": ["meter"]}
    ben.api.put(url(lakeside, iris["id"]), {**body, "tags": [str(ObjectId())]})
    deliver_all()
    assert calls == []


# --- removal --------------------------------------------------------------------------------------
def test_removal_leaves_a_tombstone(lakeside, ada, iris):
    record = stored_patient(lakeside, iris["id"])
    assert ada.api.delete(url(lakeside, iris["id"])).status_code == 204
    assert stored_patient(lakeside, iris["id"]) is None
    tombstone = db.collection("patient_deletions").find_one({"patient.userId": iris["id"]})
    assert tombstone["patient"] == record
    assert tombstone["deletedByUserId"] == ada.user_id
    assert "deletedTime" in tombstone
    event = emitted("patient.deleted")[0]
    assert event["custodial"] is True
    assert event["deletionId"] == str(tombstone["_id"])
    assert ada.api.delete(url(lakeside, iris["id"])).status_code == 404


def test_members_and_services_may_not_remove(lakeside, ben, backend, iris):
    assert ben.api.delete(url(lakeside, iris["id"])).status_code == 403
    assert backend.delete(url(lakeside, iris["id"])).status_code == 403


def test_a_tombstone_that_cannot_be_written_keeps_the_patient(lakeside, ada, iris, monkeypatch):
    from patients.store import patients

    def fail(document):
        message = "no disk"
        raise RuntimeError(message)

    monkeypatch.setattr(patients, "insert_deletion", fail)
    assert ada.api.delete(url(lakeside, iris["id"])).status_code == 500
    assert stored_patient(lakeside, iris["id"]) is not None


def test_a_custodial_account_without_data_goes_too(lakeside, ada, iris):
    ada.api.delete(url(lakeside, iris["id"]))
    deliver_all()
    assert neighbours.user_service().get_user(iris["id"]) is None


def test_a_custodial_account_with_data_only_loses_its_address(lakeside, ada, iris):
    neighbours.data_service().set_has_data(iris["id"])
    ada.api.delete(url(lakeside, iris["id"]))
    deliver_all()
    user = neighbours.user_service().get_user(iris["id"])
    assert user is not None
    assert not user.emails


def test_a_claimed_account_stays(lakeside, ada, dot):
    make_patient(lakeside, userId=dot.user_id, permissions={"view": {}})
    ada.api.delete(url(lakeside, dot.user_id))
    deliver_all()
    assert neighbours.user_service().get_user(dot.user_id).username == dot.email


def test_an_account_that_another_clinic_needs_stays(lakeside, ada, iris):
    make_patient(make_clinic(), userId=iris["id"])
    ada.api.delete(url(lakeside, iris["id"]))
    deliver_all()
    assert neighbours.user_service().get_user(iris["id"]) is not None


def test_an_account_that_must_not_be_deleted_parks_the_event(lakeside, ada, iris, monkeypatch):
    def refuse(self, user_id, expected):
        raise ServiceError(SERVICE, 401)

    monkeypatch.setattr(type(neighbours.user_service()), "delete_user", refuse)
    ada.api.delete(url(lakeside, iris["id"]))
    deliver_all()
    row = db.collection("outbox").find_one({"handler": "clinics.clean_up_account"})
    assert (row["state"], row["lastError"]) == ("dead", "account_protected")


# --- permissions ----------------------------------------------------------------------------------
@pytest.fixture
def shared(lakeside, dot):
    permissions = {"custodian": {}, "view": {}, "note": {}}
    return make_patient(lakeside, userId=dot.user_id, permissions=permissions)


def test_a_patient_replaces_the_permissions(lakeside, dot, shared):
    path = url(lakeside, dot.user_id, "/permissions")
    answer = dot.api.put(path, {"view": {"x": 1}, "upload": {}, "custodian": {}})
    assert answer.status_code == 200
    assert answer.json() == {"view": {}, "upload": {}}
    assert stored_patient(lakeside, dot.user_id)["permissions"] == {"view": {}, "upload": {}}
    assert changed_fields() == ["permissions"]


@pytest.mark.parametrize("body", [None, {}, {"custodian": {}}])
def test_removing_all_permissions_removes_the_patient(lakeside, dot, shared, body):
    answer = dot.api.put(url(lakeside, dot.user_id, "/permissions"), body)
    assert answer.status_code == 204
    assert stored_patient(lakeside, dot.user_id) is None
    tombstone = db.collection("patient_deletions").find_one({})
    assert tombstone["deletedByUserId"] == dot.user_id


def test_permissions_of_a_stranger_are_404(lakeside, eve):
    path = url(lakeside, eve.user_id, "/permissions")
    assert eve.api.put(path, {"view": {}}).status_code == 404
    assert eve.api.put(path, {}).status_code == 404


def test_a_service_takes_custodianship_alone(lakeside, backend, dot, shared):
    assert backend.delete(url(lakeside, dot.user_id, "/permissions/view")).status_code == 403
    path = url(lakeside, dot.user_id, "/permissions/custodian")
    assert backend.delete(path).status_code == 204
    assert stored_patient(lakeside, dot.user_id)["permissions"] == {"view": {}, "note": {}}
    again = backend.delete(path)
    assert again.status_code == 404
    assert again.json() == {"message": "permission not found"}


def test_the_last_permission_taken_removes_the_patient(lakeside, dot):
    make_patient(lakeside, userId=dot.user_id, permissions={"view": {}})
    assert dot.api.delete(url(lakeside, dot.user_id, "/permissions/view")).status_code == 204
    assert stored_patient(lakeside, dot.user_id) is None


def test_an_unknown_permission_is_400(lakeside, dot, shared):
    assert dot.api.delete(url(lakeside, dot.user_id, "/permissions/own")).status_code == 400

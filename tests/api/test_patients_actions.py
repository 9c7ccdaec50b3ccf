"""Reviews, reminders, connections, tags in bulk, and a person's clinics (rules PATIENT-62 to PATIENT-79,
PATIENT-100 to PATIENT-103)."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId

from kernel import clock, db
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_clinician, make_patient, make_patients, stored_patient
from users.services import neighbours

TAG = ObjectId()


@pytest.fixture
def lakeside(ada, ben):
    clinic = make_clinic(patientTags=[{"_id": TAG, "name": "Pump"}])
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def iris(lakeside):
    return make_patient(lakeside, email="iris@example.org")


def url(clinic, patient, rest=""):
    return f"/v1/clinics/{clinic['_id']}/patients/{patient['userId']}{rest}"


# --- reviews --------------------------------------------------------------------------------------
def test_a_review_is_newest_first_and_two_are_kept(lakeside, iris, ada, ben):
    path = url(lakeside, iris, "/reviews")
    for person in (ada, ben, ben):
        answer = person.api.put(path, {"404": {}})
        assert answer.status_code == 200
    assert [r["clinicianId"] for r in answer.json()] == [ben.user_id, ben.user_id]
    newest, older = (clock.parse_time(review["time"]) for review in answer.json())
    assert newest >= older
    assert len(stored_patient(lakeside, iris["userId"])["reviews"]) == 2


def test_a_review_does_not_count_as_a_change(lakeside, iris, ben):
    ben.api.put(url(lakeside, iris, "/reviews"))
    assert stored_patient(lakeside, iris["userId"])["updatedTime"] == iris["updatedTime"]


def test_only_ones_own_newest_review_can_be_taken_back(lakeside, iris, ada, ben):
    path = url(lakeside, iris, "/reviews")
    ben.api.put(path)
    ada.api.put(path)
    refused = ben.api.delete(path)
    assert refused.status_code == 409
    assert refused.json() == {"message": "conflict: cannot revert review from another clinician"}
    assert [r["clinicianId"] for r in ada.api.delete(path).json()] == [ben.user_id]
    assert ben.api.delete(path).json() == []
    assert ben.api.delete(path).status_code == 404


@pytest.mark.foreign_writes
@pytest.mark.foreign_documents
@pytest.mark.parametrize("stored", ["x", 5, {"a": 1}, [None], [{"time": "x"}]])
def test_what_is_no_review_cannot_be_taken_back(lakeside, iris, ben, stored):
    db.collection("patients").update_many({}, {"$set": {"reviews": stored}})
    answer = ben.api.delete(url(lakeside, iris, "/reviews"))
    assert (answer.status_code, answer.json()["message"]) == (404, "review not found")


def test_reviews_of_a_stranger_are_404(lakeside, ben):
    path = url(lakeside, {"userId": "0123456789"}, "/reviews")
    assert ben.api.put(path).json() == {"message": "patient not found"}
    assert ben.api.delete(path).json() == {"message": "patient not found"}


def test_services_do_not_review(lakeside, iris, backend):
    assert backend.put(url(lakeside, iris, "/reviews")).status_code == 403


# --- reminders ------------------------------------------------------------------------------------
def test_a_reminder_is_noted_and_asked_for(lakeside, iris, ben):
    answer = ben.api.post(url(lakeside, iris, "/upload_reminder"))
    assert answer.status_code == 200
    stored = stored_patient(lakeside, iris["userId"])
    assert answer.json()["lastUploadReminderTime"] == clock.format_time(
        stored["lastUploadReminderTime"]
    )
    assert stored["updatedTime"] == stored["lastUploadReminderTime"]
    stranger = url(lakeside, {"userId": "0123456789"}, "/upload_reminder")
    assert ben.api.post(stranger).status_code == 404


# --- connections ----------------------------------------------------------------------------------
def test_a_first_request_to_connect_is_pending(lakeside, ben):
    sources = [{"providerName": "dexcom", "state": "pending"}]
    patient = make_patient(lakeside, dataSources=sources)
    assert ben.api.post(url(lakeside, patient, "/connect/dexcom")).status_code == 204
    stored = stored_patient(lakeside, patient["userId"])
    source = stored["dataSources"][0]
    assert source["state"] == "pending"
    assert source["expirationTime"] - clock.now() > timedelta(days=29)
    assert "modifiedTime" not in source
    requests = stored["providerConnectionRequests"]["dexcom"]
    assert [r["providerName"] for r in requests] == ["dexcom"]


def test_a_connected_source_stays_so_and_requests_pile_up(lakeside, ben):
    source = {"providerName": "twiist", "state": "connected", "modifiedTime": clock.now()}
    patient = make_patient(lakeside, dataSources=[source])
    for _ in range(2):
        ben.api.post(url(lakeside, patient, "/connect/twiist"))
    returned_patient = ben.api.get(url(lakeside, patient)).json()
    assert stored_patient(lakeside, patient["userId"])["dataSources"] == [source]
    newest, oldest = (
        clock.parse_time(row["createdTime"])
        for row in returned_patient["connectionRequests"]["twiist"]
    )
    assert newest >= oldest


def test_a_source_that_has_failed_is_asked_to_reconnect(lakeside, ben):
    source = {"providerName": "twiist", "state": "error", "modifiedTime": clock.now()}
    patient = make_patient(lakeside, dataSources=[source])
    ben.api.post(url(lakeside, patient, "/connect/twiist"))
    (stored,) = stored_patient(lakeside, patient["userId"])["dataSources"]
    assert stored["state"] == "pendingReconnect"


@pytest.mark.foreign_documents
def test_a_request_needs_no_source_and_says_until_when_it_can_be_accepted(lakeside, ben):
    sources = [{"providerName": "abbott", "state": "disconnected", "note": "of another service"}]
    patient = make_patient(lakeside, dataSources=sources)
    assert ben.api.post(url(lakeside, patient, "/connect/dexcom")).status_code == 204
    stored = stored_patient(lakeside, patient["userId"])
    (request,) = stored["providerConnectionRequests"]["dexcom"]
    assert request["expirationTime"] - request["createdTime"] == timedelta(days=30)
    assert stored["dataSources"] == [
        *sources,
        {
            "providerName": "dexcom",
            "state": "pending",
            "expirationTime": request["expirationTime"],
        },
    ]
    shown = ben.api.get(url(lakeside, patient)).json()["connectionRequests"]["dexcom"]
    assert shown[0]["expirationTime"] == clock.format_time(request["expirationTime"])
    assert ben.api.post(url(lakeside, patient, "/connect/fitbit")).status_code == 400


def test_connecting_a_stranger_is_404(lakeside, ben):
    answer = ben.api.post(url(lakeside, {"userId": "0123456789"}, "/connect/dexcom"))
    assert answer.json() == {"message": "error finding patient: patient not found"}


def test_an_old_dexcom_request_stands_in_until_there_is_a_newer_one(lakeside, ben):
    old = datetime(2024, 5, 6, tzinfo=UTC)
    patient = make_patient(lakeside, lastRequestedDexcomConnectTime=old)
    returned_patient = ben.api.get(url(lakeside, patient)).json()
    request = {"providerName": "dexcom", "createdTime": "2024-05-06T00:00:00Z"}
    assert returned_patient["connectionRequests"]["dexcom"] == [request]
    assert "lastRequestedDexcomConnectTime" not in returned_patient


# --- data sources of a user -----------------------------------------------------------------------
def test_data_sources_are_replaced_in_all_clinics(lakeside, iris, backend):
    make_patient(make_clinic(), userId=iris["userId"])
    sources = [{"providerName": "dexcom", "state": "connected"}]
    answer = backend.put(f"/v1/patients/{iris['userId']}/data_sources", sources)
    assert answer.status_code == 200
    assert answer.content == b""
    stored = db.collection("patients").find({"userId": iris["userId"]})
    assert [d["dataSources"] for d in stored] == [sources, sources]


def test_an_empty_body_of_data_sources_stores_an_empty_list(lakeside, iris, backend):
    assert backend.put(f"/v1/patients/{iris['userId']}/data_sources").status_code == 200
    assert stored_patient(lakeside, iris["userId"])["dataSources"] == []


def test_data_sources_of_no_one_are_404(backend):
    assert backend.put("/v1/patients/0123456789/data_sources", []).status_code == 404


def test_an_existing_user_brings_data_sources_and_summaries(lakeside, backend, dot):
    data = neighbours.data_service()
    own = "b" * 24
    source = {"id": own, "providerName": "dexcom", "state": "connected"}
    data.set_data_sources(dot.user_id, [{**source, "modifiedTime": "2026-01-02T03:04:05Z"}])
    summary = {"id": "c" * 24, "dates": {"lastData": "2026-01-02T03:04:05Z"}, "periods": {}}
    data.set_summary("cgm", dot.user_id, summary)
    path = url(lakeside, {"userId": dot.user_id})
    backend.post(path, {"permissions": {"view": {}}})
    pending = {"providerName": "abbott", "state": "pending"}
    db.collection("patients").update_one(
        {"userId": dot.user_id}, {"$set": {"dataSources": [pending]}}
    )
    deliver_all()
    returned_patient = backend.get(path).json()
    delivered = {"providerName": "dexcom", "state": "connected", "dataSourceId": own}
    assert returned_patient["dataSources"] == [
        {**delivered, "modifiedTime": "2026-01-02T03:04:05Z"},
        pending,
    ]
    assert returned_patient["summary"]["cgmStats"]["dates"]["hasLastData"] is True
    assert returned_patient["summary"]["cgmStats"]["dates"]["hasFirstData"] is False


# --- tags in bulk ---------------------------------------------------------------------------------
def tag_url(clinic, what):
    return f"/v1/clinics/{clinic['_id']}/patients/{what}/{TAG}"


def tagged(clinic):
    rows = db.collection("patients").find({"clinicId": clinic["_id"], "tags": TAG})
    return sorted(row["fullName"] for row in rows)


@pytest.fixture
def four(lakeside):
    make_patient(make_clinic(), fullName="E", tags=[TAG])
    rows = [{"fullName": "A"}, {"fullName": "B", "tags": None}, {"fullName": "C", "tags": [TAG]}]
    return make_patients(lakeside, [*rows, {"fullName": "D", "tags": [ObjectId()]}])


def test_tag_is_assigned_to_named_patients(lakeside, ada, four):
    user_ids = [four[0]["userId"], four[1]["userId"], "0123456789"]
    assert ada.api.post(tag_url(lakeside, "assign_tag"), user_ids).status_code == 200
    assert tagged(lakeside) == ["A", "B", "C"]
    assert stored_patient(lakeside, four[1]["userId"])["updatedTime"] > four[1]["updatedTime"]
    assert stored_patient(lakeside, four[2]["userId"])["updatedTime"] == four[2]["updatedTime"]


@pytest.mark.parametrize("body", [None, b"null"])
def test_tag_without_ids_is_assigned_to_all_patients(lakeside, backend, four, body):
    assert backend.post(tag_url(lakeside, "assign_tag"), body).status_code == 200
    assert tagged(lakeside) == ["A", "B", "C", "D"]
    assert backend.post(tag_url(lakeside, "delete_tag"), body).status_code == 200
    assert tagged(lakeside) == []
    assert db.collection("patients").count_documents({"tags": TAG}) == 1


@pytest.mark.parametrize("body", [[], ["x"], ["0123456789", "0123456789"], {"a": 1}])
def test_a_list_of_ids_that_is_not_right_is_400(lakeside, ada, four, body):
    assert ada.api.post(tag_url(lakeside, "assign_tag"), body).status_code == 400
    assert tagged(lakeside) == ["C"]


def test_members_do_not_tag_in_bulk(lakeside, ben):
    assert ben.api.post(tag_url(lakeside, "delete_tag")).status_code == 403


# --- a person's clinics ---------------------------------------------------------------------------
def test_a_patient_sees_her_clinics_by_the_name_there(lakeside, dot, backend):
    make_patient(lakeside, userId=dot.user_id, fullName="Zoë")
    make_patient(make_clinic(name="Other"), userId=dot.user_id, fullName="ada")
    make_patient({"_id": ObjectId()}, userId=dot.user_id, fullName="B")
    path = f"/v1/patients/{dot.user_id}/clinics"
    for api in (dot.api, backend):
        answer = api.get(path)
        assert [r["clinic"]["name"] for r in answer.json()] == ["Other", "Lakeside Clinic"]
    assert [r["clinic"]["name"] for r in backend.get(f"{path}?limit=1").json()] == ["Other"]
    assert backend.get("/v1/patients/0123456789/clinics").json() == []


def test_find_patients_looks_in_the_callers_clinics_alone(lakeside, ben, backend):
    make_patients(
        lakeside,
        [
            {"mrn": "A1", "birthDate": "1990-01-01", "fullName": "Bo"},
            {"mrn": "a1", "birthDate": "1991-01-01", "fullName": "Al"},
            {"mrn": "B2", "fullName": "Cy"},
        ],
    )
    make_patient(make_clinic(), mrn="A1")
    answer = ben.api.get("/v1/patients?mrn=A1").json()
    assert [r["patient"]["fullName"] for r in answer] == ["Al", "Bo"]
    answer = ben.api.get("/v1/patients?mrn=a1&birthDate=1990-01-01&search=ignored").json()
    assert [r["patient"]["fullName"] for r in answer] == ["Bo"]
    assert len(ben.api.get("/v1/patients?limit=2").json()) == 2
    assert ben.api.get("/v1/patients?birthDate=no-date").json() == []
    assert backend.get("/v1/patients").status_code == 403


def test_find_patients_in_one_workspace(lakeside, ben, eve):
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$set": {"ehrSettings": {"sourceId": "src-1"}}}
    )
    make_patient(lakeside, fullName="Iris")
    refused = ben.api.get("/v1/patients?workspaceId=src-1")
    assert refused.status_code == 400
    assert refused.json() == {"message": "bad request: workspace id type is required"}
    clinic_id = str(lakeside["_id"])
    for query, hits in (
        ("workspaceId=src-1&workspaceIdType=ehrSourceId", 1),
        (f"workspaceId={clinic_id}&workspaceIdType=clinicId", 1),
        (f"workspaceId={clinic_id}&workspaceIdType=ehrSourceId", 0),
        ("workspaceIdType=clinicId", 1),
    ):
        assert len(ben.api.get(f"/v1/patients?{query}").json()) == hits, query
    assert eve.api.get("/v1/patients").json() == []


def test_reminders_and_requests_are_events(lakeside, iris, ben):
    db.collection("patients").update_one(
        {"_id": iris["_id"]},
        {"$set": {"dataSources": [{"providerName": "dexcom", "state": "pending"}]}},
    )
    ben.api.post(url(lakeside, iris, "/upload_reminder"))
    ben.api.post(url(lakeside, iris, "/connect/dexcom"))
    who = {"clinicId": str(lakeside["_id"]), "userId": iris["userId"]}
    assert who in emitted("patient.reminder_requested")
    assert {**who, "provider": "dexcom"} in emitted("patient.connect_requested")

"""Examples are what is answered: in a clinic where everything is set, each answer has the keys of its example.

Answers that other tests receive count, too (tests/example_objects.py); here are those for which much has to be set.
"""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from bson import ObjectId

from kernel import clock, db
from tests import ehr, example_objects
from tests.bodies import TOKEN
from tests.cast import described_operations, description, make_person
from tests.policy.callers import IDS, call

ID = IDS["patientTagId"]  # of the tag and the site of the world
SITE = {"id": ID, "name": "North"}


def asked(name):
    """The described example of the operation's request."""
    content = described_operations()[name][2]["requestBody"]["content"]["application/json"]
    (example,) = content["examples"].values()
    return description()["components"]["examples"][example["$ref"].rpartition("/")[2]]["value"]


@pytest.fixture
def send(world):
    """send("GetClinic", body, query, …) -> the answer, sent by someone who may."""

    def send(name, body=None, query="", **ids):
        api, own = world.caller(name)
        answer = call(api, name, body=body, query=query, headers=TOKEN, **{**own, **ids})
        assert answer.status_code in (200, 204), (name, answer.content)
        return answer

    return send


@pytest.fixture
def full(world, send):
    """The world with all that the examples show. What is sent are the examples of the requests."""
    patient = {"userId": world.ids["patientId"], "patientId": world.ids["patientId"]}
    send("UpdateClinic", asked("UpdateClinic"))
    send("UpdatePatient", {**asked("UpdatePatient"), "tags": [ID], "sites": [SITE]}, **patient)
    send("ConnectProvider", **patient)
    send("UpdatePatientReviews", **patient)
    send("UpdatePatientDataSources", asked("UpdatePatientDataSources"), **patient)
    return lambda name, *rest, **ids: send(name, *rest, **{**patient, **ids})


def check(name, answer):
    missing = list(example_objects.missing_in(name, answer.json()))
    assert missing == [], answer.json()


@pytest.mark.parametrize("name", ["GetClinic", "ListClinics", "ListAllClinicians"])
def test_clinics(full, name):
    check(name, full(name))


def test_clinics_of_someone(full, ada):
    check("ListClinicsForClinician", full("ListClinicsForClinician", userId=ada.user_id))
    check("ListClinicsForPatient", full("ListClinicsForPatient"))


def test_a_clinic_by_its_share_code(full):
    code = full("GetClinic").json()["shareCode"]
    check("GetClinicByShareCode", full("GetClinicByShareCode", shareCode=code))


@pytest.mark.parametrize("name", ["GetPatient", "ListPatients", "SendUploadReminder"])
def test_patients(full, name):
    check(name, full(name))


def test_a_connection_issue_that_is_hidden(full, world):
    wrong = {"$set": {"connectionIssue": {"cause": "error"}}}
    db.collection("patients").update_one({"userId": world.ids["patientId"]}, wrong)
    check("SetConnectionIssueHidden", full("SetConnectionIssueHidden", {"hidden": True}))


def test_patients_of_all_clinics(full, ada):
    check("FindPatients", ada.api.get("/v1/patients?mrn=MRN-0042"))


def test_a_patient_who_is_changed(full):
    body = {**asked("UpdatePatient"), "tags": [ID], "sites": [SITE]}
    check("UpdatePatient", full("UpdatePatient", body))


def test_a_new_clinic(send):
    check("CreateClinic", send("CreateClinic", asked("CreateClinic")))


def test_a_new_site(send):
    check("CreateSite", send("CreateSite", {**asked("CreateSite"), "name": "South"}))


def test_a_clinic_opened_for_a_legacy_account(backend):
    legacy = make_person("Lee Legacy", roles=("clinic",))
    answer = backend.post(f"/v1/clinicians/{legacy.user_id}/migrate")
    assert answer.status_code == 200, answer.content
    check("EnableNewClinicExperience", answer)


def test_a_new_patient(send):
    body = asked("CreatePatientAccount")
    check("CreatePatientAccount", send("CreatePatientAccount", body))


def test_an_account_that_becomes_a_patient(send, eve):
    body = asked("CreatePatientFromUser")
    check("CreatePatientFromUser", send("CreatePatientFromUser", body, patientId=eve.user_id))


def test_settings(send):
    send("UpdateEHRSettings", asked("UpdateEHRSettings"))
    check("GetEHRSettings", send("GetEHRSettings"))


def test_counts_of_patients(full):
    sources = [
        {"providerName": "twiist", "state": "connected"},
        {"providerName": "dexcom", "state": "pending"},
    ]
    for source in sources:
        patient = {"fullName": "P", "birthDate": "2000-01-01", "dataSources": [source]}
        full("CreatePatientAccount", patient)
    check("GetPatientCount", full("GetPatientCount"))


def test_a_matched_order(full, world):
    settings = {**ehr.SETTINGS, "provider": "redox"}
    clinic = {"_id": ObjectId(world.ids["clinicId"])}
    db.collection("clinics").update_one(clinic, {"$set": {"ehrSettings": settings}})
    message = ehr.order()
    message["Patient"]["Identifiers"] = [{"ID": "MRN-0042", "IDType": "MRN"}]
    order = {"_id": ObjectId(), "meta": message["Meta"], "message": message}
    db.collection("redox").insert_one(order)
    asks = asked("MatchClinicAndPatient")
    reference = {**asks["messageRef"], "documentId": str(order["_id"])}
    body = {"messageRef": reference, "patients": {"criteria": ["MRN"]}}
    check("MatchClinicAndPatient", full("MatchClinicAndPatient", body))


def test_the_tide_report(full):
    row = {
        "averageGlucoseMmol": 10.9,
        "glucoseManagementIndicator": 8.0,
        "timeCGMUsePercent": 0.94,
        "timeCGMUseMinutes": 18950,
        "timeInVeryLowPercent": 0.02,
        "timeInTargetPercent": 0.48,
        "timeInTargetPercentDelta": -0.03,
    }
    stats = {"id": "", "dates": {"lastData": clock.now()}, "periods": {"14d": row}}
    changes = {"$set": {"summary": {"cgmStats": stats}}}
    db.collection("patients").update_many({"mrn": "MRN-0042"}, changes)
    cutoff = (clock.now() - timedelta(days=14)).isoformat()
    query = "?" + urlencode({"period": "14d", "tags": ID, "lastDataCutoff": cutoff})
    check("TideReport", full("TideReport", None, query))


def test_an_invited_member(send, world, eve):
    invited = {"email": eve.email, "roles": ["CLINIC_MEMBER"], "inviteId": "i" * 32}
    send("CreateClinician", {**invited, "name": "Mia Member"})
    check("GetInvitedClinician", send("GetInvitedClinician", inviteId=invited["inviteId"]))


def test_an_invited_member_who_accepts(ada, eve, world):
    path = f"/v1/clinics/{world.ids['clinicId']}/invites/clinicians"
    key = ada.api.post(path, {"email": eve.email, "roles": ["CLINIC_MEMBER"]}).json()["inviteId"]
    answer = eve.api.put(f"/v1/clinicians/{eve.user_id}/invites/{key}")
    assert answer.status_code == 200, answer.content
    check("AcceptClinicianInvite", answer)


def test_a_pending_invitation_of_a_member(ada, eve, world):
    path = f"/v1/clinics/{world.ids['clinicId']}/invites/clinicians"
    key = ada.api.post(path, {"email": eve.email, "roles": ["CLINIC_MEMBER"]}).json()["inviteId"]
    check("GetClinicianInvite", ada.api.get(f"{path}/{key}"))


def test_an_offer_that_is_accepted(clinic, ada, dot):
    offer = {**asked("SendClinicShareInvite"), "shareCode": clinic["shareCode"]}
    key = dot.api.post(f"/confirm/send/invite/{dot.user_id}/clinic", offer).json()["key"]
    path = f"/v1/clinics/{clinic['id']}/invites/patients/{key}"
    answer = ada.api.put(path, asked("AcceptPatientInvitation"))
    assert answer.status_code == 200, answer.content
    check("AcceptPatientInvitation", answer)


def test_an_invitation_into_a_care_team(dot, eve):
    path = f"/confirm/send/invite/{dot.user_id}"
    body = {**asked("SendCareTeamInvite"), "email": eve.email}
    key = dot.api.post(path, body).json()["key"]
    check("GetReceivedInvitations", eve.api.get(f"/confirm/invitations/{eve.user_id}"))
    check("ResendCareTeamInvite", dot.api.patch(f"/confirm/resend/invite/{key}"))

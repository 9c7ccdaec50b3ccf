"""Offers of data to a clinic (rules CONFIRM-68 to CONFIRM-82)."""

from datetime import timedelta

import orjson
import pytest
from bson import ObjectId

from kernel import clock, db
from tests.cast import add_member, make_person
from tests.events import emitted
from users.services.neighbours import profile_service

FORBIDDEN = {"code": 403, "reason": "Forbidden to perform requested operation"}
GRANTS = {"view": {}, "upload": {}, "note": {}, "root": {}}


def offer(clinic, person, permissions=GRANTS):
    response = person.api.post(
        f"/confirm/send/invite/{person.user_id}/clinic",
        {"shareCode": clinic["shareCode"], "permissions": permissions},
    )
    assert response.status_code == 200, response.content
    return response.json()["key"]


def path(clinic, *key):
    return "/".join([f"/v1/clinics/{clinic['id']}/invites/patients", *key])


def stored(key):
    return db.collection("confirmations").find_one({"_id": key})


def set_fields(key, **fields):
    db.collection("confirmations").update_one({"_id": key}, {"$set": fields})


def set_clinic(clinic, **fields):
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": fields})


def past():
    return clock.now() - timedelta(seconds=1)


# --- from offer to patient -------------------------------------------------------------------------------
def test_an_accepted_offer_makes_a_patient(clinic, ada, ben, dot):
    profile_service().update_profile(dot.user_id, {"patient": {"birthday": "1980-02-03"}})
    key = offer(clinic, dot)
    [mail] = emitted("mail.requested")
    assert mail == {
        "recipient": ada.email,
        "template": "patient_clinic_invitation",
        "variables": {
            "CareteamName": "Dot Patient",
            "ClinicName": clinic["name"],
            "WebPath": "login",
        },
    }

    [listed] = ben.api.get(path(clinic)).json()
    assert listed["key"] == key
    assert listed["creatorId"] == dot.user_id
    assert listed["creator"]["profile"] == {
        "fullName": "Dot Patient",
        "patient": {
            "birthday": "1980-02-03",
            "diagnosisDate": "",
            "isOtherPerson": False,
            "fullName": "",
        },
    }

    answer = ben.api.put(path(clinic, key))
    assert answer.status_code == 200
    assert answer.json()["id"] == dot.user_id
    assert answer.json()["birthDate"] == "1980-02-03"
    assert answer.json()["permissions"] == {"view": {}, "upload": {}, "note": {}}
    assert stored(key)["status"] == "completed"
    assert ben.api.get(f"/v1/clinics/{clinic['id']}/patients/{dot.user_id}").status_code == 200
    assert ben.api.get(path(clinic)).json() == []

    second = ben.api.put(path(clinic, key))
    assert (second.status_code, second.json()) == (403, FORBIDDEN)


def test_everything_the_clinician_enters_is_stored(clinic, ada, ben, dot):
    tag = ada.api.post(f"/v1/clinics/{clinic['id']}/patient_tags", {"name": "New"}).json()
    entered = {
        "fullName": "Dot From The Clinic",
        "birthDate": "1981-04-05",
        "mrn": "M-17",
        "tags": [tag["id"]] if "id" in tag else [],
        "diagnosisType": "type2",
        "glycemicRanges": {"type": "preset", "preset": "adaHighRisk"},
        "permissions": {"custodian": {}},
    }
    patient = ben.api.put(path(clinic, offer(clinic, dot)), entered).json()

    assert patient["fullName"] == "Dot From The Clinic"
    assert patient["birthDate"] == "1981-04-05"
    assert patient["mrn"] == "M-17"
    assert patient["diagnosisType"] == "type2"
    assert patient["glycemicRanges"] == {"type": "preset", "preset": "adaHighRisk"}
    assert "custodian" not in patient["permissions"]


# --- offering -------------------------------------------------------------------------------------
def test_the_offer_is_stored_as_other_systems_read_it(clinic, dot):
    document = stored(offer(clinic, dot, {"view": {}}))
    assert document["type"] == "careteam_invitation"
    assert document["clinicId"] == clinic["id"]
    assert document["email"] == ""
    assert bytes(document["context"]) == b'{"view":{}}'
    assert document["expiresAt"] == document["created"] + timedelta(days=7)


def test_each_admin_gets_a_mail_of_their_own(clinic, ada, dot):
    gus = make_person("Gus Admin", roles=("clinician",))
    add_member(clinic, gus, roles=("CLINIC_ADMIN",))
    offer(clinic, dot)
    assert {m["recipient"] for m in emitted("mail.requested")} == {ada.email, gus.email}


def test_an_admin_who_is_only_invited_gets_no_mail_about_a_patient(clinic, ada, dot):
    invited = {"email": "invited@example.org", "roles": ["CLINIC_ADMIN"]}
    assert (
        ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", invited).status_code == 200
    )
    mails_before = len(emitted("mail.requested"))
    offer(clinic, dot)
    assert [mail["recipient"] for mail in emitted("mail.requested")[mails_before:]] == [ada.email]


def test_a_clinic_may_suppress_the_mail(clinic, dot):
    set_clinic(clinic, suppressedNotifications={"patientClinicInvitation": True})
    offer(clinic, dot)
    assert emitted("mail.requested") == []


@pytest.mark.parametrize("body", [{}, {"shareCode": "x"}, {"permissions": {}}, {"shareCode": ""}])
def test_a_missing_field_is_400_without_text(dot, body):
    response = dot.api.post(f"/confirm/send/invite/{dot.user_id}/clinic", body)
    assert (response.status_code, response.content) == (400, b"")


def test_wrong_codes_existing_patients_and_strangers_are_refused(clinic, ben, dot, eve):
    url = f"/confirm/send/invite/{dot.user_id}/clinic"
    body = {"shareCode": clinic["shareCode"], "permissions": GRANTS}
    unknown = dot.api.post(url, {**body, "shareCode": "NO-SUCH"})
    assert unknown.json() == {"code": 404, "reason": "Error finding the clinic"}
    assert eve.api.post(url, body).status_code == 401

    key = offer(clinic, dot)
    twice = dot.api.post(url, body)
    assert twice.json() == {"code": 409, "reason": "There is already an existing invite"}
    ben.api.put(path(clinic, key))
    answer = dot.api.post(url, body)
    reason = "The user is already a patient of the clinic"
    assert answer.json() == {"code": 409, "reason": reason}


@pytest.mark.parametrize("ending", ["expired", "declined"])
def test_an_offer_that_has_ended_does_not_block_a_new_one(clinic, dot, ending):
    key = offer(clinic, dot)
    if ending == "expired":
        set_fields(key, expiresAt=past())
    else:
        set_fields(key, status="declined")
    assert offer(clinic, dot) != key


# --- accepting ------------------------------------------------------------------------------------
def test_expired_offers_are_neither_listed_nor_accepted(clinic, ben, dot):
    key = offer(clinic, dot)
    set_fields(key, expiresAt=past())
    assert ben.api.get(path(clinic)).json() == []
    response = ben.api.put(path(clinic, key))
    assert response.json() == {"code": 404, "reason": "No matching invite was found"}
    assert db.collection("patients").count_documents({"userId": dot.user_id}) == 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "declined"}, 403),
        ({"status": "canceled"}, 403),
        ({"status": "completed"}, 403),
        ({"type": "clinician_invitation"}, 403),
    ],
)
def test_accepting_in_the_wrong_state_or_type_is_refused(clinic, ben, dot, fields, status):
    key = offer(clinic, dot)
    set_fields(key, **fields)
    response = ben.api.put(path(clinic, key))
    assert (response.status_code, response.json()) == (status, FORBIDDEN)


def test_another_clinic_cannot_accept(clinic, other_clinic, cy, dot, eve):
    key = offer(clinic, dot)
    assert cy.api.put(path(other_clinic, key)).status_code == 404
    for person in (cy, eve, dot):
        assert person.api.put(path(clinic, key)).status_code == 401
        assert person.api.get(path(clinic)).status_code == 401


def test_a_prescriber_without_member_role_cannot_accept(clinic, dot):
    hal = make_person("Hal Prescriber")
    add_member(clinic, hal, roles=("PRESCRIBER",))
    assert hal.api.get(path(clinic)).status_code == 401


@pytest.mark.parametrize("body", [None, {"fullName": "Dot"}, {"mrn": "  "}])
def test_a_missing_required_mrn_is_400(clinic, ben, dot, body):
    key = offer(clinic, dot)
    set_clinic(clinic, mrnSettings={"required": True, "unique": True})
    response = ben.api.put(path(clinic, key), body)
    reason = "Error creating patient because MRN is required"
    assert (response.status_code, response.json()) == (400, {"code": 400, "reason": reason})
    assert stored(key)["status"] == "pending"
    assert ben.api.put(path(clinic, key), {"mrn": "M1"}).status_code == 200


def test_entered_texts_are_normalized_and_blank_ones_count_as_missing(clinic, ben, dot):
    entered = {"fullName": " \u00a0", "mrn": " M1\t"}
    patient = ben.api.put(path(clinic, offer(clinic, dot)), entered).json()
    assert (patient["fullName"], patient["mrn"]) == ("Dot Patient", "M1")


def test_refusals_of_the_clinic_side_keep_their_message_and_change_nothing(clinic, ben, dot, eve):
    set_clinic(clinic, mrnSettings={"required": False, "unique": True})
    assert ben.api.put(path(clinic, offer(clinic, eve)), {"mrn": "M1"}).status_code == 200
    key = offer(clinic, dot)
    response = ben.api.put(path(clinic, key), {"mrn": " m1 "})
    assert response.status_code == 400
    assert response.json() == {"message": "bad request: mrn must be unique"}
    assert stored(key)["status"] == "pending"


@pytest.mark.parametrize("body", [{"birthDate": "yesterday"}, {"diagnosisType": "type9"}])
def test_an_invalid_body_is_400_with_the_message_of_the_clinic_side(clinic, ben, dot, body):
    response = ben.api.put(path(clinic, offer(clinic, dot)), body)
    assert response.status_code == 400
    assert list(response.json()) == ["message"]


def test_an_unreadable_body_is_400(clinic, ben, dot):
    response = ben.api.put(path(clinic, offer(clinic, dot)), b"{")
    assert response.json() == {"code": 400, "reason": "Error decoding the confirmation"}


def test_accepting_an_existing_patient_changes_nothing(clinic, ben, dot, backend):
    key = offer(clinic, dot)
    patient = backend.post(
        f"/v1/clinics/{clinic['id']}/patients/{dot.user_id}", {"permissions": {"view": {}}}
    )
    assert patient.status_code == 200
    response = ben.api.put(path(clinic, key), {"fullName": "Other"})
    assert response.status_code == 200
    assert response.json()["permissions"] == {"view": {}}
    assert response.json()["fullName"] == "Dot Patient"
    assert stored(key)["status"] == "completed"


# --- canceling and declining --------------------------------------------------------------------
@pytest.mark.parametrize("before", ["pending", "declined"])
@pytest.mark.parametrize(
    ("who", "after"), [("dot", "canceled"), ("ben", "declined"), ("service", "declined")]
)
def test_the_sharer_cancels_and_the_clinic_declines(clinic, ben, dot, backend, before, who, after):
    key = offer(clinic, dot)
    set_fields(key, status=before)
    api = {"dot": dot.api, "ben": ben.api, "service": backend}[who]

    response = api.delete(path(clinic, key))

    assert response.status_code == 200
    assert response.json()["status"] == after
    assert response.json()["creator"]["profile"] is None
    assert stored(key)["status"] == after


@pytest.mark.parametrize("before", ["completed", "canceled"])
def test_an_offer_that_has_ended_cannot_be_deleted(clinic, ben, dot, before):
    key = offer(clinic, dot)
    set_fields(key, status=before)
    for person in (ben, dot):
        response = person.api.delete(path(clinic, key))
        assert (response.status_code, response.json()) == (403, FORBIDDEN)


def test_unknown_offers_and_strangers_are_refused(clinic, ben, dot, eve):
    key = offer(clinic, dot)
    unknown = ben.api.delete(path(clinic, "unknown"))
    assert (unknown.status_code, unknown.json()["reason"]) == (403, "No matching invite was found")
    for wanted in (key, "unknown"):  # rule CONFIRM-145: a 401 would end the session
        refused = eve.api.delete(path(clinic, wanted))
        assert (refused.status_code, refused.json()) == (403, FORBIDDEN)
    assert eve.api.put(path(clinic, key)).status_code == 401
    assert orjson.loads(bytes(stored(key)["context"])) == GRANTS

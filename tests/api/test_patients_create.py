"""Creating patients (behaviour note patients, 2.2-2.4, 4.2, 4.3)."""

import pytest

from tests.events import emitted
from tests.factories import make_clinic, make_clinician, stored_patient
from users.services import neighbours

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic()
    make_clinician(clinic, ben)
    return clinic


def url(clinic, user_id=None):
    base = f"/v1/clinics/{clinic['_id']}/patients"
    return f"{base}/{user_id}" if user_id else base


def test_an_account_is_made_and_its_record_stored(lakeside, ben):
    body = {**BODY, "email": "Iris@Example.org", "mrn": "A1", "targetDevices": ["meter"]}
    answer = ben.api.post(url(lakeside), body)
    assert answer.status_code == 200
    shown = answer.json()
    stored = stored_patient(lakeside, shown["id"])
    assert stored["email"] == "iris@example.org"
    assert stored["mrn"] == "A1"
    assert stored["invitedBy"] == ben.user_id
    assert stored["requireUniqueMrn"] is False
    assert stored["permissions"] == {"custodian": {}, "view": {}, "upload": {}, "note": {}}
    assert stored["createdTime"] == stored["updatedTime"]
    assert neighbours.user_service().get_user(shown["id"]).username == "iris@example.org"
    assert emitted("patient.created") in (
        [],
        [{"clinicId": str(lakeside["_id"]), "userId": shown["id"]}]
        * len(emitted("patient.created")),
    )
    assert shown["tags"] is None
    assert shown["dataSources"] is None
    assert shown["reviews"] == []
    assert shown["sites"] == []
    assert shown["connectionRequests"] == {"abbott": [], "dexcom": [], "twiist": []}
    assert "summary" not in shown


def test_a_backend_leaves_no_inviter(lakeside, backend):
    answer = backend.post(url(lakeside), BODY)
    assert "invitedBy" not in stored_patient(lakeside, answer.json()["id"])
    assert stored_patient(lakeside, answer.json()["id"])["email"] is None


def test_an_empty_body_is_refused(lakeside, ben):
    assert ben.api.post(url(lakeside)).status_code == 400


def test_an_unknown_clinic_is_404_for_a_backend(backend):
    answer = backend.post("/v1/clinics/" + "a" * 24 + "/patients", BODY)
    assert answer.status_code == 404
    assert answer.json() == {"message": "clinic not found"}


def test_a_taken_address_is_409(lakeside, ben, dot):
    answer = ben.api.post(url(lakeside), {**BODY, "email": dot.email.upper()})
    assert answer.status_code == 409
    assert answer.json() == {"message": "duplicate: email address is already taken"}


def test_get_shows_what_was_created(lakeside, ben):
    created = ben.api.post(url(lakeside), BODY).json()
    assert ben.api.get(url(lakeside, created["id"])).json() == created


def test_the_list_shows_and_counts_a_new_patient_at_once(lakeside, ben):
    created = ben.api.post(url(lakeside), BODY).json()
    assert ben.api.get(url(lakeside)).json() == {
        "data": [created],
        "meta": {"count": 1, "totalCount": 1},
    }

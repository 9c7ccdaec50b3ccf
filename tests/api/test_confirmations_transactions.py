"""No account service is asked while a transaction is open: a slow answer would keep what it holds from others, and a
repeated transaction would ask again. What was asked about is compared when the invitation changes."""

import pytest
from bson import ObjectId

from kernel import db
from tests.cast import make_clinic
from tests.events import deliver_all
from users.clients import embedded

SERVICES = (
    embedded.EmbeddedUserService,
    embedded.EmbeddedProfileService,
    embedded.EmbeddedPermissionService,
)


@pytest.fixture
def asked(monkeypatch):
    """Names of all questions, and of those that were asked inside a transaction."""
    every, inside = [], []

    def watch(service, name):
        question = getattr(service, name)

        def watched(self, *args, **kwargs):
            every.append(name)
            if db.in_transaction():
                inside.append(name)
            return question(self, *args, **kwargs)

        monkeypatch.setattr(service, name, watched)

    for service in SERVICES:
        for name in vars(service).keys() - {"check_token", "is_personal", "server_token"}:
            if not name.startswith("_"):
                watch(service, name)
    return every, inside


@pytest.fixture
def offer_of_a_custodian(clinic, ada, ben):
    """(Ben's own clinic, the key): Ben has offered it the data of a patient of the clinic in which he works."""
    body = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"}
    patient = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()["id"]
    deliver_all()
    own = make_clinic(ben, name="Bens Own Clinic")
    body = {"shareCode": own["shareCode"], "permissions": {"view": {}}}
    return own, ben.api.post(f"/confirm/send/invite/{patient}/clinic", body).json()["key"]


@pytest.fixture
def care_team_invitation(dot, eve):
    body = {"email": eve.email, "permissions": {"view": {}}}
    return dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).json()["key"]


@pytest.fixture
def clinician_invitation(clinic, ada, eve):
    body = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
    path = f"/v1/clinics/{clinic['id']}/invites/clinicians"
    return ada.api.post(path, body).json()["inviteId"]


def accept_path(clinic, key):
    return f"/v1/clinics/{clinic['id']}/invites/patients/{key}"


def test_accepting_an_offer(asked, offer_of_a_custodian, ben):
    every, inside = asked
    answer = ben.api.put(accept_path(*offer_of_a_custodian), {})
    assert answer.status_code == 200, answer.content
    assert {"get_permissions", "get_user", "get_profile"} <= {*every}
    assert inside == []


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_answering_an_invitation_to_a_care_team(asked, care_team_invitation, dot, eve, verb):
    every, inside = asked
    path = f"/confirm/{verb}/invite/{eve.user_id}/{dot.user_id}"
    assert eve.api.put(path, {"key": care_team_invitation}).status_code == 200
    assert "get_user" in every
    assert inside == []


@pytest.mark.parametrize("method", ["put", "delete"])
def test_answering_an_invitation_to_a_clinic(asked, clinician_invitation, eve, method):
    every, inside = asked
    path = f"/v1/clinicians/{eve.user_id}/invites/{clinician_invitation}"
    assert getattr(eve.api, method)(path).status_code == 200
    assert "get_user" in every
    assert inside == []


def change_while_asked(monkeypatch, service, name, key, **fields):
    question = getattr(service, name)

    def overtaken(self, *args, **kwargs):
        db.collection("confirmations").update_one({"_id": key}, {"$set": fields})
        return question(self, *args, **kwargs)

    monkeypatch.setattr(service, name, overtaken)


@pytest.mark.parametrize("field", ["sentBy", "creatorId"])
def test_an_offer_that_is_another_persons_by_then_is_not_accepted(
    monkeypatch, offer_of_a_custodian, ben, eve, field
):
    own, key = offer_of_a_custodian
    service = embedded.EmbeddedProfileService
    change_while_asked(monkeypatch, service, "get_profile", key, **{field: eve.user_id})

    assert ben.api.put(accept_path(own, key), {}).status_code == 403
    assert db.collection("confirmations").find_one({"_id": key})["status"] == "pending"
    assert db.collection("patients").find_one({"clinicId": ObjectId(own["id"])}) is None


# An invitation that is none of the caller's counts as dismissed.
@pytest.mark.parametrize(("method", "status"), [("put", 404), ("delete", 200)])
def test_an_invitation_to_a_clinic_that_has_another_address_by_then_is_not_answered(
    monkeypatch, clinician_invitation, eve, method, status
):
    service, key = embedded.EmbeddedUserService, clinician_invitation
    change_while_asked(monkeypatch, service, "get_user", key, email="other@example.org")

    path = f"/v1/clinicians/{eve.user_id}/invites/{key}"
    assert getattr(eve.api, method)(path).status_code == status
    assert db.collection("confirmations").find_one({"_id": key})["status"] == "pending"


def test_an_invitation_to_a_care_team_that_has_another_address_by_then_is_not_dismissed(
    monkeypatch, care_team_invitation, dot, eve
):
    service, key = embedded.EmbeddedUserService, care_team_invitation
    change_while_asked(monkeypatch, service, "get_user", key, email="other@example.org")

    path = f"/confirm/dismiss/invite/{eve.user_id}/{dot.user_id}"
    assert eve.api.put(path, {"key": key}).status_code == 404
    assert db.collection("confirmations").find_one({"_id": key})["status"] == "pending"

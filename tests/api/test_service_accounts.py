"""Service accounts (rules CLINIC-115, ACCOUNT-123 to ACCOUNT-127), against a token endpoint on a loopback address."""

import pytest
from bson import ObjectId

from clinics.services import service_accounts
from kernel import db
from tests.cast import Api
from tests.clients import standin as wire
from users.clients import embedded, http
from users.services import accounts

SUBJECT = "00000000cc"
TOKEN_PATH = "/oidc/token"
SENT = {"name": "EHR bridge", "client_id": "ehr", "client_secret": "s3cret"}


@pytest.fixture
def endpoint(monkeypatch):
    server = wire.StandIn().start()
    embedded.EmbeddedTokenEndpoint().register_client("ehr", "s3cret", SUBJECT)
    client = http.HttpTokenEndpoint(server.address + TOKEN_PATH)
    monkeypatch.setattr(service_accounts, "token_endpoint", lambda: client)
    yield server
    server.stop()


def path(clinic):
    return f"/v1/clinics/{clinic['id']}/service_accounts"


def stored(clinic):
    return db.collection("clinicians").find_one(
        {"clinicId": ObjectId(clinic["id"]), "userId": SUBJECT}
    )


def test_a_client_that_proves_itself_becomes_a_member(clinic, ada, backend, endpoint):
    assert ada.api.post(path(clinic), SENT).status_code == 403
    response = backend.post(path(clinic), SENT)
    assert response.status_code == 200
    account = response.json()
    assert (account["id"], account["name"], account["email"]) == (SUBJECT, "EHR bridge", "")
    assert account["roles"] == ["CLINIC_MEMBER"]
    kept = stored(clinic)
    assert kept["isServiceAccount"] is True
    assert "email" not in kept
    assert "s3cret" not in str(kept)
    assert "isServiceAccount" not in account


def test_form_fields_are_tried_when_basic_is_refused(clinic, backend, endpoint):
    endpoint.basic_allowed = False
    assert backend.post(path(clinic), SENT).status_code == 200


def test_a_service_account_acts_as_a_member(clinic, backend, endpoint):
    accounts.create_user(email="bridge@example.org", full_name="Bridge", user_id=SUBJECT)
    backend.post(path(clinic), SENT)
    caller = Api(accounts.issue_user_token(SUBJECT))
    assert caller.get(f"/v1/clinics/{clinic['id']}/clinicians").status_code == 200
    assert caller.get(f"/v1/clinics/{clinic['id']}/patients").status_code == 200
    assert caller.delete(f"/v1/clinics/{clinic['id']}").status_code == 403


def test_wrong_credentials_are_the_callers_mistake(clinic, backend, endpoint):
    refused = backend.post(path(clinic), {**SENT, "client_secret": "wrong"})
    assert refused.status_code == 400
    assert refused.json() == {"message": "bad request: the client credentials are not accepted"}
    assert stored(clinic) is None


def test_token_endpoint_that_is_down_is_503(clinic, backend, endpoint):
    endpoint.stop()
    response = backend.post(path(clinic), SENT)
    assert response.status_code == 503
    assert stored(clinic) is None


def test_two_accounts_without_address_fit_into_one_clinic(clinic, backend, endpoint):
    embedded.EmbeddedTokenEndpoint().register_client("other", "s3cret", "00000000dd")
    assert backend.post(path(clinic), SENT).status_code == 200
    assert backend.post(path(clinic), {**SENT, "client_id": "other"}).status_code == 200
    again = backend.post(path(clinic), SENT)
    assert again.status_code == 409
    assert again.json() == {"message": "duplicate: clinician is already a member of the clinic"}


@pytest.mark.parametrize("missing", list(SENT))
def test_every_property_of_a_service_account_is_required(clinic, backend, missing):
    body = {name: value for name, value in SENT.items() if name != missing}
    assert backend.post(path(clinic), body).status_code == 400
    assert backend.post(path(clinic), {**body, missing: ""}).status_code == 400


def test_the_clinics_state_is_checked_before_the_credentials(clinic, backend, endpoint):
    unknown = backend.post(path({"id": "0" * 24}), SENT)
    assert (unknown.status_code, unknown.json()) == (404, {"message": "clinic not found"})
    clinic_id = ObjectId(clinic["id"])
    db.collection("clinics").update_one({"_id": clinic_id}, {"$set": {"admins": []}})
    assert backend.post(path(clinic), SENT).status_code == 422
    db.collection("clinics").update_one({"_id": clinic_id}, {"$unset": {"isMigrated": ""}})
    refused = backend.post(path(clinic), SENT)
    assert refused.json() == {"message": "constraint violation: clinic is not migrated"}
    assert stored(clinic) is None

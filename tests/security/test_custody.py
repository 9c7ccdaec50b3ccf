"""The account says whose it is: a clinic's record is updated some time after a claim and until then says too
much.

In every test the account has just been claimed and no event has been handled: the record still says
`custodian`.
"""

import pytest

from kernel import db
from tests.events import deliver_all
from users.clients.protocol import UserUpdate
from users.services.neighbours import data_service, profile_service, user_service

PASSWORD = "correct-horse"
MINE = "iris@example.org"


@pytest.fixture
def record(clinic, ada):
    """A custodial patient whose first events are handled."""
    body = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": MINE}
    patient = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()
    deliver_all()
    return patient


@pytest.fixture
def claimed(record, anonymous):
    """An account claimed through its link while the workers are down."""
    [link] = db.collection("confirmations").find({"userId": record["id"]})
    claim = {"password": PASSWORD, "birthday": "1990-01-02"}
    assert anonymous.put(f"/confirm/accept/signup/{link['_id']}", claim).status_code == 200
    stored = db.collection("patients").find_one({"userId": record["id"]})
    assert "custodian" in stored["permissions"], "the record does not know yet"
    return record


def url(clinic, record):
    return f"/v1/clinics/{clinic['id']}/patients/{record['id']}"


def test_the_clinic_cannot_move_the_address_of_a_claimed_account(clinic, ada, claimed):
    body = {**claimed, "email": "attacker@example.org", "fullName": "Iris Changed"}
    answer = ada.api.put(url(clinic, claimed), body)

    assert answer.status_code == 200, "the rest of the record is the clinic's"
    assert answer.json()["email"] == MINE
    assert answer.json()["fullName"] == "Iris Changed"
    account = user_service().get_user(claimed["id"])
    assert (account.address, account.email_verified) == (MINE, True)


def test_the_clinic_cannot_remove_the_address_of_a_claimed_account(clinic, ada, claimed):
    body = {name: value for name, value in claimed.items() if name != "email"}
    assert ada.api.put(url(clinic, claimed), body).json()["email"] == MINE
    assert user_service().get_user(claimed["id"]).address == MINE


def test_a_reset_for_an_address_set_by_the_clinic_sends_no_mail(clinic, ada, claimed, anonymous):
    ada.api.put(url(clinic, claimed), {**claimed, "email": "attacker@example.org"})
    anonymous.post("/confirm/send/forgot/attacker@example.org")
    assert db.collection("confirmations").count_documents({"type": "password_reset"}) == 0


@pytest.mark.parametrize("has_data", [True, False])
def test_removing_the_patient_leaves_a_claimed_account_to_its_owner(
    clinic, ada, claimed, monkeypatch, has_data
):
    monkeypatch.setattr(type(data_service()), "has_data", lambda *_: has_data)
    assert ada.api.delete(url(clinic, claimed)).status_code == 204
    deliver_all()
    assert user_service().get_user(claimed["id"]).address == MINE


def test_the_clinic_cannot_change_the_profile_of_a_claimed_account(clinic, ada, claimed):
    ada.api.put(url(clinic, claimed), {**claimed, "birthDate": "1991-01-02"})
    deliver_all()
    assert profile_service().get_profile(claimed["id"])["patient"]["birthday"] == "1990-01-02"


def test_a_clinic_has_no_custody_of_a_claimed_account(clinic, ada, claimed):
    user_id = claimed["id"]
    profile = f"/metadata/{user_id}/profile"
    for answer in (
        ada.api.get(f"/confirm/signup/{user_id}"),
        ada.api.post(f"/confirm/signup/{user_id}"),
        ada.api.post(f"/confirm/send/signup/{user_id}"),
        ada.api.get(f"/confirm/invite/{user_id}"),
        ada.api.post(
            f"/confirm/send/invite/{user_id}", {"email": "x@example.org", "permissions": {}}
        ),
        ada.api.get(f"/auth/user/{user_id}"),
        ada.api.put(profile, {"patient": {"birthday": "1991-01-02"}}),
    ):
        assert answer.status_code == 401, answer.wsgi_request.path


def test_the_clinic_can_change_an_unclaimed_account(clinic, ada, record):
    answer = ada.api.put(url(clinic, record), {**record, "email": "new@example.org"})
    assert answer.json()["email"] == "new@example.org"
    account = user_service().get_user(record["id"])
    assert (account.address, account.email_verified) == ("new@example.org", False)
    assert ada.api.get(f"/auth/user/{record['id']}").status_code == 200


def test_a_changed_address_is_unverified(eve):
    user_service().update_user(eve.user_id, UserUpdate(emails=("new@example.org",)))
    assert user_service().get_user(eve.user_id).email_verified is False

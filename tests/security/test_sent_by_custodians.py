"""Invitations and offers that a clinic's member sent for a custodial patient are valid only while the member
has custody."""

import pytest

from tests.cast import add_member, make_clinic, make_person
from tests.events import deliver_all

SHARED = {"view": {}, "upload": {}}


@pytest.fixture
def patient(clinic, ada):
    body = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"}
    created = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()
    deliver_all()
    return created["id"]


@pytest.fixture
def invitation(patient, ben, eve):
    body = {"email": eve.email, "permissions": SHARED}
    answer = ben.api.post(f"/confirm/send/invite/{patient}", body)
    assert answer.status_code == 200
    return answer.json()["key"]


@pytest.fixture
def elsewhere(ben):
    return make_clinic(ben, name="Bens Own Clinic")


@pytest.fixture
def offer(patient, ben, elsewhere):
    body = {"shareCode": elsewhere["shareCode"], "permissions": SHARED}
    answer = ben.api.post(f"/confirm/send/invite/{patient}/clinic", body)
    assert answer.status_code == 200
    return answer.json()["key"]


def remove_member(clinic, ada, ben, **_):
    url = f"/v1/clinics/{clinic['id']}/clinicians/{ben.user_id}"
    assert ada.api.delete(url).status_code == 200


def take_role(clinic, ada, ben, **_):
    url = f"/v1/clinics/{clinic['id']}/clinicians/{ben.user_id}"
    body = {**ada.api.get(url).json(), "roles": ["PRESCRIBER"]}
    assert ada.api.put(url, body).status_code == 200


def claim(patient, anonymous, **_):
    from kernel import db

    link = db.collection("confirmations").find_one(
        {"userId": patient, "type": "signup_confirmation"}
    )
    body = {"password": "correct-horse", "birthday": "1990-01-02"}
    assert anonymous.put(f"/confirm/accept/signup/{link['_id']}", body).status_code == 200


def leave(clinic, ada, patient, **_):
    url = f"/v1/clinics/{clinic['id']}/patients/{patient}"
    assert ada.api.delete(url).status_code == 204


CHANGES = [remove_member, take_role, claim, leave]


@pytest.fixture
def change(request, clinic, ada, ben, patient, anonymous):
    return lambda: request.param(
        clinic=clinic, ada=ada, ben=ben, patient=patient, anonymous=anonymous
    )


@pytest.mark.parametrize("change", CHANGES, indirect=True)
def test_an_invitation_ends_with_the_custody_of_its_sender(invitation, patient, eve, change):
    change()

    answer = eve.api.put(f"/confirm/accept/invite/{eve.user_id}/{patient}", {"key": invitation})
    assert answer.status_code == 404
    assert eve.api.get(f"/confirm/invitations/{eve.user_id}").status_code == 404
    assert eve.api.get(f"/metadata/{patient}/profile").json().keys() <= {"fullName", "message"}


@pytest.mark.parametrize("change", CHANGES, indirect=True)
def test_an_offer_to_a_clinic_ends_with_the_custody_of_its_sender(
    offer, patient, elsewhere, ben, change
):
    change()

    invites = f"/v1/clinics/{elsewhere['id']}/invites/patients"
    assert ben.api.get(invites).json() == []
    assert ben.api.put(f"{invites}/{offer}").status_code == 404
    url = f"/v1/clinics/{elsewhere['id']}/patients/{patient}"
    assert ben.api.get(url).status_code == 404


def test_an_invitation_and_an_offer_are_accepted_while_the_custody_lasts(
    invitation, offer, patient, elsewhere, ben, eve
):
    url = f"/confirm/accept/invite/{eve.user_id}/{patient}"
    assert eve.api.put(url, {"key": invitation}).status_code == 200
    answer = ben.api.put(f"/v1/clinics/{elsewhere['id']}/invites/patients/{offer}")
    assert answer.status_code == 200


def test_an_invitation_resent_by_a_colleague_lasts_as_long_as_the_colleagues_custody(
    invitation, patient, clinic, ada, ben, eve
):
    kim = make_person("Kim Colleague", roles=("clinician",))
    add_member(clinic, kim)
    assert kim.api.patch(f"/confirm/resend/invite/{invitation}").status_code == 200
    remove_member(clinic, ada, ben)

    url = f"/confirm/accept/invite/{eve.user_id}/{patient}"
    assert eve.api.put(url, {"key": invitation}).status_code == 200


def test_an_invitation_of_the_owner_does_not_depend_on_the_clinic(dot, eve):
    body = {"email": eve.email, "permissions": SHARED}
    key = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).json()["key"]
    url = f"/confirm/accept/invite/{eve.user_id}/{dot.user_id}"
    assert eve.api.put(url, {"key": key}).status_code == 200

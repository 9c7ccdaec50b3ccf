"""Invitations, claims, offers and resets from the first call to their effect, through the public API, with
mails that real workers write to files."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import mails
from tests.cast import make_person
from tests.processes.service import eventually
from users.embedded.accounts import find_by_credentials

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
WELCOME = "New Tidepool Clinic account created"
PASSWORD = "correct-horse-battery"


@pytest.fixture
def live(service, tmp_path):
    """The service with mails in a folder; `live.mail(to)` is the newest one to an address."""
    folder = tmp_path / "mail"
    app = {"TIDEPOOL_WEBAPP_URL": "https://app.example.org"}
    # With beat: it hands out again what could not be done at once, as in any installation.
    service.start(env={**mails.environment(folder), **app}, only=("web", "worker", "beat"))

    def find(recipient):
        sent = mails.newest_first(folder)
        return next((mail for mail in sent if mail["To"] == recipient), None)

    service.mail = lambda to: eventually(lambda: find(to), within=40)
    return service


def link(mail):
    """The one link of the text part, and its parameters."""
    text = mail.get_body(("plain",)).get_content()
    url = re.search(r"https://app\.example\.org/\S+", text).group()
    html = mail.get_body(("html",)).get_content()
    assert url.split("?")[0] in html
    return urlsplit(url), {
        name: values[0] for name, values in parse_qs(urlsplit(url).query).items()
    }


def make_clinic(service, person):
    profile = {"name": "Lakeside Clinic", "country": "US", "preferredBgUnits": "mg/dL"}
    answer = service.post("/v1/clinics", profile, token=person.token)
    assert answer.status == 200, answer.content
    return answer.json()


def a_clinician_is_invited_by_mail_and_becomes_an_admin(live):
    ada, fay = make_person("Ada Admin"), make_person("Fay New")
    clinic = make_clinic(live, ada)
    assert live.mail(ada.email)["Subject"] == WELCOME
    body = {"email": fay.email, "roles": ["CLINIC_ADMIN"]}

    assert (
        live.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body, token=ada.token).status
        == 200
    )
    mail = live.mail(fay.email)
    where, parameters = link(mail)
    assert "Fay" not in mail["Subject"]
    assert (where.path, parameters) == ("/login", {"inviteEmail": fay.email})

    (invite,) = live.get(f"/v1/clinicians/{fay.user_id}/invites", token=fay.token).json()
    own = f"/v1/clinicians/{fay.user_id}/invites/{invite['key']}"
    members = f"/v1/clinics/{clinic['id']}/clinicians"
    assert live.get(members, token=fay.token).status == 403
    assert live.put(own, token=fay.token).status == 200
    assert live.get(members, token=fay.token).status == 200
    assert (
        live.put(
            f"/v1/clinics/{clinic['id']}",
            {"name": "New name", "preferredBgUnits": "mg/dL"},
            token=fay.token,
        ).status
        == 200
    )


def a_patient_offers_data_to_a_clinic_and_is_accepted(live):
    ada, dot = make_person("Bea Admin"), make_person("Dot Patient")
    clinic = make_clinic(live, ada)
    assert live.mail(ada.email)["Subject"] == WELCOME  # two mails at once may overtake each other
    offer = {"shareCode": clinic["shareCode"], "permissions": {"view": {}, "note": {}}}

    answer = live.post(f"/confirm/send/invite/{dot.user_id}/clinic", offer, token=dot.token)
    assert answer.status == 200, answer.content
    eventually(lambda: live.mail(ada.email)["Subject"] != WELCOME)
    (invite,) = live.get(f"/v1/clinics/{clinic['id']}/invites/patients", token=ada.token).json()
    entered = {
        "fullName": "Dot Patient",
        "birthDate": "1980-02-03",
        "mrn": "D-1",
        "tags": [],
        "diagnosisType": "type1",
    }
    path = f"/v1/clinics/{clinic['id']}/invites/patients/{invite['key']}"
    accepted = live.put(path, entered, token=ada.token)

    assert accepted.status == 200, accepted.content
    patient = live.get(f"/v1/clinics/{clinic['id']}/patients/{dot.user_id}", token=ada.token).json()
    assert (patient["mrn"], patient["diagnosisType"]) == ("D-1", "type1")
    assert patient["permissions"] == {"view": {}, "note": {}}


def a_custodial_account_is_claimed_by_the_mailed_link(live):
    ada = make_person("Cleo Admin")
    clinic = make_clinic(live, ada)
    details = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"}
    patient = live.post(f"/v1/clinics/{clinic['id']}/patients", details, token=ada.token).json()

    mail = live.mail("iris@example.org")
    assert "Iris" not in mail["Subject"]
    _, parameters = link(mail)
    claim = {"password": PASSWORD, "birthday": "1990-01-02"}
    path = f"/confirm/accept/signup/{parameters['signupKey']}"
    assert live.put(path, {**claim, "birthday": "1990-01-03"}).status == 409
    assert live.put(path, claim).status == 200

    assert find_by_credentials("iris@example.org", PASSWORD) is not None
    patient_path = f"/v1/clinics/{clinic['id']}/patients/{patient['id']}"
    eventually(
        lambda: "custodian" not in live.get(patient_path, token=ada.token).json()["permissions"]
    )


def a_password_is_reset_by_the_mailed_link(live):
    dot = make_person("Dora Patient")

    assert live.post(f"/confirm/send/forgot/{dot.email}").status == 200
    _, parameters = link(live.mail(dot.email))
    body = {"key": parameters["resetKey"], "email": dot.email, "password": PASSWORD}
    assert live.put("/confirm/accept/forgot", body).status == 200
    assert find_by_credentials(dot.email, PASSWORD) is not None
    assert live.put("/confirm/accept/forgot", body).status == 404


def a_reset_for_a_stranger_answers_the_same_and_mails_only_that(live):
    assert live.post("/confirm/send/forgot/nobody@example.org").status == 200

    words = live.mail("nobody@example.org").get_body(("plain",)).get_content()
    assert "resetKey" not in words


@pytest.mark.walk
def test_every_kind_of_mailed_link_takes_effect(live):
    """One test, because starting the service takes longer than the flows."""
    a_clinician_is_invited_by_mail_and_becomes_an_admin(live)
    a_patient_offers_data_to_a_clinic_and_is_accepted(live)
    a_custodial_account_is_claimed_by_the_mailed_link(live)
    a_password_is_reset_by_the_mailed_link(live)
    a_reset_for_a_stranger_answers_the_same_and_mails_only_that(live)

"""Staff of the role integration let a partner's program act in a clinic (rules CLINIC-115, ACCOUNT-123 to 126)."""

import pytest

from clinics.services import clinicians
from kernel import db
from tests.admin.conftest import events, messages_of, text
from users.clients import embedded

SUBJECT = "00000000cc"
SECRET = "s3cret of the bridge "  # a blank at the end belongs to it
SENT = {"name": "EHR bridge", "client_id": "ehr", "client_secret": SECRET}


@pytest.fixture
def path(clinic):
    embedded.EmbeddedTokenEndpoint().register_client("ehr", SECRET, SUBJECT)
    return f"clinics/{clinic['_id']}/service-accounts/"


def stored():
    return db.collection("clinicians").find_one({"userId": SUBJECT})


def test_a_client_is_added_listed_and_removed_and_each_is_recorded(clinic, path, staff):
    person = staff("integration")
    assert "No service account" in text(person.get(path))
    assert messages_of(person.post(path, **SENT)) == [
        "EHR bridge can act in the clinic as a member."
    ]
    assert (stored()["isServiceAccount"], stored()["roles"]) == (True, ["CLINIC_MEMBER"])
    assert SUBJECT in text(person.get(path))

    remove = f"{path}{SUBJECT}/remove"
    assert "loses access to Harbor Diabetes Center" in text(person.get(remove))
    assert "nothing was removed" in text(person.post(remove, typed="bridge", reason="T-1"))
    person.post(remove, typed="EHR bridge", reason="T-1")

    assert stored() is None
    added, removed = events(object={"type": "clinician", "id": SUBJECT, "name": ""})
    assert (added["action"], removed["action"]) == (
        "clinic.service_account_added",
        "clinic.service_account_removed",
    )
    assert added["after"] == {"name": "EHR bridge", "clientId": "ehr"}
    assert (removed["reason"], removed["actor"]["id"]) == ("T-1", person.id)


def test_the_secret_is_shown_and_stored_nowhere(path, staff):
    person = staff("integration")
    refused = person.post(path, **{**SENT, "client_secret": "wrong s3cret"})
    assert "The client credentials are not accepted." in text(refused)
    assert 'value="ehr"' in text(refused)
    accepted = person.post(path, **SENT)
    pages = text(refused) + text(accepted) + text(person.get(path))
    assert "s3cret" not in pages + str(events()) + str(stored())


def test_a_refusal_of_the_service_is_recorded_and_adds_no_one(clinic, path, staff):
    person = staff("integration")
    person.post(path, **{**SENT, "client_secret": "wrong"})
    assert stored() is None
    person.post(path, **SENT)
    assert "Clinician is already a member of the clinic." in text(person.post(path, **SENT))
    refused = events(action="clinic.service_account_added", outcome="refused")
    assert [event["scope"]["refused"] for event in refused] == [
        "The client credentials are not accepted.",
        "Clinician is already a member of the clinic.",
    ]
    assert len(list(db.collection("clinicians").find({"userId": SUBJECT}))) == 1


def test_what_is_missing_is_said_beside_the_field(path, staff):
    answer = staff("integration").post(path, name="EHR bridge", client_id="", client_secret="")
    assert answer.status_code == 400
    assert text(answer).count("This field is required.") == 2


def test_members_who_are_people_are_neither_listed_nor_removed_here(clinic, path, ben, staff):
    person = staff("integration")
    assert ben.user_id not in text(person.get(path))
    assert person.get(f"{path}{ben.user_id}/remove").status_code == 404
    assert (
        person.post(f"{path}{ben.user_id}/remove", typed=ben.user_id, reason="T").status_code == 404
    )
    assert clinicians.find_clinician(clinic["_id"], ben.user_id)


def test_others_neither_see_nor_add_nor_remove(clinic, path, staff):
    person = staff("viewer", "support", "configuration", "destructive")
    assert person.get(path).status_code == 403
    assert person.post(path, **SENT).status_code == 403
    assert stored() is None
    assert "Service accounts" not in text(person.get(f"clinics/{clinic['_id']}/"))


def test_the_event_and_the_member_are_stored_together_or_not_at_all(path, staff, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    person = staff("integration")
    person.client.raise_request_exception = False
    monkeypatch.setattr("clinic_records.admin.changes.record", fail)
    assert person.post(path, **SENT).status_code == 500
    assert stored() is None

"""The operations on a clinic's webhooks."""

import pytest

from kernel import db
from tests.cast import description, make_clinic
from tests.events import deliver_all
from webhooks.choices import EventKind

EVENTS = ["patient.created", "patient.removed"]
NEW_PATIENT = {"fullName": "Iris Example", "birthDate": "1984-05-06"}


@pytest.fixture
def path(clinic):
    return f"/v1/clinics/{clinic['id']}/webhooks"


@pytest.fixture
def created(path, ada, receiver):
    answer = ada.api.post(path, {"url": receiver.url, "events": EVENTS, "description": "Warehouse"})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_admin_registers_a_webhook_and_sees_its_secret_once(path, created, ada, backend):
    assert created["secret"].startswith("whsec_")
    without = {name: value for name, value in created.items() if name != "secret"}
    assert ada.api.get(f"{path}/{created['id']}").json() == without
    assert ada.api.get(path).json() == [without]
    assert backend.get(path).json() == [without]
    assert without["events"] == EVENTS
    assert without["active"] is True


def test_members_and_strangers_may_not(path, created, clinic, ben, dot):
    for person in (ben, dot):  # ben is a member
        assert person.api.get(path).status_code == 403
        assert person.api.post(path, {}).status_code == 403
        assert person.api.get(f"{path}/{created['id']}/deliveries").status_code == 403


def test_what_happens_is_delivered_and_listed(path, created, clinic, ada, receiver):
    patient = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", NEW_PATIENT).json()
    deliver_all()
    page = ada.api.get(f"{path}/{created['id']}/deliveries").json()
    (delivery,) = page["data"]
    assert page["meta"]["totalCount"] == 1
    assert (delivery["event"], delivery["state"], delivery["lastStatus"]) == (
        "patient.created",
        "delivered",
        204,
    )
    assert delivery["data"] == {"clinicId": clinic["id"], "userId": patient["id"]}
    assert receiver.messages[0]["id"] == delivery["id"]
    waiting = ada.api.get(f"{path}/{created['id']}/deliveries?state=waiting").json()
    assert waiting == {"data": [], "meta": {"totalCount": 0}}
    assert "lastDeliveredTime" in ada.api.get(f"{path}/{created['id']}").json()


def test_a_message_is_sent_again_on_request(path, created, ada, receiver):
    one = f"{path}/{created['id']}"
    sent = ada.api.post(f"{one}/test").json()
    assert (sent["event"], sent["state"]) == ("webhook.test", "waiting")
    replay = f"{one}/deliveries/{sent['id']}/replay"
    assert ada.api.post(replay).status_code == 409
    deliver_all()
    assert ada.api.post(replay).status_code == 202
    deliver_all()
    assert [message["id"] for message in receiver.messages] == [sent["id"]] * 2
    assert ada.api.post(f"{one}/deliveries/{'0' * 24}/replay").status_code == 404
    other = ada.api.post(path, {"url": receiver.url, "events": EVENTS}).json()
    of_other = replay.replace(created["id"], other["id"])
    assert ada.api.post(of_other).status_code == 404
    deliver_all()
    assert len(receiver.messages) == 2


def test_a_new_secret_is_shown_once_and_the_old_one_signs_for_a_day(path, created, ada, receiver):
    answer = ada.api.post(f"{path}/{created['id']}/secret").json()
    assert answer["secret"] not in (created["secret"], "")
    ada.api.post(f"{path}/{created['id']}/test")
    deliver_all()
    assert len(receiver.received[0].headers["webhook-signature"].split(" ")) == 2


def test_it_is_replaced_switched_off_and_on_and_removed(path, created, ada, receiver, clinic):
    one = f"{path}/{created['id']}"
    changed = {"url": receiver.url, "events": ["patient.updated"], "active": False}
    answer = ada.api.put(one, changed).json()
    assert (answer["active"], answer["inactiveReason"]) == (False, "requested")
    assert answer["events"] == ["patient.updated"]
    assert "description" not in answer
    assert ada.api.post(f"{one}/test").status_code == 409
    answer = ada.api.put(one, {**answer, "active": True}).json()
    assert answer["active"] is True
    assert "inactiveReason" not in answer
    assert ada.api.delete(one).status_code == 204
    assert ada.api.get(one).status_code == 404
    assert ada.api.delete(one).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://10.0.0.1/", "events": EVENTS},
        {"url": "https://[::1]/", "events": EVENTS},
        {"url": "http://receiver.example.org/", "events": EVENTS},
        {"url": "https://user@receiver.example.org/", "events": EVENTS},
        {"url": "https://receiver.example.org/" + "a" * 2000, "events": EVENTS},
        {"url": "https://receiver.example.org/", "events": []},
        {"url": "https://receiver.example.org/", "events": ["patient.read"]},
        {"url": "https://receiver.example.org/", "events": ["patient.created"] * 2},
        {"url": "https://receiver.example.org/"},
        {"events": EVENTS},
    ],
)
def test_what_cannot_be_told_is_refused_and_changes_nothing(
    path, created, ada, settings, receiver, body
):
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    before = list(db.collection("webhooks").find({}))
    assert ada.api.post(path, body).status_code == 400
    assert ada.api.put(f"{path}/{created['id']}", body).status_code == 400
    assert list(db.collection("webhooks").find({})) == before


def test_a_webhook_of_another_clinic_is_not_found(created, ada, receiver, path):
    other = f"/v1/clinics/{make_clinic(ada)['id']}/webhooks/{created['id']}"
    body = {"url": receiver.url, "events": EVENTS}
    answers = [
        ada.api.get(other),
        ada.api.put(other, body),
        ada.api.delete(other),
        ada.api.post(f"{other}/secret"),
        ada.api.post(f"{other}/test"),
        ada.api.get(f"{other}/deliveries"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert ada.api.get(f"{path}/{created['id']}").status_code == 200


def test_a_clinic_has_twenty_at_most(path, created, ada, receiver):
    body = {"url": receiver.url, "events": EVENTS}
    answers = [ada.api.post(path, body).status_code for _ in range(20)]
    assert answers == [200] * 19 + [422]


def test_a_clinic_that_does_not_exist_has_none(backend, receiver):
    path = f"/v1/clinics/{'0' * 24}/webhooks"
    assert backend.get(path).status_code == 404
    assert backend.post(path, {"url": receiver.url, "events": EVENTS}).status_code == 404


def test_the_description_says_what_is_sent():
    described = description()["webhooks"]
    assert set(described) == {*EventKind.values, "webhook.test"}
    for operation in (item["post"] for item in described.values()):
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert names == {"webhook-id", "webhook-timestamp", "webhook-signature"}

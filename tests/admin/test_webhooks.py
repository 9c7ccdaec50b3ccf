"""Webhooks on the staff pages: registered, watched, switched, and sent again; each with an event in the trail."""

import pytest
from bson import ObjectId

from clinics import tasks
from kernel import db
from kernel.staff import pages, roles
from tests.admin.conftest import events, messages_of, text
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient
from webhooks.services import hooks
from webhooks.services.hooks import Details

REASON = "TICKET-7"
pytestmark = pytest.mark.usefixtures("bare_frame")


@pytest.fixture
def clinic():
    return make_clinic(name="Lakeside")


@pytest.fixture
def hook(clinic, receiver):
    details = Details(receiver.url, ["patient.created", "patient.updated"], "Warehouse")
    hook, _ = hooks.create(clinic["_id"], details, created_by="tests")
    return hook


@pytest.fixture
def person(staff):
    return staff("integration")


def stored():
    return db.collection("webhooks").find_one({})


def path(hook):
    return f"webhooks/{hook['_id']}/"


def act(person, hook, do, **fields):
    return person.post(f"{path(hook)}do", do=do, **{"reason": REASON, **fields})


def remove(person, hook, **fields):
    typed = {"typed": hooks.host_of(hook), "reason": REASON}
    return person.post(f"{path(hook)}remove", **{**typed, **fields})


def test_every_page_is_tested_here():
    names = {name for _, name, view in pages.PAGES if view.__module__.startswith("webhooks.")}
    assert names == {"webhooks", "webhook", "webhook_do", "webhook_remove", "webhook_replay"}


def test_only_the_role_of_integrations_opens_them(hook, staff):
    for role in roles.ROLES:
        expected = 200 if role == "integration" else 403
        person = staff(role)
        assert person.get("webhooks/").status_code == expected, role
        assert person.get(path(hook)).status_code == expected, role
        assert person.get(f"{path(hook)}remove").status_code == expected, role
        if role != "integration":
            assert act(person, hook, "off").status_code == 403
            assert remove(person, hook).status_code == 403
            assert person.post(f"{path(hook)}messages/{ObjectId()}/replay").status_code == 403
    assert stored() is not None


def test_one_of_a_clinic_and_one_of_all_are_registered_and_the_secret_is_shown_once(
    person, clinic, receiver
):
    fields = {"url": receiver.url, "kinds": ["patient.created"], "reason": REASON}
    of_clinic = person.post("webhooks/", clinic=clinic["name"].lower(), **fields)
    assert of_clinic.status_code == 200
    secret = of_clinic.context["secret"]
    assert secret in of_clinic.content.decode()
    person.post("webhooks/", clinic="", **fields)
    first, second = db.collection("webhooks").find({}, sort=[("_id", 1)])
    assert (first["clinicId"], second.get("clinicId")) == (clinic["_id"], None)
    assert secret not in person.get(path(first)).content.decode()
    event = events(action="webhook.registered")[-1]
    assert (event["reason"], event["object"]["id"]) == (REASON, str(second["_id"]))
    assert event["after"] == {"kinds": ["patient.created"], "host": f"127.0.0.1:{receiver.port}"}
    assert len(person.get("webhooks/").context["rows"]) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "https://10.0.0.1/"),
        ("url", "http://receiver.example.org/"),
        ("url", ""),
        ("clinic", "0" * 24),
        ("clinic", "Hillside"),
        ("kinds", "patient.read"),
        ("reason", ""),
    ],
)
def test_what_cannot_be_registered_is_refused_and_stays_typed(
    person, clinic, receiver, settings, field, value
):
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    good = {
        "url": "https://receiver.example.org/hooks",
        "clinic": str(clinic["_id"]),
        "kinds": "patient.created",
        "reason": REASON,
    }
    answer = person.post("webhooks/", **{**good, field: value})
    assert answer.status_code == 400
    assert stored() is None
    if field != "url":
        assert good["url"] in answer.content.decode()


def test_messages_are_listed_and_sent_again(person, hook, clinic, receiver):
    act(person, hook, "test")
    deliver_all()
    page = person.get(path(hook))
    (row,) = page.context["deliveries"]
    assert (row["kind"], row["state"], row["attempts"]) == ("webhook.test", "delivered", 1)
    person.post(f"{path(hook)}messages/{row['id']}/replay")
    deliver_all()
    assert [message["id"] for message in receiver.messages] == [row["id"]] * 2
    assert events(action="webhook.replayed")[-1]["scope"] == {"message": row["id"]}
    assert person.get(path(hook), {"state": "parked"}).context["deliveries"] == []
    answer = person.post(f"{path(hook)}messages/{ObjectId()}/replay")
    assert answer.status_code == 404


def test_it_is_switched_off_and_on_and_what_was_parked_is_sent(person, hook, clinic, receiver):
    act(person, hook, "test")
    act(person, hook, "off")
    deliver_all()
    assert (stored()["state"], receiver.received) == ("off", [])
    assert "someone switched it off" in text(person.get(path(hook)))
    assert messages_of(act(person, hook, "replay"))[-1] == "The webhook is off."
    act(person, hook, "on")
    act(person, hook, "replay")
    deliver_all()
    assert receiver.kinds == ["webhook.test"]
    done = [event["action"] for event in events() if event["action"].startswith("webhook.")]
    assert done == [
        "webhook.tested",
        "webhook.switched_off",
        "webhook.switched_on",
        "webhook.parked_replayed",
    ]


def test_a_new_secret_is_shown_once(person, hook):
    answer = act(person, hook, "rotate")
    assert answer.context["secret"].startswith("whsec_")
    assert stored()["oldSecret"] == hook["secret"]
    assert answer.context["secret"] not in person.get(path(hook)).content.decode()


def test_it_is_removed_after_the_typed_name_of_its_receiver_and_a_reason(person, hook):
    for wrong in ({"typed": "example.org"}, {"reason": ""}):
        assert remove(person, hook, **wrong).status_code == 400
    assert act(person, hook, "remove").status_code == 404
    assert stored() is not None
    assert remove(person, hook).status_code == 302
    assert stored() is None
    assert person.get(path(hook)).status_code == 404
    (event,) = events(action="webhook.removed")
    assert event["reason"] == REASON


@pytest.mark.parametrize("do", ["off", "on", "test", "replay", "rotate"])
def test_every_action_asks_for_a_reason(person, hook, do):
    before = stored()
    assert act(person, hook, do, reason="").status_code == 302
    assert stored() == before
    assert not [event for event in events() if event["action"].startswith("webhook.")]


def test_one_that_is_off_because_its_receiver_fails_is_shown_as_trouble(
    person, staff, hook, clinic, receiver
):
    everywhere, _ = hooks.create(
        None, Details("http://127.0.0.2:1/", ["patient.created"]), created_by="tests"
    )
    act(person, hook, "off")
    act(person, everywhere, "off")
    assert "receivers fail" not in text(person.get(""))
    db.collection("webhooks").update_many({}, {"$set": {"offReason": "failing"}})
    tasks.keep_troubles()
    overview = text(person.get(""))
    assert "nothing was delivered for three days" in overview
    assert hooks.host_of(everywhere) in overview
    assert "receivers fail" not in text(staff("viewer").get(""))
    (row,) = staff("viewer").get("clinics/attention").context["troubles"]
    assert "webhooks: 1 off, receiver fails" in row["reasons"]
    act(person, hook, "on")
    remove(person, everywhere)
    assert "receivers fail" not in text(person.get(""))


def test_a_failing_receiver_is_named_in_the_list(person, hook, clinic, receiver):
    receiver.status = 500
    make_patient(clinic)
    act(person, hook, "test")
    deliver_all()
    (row,) = person.get("webhooks/").context["rows"]
    assert row["state"] == "fails"
    assert "takes nothing since" in text(person.get(path(hook)))

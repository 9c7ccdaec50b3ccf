"""Webhooks: what happens is told to those who listen, in order, signed, once in effect, and for a day."""

import base64
import hashlib
import hmac
import importlib.util
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import time_machine
from bson import ObjectId

from kernel import clock, db, outbox, sealing
from kernel.errors import BadRequest, Conflict, ConstraintViolation
from kernel.outbox import derived, events
from patients.services import moves, patients, summaries
from patients.services.patient_details import SharedPatient
from tests import deliveries, ehr, merges, pace, receivers
from tests.cast import Api, make_clinic
from tests.events import deliver_all, emitted
from tests.factories import make_patient
from webhooks import handlers
from webhooks.choices import EventKind
from webhooks.events import DeliveryDue, Happened
from webhooks.services import delivering, hooks, listeners, signing
from webhooks.services.hooks import Details
from webhooks.store import deliveries as deliveries_store
from webhooks.store import hooks as hooks_store

ALL = EventKind.values
SUMMARY = {"cgmStats": {"id": "a" * 24, "config": {}, "dates": {}}}


@pytest.fixture
def register(receiver, clinic):
    """Registers the receiver for a clinic (that of the fixture), and returns the webhook and its secret."""

    def make(*kinds, clinic_id=clinic["id"], **fields):
        details = Details(**{"url": receiver.url, "kinds": kinds or ALL, **fields})
        parsed = ObjectId(clinic_id) if clinic_id else None
        return hooks.create(parsed, details, created_by="tests")

    return make


def add_patient(clinic, person):
    shared = SharedPatient(permissions=("view",))
    patients.create_patient_from_user(clinic_id=clinic["id"], user_id=person.user_id, shared=shared)


def change(clinic, person):
    record = patients.access_patient(clinic["id"], person.user_id)
    db.run_in_transaction(lambda: patients.emit_updated(record, ["fullName"]))


def rows():
    return db.collection(outbox.COLLECTION).count_documents({"event": {"$regex": "^webhooks"}})


def stored(state=None):
    query = {"state": state} if state else {}
    return list(db.collection("webhookDeliveries").find(query, sort=[("_id", 1)]))


def hook_now():
    return db.collection("webhooks").find_one({})


def due_now():
    """As if all waits were over."""
    moment = clock.now()
    db.collection(outbox.COLLECTION).update_many(
        {"state": "pending", "waits": {"$exists": False}}, {"$set": {"notBefore": moment}}
    )
    db.collection("webhooks").update_many({}, {"$unset": {"heldUntil": ""}})
    for row in list(
        db.collection(outbox.COLLECTION).find({"state": "pending"}, sort=[("order", 1)])
    ):
        deliveries.deliver(row["_id"])


# --- what is told ---------------------------------------------------------------------------------
def test_the_life_of_a_patient_is_told_with_ids_alone(register, receiver, clinic, dot):
    register()
    add_patient(clinic, dot)
    summaries.update_summary(user_id=dot.user_id, body=SUMMARY)
    change(clinic, dot)
    patients.remove_patient(clinic_id=clinic["id"], user_id=dot.user_id)
    deliver_all()
    assert receiver.kinds == [
        "patient.created",
        "summary.updated",
        "patient.updated",
        "patient.removed",
    ]
    expected = {"clinicId": clinic["id"], "userId": dot.user_id}
    assert [message["data"] for message in receiver.messages] == [expected] * 4
    assert len({message["id"] for message in receiver.messages}) == 4
    for one in receiver.received:
        assert one.headers["webhook-id"] == one.message["id"]
        assert set(one.message) == {"id", "type", "timestamp", "data"}


def test_a_patient_who_moves_is_removed_here_and_created_there(
    register, receiver, clinic, dot, ben
):
    target = make_clinic(ben)
    register()
    register(clinic_id=target["id"])
    make_patient({"_id": ObjectId(clinic["id"])}, userId=dot.user_id)
    moves.move_patient(clinic_id=clinic["id"], user_id=dot.user_id, target_id=target["id"])
    deliver_all()
    told = [(message["type"], message["data"]["clinicId"]) for message in receiver.messages]
    assert told == [("patient.removed", clinic["id"]), ("patient.created", target["id"])]


def test_only_the_clinic_of_an_event_and_those_of_all_clinics_are_told(
    register, receiver, clinic, dot, ben
):
    register(clinic_id=make_clinic(ben)["id"])
    everywhere, _ = register(clinic_id=None)
    add_patient(clinic, dot)
    deliver_all()
    assert [one["webhookId"] for one in stored()] == [everywhere["_id"]]
    assert receiver.kinds == ["patient.created"]


def test_a_summary_is_told_once_for_each_clinic_of_the_person(register, receiver, clinic, dot, ben):
    other = make_clinic(ben)
    for one in (clinic, other):
        make_patient({"_id": ObjectId(one["id"])}, userId=dot.user_id)
    register(clinic_id=None)
    register()
    summaries.update_summary(user_id=dot.user_id, body=SUMMARY)
    deliver_all()
    told = sorted(message["data"]["clinicId"] for message in receiver.messages)
    assert told == sorted([clinic["id"], clinic["id"], other["id"]])


def test_only_the_kinds_that_were_registered_are_told(register, receiver, clinic, dot):
    register("patient.removed")
    add_patient(clinic, dot)
    patients.remove_patient(clinic_id=clinic["id"], user_id=dot.user_id)
    deliver_all()
    assert receiver.kinds == ["patient.removed"]


@pytest.mark.parametrize("listens", ["no one", "another clinic"])
def test_where_no_one_listens_nothing_is_stored_and_no_command_is_sent_for_it(
    register, receiver, clinic, dot, ben, mongo_commands, monkeypatch, listens
):
    if listens == "another clinic":
        register(
            *(kind for kind in ALL if kind != "summary.updated"), clinic_id=make_clinic(ben)["id"]
        )

    def live():
        with mongo_commands() as commands:
            add_patient(clinic, dot)
            summaries.update_summary(user_id=dot.user_id, body=SUMMARY)
            change(clinic, dot)
            patients.remove_patient(clinic_id=clinic["id"], user_id=dot.user_id)
        return list(commands)

    live()  # what only the first time needs
    with monkeypatch.context() as without_webhooks:
        without_webhooks.setattr(derived, "_BY_EVENT", {})
        before = live()
    listeners.forget()
    assert live() == before
    assert rows() == 0


def test_where_the_webhooks_cannot_be_read_a_worker_decides_later(
    register, receiver, clinic, dot, monkeypatch
):
    from pymongo.errors import AutoReconnect

    def fail():
        raise AutoReconnect

    register()
    with monkeypatch.context() as failing:
        failing.setattr(hooks_store, "list_heard", fail)
        listeners.forget()
        add_patient(clinic, dot)
    deliver_all()
    assert receiver.kinds == ["patient.created"]


def test_what_happens_after_the_answer_is_told_although_a_process_remembered_that_no_one_listens(
    receiver, clinic, dot, monkeypatch
):
    monkeypatch.setattr(listeners, "wait_until_known", receivers.wait_until_known)
    listeners.forget()
    assert not listeners.is_heard("patient.created", [clinic["id"]])
    details = Details(url=receiver.url, kinds=ALL)
    hooks.create(ObjectId(clinic["id"]), details, created_by="tests")
    add_patient(clinic, dot)
    deliver_all()
    assert receiver.kinds == ["patient.created"]


# --- once in effect, and in order -----------------------------------------------------------------
def test_a_repeated_event_stores_no_second_delivery(register, receiver, clinic, dot):
    register()
    add_patient(clinic, dot)
    row = db.collection(outbox.COLLECTION).find_one({"handler": "webhooks.tell"})
    deliver_all()
    again = {"state": "pending", "notBefore": clock.now(), "attempts": 0}
    db.collection(outbox.COLLECTION).update_one({"_id": row["_id"]}, {"$set": again})
    deliver_all()
    assert receiver.kinds == ["patient.created"]
    assert len(stored()) == 1


def test_two_workers_that_handle_one_event_at_once_store_one_delivery(
    register, receiver, clinic, dot, monkeypatch
):
    register()
    add_patient(clinic, dot)
    monkeypatch.setattr(deliveries_store, "list_told", lambda _: set())
    row = db.collection(outbox.COLLECTION).find_one({"handler": "webhooks.tell"})
    event = events.read(Happened, row)
    handlers.tell(event)
    handlers.tell(event)
    assert len(stored()) == 1
    assert len(emitted("webhooks.delivery_due")) == 1


def test_a_message_that_was_taken_but_not_noted_is_sent_again_with_its_id(
    register, receiver, clinic, dot, monkeypatch
):
    register()
    add_patient(clinic, dot)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(deliveries_store, "end_delivered", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_all()
    db.collection(outbox.COLLECTION).update_many(
        {"state": "claimed"}, {"$set": {"notBefore": clock.now()}}
    )
    due = db.collection(outbox.COLLECTION).find_one({"handler": "webhooks.deliver"})
    assert deliveries.deliver(due["_id"])
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_messages_about_one_person_wait_for_each_other_and_others_do_not(
    register, receiver, clinic, dot, ben
):
    register("patient.created", "patient.updated")
    receiver.answer = lambda one: (
        500 if one.message["data"]["userId"] == dot.user_id and len(receiver.received) < 2 else 204
    )
    add_patient(clinic, dot)
    change(clinic, dot)
    deliver_all()
    assert [one["state"] for one in stored()] == ["waiting", "waiting"]
    add_patient(clinic, ben)
    due_now()
    due_now()
    due_now()
    told = [(m["data"]["userId"], m["type"]) for m in receiver.messages]
    of_dot = [kind for user, kind in told if user == dot.user_id]
    assert of_dot == ["patient.created", "patient.created", "patient.updated"]
    assert (ben.user_id, "patient.created") in told
    assert {one["state"] for one in stored()} == {"delivered"}


# --- signatures -----------------------------------------------------------------------------------
def is_signed(one, secret):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    headers = one.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + one.body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


def test_the_signature_is_that_of_the_published_example():
    """The example of Standard Webhooks."""
    hook_id = ObjectId()
    secret = signing.seal(hook_id, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    moment = clock.parse_time("2021-02-25T15:02:10Z")
    headers = signing.headers(
        {"_id": hook_id, "secret": secret},
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        moment,
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_both_secrets_sign_for_a_day_after_a_change(register, receiver, clinic):
    hook, first = register()
    hook, second = hooks.rotate_secret(hook)
    hooks.send_test(hook)
    deliver_all()
    assert is_signed(receiver.received[0], first)
    assert is_signed(receiver.received[0], second)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
        hooks.send_test(hook)
        deliver_all()
    assert not is_signed(receiver.received[1], first)
    assert is_signed(receiver.received[1], second)


def test_secrets_are_encrypted_for_their_webhook(register):
    hook, secret = register()
    other, _ = register()
    text = json.dumps(hook_now(), default=str)
    assert secret not in text
    assert secret.removeprefix("whsec_") not in text
    with pytest.raises(sealing.Unreadable):
        signing.headers({**other, "secret": hook["secret"]}, "id", b"", clock.now())


def test_a_changed_key_of_the_service_opens_secrets_while_the_old_one_is_known(
    register, receiver, settings
):
    hook, secret = register()
    old, settings.WEBHOOK_SECRETS_KEY = settings.SECRET_KEY, "k" * 40
    hooks.send_test(hook)
    deliver_all()
    assert receiver.received == []
    assert stored()[0]["lastError"] == "secret_unreadable"
    settings.WEBHOOK_SECRETS_OLD_KEYS = [old]
    due_now()
    assert is_signed(receiver.received[0], secret)


# --- failures -------------------------------------------------------------------------------------
def test_a_message_is_tried_for_a_day_and_then_parked(register, receiver, clinic, dot):
    register()
    receiver.status = 500
    add_patient(clinic, dot)
    began = clock.now()
    deliver_all()
    with time_machine.travel(began + timedelta(hours=23), tick=True):
        due_now()
    assert [one["state"] for one in stored()] == ["waiting"]
    with time_machine.travel(began + timedelta(hours=24, minutes=1), tick=True):
        due_now()
    (parked,) = stored()
    assert (parked["state"], parked["lastError"], parked["lastStatus"]) == ("parked", "status", 500)
    assert parked["attempts"] == 3
    assert db.collection(outbox.COLLECTION).count_documents({"state": "dead"}) == 0


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:9/", "unreachable"),
        ("https://receiver.invalid/", "address_refused"),
        ("https://localhost/", None),
    ],
)
def test_a_receiver_that_cannot_be_reached_is_a_failed_try(register, receiver, url, error):
    hook, _ = register(url=url)
    hooks.send_test(hook)
    deliver_all()
    assert stored()[0]["state"] == "waiting"
    assert stored()[0]["lastError"] == (error or "unreachable")


def test_an_address_that_became_private_is_not_called(register, receiver, settings):
    hook, _ = register(url="https://localhost/")
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    hooks.send_test(hook)
    deliver_all()
    assert stored()[0]["lastError"] == "address_refused"


def test_a_redirect_to_a_private_address_is_a_failed_try(register, receiver):
    from tests.receivers import Receiver

    inside = Receiver()
    hook, _ = register()
    receiver.status, receiver.location = 302, inside.url
    hooks.send_test(hook)
    deliver_all()
    inside.close()
    assert inside.received == []
    (delivery,) = stored()
    assert (delivery["state"], delivery["lastError"], delivery["lastStatus"]) == (
        "waiting",
        "status",
        302,
    )


def test_a_receiver_that_fails_is_tried_once_for_all_that_waits(register, receiver, clinic):
    register()
    receiver.status = 503
    for number in range(5):
        make_patient({"_id": ObjectId(clinic["id"])}, userId=f"00dd11ee{number:02}")
        db.run_in_transaction(lambda n=number: emit_created(clinic, f"00dd11ee{n:02}"))
    deliver_all()
    assert len(receiver.received) == 1
    assert hook_now()["failures"] == 1
    receiver.status = 200
    due_now()
    due_now()
    assert len(receiver.received) == 6
    assert hook_now()["failures"] == 0
    assert "failingSince" not in hook_now()


def emit_created(clinic, user_id):
    from patients.events import PatientCreated

    outbox.emit(PatientCreated(clinic_id=clinic["id"], user_id=user_id))


def test_a_webhook_that_takes_nothing_for_three_days_is_switched_off(
    register, receiver, clinic, dot
):
    hook, _ = register()
    receiver.status = 500
    add_patient(clinic, dot)
    began = clock.now()
    deliver_all()
    with time_machine.travel(
        began + delivering.SWITCHED_OFF_AFTER - timedelta(minutes=1), tick=True
    ):
        change(clinic, dot)
        deliver_all()
        due_now()
        assert hook_now()["state"] == "on"
    with time_machine.travel(
        began + delivering.SWITCHED_OFF_AFTER + timedelta(minutes=1), tick=True
    ):
        due_now()
        due_now()
        assert (hook_now()["state"], hook_now()["offReason"]) == ("off", "failing")
        change(clinic, dot)
        due_now()
        assert {one["state"] for one in stored()} == {"parked"}
        assert len(stored()) == 2  # nothing is stored for a webhook that is off

        receiver.status = 200
        hooks.switch(hooks.access_hook(hook["clinicId"], str(hook["_id"])), is_on=True)
        assert hooks.replay_parked(hook_now()) == 2
        deliver_all()
    assert {one["state"] for one in stored()} == {"delivered"}


def mails_of_webhooks(mailoutbox):
    """Without those about the new clinic."""
    return [mail for mail in mailoutbox if "webhook" in mail.subject]


def test_a_receiver_that_answers_gone_switches_its_webhook_off_and_the_admins_are_told_once(
    register, receiver, clinic, ada, ben, mailoutbox
):
    """Ben is a member, and no admin."""
    hook, _ = register()
    receiver.status = 410
    hooks.send_test(hook)
    deliver_all()
    due_now()
    assert (hook_now()["state"], hook_now()["offReason"]) == ("off", "gone")
    assert [one["state"] for one in stored()] == ["parked"]
    assert len(receiver.received) == 1
    (mail,) = mails_of_webhooks(mailoutbox)
    assert mail.to == [ada.email]
    assert mail.subject == f"A webhook of {clinic['name']} was switched off"
    assert "the receiver answered 410 Gone" in " ".join(mail.body.split())
    assert str(hook["_id"]) in mail.body
    assert (
        "/hooks" not in mail.body
    )  # of the address, which may hold a secret, only the host is shown


def test_a_receiver_that_answers_gone_again_and_again_fills_no_mailbox(
    register, receiver, mailoutbox, settings
):
    """An admin could use it against the others."""
    settings.MAILS_PER_ADDRESS = "2/hour"
    hook, _ = register()
    receiver.status = 410
    for _ in range(3):
        hooks.switch(hook, is_on=True)
        hooks.send_test(hook_now())
        deliver_all()
        due_now()
        assert hook_now()["offReason"] == "gone"
    assert len(mails_of_webhooks(mailoutbox)) == 2


def test_one_of_the_installation_is_switched_off_without_a_mail(register, receiver, mailoutbox):
    hook, _ = register(clinic_id=None)
    receiver.status = 410
    hooks.send_test(hook)
    deliver_all()
    due_now()
    assert hook_now()["offReason"] == "gone"
    assert mails_of_webhooks(mailoutbox) == []


def test_a_fault_of_this_service_parks_the_message(register, receiver, monkeypatch):
    hook, _ = register()
    hooks.send_test(hook)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(signing, "headers", fail)
    deliver_all()
    due_now()
    due_now()
    assert [(one["state"], one["lastError"]) for one in stored()] == [("parked", "fault")]


def test_what_waits_for_a_receiver_is_not_late(register, receiver, clinic, dot):
    register()
    receiver.status = 500
    add_patient(clinic, dot)
    change(clinic, dot)
    deliver_all()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        assert outbox.depth()["waiting"] == 0
        assert outbox.oldest_seconds() == 0
        assert outbox.depth_by_queue()["webhooks"] == (0, 0.0)


# --- managing -------------------------------------------------------------------------------------
def test_a_message_is_sent_again_with_its_id(register, receiver, clinic, dot):
    hook, _ = register()
    add_patient(clinic, dot)
    deliver_all()
    (delivery,) = stored()
    hooks.replay(hook, str(delivery["_id"]))
    with pytest.raises(Conflict):
        hooks.replay(hook, str(delivery["_id"]))
    deliver_all()
    assert [message["id"] for message in receiver.messages] == [str(delivery["_id"])] * 2


def test_what_was_switched_off_is_not_told_and_what_waits_is_parked(
    register, receiver, clinic, dot
):
    hook, _ = register()
    add_patient(clinic, dot)
    hooks.switch(hook, is_on=False)
    change(clinic, dot)
    deliver_all()
    assert receiver.received == []
    assert [(one["kind"], one["state"]) for one in stored()] in (
        [],
        [("patient.created", "parked")],
    )
    with pytest.raises(Conflict):
        hooks.send_test(hook_now())


def test_what_was_removed_is_not_told(register, receiver, clinic, dot):
    hook, _ = register()
    add_patient(clinic, dot)
    deliveries.deliver(
        db.collection(outbox.COLLECTION).find_one({"handler": "webhooks.tell"})["_id"]
    )
    hooks.remove(hook)
    deliver_all()
    assert receiver.received == []
    assert stored() == []


@pytest.mark.parametrize(
    "url", ["http://receiver.example.org/", "https://10.0.0.1/", "https://user:word@example.org/"]
)
def test_addresses_that_cannot_be_called_are_refused_at_once(register, settings, url):
    settings.WEBHOOK_ALLOWED_NETWORKS = ()
    with pytest.raises(BadRequest):
        register(url=url)
    assert db.collection("webhooks").count_documents({}) == 0


def test_so_is_http_where_the_name_leads_elsewhere_than_into_an_allowed_network(register, settings):
    """Each delivery would be refused."""
    settings.WEBHOOK_ALLOWED_NETWORKS = (ip_network("10.0.0.0/8"),)
    for url in ("http://receiver.invalid/", "http://127.0.0.1:9/", "http://localhost/"):
        with pytest.raises(BadRequest):
            register(url=url)
    assert db.collection("webhooks").count_documents({}) == 0


def test_a_clinic_has_twenty_webhooks_at_most(register):
    for _ in range(hooks.MOST):
        register()
    with pytest.raises(ConstraintViolation):
        register()


@pytest.mark.parametrize("is_of_clinic", [True, False])
def test_of_many_that_are_registered_at_once_no_more_than_twenty_are_taken(
    register, clinic, is_of_clinic
):
    for _ in range(hooks.MOST - 4):
        register(clinic_id=is_of_clinic and clinic["id"])
    gate = threading.Barrier(8)

    def one_more(_):
        gate.wait(30)
        try:
            return register(clinic_id=is_of_clinic and clinic["id"])
        except ConstraintViolation:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [one for one in pool.map(one_more, range(8)) if one]
    assert len(made) == 4
    stored = list(db.collection("webhooks").find({}))
    assert sorted(hook["place"] for hook in stored) == list(range(hooks.MOST))
    hooks.remove(stored[7])
    hook, _ = register(clinic_id=is_of_clinic and clinic["id"])
    assert hook["place"] == stored[7]["place"]


def test_webhooks_of_a_deleted_clinic_are_removed(register, clinic, ada):
    register()
    assert ada.api.delete(f"/v1/clinics/{clinic['id']}").status_code == 204
    deliver_all()
    assert db.collection("webhooks").count_documents({}) == 0


def test_a_delivery_names_no_one_in_its_event(register, clinic, dot):
    register()
    add_patient(clinic, dot)
    deliveries.deliver(
        db.collection(outbox.COLLECTION).find_one({"handler": "webhooks.tell"})["_id"]
    )
    assert [set(payload) for payload in emitted(DeliveryDue.declared.name)] == [{"deliveryId"}]


# --- the receiver that we give away ---------------------------------------------------------------
@pytest.fixture
def example():
    path = Path(__file__).parents[2] / "clients/python/examples/receive_webhooks.py"
    spec = importlib.util.spec_from_file_location("receive_webhooks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_takes_what_we_send_once_and_in_order(
    example, register, receiver, clinic, dot, monkeypatch
):
    _, secret = register(url="http://127.0.0.1:1/")
    inbox = example.Inbox()
    server = example.make_server(secret, inbox, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    db.collection("webhooks").update_one({}, {"$set": {"url": url}})
    add_patient(clinic, dot)
    change(clinic, dot)
    deliver_all()
    for one in stored():
        hooks.replay(hook_now(), str(one["_id"]))
    deliver_all()
    server.shutdown()
    server.server_close()
    kinds = [inbox.messages.get_nowait()["type"] for _ in range(inbox.messages.qsize())]
    assert kinds == ["patient.created", "patient.updated"]
    assert {one["lastStatus"] for one in stored()} == {204}


def test_the_example_refuses_what_others_send_or_have_recorded(example, register, receiver):
    hook, secret = register()
    hooks.send_test(hook)
    deliver_all()
    (one,) = receiver.received
    now = clock.now().timestamp()
    assert example.is_genuine(secret, one.headers, one.body, now)
    assert not example.is_genuine(secret, one.headers, one.body + b" ", now)
    assert not example.is_genuine(signing.new_secret(), one.headers, one.body, now)
    assert not example.is_genuine(secret, one.headers, one.body, now + 600)
    assert not example.is_genuine(secret, {}, one.body, now)


def test_the_example_tries_itself(example, capsys):
    example.try_it()
    assert "patient.created" in capsys.readouterr().out


# --- the events of other apps ---------------------------------------------------------------------
def told(receiver):
    return [(message["type"], message["data"]) for message in receiver.messages]


def test_a_clinician_who_accepts_an_invitation_is_told_without_its_key(
    register, receiver, clinic, ada, dot
):
    register("invitation.accepted")
    body = {"email": dot.email, "roles": ["CLINIC_MEMBER"]}
    assert ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body).status_code == 200
    invite = db.collection("clinicians").find_one({"email": dot.email})["inviteId"]
    accepted = dot.api.put(f"/v1/clinicians/{dot.user_id}/invites/{invite}")
    assert accepted.status_code == 200, accepted.content
    deliver_all()
    data = {"clinicId": clinic["id"], "userId": dot.user_id, "role": "clinician"}
    assert told(receiver) == [("invitation.accepted", data)]


def test_a_patient_whose_offer_the_clinic_accepts_is_told(register, receiver, clinic, ada, dot):
    register("invitation.accepted")
    sent = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}/clinic",
        {"shareCode": clinic["shareCode"], "permissions": {"view": {}}},
    )
    assert sent.status_code == 200, sent.content
    path = f"/v1/clinics/{clinic['id']}/invites/patients/{sent.json()['key']}"
    details = {"fullName": "Dot Patient", "birthDate": "1984-05-06"}
    accepted = ada.api.put(path, details)
    assert accepted.status_code == 200, accepted.content
    deliver_all()
    data = {"clinicId": clinic["id"], "userId": dot.user_id, "role": "patient"}
    assert told(receiver) == [("invitation.accepted", data)]


def test_the_end_of_an_order_is_told(register, receiver):
    hospital = ehr.ehr_clinic()
    register("order.processed", clinic_id=str(hospital["_id"]))
    headers = {"verification-token": "redox-test-token"}
    assert Api().post("/v1/redox", ehr.order(), headers=headers).status_code == 200
    deliver_all()
    (record,) = ehr.records()
    ((kind, data),) = told(receiver)
    assert kind == "order.processed"
    assert data["clinicId"] == str(hospital["_id"])
    assert (data["orderId"], data["state"]) == (str(record["documentId"]), record["state"])


def test_both_clinics_are_told_of_their_merge_and_the_webhooks_of_the_source_end(
    register, receiver, ada, ben, monkeypatch
):
    merges.without_waiting(monkeypatch)
    source, target = make_clinic(ada), make_clinic(ben)
    for one in (source, target):
        register("merge.finished", clinic_id=one["id"])
    merges.merge({"_id": ObjectId(source["id"])}, {"_id": ObjectId(target["id"])})
    deliver_all()
    data = {"clinicId": target["id"], "sourceClinicId": source["id"]}
    assert told(receiver) == [("merge.finished", data)] * 2
    states = {one["clinicId"]: one["state"] for one in db.collection("webhooks").find({})}
    assert states == {ObjectId(source["id"]): "ended", ObjectId(target["id"]): "on"}


def test_reading_the_webhooks_holds_up_no_request(monkeypatch, clinic):
    """MongoDB would sleep for a minute."""
    monkeypatch.setattr(listeners, "READ_SECONDS", 0.2)
    slow = {"$where": "sleep(60000) || true"}
    monkeypatch.setattr(hooks_store, "list_heard", lambda: db.collection("clinics").find(slow))
    listeners.forget()
    began = time.monotonic()
    try:
        assert listeners.is_heard("patient.created")
        assert time.monotonic() - began < 10 * pace.slowness()
    finally:
        listeners.forget()

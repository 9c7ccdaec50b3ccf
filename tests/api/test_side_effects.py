"""With each value of SIDE_EFFECTS every effect happens once: here, or by the worker that watches the collections
(rules MAIL-2 and EHR-114)."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId

from clinics.events import ClinicAbandoned, MigrationCompleted, PatientMoved
from clinics.services import migrations
from confirmations.events import SignupReminderDue
from ehr.events import BulkRunDue
from ehr.services import processing
from kernel import clock, db, outbox
from kernel.events import JobDue
from kernel.outbox import subscriptions
from notifications.events import ConnectionReminderDue
from patients.events import AccountRequested, CountDoubted, TagUsedInBulk
from patients.services import moves
from redox.events import SyncBegun
from redox.services import scheduling
from tests import ehr, merges, watching_worker
from tests.cast import Api, make_clinic, make_person
from tests.commands import unseen_writes
from tests.events import deliver_all
from tests.factories import make_patient, stored_patient
from tests.xealth import Xealth, xealth_clinic
from tests.xealth_orders import NOTIFICATION, notification
from users.clients.protocol import UserUpdate
from users.embedded import accounts
from users.events import PasswordSet
from users.services import neighbours
from webhooks.events import DeliveryDue, Happened

ENTERED = {"fullName": "Iris Example", "birthDate": "1984-05-06", "email": "iris@example.org"}
REDOX = {"verification-token": "redox-test-token"}
ID = "0" * 24
USER = "0123456789"


class World:
    """What the causes need. A cause prepares, yields, and then does what has the effects."""

    def __init__(self, request):
        self._request = request
        self.ada, self.backend = self("ada"), self("backend")

    def __call__(self, fixture):
        return self._request.getfixturevalue(fixture)

    @property
    def clinic(self):
        return self("clinic")

    @property
    def path(self):
        return f"/v1/clinics/{self.clinic['id']}"

    @property
    def stored_clinic(self):
        return {"_id": ObjectId(self.clinic["id"])}

    def custodial(self):
        answer = self.ada.api.post(f"{self.path}/patients", ENTERED)
        assert answer.status_code == 200, answer.content
        return f"{self.path}/patients/{answer.json()['id']}"

    def update(self, path, **changes):
        assert self.ada.api.put(path, {**ENTERED, **changes}).status_code == 200


def ok(response, status=200):
    assert response.status_code == status, response.content
    return response


# --- causes ---------------------------------------------------------------------------------------
def new_clinic(world):
    yield
    make_clinic(world.ada)


def another_role(world):
    """The second change of a record: the watching worker does not recognise an entry that is appended."""
    path = f"{world.path}/clinicians/{world('ben').user_id}"
    body = {"email": "ben.member@example.org", "name": "Ben Member"}
    ok(world.ada.api.put(path, {**body, "roles": ["PRESCRIBER"]}))
    yield
    ok(world.ada.api.put(path, {**body, "roles": ["CLINIC_MEMBER"]}))


def deleted_tag(world):
    tag = ok(world.ada.api.post(f"{world.path}/patient_tags", {"name": "Pump"})).json()
    yield
    ok(world.ada.api.delete(f"{world.path}/patient_tags/{tag['id']}"), 204)


def withdrawn_invite(world):
    body = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"]}
    ok(world.ada.api.post(f"{world.path}/invites/clinicians", body))
    invite = db.collection("clinicians").find_one({"email": "new@example.org"})["inviteId"]
    yield
    ok(world.backend.delete(f"{world.path}/invites/clinicians/{invite}/clinician"))


def deleted_clinic(world):
    assert world.clinic
    yield
    ok(world.ada.api.delete(world.path), 204)


def migration(world):
    user_id = world("ben").user_id
    yield
    ok(world.backend.post(f"{world.path}/migrations", {"userId": user_id}))


def new_custodial(world):
    assert world.clinic
    yield
    world.custodial()


def own_account_joins(world):
    path = f"{world.path}/patients/{world('dot').user_id}"
    yield
    ok(world.backend.post(path, {"permissions": {"view": {}}}))


def another_name(world):
    path = world.custodial()
    yield
    world.update(path, fullName="Iris Other")


def another_address(world):
    path = world.custodial()
    yield
    world.update(path, email="other@example.org")


def removed_custodial(world):
    path = world.custodial()
    yield
    ok(world.ada.api.delete(path), 204)


def upload_reminder(world):
    path = world.custodial()
    yield
    ok(world.ada.api.post(f"{path}/upload_reminder"))


def connection(world, *, earlier):
    user_id = world.custodial().rpartition("/")[2]
    sources = [{"providerName": name, "state": "pending"} for name in ("abbott", "dexcom")]
    record = stored_patient(world.stored_clinic, user_id)
    db.collection("patients").update_one({"_id": record["_id"]}, {"$set": {"dataSources": sources}})
    for provider in earlier:
        ok(world.ada.api.post(f"{world.path}/patients/{user_id}/connect/{provider}"), 204)
    yield
    ok(world.ada.api.post(f"{world.path}/patients/{user_id}/connect/dexcom"), 204)


def first_connection(world):
    yield from connection(world, earlier=[])


def connection_beside_another(world):
    yield from connection(world, earlier=["abbott"])


def connection_again(world):
    yield from connection(world, earlier=["dexcom", "dexcom"])


def failed_source(world):
    patient = make_patient(world.stored_clinic, userId=world("dot").user_id)
    with unseen_writes():  # the data service's
        source = db.collection("data_sources").insert_one({"state": "connected"}).inserted_id
    yield
    with unseen_writes():
        db.collection("data_sources").update_one({"_id": source}, {"$set": {"state": "error"}})
    broken = [{"providerName": "dexcom", "state": "error"}]
    ok(world.backend.put(f"/v1/patients/{patient['userId']}/data_sources", broken))


def merge(world):
    people = [make_person(name) for name in ("Sue Source", "Tim Target", "Pat Patient")]
    source, target = (make_clinic(person) for person in people[:2])
    for person, clinic in ((people[2], source), (world("dot"), target)):
        make_patient({"_id": ObjectId(clinic["id"])}, userId=person.user_id)
    yield
    merges.merge({"_id": ObjectId(source["id"])}, {"_id": ObjectId(target["id"])})


def another_clinic(world):
    user_id = world.custodial().rpartition("/")[2]
    target = make_clinic(world("ben"))
    yield
    moves.move_patient(clinic_id=world.clinic["id"], user_id=user_id, target_id=target["id"])


def redox_order(_):
    ehr.ehr_clinic()
    yield
    ok(Api().post("/v1/redox", ehr.order(), headers=REDOX))


def sync_of_a_patient(world):
    patient = ehr.ehr_patient(ehr.ehr_clinic())
    ehr.subscribe(patient)
    yield
    ok(world.backend.post(f"/v1/patients/{patient['userId']}/ehr/sync"), 202)


def due_cadence(_):
    clinic = ehr.ehr_clinic()
    ehr.subscribe(ehr.ehr_patient(clinic))
    moment = clock.now() - timedelta(seconds=1)
    db.collection("ehrCadences").insert_one({"_id": clinic["_id"], "nextTime": moment})
    yield
    scheduling.run_due_cadences()


def xealth_order(_):
    xealth_clinic()
    yield
    ok(Xealth().post(NOTIFICATION, notification()))


def forgotten_password(world):
    yield
    ok(Api().post(f"/confirm/send/forgot/{world.ada.email}"))


def lost_signup(world):
    yield
    ok(Api().post(f"/confirm/resend/signup/{world.ada.email}"))


def changed_account(world):
    yield
    update = UserUpdate("new@example.org", ("new@example.org",))
    neighbours.user_service().update_user(world.ada.user_id, update)


def log_in(world):
    yield
    accounts.note_login(world.ada.user_id)


def deleted_account(world):
    yield
    neighbours.user_service().delete_user(world("dot").user_id)


def events_of_workers(_):
    """What follows from work of ours, or is doubted by it."""
    yield
    ids = {"clinic_id": ID, "user_id": USER}
    for event in (
        ClinicAbandoned(clinic_id=ID),
        PatientMoved(**ids, legacy_clinician_id=USER),
        MigrationCompleted(**ids),
        SignupReminderDue(**ids),
        ConnectionReminderDue(**ids, provider="dexcom", restricted_token_id="", reminder=""),
        AccountRequested(request_id=ID),
        TagUsedInBulk(clinic_id=ID, tag_id=ID),
        CountDoubted(clinic_id=ID),
        PasswordSet(user_id=USER),
        SyncBegun(sync_id=ID),
        BulkRunDue(run_id=ID),
        JobDue(job_id=ID, line=f"{ID}:patients.export"),
        Happened(kind="patient.created", subject=USER, time="", clinic_ids=[ID]),
        DeliveryDue(delivery_id=ID, line=f"{ID}:{USER}"),
    ):
        outbox.emit(event)


# Each cause, and how often it has each effect.
EFFECTS = {
    new_clinic: {
        "clinics.add_demo_patient": 1,
        "notifications.announce_clinic": 1,
        "notifications.refresh_marketing": 1,
    },
    another_role: {
        "notifications.announce_roles": 1,
        "notifications.refresh_marketing": 1,
        "clinics.complete_security_profile": 1,
    },
    log_in: {"clinics.follow_login": 1},
    deleted_tag: {"clinics.remove_tag_from_patients": 1},
    withdrawn_invite: {"confirmations.end_invite": 1},
    deleted_clinic: {
        "confirmations.end_invitations_of_clinic": 1,
        "webhooks.remove_with_clinic": 1,
    },
    migration: {"clinics.migrate_patients": 1},
    new_custodial: {
        "clinics.fill_profile": 1,
        "clinics.copy_summaries": 1,
        "confirmations.send_claim_link": 1,
    },
    own_account_joins: {"clinics.copy_data_sources": 1, "clinics.copy_summaries": 1},
    another_name: {"clinics.sync_profile": 1},
    another_address: {
        "clinics.sync_profile": 1,
        "confirmations.renew_claim_link": 1,
        "notifications.ask_again_at_new_address": 1,
    },
    removed_custodial: {"clinics.clean_up_account": 1},
    upload_reminder: {"notifications.remind_to_upload": 1},
    first_connection: {"notifications.ask_to_connect": 1},
    connection_beside_another: {"notifications.ask_to_connect": 1},
    connection_again: {"notifications.ask_to_connect": 1},
    failed_source: {"notifications.report_device_issue": 1},
    # The source's patient and admin, and the target's admin, get a mail.
    merge: {
        "merges.run": 1,
        "confirmations.move_invitations": 1,
        "notifications.announce_merge": 3,
        "webhooks.end_with_clinic": 1,
    },
    another_clinic: {"confirmations.move_claim_link": 1},
    redox_order: {"redox.process_message": 1},
    sync_of_a_patient: {"redox.process_scheduled": 1},
    xealth_order: {"xealth.process_order": 1},
    forgotten_password: {"notifications.send_mail": 1},
    lost_signup: {"confirmations.answer_resend": 1},
    changed_account: {"clinics.follow_account": 1},
    deleted_account: {"clinics.remove_user": 1, "confirmations.forget_user": 1},
    events_of_workers: {
        "clinics.remove_patients_of_abandoned_clinic": 1,
        "notifications.announce_moved_patient": 1,
        "notifications.announce_migration": 1,
        "confirmations.remind_of_claim": 1,
        "notifications.remind_to_connect": 1,
        "clinics.end_unfinished_account": 1,
        "clinics.recount_tag": 1,
        "clinics.count_patients": 1,
        "clinics.end_custodianship": 1,
        "redox.carry_out_sync": 1,
        "ehr.carry_out_bulk_run": 1,
        "core.carry_out_job": 1,
        "webhooks.tell": 1,
        "webhooks.deliver": 1,
    },
}
HEARTBEATS = "core.note_heartbeat_of_"  # the scheduler causes them, and no one but we hears them
BY_CADENCE = "redox.sync_by_cadence"  # neither worker sees a write: another scheduler calls


@pytest.fixture(autouse=True)
def _merges_do_not_wait(monkeypatch):
    merges.without_waiting(monkeypatch)


def rows():
    return Counter(row["handler"] for row in db.collection(outbox.COLLECTION).find({}))


def happen(step):
    next(step)
    next(step, None)


@pytest.mark.parametrize("side_effects", ["internal", "external"])
@pytest.mark.parametrize("cause", EFFECTS, ids=lambda cause: cause.__name__)
def test_every_effect_happens_once(request, settings, cause, side_effects):
    settings.SIDE_EFFECTS = side_effects
    step = cause(World(request))
    next(step)
    before = rows()
    with watching_worker.watching() as watched:
        next(step, None)

    here = rows() - before
    for effect, times in EFFECTS[cause].items():
        subscription = subscriptions.BY_NAME[effect]
        by_us = times if side_effects == "internal" or not subscription.outside else 0
        by_the_other = times if subscription.outside else 0
        assert (here[effect], watched[effect]) == (by_us, by_the_other), effect


def test_the_causes_above_have_every_effect():
    named = {effect for effects in EFFECTS.values() for effect in effects}
    of_heartbeats = {name for name in subscriptions.BY_NAME if name.startswith(HEARTBEATS)}
    assert named | {BY_CADENCE} | of_heartbeats == subscriptions.BY_NAME.keys()


@pytest.mark.parametrize(("side_effects", "times"), [("internal", 1), ("external", 0)])
def test_regular_syncs_are_begun_here_unless_another_scheduler_does(settings, side_effects, times):
    settings.SIDE_EFFECTS = side_effects
    happen(due_cadence(None))
    assert rows()[BY_CADENCE] == times
    assert db.collection("ehrSyncs").count_documents({}) == times


# --- documents that another worker processes -----------------------------------------------------------
@pytest.mark.parametrize("cause", [redox_order, sync_of_a_patient])
def test_what_another_worker_processes_has_no_record_that_waits_forever(request, settings, cause):
    settings.SIDE_EFFECTS = "external"
    happen(cause(World(request)))
    assert ehr.records() == []


def test_a_message_that_cannot_be_read_is_parked_here(settings):
    """No other worker would tell staff of it."""
    settings.SIDE_EFFECTS = "external"
    with watching_worker.watching() as watched:
        ok(Api().post("/v1/redox", b"{", headers=REDOX))
    deliver_all()

    assert watched == Counter()
    assert [record["state"] for record in ehr.records()] == ["failed"]


# --- changing the setting ---------------------------------------------------------------------------------
def test_what_was_caused_before_a_change_of_the_setting_is_done_here(request, settings, mailoutbox):
    world = World(request)
    world.custodial()
    settings.SIDE_EFFECTS = "external"
    deliver_all()
    assert [mail.to for mail in mailoutbox if "Claim" in mail.subject] == [["iris@example.org"]]


def test_a_failed_order_of_before_is_started_again_here(settings):
    happen(redox_order(None))
    (record,) = ehr.records()
    db.collection("ehrProcessing").update_one({}, {"$set": {"state": "failed"}})
    db.collection(outbox.COLLECTION).delete_many({})
    settings.SIDE_EFFECTS = "external"
    assert processing.requeue("message", record["documentId"])
    assert rows() == {"redox.process_message": 1}


def test_the_other_workers_claim_link_is_mailed_here_and_ends_our_reminder(
    request, settings, mailoutbox
):
    world = World(request)
    path = world.custodial()
    user_id = path.rpartition("/")[2]
    deliver_all()
    assert waiting_reminders() == 1
    mailoutbox.clear()

    settings.SIDE_EFFECTS = "external"
    world.update(path, email="other@example.org")
    body = {"clinicId": world.clinic["id"], "invitedBy": world.ada.user_id}
    ok(world.backend.post(f"/confirm/send/signup/{user_id}", body))
    deliver_all()

    assert [mail.to for mail in mailoutbox] == [["other@example.org"]]
    assert waiting_reminders() == 0  # the other worker has another one scheduled


def waiting_reminders():
    query = {"event": "signup.reminder_due", "state": "pending"}
    return db.collection(outbox.COLLECTION).count_documents(query)


def test_no_one_is_reminded_of_a_link_that_another_worker_has_replaced(
    request, settings, mailoutbox
):
    happen(first_connection(World(request)))
    deliver_all()
    (row,) = db.collection(outbox.COLLECTION).find(
        {"event": "notification.connection_reminder_due"}
    )
    mailoutbox.clear()
    settings.SIDE_EFFECTS = "external"
    neighbours.restricted_tokens().delete_token(row["payload"]["restrictedTokenId"])

    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        deliver_all()
    assert not any("Reminder" in mail.subject for mail in mailoutbox)


def test_a_migration_that_was_begun_here_is_ended_here(request, settings, monkeypatch):
    """Also what is left to a later delivery."""
    world = World(request)
    happen(migration(world))
    for owner in ("cy", "dot", "eve"):
        grant = world(owner).user_id, world("ben").user_id, {"view": {}}
        neighbours.permission_service().set_permissions(*grant)
    monkeypatch.setattr(migrations, "SLICE", timedelta(0))  # one patient in each
    settings.SIDE_EFFECTS = "external"
    deliver_all()

    status = ok(world.backend.get(f"{world.path}/migrations/{world('ben').user_id}")).json()
    assert status["status"] == "COMPLETED"

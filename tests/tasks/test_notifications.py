"""Which event sends which mail, to whom, how often (rules MAIL-11 to MAIL-50 and MAIL-61)."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend as FileBackend

from clinics.events import (
    AccountMerged,
    ClinicCreated,
    ClinicianSaved,
    MigrationCompleted,
    PatientMoved,
    RolesChanged,
)
from clinics_site import env
from kernel import clock, db, http, leases, outbox
from kernel.events import MailRequested
from kernel.outbox import ending, events
from kernel.outbox.retries import GROWING, LASTING
from notifications.handlers import send_mail
from notifications.services import mailer
from notifications.store import sent_mails
from patients.events import (
    ConnectRequested,
    DataSourceFailed,
    PatientUpdated,
    UploadReminderRequested,
)
from tests import deliveries, mails
from tests.factories import make_clinic, make_clinician, make_patient
from tests.processes.service import Service, comes_true, eventually
from users.services import neighbours

ROWS = outbox.COLLECTION
REMINDER_DUE = "notification.connection_reminder_due"
HERE = "tests.tasks.test_notifications"


# --- reading and delivering emitted events --------------------------------------------------------------------
def rows(**query):
    return list(db.collection(ROWS).find(query, sort=[("_id", 1)]))


def deliver(rounds=2):
    """Deliver this app's due rows, and the rows that they emit."""
    for _ in range(rounds):
        for row in rows(state="pending", attempts=0, handler={"$regex": "^notifications[.]"}):
            deliveries.deliver(row["_id"])


def happen(event, **fields):
    outbox.emit(event(**fields))
    deliver()


def make_due(**query):
    past = clock.now() - timedelta(seconds=1)
    db.collection(ROWS).update_many({"state": "pending", **query}, {"$set": {"notBefore": past}})


def repeat_everything_but_mails():
    """The effect of a lost acknowledgement: rows that were delivered are delivered again."""
    due_again = {"state": "pending", "attempts": 0, "notBefore": clock.now()}
    db.collection(ROWS).update_many(
        {"event": {"$nin": ["mail.requested", REMINDER_DUE]}}, {"$set": due_again}
    )
    deliver()


def request_mail(**changes):
    fields = {"recipient": "dot@example.org", "template": "patient_upload_reminder"}
    outbox.emit(MailRequested(**{**fields, **changes}))
    return rows(event="mail.requested")[-1]["_id"]


@pytest.fixture
def requested_mails(monkeypatch):
    """(template, variables) of every mail requested from now on."""
    mails = []
    original = mailer.deliver_mail

    def remember(*, template, variables, **others):
        mails.append((template, variables))
        original(template=template, variables=variables, **others)

    monkeypatch.setattr("notifications.handlers.mailer.deliver_mail", remember)
    return mails


@pytest.fixture
def lakeside(ada, ben):
    clinic = make_clinic(name="Lakeside Clinic", admins=[ada.user_id])
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def patient(lakeside, dot):
    return make_patient(lakeside, userId=dot.user_id, email=dot.email, fullName="Dot Patient")


def ids(clinic, person):
    return {"clinic_id": str(clinic["_id"]), "user_id": person.user_id}


def set_patient(patient, **fields):
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": fields})


def requested(*providers):
    return {p: [{"providerName": p, "createdTime": clock.now()}] for p in providers}


def tokens_of(person, provider="dexcom"):
    listed = neighbours.restricted_tokens().list_tokens(person.user_id)
    return [t for t in listed if t.paths == (f"/v1/oauth/{provider}",)]


def set_address(person, address):
    from users.clients.protocol import UserUpdate

    emails = (address,) if address else ()
    neighbours.user_service().update_user(person.user_id, UserUpdate(address, emails))


# --- announcements ---------------------------------------------------------------------------------------------
def test_the_first_admin_of_a_new_clinic_is_welcomed(lakeside, ada, mailoutbox, requested_mails):
    happen(ClinicCreated, clinic_id=str(lakeside["_id"]))
    assert [(m.to, m.subject) for m in mailoutbox] == [
        ([ada.email], "New Tidepool Clinic account created")
    ]
    assert requested_mails == [("clinic_created", {"ClinicName": "Lakeside Clinic"})]


@pytest.mark.parametrize("fields", [{"name": ""}, {"admins": []}])
def test_a_clinic_without_name_or_admin_sends_no_mail(fields, ada, mailoutbox):
    clinic = make_clinic(**{"admins": [ada.user_id], **fields})
    happen(ClinicCreated, clinic_id=str(clinic["_id"]))
    assert mailoutbox == []


def test_the_creator_of_a_clinic_is_welcomed(clinic, ada, mailoutbox):
    deliver()
    assert [m.to for m in mailoutbox] == [[ada.email]]
    assert "Lakeside Diabetes" in mailoutbox[0].body


def test_every_change_of_roles_is_mailed(clinic, ada, ben, mailoutbox, requested_mails):
    deliver()
    mailoutbox.clear()
    requested_mails.clear()
    for roles in (["CLINIC_ADMIN"], ["CLINIC_MEMBER"]):
        body = {"email": ben.email, "name": "Ben Member", "roles": roles}
        answer = ada.api.put(f"/v1/clinics/{clinic['id']}/clinicians/{ben.user_id}", body)
        assert answer.status_code == 200, answer.content
        deliver()
    assert [m.to for m in mailoutbox] == [[ben.email], [ben.email]]
    assert {template for template, _ in requested_mails} == {"clinician_permissions_updated"}
    assert {variables["ClinicName"] for _, variables in requested_mails} == {"Lakeside Diabetes"}


@pytest.mark.parametrize("updater", ["ada", "a-service", ""])
def test_the_mail_names_the_updater_or_an_administrator(
    updater, lakeside, ada, ben, requested_mails
):
    updater_id = ada.user_id if updater == "ada" else updater
    happen(RolesChanged, **ids(lakeside, ben), updated_by=updater_id, roles=["CLINIC_ADMIN"])
    expected = "ada.admin" if updater == "ada" else "Clinic administrator"
    assert [variables["ClinicianName"] for _, variables in requested_mails] == [expected]


def test_an_account_that_is_gone_gets_no_mail(lakeside, ada, mailoutbox):
    payload = {"clinic_id": str(lakeside["_id"]), "user_id": "0123456789"}
    happen(RolesChanged, **payload, updated_by=ada.user_id, roles=[])
    happen(UploadReminderRequested, **payload)
    happen(MigrationCompleted, **payload)
    assert mailoutbox == []
    assert rows(state="dead") == []


def test_an_upload_reminder_goes_to_the_account(clinic, ada, dot, mailoutbox):
    stored = db.collection("clinics").find_one({})
    make_patient(stored, userId=dot.user_id, email="other@example.org", permissions={"view": {}})
    deliver()
    mailoutbox.clear()
    path = f"/v1/clinics/{clinic['id']}/patients/{dot.user_id}/upload_reminder"
    assert ada.api.post(path).status_code == 200
    deliver()
    assert [(m.to, m.subject) for m in mailoutbox] == [
        ([dot.email], "Reminder to upload your data to Tidepool")
    ]


def test_a_moved_patient_is_mailed_the_clinician_and_the_clinic(
    lakeside, cy, dot, mailoutbox, requested_mails
):
    happen(PatientMoved, **ids(lakeside, dot), legacy_clinician_id=cy.user_id)
    expected = {"LegacyClinicianName": "Cy Member", "ClinicName": "Lakeside Clinic"}
    assert requested_mails == [("migrate_patient", expected)]
    assert [m.to for m in mailoutbox] == [[dot.email]]


def test_the_end_of_a_migration_is_mailed_to_the_legacy_clinician(
    lakeside, cy, mailoutbox, requested_mails
):
    happen(MigrationCompleted, **ids(lakeside, cy))
    assert requested_mails == [("clinic_migration_complete", {"ClinicName": "Lakeside Clinic"})]
    assert [m.to for m in mailoutbox] == [[cy.email]]


@pytest.mark.parametrize(
    ("role", "template"),
    [
        ("patient", "clinic_merged_patient_notification"),
        ("source_clinician", "clinic_merged_source_clinician_notification"),
        ("target_admin", "clinic_merged_target_admin_notification"),
    ],
)
def test_a_merge_is_mailed_to_each_account_by_its_role(
    role, template, dot, mailoutbox, requested_mails
):
    names = {"source_clinic_name": "Old Mill", "target_clinic_name": "Lakeside"}
    happen(AccountMerged, user_id=dot.user_id, role=role, **names)
    assert requested_mails == [
        (template, {"SourceClinicName": "Old Mill", "TargetClinicName": "Lakeside"})
    ]
    assert [m.to for m in mailoutbox] == [[dot.email]]


# --- marketing -------------------------------------------------------------------------------------------------
@pytest.fixture
def marketing(monkeypatch, settings):
    settings.MARKETO_HOST = "http://marketing.test"
    calls, answer = [], {"status": 200}

    def handle(request):
        calls.append(request)
        if answer["status"] == 0:
            raise httpx2.ConnectError(message="", request=request)
        return httpx2.Response(answer["status"])

    monkeypatch.setattr(http, "_client", httpx2.Client(transport=httpx2.MockTransport(handle)))
    return calls, answer


def test_marketing_is_told_of_a_saved_clinician(lakeside, ben, marketing):
    calls, _ = marketing
    happen(ClinicianSaved, **ids(lakeside, ben))
    assert [(c.method, str(c.url), c.content) for c in calls] == [
        ("POST", f"http://marketing.test/v1/users/{ben.user_id}/marketo", b"")
    ]
    token = calls[0].headers["x-tidepool-session-token"]
    assert token == neighbours.user_service().server_token()


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_of_marketing_is_ignored(status, lakeside, ben, marketing):
    marketing[1]["status"] = status
    happen(ClinicianSaved, **ids(lakeside, ben))
    assert len(marketing[0]) == 1
    (row,) = rows(event="clinician.saved", handler="notifications.refresh_marketing")
    assert row["state"] == "done"


def test_marketing_that_cannot_be_reached_is_told_later(lakeside, ben, marketing):
    marketing[1]["status"] = 0
    happen(ClinicianSaved, **ids(lakeside, ben))
    (row,) = rows(event="clinician.saved", handler="notifications.refresh_marketing")
    assert (row["state"], row["attempts"]) == ("pending", 1)


@pytest.mark.parametrize("change", [{"MARKETO_HOST": ""}, {"MARKETO_ENABLED": False}])
def test_marketing_that_is_switched_off_is_not_called(change, lakeside, ben, marketing, settings):
    for name, value in change.items():
        setattr(settings, name, value)
    happen(ClinicianSaved, **ids(lakeside, ben))
    assert marketing[0] == []


# --- connection requests ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("permissions", "state", "action"),
    [
        ({"custodian": {}}, "pending", "connect_custodial"),
        ({"view": {}}, "pending", "connect"),
        ({"custodian": {}}, "pendingReconnect", "reconnect"),
        ({"view": {}}, "pendingReconnect", "reconnect"),
    ],
)
@pytest.mark.parametrize("provider", ["dexcom", "abbott", "twiist"])
def test_a_connection_request_is_mailed_with_its_link(
    provider, permissions, state, action, lakeside, patient, dot, mailoutbox, requested_mails
):
    set_patient(
        patient, permissions=permissions, dataSources=[{"providerName": provider, "state": state}]
    )
    happen(ConnectRequested, **ids(lakeside, dot), provider=provider)
    (token,) = tokens_of(dot, provider)
    assert requested_mails == [
        (
            f"request_{provider}_{action}",
            {
                "ClinicName": "Lakeside Clinic",
                "PatientName": "Dot Patient",
                "ProviderName": provider,
                "RestrictedTokenId": token.id,
            },
        )
    ]
    assert [m.to for m in mailoutbox] == [[dot.email]]
    assert f"/v1/oauth/{provider}/authorize?restricted_token={token.id}\n" in mailoutbox[0].body
    assert "Dot" not in mailoutbox[0].subject
    lasts = token.expiration_time - clock.now()
    assert timedelta(days=29, hours=23) < lasts <= timedelta(days=30)


def test_a_new_link_revokes_the_old_one_and_no_other(lakeside, patient, dot):
    tokens = neighbours.restricted_tokens()
    other = tokens.create_token(dot.user_id, ("/v1/oauth/twiist",), None)
    wider = tokens.create_token(dot.user_id, ("/v1/oauth/dexcom", "/v1/data"), None)
    anything = tokens.create_token(dot.user_id, None, None)
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    (first,) = tokens_of(dot)
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    (second,) = tokens_of(dot)
    assert first.id != second.id
    remaining_tokens = {token.id for token in tokens.list_tokens(dot.user_id)}
    assert remaining_tokens == {other.id, wider.id, anything.id, second.id}


def test_a_repeated_delivery_neither_mails_again_nor_revokes_the_mailed_link(
    lakeside, patient, dot, mailoutbox
):
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    (token,) = tokens_of(dot)
    repeat_everything_but_mails()
    assert len(mailoutbox) == 1
    assert tokens_of(dot) == [token]
    assert len(rows(event=REMINDER_DUE)) == 1


def test_a_worker_killed_after_creating_the_link_later_mails_one_that_works(
    lakeside, patient, dot, mailoutbox, monkeypatch
):
    """The first try ends between creating the token and requesting the mail."""
    with monkeypatch.context() as patch:
        patch.setattr("notifications.services.connections.request_once", lambda *a, **k: 1 / 0)
        happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    assert mailoutbox == []
    assert len(tokens_of(dot)) == 1
    repeat_everything_but_mails()
    (token,) = tokens_of(dot)
    assert [token.id in m.body for m in mailoutbox] == [True]


def test_without_an_address_the_link_is_revoked_and_nothing_is_mailed(
    lakeside, patient, dot, mailoutbox
):
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    mailoutbox.clear()
    set_patient(patient, providerConnectionRequests=requested("dexcom"))
    set_address(dot, None)
    happen(PatientUpdated, **ids(lakeside, dot), changed=["email"])
    assert mailoutbox == []
    assert tokens_of(dot) == []
    assert rows(event=REMINDER_DUE) == [], "a reminder with a dead link is of no use"


def test_a_new_address_gets_every_open_request_but_not_the_connected_one(
    lakeside, patient, dot, mailoutbox, requested_mails
):
    set_patient(
        patient,
        providerConnectionRequests={**requested("abbott", "dexcom", "twiist"), "other": []},
        dataSources=[
            {"providerName": "abbott", "state": "pending"},
            {"providerName": "dexcom", "state": "connected"},
            {"providerName": "twiist", "state": "pendingReconnect"},
        ],
    )
    old = neighbours.restricted_tokens().create_token(dot.user_id, ("/v1/oauth/dexcom",), None)
    set_address(dot, "dot.new@example.org")
    happen(PatientUpdated, **ids(lakeside, dot), changed=["email", "fullName"])
    assert [t for t, _ in requested_mails] == [
        "request_abbott_connect_custodial",
        "request_twiist_reconnect",
    ]
    assert [m.to for m in mailoutbox] == [["dot.new@example.org"]] * 2
    assert neighbours.restricted_tokens().get_token(old.id) is None, "links to the old address die"
    repeat_everything_but_mails()
    assert len(mailoutbox) == 2


def test_one_provider_that_fails_does_not_stop_the_others(
    lakeside, patient, dot, mailoutbox, monkeypatch
):
    set_patient(patient, providerConnectionRequests=requested("abbott", "dexcom"))
    service = neighbours.restricted_tokens()
    original = type(service).create_token

    def broken(self, user_id, paths, expires):
        if paths == ("/v1/oauth/abbott",):
            raise http.ServiceUnavailable(service="auth")
        return original(self, user_id, paths, expires)

    with monkeypatch.context() as patch:
        patch.setattr(type(service), "create_token", broken)
        happen(PatientUpdated, **ids(lakeside, dot), changed=["email"])
    assert ["Dexcom" in m.subject for m in mailoutbox] == [True]
    repeat_everything_but_mails()
    assert sorted("Dexcom" in m.subject for m in mailoutbox) == [False, True]


@pytest.mark.parametrize("changed", [["fullName"], ["providerConnectionRequests"], []])
def test_other_changes_of_a_patient_send_nothing(changed, lakeside, patient, dot, mailoutbox):
    set_patient(patient, providerConnectionRequests=requested("dexcom"))
    happen(PatientUpdated, **ids(lakeside, dot), changed=changed)
    assert mailoutbox == []


def test_an_unknown_provider_or_patient_is_ignored(lakeside, patient, dot, eve, mailoutbox):
    happen(ConnectRequested, **ids(lakeside, dot), provider="newmaker")
    happen(ConnectRequested, **ids(lakeside, eve), provider="dexcom")
    assert mailoutbox == []
    assert {row["state"] for row in rows()} == {"done"}


# --- reminders -------------------------------------------------------------------------------------------------
def open_reminders():
    return rows(event=REMINDER_DUE, state="pending")


def test_a_reminder_is_due_after_the_interval_and_replaced_by_a_newer_one(
    lakeside, patient, dot, settings
):
    settings.REMINDERS_INTERVAL = timedelta(hours=5)
    for _ in range(2):
        happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    happen(ConnectRequested, **ids(lakeside, dot), provider="twiist")
    rows_by_provider = {row["payload"]["provider"]: row for row in open_reminders()}
    assert len(open_reminders()) == len(rows_by_provider) == 2
    (token,) = tokens_of(dot)
    assert rows_by_provider["dexcom"]["payload"] == {
        "clinicId": str(lakeside["_id"]),
        "userId": dot.user_id,
        "provider": "dexcom",
        "restrictedTokenId": token.id,
    }
    wait = rows_by_provider["dexcom"]["notBefore"] - clock.now()
    assert timedelta(hours=4, minutes=59) < wait <= timedelta(hours=5)


@pytest.fixture
def due_reminder(lakeside, patient, dot, mailoutbox):
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    mailoutbox.clear()
    make_due(event=REMINDER_DUE)


def test_a_reminder_goes_to_the_present_address_with_the_mailed_link(
    due_reminder, lakeside, dot, mailoutbox, requested_mails
):
    set_address(dot, "dot.new@example.org")
    db.collection("clinics").update_one({}, {"$set": {"name": "Hillside Clinic"}})
    deliver()
    assert [m.to for m in mailoutbox] == [["dot.new@example.org"]]
    (template, variables), (token,) = requested_mails[0], tokens_of(dot)
    assert template == "reminder_dexcom_connect_custodial"
    assert variables["RestrictedTokenId"] == token.id
    assert variables["ClinicName"] == "Hillside Clinic"


@pytest.mark.parametrize("reason", ["connected", "no address", "left the clinic", "clinic gone"])
def test_a_reminder_that_is_no_longer_needed_is_not_sent(
    reason, due_reminder, patient, dot, mailoutbox
):
    if reason == "connected":
        sources = [{"providerName": "dexcom", "state": "connected"}]
        neighbours.data_service().set_data_sources(dot.user_id, sources)
    if reason == "no address":
        set_address(dot, None)
    if reason == "left the clinic":
        db.collection("patients").delete_one({"_id": patient["_id"]})
    if reason == "clinic gone":
        db.collection("clinics").delete_many({})
    deliver()
    assert mailoutbox == []
    assert rows(event=REMINDER_DUE)[0]["state"] == "done"


def test_another_connected_provider_does_not_stop_the_reminder(due_reminder, dot, mailoutbox):
    sources = [
        {"providerName": "twiist", "state": "connected"},
        {"providerName": "dexcom", "state": "disconnected"},
    ]
    neighbours.data_service().set_data_sources(dot.user_id, sources)
    deliver()
    assert len(mailoutbox) == 1


# --- device issues ---------------------------------------------------------------------------------------------
def test_a_device_issue_of_a_clinic_patient_is_mailed_as_shared(
    lakeside, patient, dot, mailoutbox, requested_mails
):
    failed = {"user_id": dot.user_id, "provider": "dexcom", "data_source_id": "d1"}
    happen(DataSourceFailed, **failed)
    (token,) = tokens_of(dot)
    assert requested_mails == [
        (
            "device_issue_dexcom_shared",
            {"FullName": "Dot Patient", "ProviderName": "dexcom", "RestrictedTokenId": token.id},
        )
    ]
    repeat_everything_but_mails()
    assert len(mailoutbox) == 1


def test_a_device_issue_without_a_clinic_extends_the_existing_link(
    dot, mailoutbox, requested_mails
):
    soon = clock.now() + timedelta(hours=2)
    tokens = neighbours.restricted_tokens()
    old = tokens.create_token(dot.user_id, ("/v1/oauth/twiist",), soon)
    happen(DataSourceFailed, user_id=dot.user_id, provider="twiist", data_source_id="d1")
    assert requested_mails[0][0] == "device_issue_twiist_personal"
    (token,) = tokens_of(dot, "twiist")
    assert token.id == old.id == requested_mails[0][1]["RestrictedTokenId"]
    assert token.expiration_time > clock.now() + timedelta(days=29)


# --- the mailer ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "recipient",
    [
        *("", None, "  ", "nobody", "a@b", "a@example.org\nBcc: x@y.zz"),
        *("ａ@example.org", "a\u200b@example.org"),
    ],
)
def test_an_empty_or_invalid_recipient_is_dropped(recipient, mailoutbox):
    request_mail(recipient=recipient)
    deliver()
    assert mailoutbox == []
    assert [row["state"] for row in rows()] == ["done"]


def test_an_unknown_template_is_dropped_and_named_in_the_log(mailoutbox, monkeypatch):
    logged = []
    monkeypatch.setattr(mailer.log, "warning", lambda event, **keys: logged.append((event, keys)))
    request_mail(template="prescription_access_code")
    request_mail(template="dot@example.org was here")
    deliver()
    assert mailoutbox == []
    assert [keys["template"] for _, keys in logged] == ["prescription_access_code", "unreadable"]
    assert {row["state"] for row in rows()} == {"done"}


def test_a_delivered_request_keeps_no_personal_data(mailoutbox):
    event = request_mail(recipient="Dot@Example.org")
    deliver()
    (row,) = rows()
    assert row["state"] == "done"
    assert "payload" not in row
    record = sent_mails.find(event)
    assert record["state"] == "sent"
    assert record["template"] == "patient_upload_reminder"
    assert "example" not in str(record).lower()
    assert record["recipientHash"] == mailer.recipient_hash(" dot@example.org ")


def test_a_request_without_the_variables_of_its_link_is_parked(mailoutbox):
    request_mail(template="password_reset", variables={"Key": ""})
    deliver()
    assert mailoutbox == []
    assert [(row["state"], row["lastError"]) for row in rows()] == [
        ("dead", "mail_variable_missing")
    ]


def test_a_delivery_repeated_after_sending_sends_nothing(mailoutbox):
    event = requested_mail()
    for _ in range(3):
        send_mail(event)
    assert len(mailoutbox) == 1


def requested_mail():
    row_id = request_mail()
    return events.read(MailRequested, db.collection(ROWS).find_one({"_id": row_id}))


class Failing(BaseEmailBackend):
    """Raises the failures it was given, then keeps what is sent in memory."""

    failures: list = []
    sent: list = []

    def send_messages(self, messages):
        if Failing.failures:
            raise Failing.failures.pop(0)
        Failing.sent.extend(messages)
        return len(messages)


@pytest.fixture
def failing(settings):
    settings.EMAIL_BACKEND = f"{HERE}.Failing"
    Failing.failures, Failing.sent = [], []
    return Failing


def try_again(row_id):
    make_due(_id=row_id)
    return deliveries.deliver(row_id)


def test_a_provider_that_fails_three_times_is_tried_a_fourth_time(failing):
    failing.failures = [smtplib.SMTPServerDisconnected(), TimeoutError(), smtplib.SMTPException()]
    row_id = request_mail()
    assert [try_again(row_id) for _ in range(5)] == [False, False, False, True, False]
    assert len(failing.sent) == 1
    assert sent_mails.find(row_id)["tries"] == 4
    assert rows()[0]["state"] == "done"


def test_a_provider_that_fails_for_a_day_leaves_a_visible_row_that_can_be_started_again(failing):
    failing.failures = [smtplib.SMTPException()] * 2
    row_id = request_mail()
    assert not try_again(row_id)
    tried_for_a_day = {
        "attempts": GROWING.attempts - 1,
        "dueTime": clock.now() - LASTING,
    }
    db.collection(ROWS).update_one({}, {"$set": tried_for_a_day})
    assert not try_again(row_id)
    (row,) = rows()
    assert (row["state"], row["lastError"]) == ("dead", "SMTPException")
    assert outbox.requeue(row_id)
    assert try_again(row_id)
    assert len(failing.sent) == 1


def test_the_waits_between_tries_add_up_to_a_day():
    waits = [GROWING.wait_after(tries) for tries in range(1, GROWING.attempts)]
    assert sum(waits, timedelta()) >= timedelta(days=1)


@pytest.mark.parametrize(("code", "state"), [(550, "dead"), (450, "pending")])
def test_an_address_refused_for_good_is_parked_at_once(code, state, failing):
    refusal = smtplib.SMTPRecipientsRefused({"dot@example.org": (code, b"no")})
    failing.failures = [refusal]
    request_mail()
    deliver()
    assert [row["state"] for row in rows()] == [state]


class Slow(BaseEmailBackend):
    """Waits until the test releases it."""

    entered = threading.Event()
    leave = threading.Event()
    sent: list = []

    def send_messages(self, messages):
        Slow.entered.set()
        assert Slow.leave.wait(10)
        Slow.sent.extend(messages)
        return len(messages)


def test_a_slow_worker_keeps_its_claim(settings, monkeypatch):
    """Sending takes three times as long as a lease."""
    settings.EMAIL_BACKEND = f"{HERE}.Slow"
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(leases, "RENEW_EVERY", 0.1)
    Slow.entered.clear()
    Slow.leave.clear()
    Slow.sent = []
    event = requested_mail()
    worker = threading.Thread(target=send_mail, args=(event,))
    worker.start()
    assert Slow.entered.wait(10)
    for _ in range(5):
        time.sleep(0.3)
        with pytest.raises(mailer.StillSending):
            send_mail(event)
    Slow.leave.set()
    worker.join()
    send_mail(event)
    assert len(Slow.sent) == 1


# --- kill -9 ---------------------------------------------------------------------------------------------------
class DiesBeforeSending(BaseEmailBackend):
    def send_messages(self, messages):
        os.kill(os.getpid(), signal.SIGKILL)


class DiesAfterSending(FileBackend):
    def send_messages(self, messages):
        super().send_messages(messages)
        os.kill(os.getpid(), signal.SIGKILL)


DELIVER = """
import sys, django
django.setup()
from bson import ObjectId
from kernel.outbox import waking
from tests import deliveries
waking.enqueue = lambda wake_ups: None
deliveries.deliver(ObjectId(sys.argv[1]))
"""


@pytest.fixture
def folder(tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return tmp_path


def in_own_process(row_id, folder, backend):
    """Deliver one row in a process of its own, as a worker does. Returns the exit code of that process."""
    make_due(_id=row_id)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "clinics_site.settings",
        "EMAIL_BACKEND": f"{HERE}.{backend}",
        "EMAIL_FILE_PATH": str(folder),
        "PYTHONPATH": ".",
    }
    command = [sys.executable, "-c", DELIVER, str(row_id)]
    return subprocess.run(command, env=environment, timeout=60, check=False).returncode


def expire_claims(row_id):
    """As if minutes had passed: the claims of the killed worker have expired."""
    past = clock.now() - timedelta(minutes=2)
    db.collection(ROWS).update_one({"_id": row_id}, {"$set": {"notBefore": past}})
    db.collection("sentMails").update_one({"_id": row_id}, {"$set": {"time": past}})


@pytest.mark.parametrize("backend", ["DiesBeforeSending", "DiesAfterSending"])
def test_a_worker_killed_while_sending_loses_nothing(backend, folder):
    row_id = request_mail()
    assert in_own_process(row_id, folder, backend) == -signal.SIGKILL
    assert sent_mails.find(row_id)["state"] == "sending"
    db.collection(ROWS).update_one({"_id": row_id}, {"$set": {"notBefore": clock.now()}})
    assert not deliveries.deliver(row_id), "not before the killed worker's claims have expired"
    expire_claims(row_id)
    assert deliveries.deliver(row_id)
    assert not deliveries.deliver(row_id)
    # No one can know whether the provider took the mail of the killed worker. The copy has the same Message-ID.
    assert {mail["Message-ID"] for mail in mails.newest_first(folder)} == {
        f"<{row_id}@tidepool.org>"
    }
    assert len(mails.newest_first(folder)) == (1 if backend == "DiesBeforeSending" else 2)
    assert sent_mails.find(row_id)["state"] == "sent"


def test_a_mail_that_kills_its_workers_is_parked_for_staff(folder):
    row_id = request_mail()
    for _ in range(2):
        assert in_own_process(row_id, folder, "DiesAfterSending") == -signal.SIGKILL
        expire_claims(row_id)
    assert not deliveries.deliver(row_id)
    (row,) = rows()
    assert (row["state"], row["lastError"]) == ("dead", "mail_outcome_unclear")
    assert len(mails.newest_first(folder)) == 2
    assert outbox.requeue(row_id)
    assert deliveries.deliver(row_id)
    assert len(mails.newest_first(folder)) == 3


def test_a_worker_killed_after_noting_the_mail_as_sent_sends_once(folder, monkeypatch):
    row_id = request_mail()
    with monkeypatch.context() as patch:
        patch.setattr(ending, "finish", lambda row: None)
        deliveries.deliver(row_id)
    expire_claims(row_id)
    assert deliveries.deliver(row_id)
    assert len(mails.newest_first(folder)) == 1


class SlowFile(FileBackend):
    """Slow enough that a worker can be killed while it sends."""

    def send_messages(self, messages):
        time.sleep(0.05)
        super().send_messages(messages)
        time.sleep(0.05)
        return len(messages)


MANY, CONCURRENCY = 60, os.cpu_count() or 1


@pytest.mark.chaos
@pytest.mark.processes
@pytest.mark.timeout(180)
def test_real_workers_killed_twice_send_every_mail(folder, tmp_path_factory, fault):
    logs = tmp_path_factory.mktemp("logs")
    names = ("MONGODB_URI", "REDIS_URL", "TIDEPOOL_CLINIC_DATABASE_NAME", "BROKER_KEY_PREFIX")
    service = Service(logs, {name: os.environ[name] for name in names})
    events = {request_mail(variables={}) for _ in range(MANY)}
    sent = {f"<{event}@tidepool.org>" for event in events}
    backend = {"EMAIL_BACKEND": f"{HERE}.SlowFile", "EMAIL_FILE_PATH": str(folder)}
    try:
        service.start(env=backend, only=("worker", "ehr-worker", "beat"))
        for share in (0.2, 0.6):
            eventually(lambda share=share: len(mails.newest_first(folder)) >= share * MANY)
            service.kill_worker()
            service.start_worker()
            began = time.monotonic()
        comes_true(lambda: not rows(state={"$in": ["pending", "claimed"]}), within=120)
        recovered = time.monotonic() - began
    finally:
        service.stop()
    message_ids = [mail["Message-ID"] for mail in mails.newest_first(folder)]
    copies = len(message_ids) - len(set(message_ids))
    fault.says(
        "workers that send mails are killed twice",
        acknowledged=MANY,
        lost=len(sent - set(message_ids)),
        doubled=copies,
        window="killed between sending and noting",
        recovered=recovered,
    )
    assert set(message_ids) == sent, "nothing is lost"
    assert {row["state"] for row in rows()} == {"done"}
    repeated = list(db.collection("sentMails").find({"abandoned": {"$gt": 0}}))
    assert copies <= len(repeated) <= 2 * CONCURRENCY, "only what was under way when killed"


# --- a real mail -----------------------------------------------------------------------------------------------
def test_a_real_mail_is_written_to_a_file(folder, lakeside, patient, dot):
    happen(ConnectRequested, **ids(lakeside, dot), provider="dexcom")
    (mail,) = mails.newest_first(folder)
    (token,) = tokens_of(dot)
    assert mail["To"] == dot.email
    assert mail["From"] == "Tidepool <noreply@tidepool.org>"
    assert mail["Subject"].startswith("Lakeside Clinic Follow Up - Connect your Dexcom Account")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part in (text, html):
        assert f"authorize?restricted_token={token.id}" in part.get_content()
        assert "Dot Patient" in part.get_content()


class Provider(BaseHTTPRequestHandler):
    """A mail provider on this machine, speaking Postmark's API as far as needed."""

    received: list = []
    answers: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Provider.received.append((self.headers["X-Postmark-Server-Token"], json.loads(body)))
        status, answer = Provider.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


ACCEPTED = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "p1", "To": "dot@example.org"})
INACTIVE = "Found inactive addresses: dot@example.org. Inactive recipients are ones that ..."
REFUSED = (422, {"ErrorCode": 406, "Message": INACTIVE})


@pytest.fixture
def provider(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "invented-token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
    }
    Provider.received, Provider.answers = [], []
    yield Provider
    server.shutdown()
    server.server_close()


def test_the_api_of_a_provider_sends_the_mail_after_an_outage(provider):
    provider.answers = [(500, {}), (503, {}), ACCEPTED]
    row_id = request_mail()
    assert [try_again(row_id) for _ in range(4)] == [False, False, True, False]
    token, message = provider.received[-1]
    assert token == "invented-token"
    assert message["To"] == "dot@example.org"
    assert message["TextBody"]
    assert message["HtmlBody"].startswith("<!DOCTYPE html>")
    headers = {header["Name"]: header["Value"] for header in message["Headers"]}
    assert headers["Message-ID"] == f"<{row_id}@tidepool.org>"
    assert len({str(body) for _, body in provider.received}) == 1, "every try is the same mail"


def test_an_address_that_a_provider_refuses_is_parked_at_once(provider):
    provider.answers = [REFUSED]
    request_mail()
    deliver()
    assert [(r["state"], r["lastError"]) for r in rows()] == [("dead", "mail_recipient_refused")]


def test_settings_of_a_provider_come_from_the_environment_or_from_files(monkeypatch, tmp_path):
    secret = tmp_path / "token"
    secret.write_text("from-a-file")
    monkeypatch.setenv("ANYMAIL_POSTMARK_SERVER_TOKEN_FILE", str(secret))
    monkeypatch.setenv("ANYMAIL_MAILGUN_API_URL", "https://eu.example")
    settings = env.prefixed("ANYMAIL_", help="")
    assert settings == {
        "POSTMARK_SERVER_TOKEN": "from-a-file",
        "MAILGUN_API_URL": "https://eu.example",
    }

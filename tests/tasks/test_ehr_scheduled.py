"""Scheduled sends: what is sent again, and when a note replaces another (ehr note 9.7, 9.8; cadence 8.4)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bson import ObjectId

from clinics_site.core import clock, db
from redox.clients.redox import EmbeddedRedox
from redox.services import scheduling
from tests import ehr
from tests.events import deliver_all

START = datetime.fromisoformat("2026-03-02T10:00:00+00:00")


def set_upload(patient, moment, **options):
    db.collection("patients").update_one(
        {"_id": patient["_id"]}, {"$set": {"summary": ehr.summary(uploaded=moment, **options)}}
    )


@pytest.fixture
def place():
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary(uploaded=START))
    ehr.subscribe(patient)
    return clinic, patient


def sync(clinic):
    scheduling.sync_clinic(clinic["_id"])
    deliver_all()
    return ehr.records("scheduled")[-1]


def events():
    return [d["payload"]["Meta"]["EventType"] for d in ehr.deliveries("notes")]


def test_a_newer_upload_is_sent_as_flowsheet_and_note(place):
    record = sync(place[0])

    assert (record["state"], record["outcome"]) == ("done", "sent")
    assert [d["kind"] for d in ehr.deliveries()] == ["flowsheet", "notes"]
    note = ehr.deliveries("notes")[0]["payload"]
    assert note["Note"]["DocumentID"] == str(record["documentId"])
    assert [c["ID"] for c in note["Note"]["Components"]] == ["GLUCOSE_MANAGEMENT_INDICATOR"]


@pytest.mark.parametrize("bgm", [False, True])
def test_one_kind_of_data_is_enough(place, bgm):
    clinic, patient = place
    set_upload(patient, START, bgm=bgm)

    assert sync(clinic)["state"] == "done"


def test_without_a_newer_upload_nothing_is_sent(place):
    clinic, _ = place
    sync(clinic)

    record = sync(clinic)

    assert (record["state"], record["outcome"]) == ("ignored", "no_newer_upload")
    assert len(ehr.deliveries("notes")) == 1


@pytest.mark.parametrize(
    ("event_time", "state"),
    [
        ("2026-03-02T09:59:59Z", "done"),
        ("2026-03-02T10:00:00Z", "ignored"),
        (None, "done"),
        ("yesterday", "done"),
    ],
)
def test_the_first_run_compares_with_the_order(event_time, state):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary(uploaded=START))
    message = ehr.order()
    message["Meta"]["EventDateTime"] = event_time
    ehr.subscribe(patient, message)

    assert sync(clinic)["state"] == state


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda c, p: db.collection("patients").delete_one({"_id": p["_id"]}), "patient_gone"),
        (lambda c, p: db.collection("clinics").delete_one({"_id": c["_id"]}), "clinic_gone"),
        (
            lambda c, p: db.collection("clinics").update_one(
                {"_id": c["_id"]}, {"$set": {"ehrSettings.enabled": False}}
            ),
            "ehr_disabled",
        ),
        (
            lambda c, p: db.collection("patients").update_one(
                {"_id": p["_id"]}, {"$set": {"ehrSubscriptions.summaryAndReports.active": False}}
            ),
            "not_subscribed",
        ),
    ],
)
def test_the_present_state_decides(place, change, outcome):
    clinic, patient = place
    scheduling.sync_clinic(clinic["_id"])
    change(clinic, patient)
    deliver_all()

    record = ehr.records("scheduled")[0]
    assert (record["state"], record["outcome"]) == ("ignored", outcome)
    assert ehr.deliveries() == []


def test_an_order_that_is_gone_is_ignored():
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic, summary=ehr.summary())
    message = ehr.subscribe(patient)
    db.collection("redox").delete_one({"_id": message["_id"]})

    assert sync(clinic)["outcome"] == "order_missing"


@pytest.mark.parametrize(
    ("age", "setting", "expected"),
    [
        (timedelta(minutes=4, seconds=59), "Replace", "Replace"),
        (timedelta(minutes=5, seconds=1), "Replace", "New"),
        (timedelta(minutes=1), "New", "New"),
    ],
)
def test_a_note_of_the_last_five_minutes_is_replaced(age, setting, expected):
    clinic = ehr.ehr_clinic(
        scheduledReports={
            "cadence": "14d",
            "onUploadEnabled": True,
            "onUploadNoteEventType": setting,
        }
    )
    patient = ehr.ehr_patient(clinic)
    ehr.subscribe(patient)
    with time_machine.travel(START, tick=False):
        set_upload(patient, START - timedelta(minutes=1))
        first = sync(clinic)
    with time_machine.travel(START + age, tick=False):
        set_upload(patient, START + age - timedelta(seconds=1))
        sync(clinic)

    assert events() == ["New", expected]
    note = ehr.deliveries("notes")[-1]["payload"]["Note"]
    assert note.get("OriginalDocumentID") == (
        str(first["documentId"]) if expected == "Replace" else None
    )


def test_only_a_delivered_note_is_replaced_and_only_it_moves_the_cutoff(place, monkeypatch):
    """The first send fails for good; the data it should have carried is not lost."""
    from clinics_site.core.errors import PermanentFailure

    clinic, _ = place

    def refuse(self, message):
        msg = "redox_message_refused_422"
        raise PermanentFailure(msg)

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedRedox, "send", refuse)
        assert sync(clinic)["state"] == "failed"

    assert sync(clinic)["state"] == "done"
    assert events() == ["New"]


def test_when_the_report_fails_nothing_is_sent(place, monkeypatch):
    from clinics_site.core.errors import RetryLater
    from redox.services import delivery

    def fail(wanted):
        msg = "report_500"
        raise RetryLater(msg)

    monkeypatch.setattr(delivery, "draw_report", fail)

    record = sync(place[0])

    assert (record["state"], record["lastError"]) == ("pending", "report_500")
    assert ehr.deliveries() == []


def test_an_uploaded_report_is_referred_to_and_uploaded_once(place, settings, monkeypatch):
    settings.REDOX = {**settings.REDOX, "upload_file": True}
    uploads = []
    monkeypatch.setattr(
        EmbeddedRedox, "upload", lambda self, report: uploads.append(report) or "https://blob/1"
    )
    seen = []
    monkeypatch.setattr(EmbeddedRedox, "send", lambda self, message: seen.append(message))

    sync(place[0])

    note = seen[-1]["Note"]
    assert (note["ContentType"], note["FileContents"]) == ("Plain Text", "https://blob/1")
    assert len(uploads) == 1


def test_an_embedded_report_travels_as_base64(place, monkeypatch):
    seen = []
    monkeypatch.setattr(EmbeddedRedox, "send", lambda self, message: seen.append(message))

    sync(place[0])

    note = seen[-1]["Note"]
    assert note["ContentType"] == "Base64 Encoded"
    assert note["FileContents"].startswith("JVBERi0")


def test_a_summary_without_dates_sends_nothing(place):
    clinic, patient = place
    db.collection("patients").update_one(
        {"_id": patient["_id"]},
        {"$unset": {"summary.cgmStats.dates.lastUpdatedDate": ""}},
    )

    assert sync(clinic)["outcome"] == "no_data"


class TestCadence:
    def test_a_clinic_runs_when_due_and_not_again_before_its_cadence(self, place):
        with time_machine.travel(START, tick=False):
            scheduling.run_due_cadences()
        with time_machine.travel(START + timedelta(hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
            assert scheduling.run_due_cadences() == 0
        with time_machine.travel(START + timedelta(days=13, hours=23), tick=False):
            assert scheduling.run_due_cadences() == 0
        with time_machine.travel(START + timedelta(days=14, hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
        assert len(ehr.records("scheduled")) == 2

    def test_disabled_cadences_and_xealth_never_run(self):
        never = {"cadence": "DISABLED", "onUploadEnabled": False}
        for changes in ({"scheduledReports": never}, {"provider": "xealth"}, {"enabled": False}):
            ehr.subscribe(ehr.ehr_patient(ehr.ehr_clinic(sourceId=str(ObjectId()), **changes)))

        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
            assert scheduling.run_due_cadences() == 0
        assert ehr.records() == []

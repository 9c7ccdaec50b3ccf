"""Scheduled sends: what is sent again, and when a note replaces another (rules EHR-59 to EHR-73)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine
from bson import ObjectId
from pymongo.errors import AutoReconnect

from kernel import clock, db, leases, outbox
from redox.clients.redox import EmbeddedRedox
from redox.services import scheduling
from tests import ehr
from tests.events import deliver_all, emitted

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


@pytest.mark.parametrize(
    "messages", [None, "x", {}, [None], [{"id": "x"}], [{"id": None}], [[ObjectId()]]]
)
def test_a_subscription_that_cannot_be_read_keeps_no_one_else_from_being_sent(place, messages):
    clinic, _ = place
    broken = {"summaryAndReports": {"active": True, "matchedMessages": messages}}
    ehr.ehr_patient(clinic, mrn="QX-2", ehrSubscriptions=broken)

    assert sync(clinic)["outcome"] == "sent"
    assert len(ehr.records("scheduled")) == 1


def test_without_a_newer_upload_nothing_is_sent(place):
    clinic, _ = place
    sync(clinic)

    record = sync(clinic)

    assert (record["state"], record["outcome"]) == ("ignored", "no_newer_upload")
    assert len(ehr.deliveries("notes")) == 1


@pytest.mark.parametrize("moment", ["today", 5, [], {"a": 1}])
def test_an_upload_date_that_cannot_be_read_fails_the_send(place, moment):
    clinic, patient = place
    path = "summary.cgmStats.dates.lastUploadDate"
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": {path: moment}})

    record = sync(clinic)

    assert record["state"] == "failed"
    assert record["lastError"].startswith("summary_unreadable: cgmStats lastUploadDate")


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
    from kernel.errors import PermanentFailure

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
    from kernel.errors import RetryLater
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


class TestSyncsOfSeveralBatches:
    """A clinic's sync comes to its end although the process that began it does not."""

    @pytest.fixture
    def crowd(self, monkeypatch):
        monkeypatch.setattr(scheduling, "BATCH", 2)
        clinic = ehr.ehr_clinic()
        for number in range(5):
            patient = ehr.ehr_patient(clinic, mrn=f"M{number}", summary=ehr.summary())
            ehr.subscribe(patient)
        return clinic

    def fail_after_one_batch(self, monkeypatch, error):
        schedule, calls = scheduling._schedule_batch, []

        def fail(*given):
            calls.append(given)
            if len(calls) > 1:
                raise error
            schedule(*given)

        monkeypatch.setattr(scheduling, "_schedule_batch", fail)

    def assert_one_whole_run(self):
        documents = list(db.collection("scheduledSummaryAndReportsOrders").find({}))
        assert len({document["userId"] for document in documents}) == len(documents) == 5
        assert len({document["createdTime"] for document in documents}) == 1

    def test_a_call_that_fails_in_the_second_batch_leaves_the_rest_to_a_worker(
        self, crowd, monkeypatch
    ):
        with monkeypatch.context() as patched:
            self.fail_after_one_batch(patched, AutoReconnect())
            assert scheduling.sync_clinic(crowd["_id"]) == 2

        with time_machine.travel(clock.now() + leases.LEASE, tick=False):
            deliver_all()
        self.assert_one_whole_run()

    def test_a_fault_is_told_to_the_caller_and_a_worker_tries_it_again(self, crowd, monkeypatch):
        with monkeypatch.context() as patched:
            self.fail_after_one_batch(patched, TypeError())
            with pytest.raises(TypeError):
                scheduling.sync_clinic(crowd["_id"])

        with time_machine.travel(clock.now() + leases.LEASE, tick=False):
            deliver_all()
        self.assert_one_whole_run()

    def test_a_regular_sync_that_fails_half_way_goes_on_where_it_was(self, crowd, monkeypatch):
        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
            (row,) = db.collection(outbox.COLLECTION).find({})
            with monkeypatch.context() as patched:
                self.fail_after_one_batch(patched, AutoReconnect())
                assert outbox.deliver(row["_id"]) is False
        with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1), tick=False):
            assert outbox.deliver(row["_id"]) is True
        self.assert_one_whole_run()

    def test_a_regular_sync_is_claimed_together_with_its_event_or_not_at_all(
        self, crowd, monkeypatch
    ):
        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            with monkeypatch.context() as patched:
                patched.setattr(outbox, "emit", lambda *given, **options: 1 / 0)
                with pytest.raises(ZeroDivisionError):
                    scheduling.run_due_cadences()
            assert scheduling.run_due_cadences() == 1

    def test_two_workers_on_one_sync_schedule_no_one_twice(self, crowd, monkeypatch):
        advance, others = scheduling._advance, []

        def advance_late(sync, batch):
            if not others:
                others.append(True)
                with ThreadPoolExecutor(1) as other:
                    other.submit(scheduling.carry_out, str(sync["_id"])).result()
            return advance(sync, batch)

        monkeypatch.setattr(scheduling, "_advance", advance_late)
        scheduling.sync_clinic(crowd["_id"])

        self.assert_one_whole_run()

    def test_a_sync_that_has_ended_leaves_no_event_of_itself(self, crowd):
        assert scheduling.sync_clinic(crowd["_id"]) == 5
        assert emitted("ehr.sync_begun") == []
        self.assert_one_whole_run()


class TestCadence:
    def test_a_clinic_runs_when_due_and_not_again_before_its_cadence(self, place):
        with time_machine.travel(START, tick=False):
            scheduling.run_due_cadences()
        with time_machine.travel(START + timedelta(hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
            assert scheduling.run_due_cadences() == 0
        with time_machine.travel(START + timedelta(days=13, hours=23), tick=False):
            assert scheduling.run_due_cadences() == 0
            deliver_all()
        with time_machine.travel(START + timedelta(days=14, hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
            deliver_all()
        assert len(ehr.records("scheduled")) == 2

    @pytest.mark.parametrize("cadence", ["often", "d", "9999d", 14, True, ["14d"], {"days": 14}])
    def test_one_that_cannot_be_read_keeps_no_other_clinic_waiting(self, place, cadence):
        odd = {"cadence": cadence, "onUploadEnabled": False}
        ehr.subscribe(ehr.ehr_patient(ehr.ehr_clinic(sourceId="other", scheduledReports=odd)))
        ehr.subscribe(ehr.ehr_patient(ehr.ehr_clinic(sourceId="text", scheduledReports="often")))

        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1

    def test_disabled_cadences_and_xealth_never_run(self):
        never = {"cadence": "DISABLED", "onUploadEnabled": False}
        for changes in ({"scheduledReports": never}, {"provider": "xealth"}, {"enabled": False}):
            ehr.subscribe(ehr.ehr_patient(ehr.ehr_clinic(sourceId=str(ObjectId()), **changes)))

        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
            assert scheduling.run_due_cadences() == 0
        assert ehr.records() == []

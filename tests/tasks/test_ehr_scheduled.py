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
from tests import deliveries, ehr
from tests.events import deliver_all, emitted

START = datetime.fromisoformat("2026-03-02T10:00:00+00:00")


def set_upload(patient, moment, **options):
    db.collection("patients").update_one(
        {"_id": patient["_id"]}, {"$set": {"summary": ehr.summary(uploaded=moment, **options)}}
    )


@pytest.fixture
def subscribed_patient():
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


def test_a_newer_upload_is_sent_as_flowsheet_and_note(subscribed_patient):
    record = sync(subscribed_patient[0])

    assert (record["state"], record["outcome"]) == ("done", "sent")
    assert [d["kind"] for d in ehr.deliveries()] == ["flowsheet", "notes"]
    note = ehr.deliveries("notes")[0]["payload"]
    assert note["Note"]["DocumentID"] == str(record["documentId"])
    assert [c["ID"] for c in note["Note"]["Components"]] == ["GLUCOSE_MANAGEMENT_INDICATOR"]


@pytest.mark.parametrize("bgm", [False, True])
def test_one_kind_of_data_is_enough_to_send(subscribed_patient, bgm):
    clinic, patient = subscribed_patient
    set_upload(patient, START, bgm=bgm)

    assert sync(clinic)["state"] == "done"


@pytest.mark.parametrize(
    "messages", [None, "x", {}, [None], [{"id": "x"}], [{"id": None}], [[ObjectId()]]]
)
@pytest.mark.foreign_documents
def test_an_unreadable_subscription_does_not_stop_the_other_sends(subscribed_patient, messages):
    clinic, _ = subscribed_patient
    unreadable = {"summaryAndReports": {"active": True, "matchedMessages": messages}}
    ehr.ehr_patient(clinic, mrn="QX-2", ehrSubscriptions=unreadable)

    assert sync(clinic)["outcome"] == "sent"
    assert len(ehr.records("scheduled")) == 1


def test_without_a_newer_upload_nothing_is_sent(subscribed_patient):
    clinic, _ = subscribed_patient
    sync(clinic)

    record = sync(clinic)

    assert (record["state"], record["outcome"]) == ("ignored", "no_newer_upload")
    assert len(ehr.deliveries("notes")) == 1


@pytest.mark.parametrize("moment", ["today", 5, [], {"a": 1}])
def test_an_upload_date_that_cannot_be_read_fails_the_send(subscribed_patient, moment):
    clinic, patient = subscribed_patient
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
def test_the_first_send_needs_an_upload_newer_than_the_order(event_time, state):
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
def test_the_present_state_decides_whether_to_send(subscribed_patient, change, outcome):
    clinic, patient = subscribed_patient
    scheduling.sync_clinic(clinic["_id"])
    change(clinic, patient)
    deliver_all()

    record = ehr.records("scheduled")[0]
    assert (record["state"], record["outcome"]) == ("ignored", outcome)
    assert ehr.deliveries() == []


def test_a_send_without_order_is_ignored():
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


def test_only_a_delivered_note_is_replaced_and_only_it_moves_the_cutoff(
    subscribed_patient, monkeypatch
):
    """The first send fails for good; its data is sent by the next one."""
    from kernel.errors import PermanentFailure

    clinic, _ = subscribed_patient

    def refuse(self, message):
        msg = "redox_message_refused_422"
        raise PermanentFailure(msg)

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedRedox, "send", refuse)
        assert sync(clinic)["state"] == "failed"

    assert sync(clinic)["state"] == "done"
    assert events() == ["New"]


def test_when_the_report_fails_nothing_is_sent(subscribed_patient, monkeypatch):
    from kernel.errors import RetryLater
    from redox.services import delivery

    def fail(request):
        msg = "report_500"
        raise RetryLater(msg)

    monkeypatch.setattr(delivery, "draw_report", fail)

    record = sync(subscribed_patient[0])

    assert (record["state"], record["lastError"]) == ("pending", "report_500")
    assert ehr.deliveries() == []


def test_an_uploaded_report_is_referred_to_and_uploaded_once(
    subscribed_patient, settings, monkeypatch
):
    settings.REDOX = {**settings.REDOX, "upload_file": True}
    uploads = []
    monkeypatch.setattr(
        EmbeddedRedox, "upload", lambda self, report: uploads.append(report) or "https://blob/1"
    )
    sent = []
    monkeypatch.setattr(EmbeddedRedox, "send", lambda self, message: sent.append(message))

    sync(subscribed_patient[0])

    note = sent[-1]["Note"]
    assert (note["ContentType"], note["FileContents"]) == ("Plain Text", "https://blob/1")
    assert len(uploads) == 1


def test_a_report_that_is_not_uploaded_is_sent_as_base64(subscribed_patient, monkeypatch):
    sent = []
    monkeypatch.setattr(EmbeddedRedox, "send", lambda self, message: sent.append(message))

    sync(subscribed_patient[0])

    note = sent[-1]["Note"]
    assert note["ContentType"] == "Base64 Encoded"
    assert note["FileContents"].startswith("JVBERi0")


def test_a_summary_without_dates_sends_nothing(subscribed_patient):
    clinic, patient = subscribed_patient
    db.collection("patients").update_one(
        {"_id": patient["_id"]},
        {"$unset": {"summary.cgmStats.dates.lastUpdatedDate": ""}},
    )

    assert sync(clinic)["outcome"] == "no_data"


class TestSyncsOfSeveralBatches:
    """A clinic's sync is completed even if the process that began it is not."""

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

    def test_a_fault_is_raised_to_the_caller_and_a_worker_tries_again(self, crowd, monkeypatch):
        with monkeypatch.context() as patched:
            self.fail_after_one_batch(patched, TypeError())
            with pytest.raises(TypeError):
                scheduling.sync_clinic(crowd["_id"])

        with time_machine.travel(clock.now() + leases.LEASE, tick=False):
            deliver_all()
        self.assert_one_whole_run()

    def test_a_regular_sync_that_fails_halfway_continues_where_it_stopped(self, crowd, monkeypatch):
        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            assert scheduling.run_due_cadences() == 1
            (row,) = db.collection(outbox.COLLECTION).find({})
            with monkeypatch.context() as patched:
                self.fail_after_one_batch(patched, AutoReconnect())
                assert deliveries.deliver(row["_id"]) is False
        with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1), tick=False):
            assert deliveries.deliver(row["_id"]) is True
        self.assert_one_whole_run()

    def test_a_regular_sync_is_claimed_only_together_with_its_event(self, crowd, monkeypatch):
        scheduling.run_due_cadences()
        with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
            with monkeypatch.context() as patched:
                patched.setattr(outbox, "emit", lambda *args, **options: 1 / 0)
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

    def test_a_finished_sync_leaves_no_event(self, crowd):
        assert scheduling.sync_clinic(crowd["_id"]) == 5
        assert emitted("ehr.sync_begun") == []
        self.assert_one_whole_run()


class TestCadence:
    def test_a_clinic_runs_when_due_and_not_again_before_its_cadence(self, subscribed_patient):
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
    @pytest.mark.foreign_documents
    def test_an_unreadable_cadence_does_not_stop_the_other_clinics(
        self, subscribed_patient, cadence
    ):
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

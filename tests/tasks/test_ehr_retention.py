"""Old raw messages are deleted, except those that something needs (rules EHR-115 to EHR-117)."""

import threading
from datetime import timedelta

import pytest
import structlog
import time_machine
from bson import ObjectId
from django.conf import settings as django_settings

from clinics_site.celery import app
from ehr.services import processing
from kernel import clock, db, leases
from patients.store.ehr_patients import MATCHED_ID
from redox.services import retention, scheduling
from redox.store import retention as store
from tests import ehr
from tests.events import deliver_all

KEPT_DAYS = 30
ENDED = ("done", "ignored")


@pytest.fixture(autouse=True)
def kept_for_a_month(settings):
    settings.REDOX = {**settings.REDOX, "keep_messages_days": KEPT_DAYS}


def id_of(moment):
    """An id with that time, as the database creates them."""
    return ObjectId(ObjectId.from_datetime(moment).binary[:4] + ObjectId().binary[4:])


def received(*, days, state="done"):
    """A message received that many days ago, with its record and deliveries; without a record if `state` is None."""
    message_id, body = id_of(clock.now() - timedelta(days=days)), ehr.order()
    db.collection("redox").insert_one({"_id": message_id, "meta": body["Meta"], "message": body})
    if state is not None:
        db.collection("ehrProcessing").insert_one(
            {"kind": "message", "documentId": message_id, "orderId": message_id, "state": state}
        )
        db.collection("redoxDeliveries").insert_many(
            {"kind": kind, "documentId": message_id, "payload": {}}
            for kind in ("results", "flowsheet", "notes")
        )
    return message_id


def stored(collection="redox", field="_id"):
    return {document[field] for document in db.collection(collection).find({})}


def matched_by(patient, *message_ids, active=True):
    messages = [{"id": i, "dataModel": "Order", "eventType": "New"} for i in message_ids]
    subscription = {"active": active, "provider": "redox", "matchedMessages": messages}
    db.collection("patients").update_one(
        {"_id": patient["_id"]}, {"$set": {"ehrSubscriptions": {"summaryAndReports": subscription}}}
    )


def next_day():
    return time_machine.travel(clock.now() + timedelta(days=1, minutes=1))


class TestDeleted:
    @pytest.mark.parametrize("state", ENDED)
    def test_an_old_message_is_deleted_with_its_record_and_deliveries(self, state):
        received(days=KEPT_DAYS + 1, state=state)
        young = received(days=KEPT_DAYS - 1, state=state)

        assert retention.delete_old_messages() == 1
        assert stored() == {young}
        assert stored("ehrProcessing", "documentId") == {young}
        assert stored("redoxDeliveries", "documentId") == {young}

    def test_an_old_message_without_record_is_deleted(self):
        received(days=KEPT_DAYS + 1, state=None)

        assert retention.delete_old_messages() == 1
        assert stored() == set()

    def test_an_unreadable_message_is_deleted_although_it_has_failed(self, anonymous):
        with time_machine.travel(clock.now() - timedelta(days=KEPT_DAYS + 1)):
            headers = {"verification-token": "redox-test-token"}
            assert anonymous.post("/v1/redox", b"{", headers=headers).status_code == 200
            assert retention.delete_old_messages() == 0
            deliver_all()

        assert retention.delete_old_messages() == 1
        assert stored() == stored("ehrProcessing", "documentId") == set()

    def test_records_and_deliveries_of_scheduled_sends_stay(self):
        received(days=KEPT_DAYS + 1)
        other = id_of(clock.now() - timedelta(days=90))
        db.collection("ehrProcessing").insert_one(
            {"kind": "scheduled", "documentId": other, "state": "done"}
        )
        db.collection("redoxDeliveries").insert_one({"kind": "notes", "documentId": other})

        retention.delete_old_messages()

        assert stored("ehrProcessing", "documentId") == {other}
        assert stored("redoxDeliveries", "documentId") == {other}


class TestKept:
    @pytest.mark.parametrize("active", [True, False])
    def test_every_message_of_a_subscription_stays(self, active):
        first, last, other = (received(days=400) for _ in range(3))
        matched_by(ehr.ehr_patient(ehr.ehr_clinic()), first, last, active=active)

        assert retention.delete_old_messages() == 1
        assert stored() == {first, last}
        assert other not in stored("ehrProcessing", "documentId")

    def test_a_message_is_deleted_after_its_last_subscriber(self):
        message_id = received(days=400)
        clinic = ehr.ehr_clinic()
        first, last = (ehr.ehr_patient(clinic, mrn=mrn) for mrn in "AB")
        for patient in (first, last):
            matched_by(patient, message_id)

        db.collection("patients").delete_one({"_id": first["_id"]})
        assert retention.delete_old_messages() == 0
        db.collection("patients").delete_one({"_id": last["_id"]})
        with next_day():
            assert retention.delete_old_messages() == 1

    def test_the_order_of_a_scheduled_send_stays(self):
        message_id = received(days=400)
        patient = ehr.ehr_patient(clinic := ehr.ehr_clinic())
        matched_by(patient, message_id)
        scheduling.sync_clinic(clinic["_id"])
        db.collection("patients").delete_one({"_id": patient["_id"]})

        assert retention.delete_old_messages() == 0
        assert stored() == {message_id}
        db.collection("scheduledSummaryAndReportsOrders").delete_many({})
        with next_day():
            assert retention.delete_old_messages() == 1

    @pytest.mark.parametrize("state", ["pending", "running", "failed"])
    def test_a_message_whose_processing_has_not_ended_well_stays(self, state):
        message_id = received(days=400, state=state)

        assert retention.delete_old_messages() == 0
        assert stored() == {message_id}
        assert len(stored("redoxDeliveries")) == 3

    def test_a_failed_message_stays_until_it_was_started_again_and_ended(self):
        message_id = received(days=400, state="failed")
        processing.requeue("message", message_id)
        assert retention.delete_old_messages() == 0

        db.collection("ehrProcessing").update_one({}, {"$set": {"state": "done"}})
        with next_day():
            assert retention.delete_old_messages() == 1

    @pytest.mark.parametrize("days", [0, -1])
    def test_everything_stays_where_no_number_of_days_is_set(self, settings, days):
        settings.REDOX = {**settings.REDOX, "keep_messages_days": days}
        received(days=4000)

        assert retention.delete_old_messages() == 0
        assert len(stored()) == 1
        assert stored("ehrRetention") == set()

    def test_everything_stays_where_side_effects_are_external(self, settings):
        settings.SIDE_EFFECTS = "external"
        received(days=4000, state=None)

        assert retention.delete_old_messages() == 0
        assert len(stored()) == 1

    def test_a_message_whose_deletion_is_interrupted_keeps_its_record(self, monkeypatch):
        message_id = received(days=400)
        monkeypatch.setattr(store.messages, "COLLECTION", "$broken")

        with pytest.raises(Exception, match="broken"):
            db.run_in_transaction(lambda: store.delete_messages([message_id]))
        assert stored("ehrProcessing", "documentId") == {message_id}
        assert len(stored("redoxDeliveries")) == 3


class TestRuns:
    def test_a_run_happens_once_a_day(self):
        retention.delete_old_messages()
        message_id = received(days=400)

        assert retention.delete_old_messages() == 0
        assert stored() == {message_id}
        with next_day():
            assert retention.delete_old_messages() == 1

    def test_of_several_parallel_runs_only_one_deletes(self, monkeypatch):
        for _ in range(5):
            received(days=400)
        monkeypatch.setattr(retention, "BATCH", 1)
        gate, counts = threading.Barrier(6), []

        def work():
            gate.wait()
            counts.append(retention.delete_old_messages())

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(counts) == [0, 0, 0, 0, 0, 5]

    def test_kept_messages_do_not_stop_later_ones_from_being_deleted(self, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        kept = [received(days=400 - n, state="failed") for n in range(5)]
        for number in range(5):
            received(days=300 - number)

        assert retention.delete_old_messages() == 5
        assert stored() == set(kept)

    def test_a_long_run_pauses_and_continues_where_it_stopped(self, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        monkeypatch.setattr(retention, "WORK_SECONDS", 0.0)
        ids = [received(days=400 - n, state="failed" if n < 2 else "done") for n in range(5)]

        assert [retention.delete_old_messages() for _ in range(4)] == [0, 2, 1, 0]
        assert stored() == set(ids[:2])
        with next_day():
            received(days=500)
            assert retention.delete_old_messages() == 1  # starts with the oldest again

    def test_the_run_of_a_killed_worker_is_due_again_after_its_lease(self):
        received(days=400)
        moment = clock.now()
        assert store.claim_run(moment, moment + leases.LEASE)

        assert retention.delete_old_messages() == 0
        with time_machine.travel(moment + leases.LEASE):
            assert retention.delete_old_messages() == 1

    def test_a_worker_that_lost_the_lease_does_not_end_the_next_run(self):
        moment = clock.now()
        first = store.claim_run(moment, moment)
        second = store.claim_run(moment, moment + leases.LEASE)

        store.end_run(first, moment + timedelta(days=9))
        store.pause_run(first, moment, store.FIRST)
        store.extend_run(first, moment + timedelta(days=9))

        (run,) = db.collection("ehrRetention").find({})
        assert run == second

    @pytest.fixture
    def every_level(self):
        usual = structlog.get_config()["wrapper_class"]
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("DEBUG"))
        yield
        structlog.configure(wrapper_class=usual)

    def test_the_counts_are_logged_and_nothing_else(self, every_level):
        received(days=400)
        received(days=400, state="failed")

        with structlog.testing.capture_logs() as logs:
            retention.delete_old_messages()
        assert [(line["event"], line["count"]) for line in logs] == [
            ("ehr.messages_deleted", 1),
            ("ehr.messages_kept", 1),
        ]
        assert all(set(line) == {"event", "count", "log_level"} for line in logs)

    def test_beat_sends_it_to_the_ehr_workers(self, settings):
        received(days=400)
        name = settings.CELERY_BEAT_SCHEDULE["redox.delete_old_messages"]["task"]
        app.loader.import_default_modules()

        app.tasks[name].apply()

        assert stored() == set()
        assert app.amqp.router.route({}, name)["queue"].name == "ehr"


def plan(collection, query, projection=None):
    explained = db.collection(collection).find(query, projection).explain()
    stage, stages = explained["queryPlanner"]["winningPlan"], []
    while stage:
        stages.append(stage.get("indexName") or stage["stage"])
        stage = stage.get("inputStage")
    return stages, explained["executionStats"]


class TestPlans:
    """Each query of a batch is answered from index keys, whatever else the collections hold."""

    @pytest.fixture
    def some_ids(self):
        ids = [received(days=400 - n) for n in range(20)]
        clinic = ehr.ehr_clinic()
        for number, message_id in enumerate(ids):
            patient = ehr.ehr_patient(clinic, mrn=f"M{number}")
            if number % 2:
                matched_by(patient, message_id)
        return {"$in": ids[:4]}

    def test_old_messages_are_found_by_id_without_a_scan(self, some_ids):
        query = {"_id": {"$gt": store.FIRST, "$lt": id_of(clock.now() - timedelta(days=390))}}
        used, stats = plan("redox", query, {"_id": 1})

        assert "COLLSCAN" not in used
        assert stats["totalDocsExamined"] == 0

    def test_subscriptions_are_found_by_message_with_their_index(self, some_ids):
        used, stats = plan("patients", {MATCHED_ID: some_ids})

        assert "MatchedMessages" in used
        assert stats["totalDocsExamined"] == 2

    def test_scheduled_sends_are_found_by_order_with_their_index(self, some_ids):
        used, _ = plan("scheduledSummaryAndReportsOrders", {store.ORDER_ID: some_ids})

        assert "LastMatchedOrderByID" in used

    @pytest.mark.parametrize(
        ("collection", "kind", "index"),
        [
            ("ehrProcessing", "message", "UniqueProcessing"),
            ("redoxDeliveries", {"$in": ["flowsheet", "notes", "results"]}, "UniqueRedoxDelivery"),
        ],
    )
    def test_records_and_deliveries_are_found_by_message_with_their_index(
        self, some_ids, collection, kind, index
    ):
        used, stats = plan(collection, {"kind": kind, "documentId": some_ids})

        assert index in used
        assert stats["totalDocsExamined"] == stats["nReturned"]


class TestScheduledSends:
    """Rule EHR-236."""

    @pytest.fixture(autouse=True)
    def kept_for_a_year(self, settings):
        settings.REDOX = {**settings.REDOX, "keep_sends_days": 365}

    def sent(self, *, days, state="done"):
        """A send of that many days ago, with its record and deliveries."""
        moment = clock.now() - timedelta(days=days)
        send_id = id_of(moment)
        db.collection("ehrProcessing").insert_one(
            {"kind": "scheduled", "documentId": send_id, "documentTime": moment, "state": state}
        )
        db.collection("redoxDeliveries").insert_many(
            {"kind": kind, "documentId": send_id, "payload": {}} for kind in ("flowsheet", "notes")
        )
        return send_id

    def run(self):
        app.loader.import_default_modules()
        name = django_settings.CELERY_BEAT_SCHEDULE["redox.delete_old_sends"]["task"]
        app.tasks[name].apply(throw=True)

    def kept(self):
        processed = stored("ehrProcessing", "documentId")
        assert stored("redoxDeliveries", "documentId") == processed
        return processed

    @pytest.mark.parametrize("state", ENDED)
    def test_what_has_ended_goes_with_its_deliveries_in_batches(self, state, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        young = self.sent(days=364, state=state)
        for _ in range(5):
            self.sent(days=366, state=state)
        self.run()
        self.run()
        assert self.kept() == {young}

    @pytest.mark.parametrize("state", ["pending", "running", "failed"])
    def test_what_has_not_ended_well_stays(self, state):
        old = self.sent(days=800, state=state)
        self.run()
        assert self.kept() == {old}

    def test_nothing_goes_while_the_send_itself_may_be_there(self, settings):
        settings.REDOX = {**settings.REDOX, "keep_sends_days": 1}
        young, _ = self.sent(days=90), self.sent(days=92)
        self.run()
        assert self.kept() == {young}

    def test_zero_keeps_all_forever(self, settings):
        settings.REDOX = {**settings.REDOX, "keep_sends_days": 0}
        old = self.sent(days=4000)
        self.run()
        assert self.kept() == {old}

    def test_messages_and_their_records_are_not_touched(self):
        message_id = received(days=800)
        self.run()
        assert stored() == self.kept() == {message_id}

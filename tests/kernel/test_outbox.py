"""The outbox: stored with the change, delivered at least once, in order per key, retried, parked, never lost."""

import os
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bson import ObjectId
from celery import current_app
from pymongo import MongoClient
from pymongo.monitoring import CommandListener

from kernel import broker, clock, db, leases, outbox
from kernel.errors import PermanentFailure, RetryLater
from kernel.outbox import claiming, delivery, emitting, ending, staff_reads, subscriptions, waking
from kernel.outbox import rows as outbox_rows
from kernel.outbox.retries import FAULTY_TRIES, GROWING, LASTING
from kernel.tasks import deliver_event, requeue_unknown
from tests import deliveries


@outbox.event("test.happened")
class Happened(outbox.Event):
    id: str = ""
    n: int = 0
    about: str = outbox.key(is_stored=False)


@outbox.event("test.mailed", forget_payload=True)
class Mailed(outbox.Event):
    recipient: str


@outbox.event("test.lent")
class Lent(outbox.Event):
    clinic_id: str
    book_id: str = outbox.key()
    days: int = 14
    token: str = outbox.secret()


ENQUEUE = waking.enqueue  # tests without a broker replace it
CROWDED = "crowded"


def messages(queue):
    with current_app.connection_for_read() as connection:
        return broker.waiting(connection, [queue])


def take_all(queue):
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_purge(queue)


def refuse(*args, **options):
    raise ConnectionError


@pytest.fixture
def listen(monkeypatch):
    """listen(name, handle, event=Happened, **options) subscribes for one test."""
    monkeypatch.setattr(subscriptions, "BY_NAME", dict(subscriptions.BY_NAME))

    def subscribe(name, handle, *, event=Happened, **options):
        outbox.subscribe(event, name, **options)(handle)

    return subscribe


@pytest.fixture
def heard(listen):
    events = []
    listen("test.hear", events.append)
    return events


@pytest.fixture
def handed_out(monkeypatch):
    ids = []

    def enqueue(wake_ups):
        ids.extend(row_id for row_id, _ in wake_ups)
        return [row_id for row_id, _ in wake_ups]

    monkeypatch.setattr(waking, "enqueue", enqueue)
    return ids


def happened(about="", **fields):
    return Happened(about=about, **fields)


def rows(**query):
    return list(db.collection(outbox.COLLECTION).find(query, sort=[("_id", 1)]))


def shown_payload_of(row):
    return staff_reads.shown_payload(row["handler"], row["payload"])


def only_row():
    (row,) = rows()
    return row


def make_due(row_id):
    db.collection(outbox.COLLECTION).update_one(
        {"_id": row_id}, {"$set": {"notBefore": clock.now()}}
    )


def fail_with(error):
    def handle(event):
        raise error

    return handle


class TestEmit:
    @pytest.mark.yardstick("D1")
    def test_a_change_and_its_event_are_stored_together(self, heard):
        def change():
            db.collection("things").insert_one({"_id": "x"})
            outbox.emit(happened(id="x"))

        db.run_in_transaction(change)

        assert db.collection("things").find_one({"_id": "x"})
        assert only_row()["payload"] == {"id": "x", "n": 0}

    @pytest.mark.yardstick("D1")
    def test_a_change_that_is_rolled_back_emits_nothing(self, heard):
        def change():
            db.collection("things").insert_one({"_id": "x"})
            outbox.emit(happened(id="x"))
            raise LookupError

        with pytest.raises(LookupError):
            db.run_in_transaction(change)

        assert rows() == []
        assert db.collection("things").find_one({}) is None

    def test_each_handler_gets_its_own_row(self, listen, heard):
        listen("test.fail", fail_with(RuntimeError()))
        outbox.emit(happened(id="x"))
        for row in rows():
            deliveries.deliver(row["_id"])

        states = {row["handler"]: row["state"] for row in rows()}
        assert states == {"test.hear": outbox.DONE, "test.fail": outbox.PENDING}

    @pytest.mark.parametrize(
        ("side_effects", "stored"), [("internal", ["hear", "watched"]), ("external", ["hear"])]
    )
    def test_what_another_worker_does_has_no_row(
        self, listen, heard, settings, side_effects, stored
    ):
        settings.SIDE_EFFECTS = side_effects
        listen("test.watched", fail_with(RuntimeError()), outside="things: insert")
        outbox.emit(happened(id="x"))

        assert sorted(row["handler"] for row in rows()) == [f"test.{name}" for name in stored]
        assert outbox.is_ours(Happened) == (side_effects == "internal")

    def test_what_was_begun_here_goes_on_here(self, listen, heard, settings):
        """Also a row that was stored before another worker was made to do the rest."""
        listen("test.watched", lambda _: None, outside="things: insert")
        outbox.emit(happened(id="before"))
        settings.SIDE_EFFECTS = "external"
        outbox.emit(happened(id="continued"), begun_here=True)

        watched = [row for row in rows() if row["handler"] == "test.watched"]
        assert [row["payload"]["id"] for row in watched] == ["before", "continued"]
        assert all(deliveries.deliver(row["_id"]) for row in watched)

    def test_an_event_for_later_is_not_delivered_before_its_time(self, heard):
        outbox.emit(happened(id="x"), not_before=clock.now() + timedelta(hours=1))

        assert deliveries.deliver(only_row()["_id"]) is False
        assert heard == []

    def test_a_row_that_has_not_started_can_be_withdrawn(self, heard):
        outbox.emit(happened("a", id="x"))
        outbox.emit(happened("b", id="y"))

        assert outbox.withdraw(Happened, "a") == 1
        assert [row["key"] for row in rows()] == ["b"]

    def test_nudging_hands_out_the_rows_of_this_thread_once(self, heard, handed_out):
        outbox.nudge()
        handed_out.clear()
        outbox.emit(happened(id="x"))
        outbox.nudge()
        outbox.nudge()

        assert handed_out == [only_row()["_id"]]


class TestTypes:
    """The stored form of an event, and reading rows that another version wrote."""

    @pytest.fixture
    def lent(self, listen):
        events = []
        listen("test.lend", events.append, event=Lent)
        return events

    def store(self, **payload):
        """A stored row with this payload, as another version could have written it."""
        outbox.emit(Lent(clinic_id="", book_id="b", token=""))
        db.collection(outbox.COLLECTION).update_one({}, {"$set": {"payload": payload}})
        return only_row()["_id"]

    def test_fields_are_stored_in_camel_case_under_the_events_name_and_key(self, lent):
        outbox.emit(Lent(clinic_id="c", book_id="b", token="t"))

        row = only_row()
        assert (row["event"], row["key"]) == ("test.lent", "b")
        assert row["payload"] == {"clinicId": "c", "bookId": "b", "days": 14, "token": "t"}

    def test_a_key_that_is_not_stored_is_the_rows_key(self, heard):
        outbox.emit(Happened(id="x", about="k"))

        assert only_row()["key"] == "k"
        assert "about" not in only_row()["payload"]
        deliveries.deliver(only_row()["_id"])
        assert heard[0].about == "k"

    def test_a_missing_field_has_its_default_and_an_unknown_one_is_ignored(self, lent):
        deliveries.deliver(self.store(clinicId="c", bookId="b", token="t", shelf="s"))

        assert lent == [Lent(clinic_id="c", book_id="b", token="t", days=14)]

    def test_a_row_without_a_required_field_is_parked_at_once(self, lent):
        deliveries.deliver(self.store(clinicId="c", token="t"))

        assert (only_row()["state"], only_row()["lastError"]) == (
            outbox.DEAD,
            "payload_incomplete",
        )

    def test_staff_see_neither_secrets_nor_undeclared_fields(self, lent):
        self.store(clinicId="c", bookId="b", token="t", olderSecret="s")

        assert shown_payload_of(only_row()) == {"clinicId": "c", "bookId": "b"}

    def test_staff_see_nothing_of_an_event_that_names_a_person(self, listen):
        listen("test.mail", lambda event: None, event=Mailed)
        outbox.emit(Mailed(recipient="marker@example.org"))

        assert shown_payload_of(only_row()) is None

    def test_a_printed_event_shows_neither_secrets_nor_recipients(self):
        printed = f"{Lent(clinic_id='c', book_id='b', token='marker')} {Mailed(recipient='marker')}"

        assert "marker" not in printed
        assert "clinic_id='c'" in printed

    def test_two_events_with_one_name_are_refused(self):
        class Again(outbox.Event):
            pass

        with pytest.raises(TypeError, match="two events are called"):
            outbox.event("test.lent")(Again)

    def test_an_event_with_two_keys_is_refused(self):
        class Twice(outbox.Event):
            first: str = outbox.key()
            second: str = outbox.key()

        with pytest.raises(TypeError, match="one key"):
            outbox.event("test.twice")(Twice)


class TestDelivery:
    def test_the_handler_gets_the_event_with_the_rows_id(self, heard):
        outbox.emit(happened("k", id="x"))
        row = only_row()

        assert deliveries.deliver(row["_id"]) is True
        assert heard == [happened("k", id="x")]
        assert heard[0].event_id == str(row["_id"])
        after = only_row()
        assert (after["state"], after["attempts"]) == (outbox.DONE, 1)
        assert after["doneTime"]

    def test_a_delivered_row_is_not_delivered_again(self, heard):
        outbox.emit(happened(id="x"))
        for _ in range(2):
            deliveries.deliver(only_row()["_id"])

        assert len(heard) == 1

    @pytest.mark.yardstick("D2")
    def test_eight_parallel_workers_deliver_a_row_once(self, listen):
        calls, gate = [], threading.Barrier(8)
        listen("test.once", calls.append)
        outbox.emit(happened(id="x"))
        row_id = only_row()["_id"]

        def work():
            gate.wait()
            deliveries.deliver(row_id)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(calls) == 1

    @pytest.mark.yardstick("D2")
    def test_a_task_that_the_broker_hands_out_twice_has_one_effect(self, heard):
        outbox.emit(happened(id="x"))
        for _ in range(2):
            deliver_event.run(str(only_row()["_id"]), "default")

        assert [event.id for event in heard] == ["x"]

    def test_a_payload_that_names_a_person_is_dropped_on_delivery(self, listen):
        listen("test.mail", lambda event: None, event=Mailed)
        outbox.emit(Mailed(recipient="marker@example.org"))
        deliveries.deliver(only_row()["_id"])

        assert "marker" not in str(rows())

    def test_an_unknown_row_is_not_delivered(self):
        assert deliveries.deliver(ObjectId()) is False


class TestOtherVersions:
    """Their workers run on the same rows, in a rolling deployment or after going back."""

    @pytest.fixture
    def of_another(self, heard):
        """A row whose handler this version does not have."""
        outbox.emit(happened(id="x"))
        db.collection(outbox.COLLECTION).update_one({}, {"$set": {"handler": "test.to_come"}})
        return only_row()["_id"]

    @pytest.mark.yardstick("V4")
    def test_a_row_with_an_unknown_handler_is_left_to_workers_that_know_it(
        self, of_another, listen
    ):
        deliveries.deliver(of_another)
        assert (only_row()["state"], only_row()["lastError"]) == (outbox.PENDING, "handler_unknown")

        events = []
        listen("test.to_come", events.append)
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            deliveries.deliver(of_another)
        assert [event.id for event in events] == ["x"]

    def test_it_is_parked_when_no_worker_has_known_it_for_a_day(self, of_another):
        began = clock.now()
        for _ in range(GROWING.attempts):
            with time_machine.travel(began + LASTING + timedelta(minutes=1)):
                outbox_rows.collection().update_one({}, {"$set": {"notBefore": began}})
                deliveries.deliver(of_another)

        assert (only_row()["state"], only_row()["lastError"]) == (outbox.DEAD, "handler_unknown")

    @pytest.mark.yardstick("V4")
    def test_what_another_version_has_given_up_as_unknown_is_done_here(self, heard):
        """Version 0.1.0 parks at once what it does not know."""
        outbox.emit(happened(id="x"))
        given_up = {"state": outbox.DEAD, "lastError": "handler_unknown"}
        outbox_rows.collection().update_one({}, {"$set": given_up})

        requeue_unknown()
        assert only_row()["state"] == outbox.DEAD  # a moment ago
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            requeue_unknown()
            deliveries.deliver(only_row()["_id"])
        assert [event.id for event in heard] == ["x"]

    @pytest.mark.parametrize(
        "given_up",
        [
            {"lastError": "mail_refused"},
            {"lastError": "handler_unknown", "handler": "test.gone"},
            {"lastError": "handler_unknown", "updatedTime": datetime(2020, 1, 1, tzinfo=UTC)},
        ],
        ids=["for another reason", "unknown here too", "long ago"],
    )
    def test_nothing_else_that_was_given_up_begins_again(self, heard, given_up):
        outbox.emit(happened(id="x"))
        outbox_rows.collection().update_one({}, {"$set": {"state": outbox.DEAD, **given_up}})
        with time_machine.travel(clock.now() + timedelta(minutes=1)):
            requeue_unknown()
        assert only_row()["state"] == outbox.DEAD


class TestLeases:
    @pytest.mark.yardstick("D3")
    def test_a_dead_workers_row_is_due_again_after_its_lease(self, heard):
        outbox.emit(happened(id="x"))
        row = claiming.claim(only_row()["_id"])
        assert row["notBefore"] - clock.now() <= leases.LEASE
        assert deliveries.deliver(row["_id"]) is False

        make_due(row["_id"])
        assert deliveries.deliver(row["_id"]) is True

    def test_the_lease_of_a_running_worker_is_renewed(self, listen, monkeypatch):
        monkeypatch.setattr(leases, "RENEW_EVERY", 0.02)
        ends = []

        def slow(event):
            ends.append(only_row()["notBefore"])
            threading.Event().wait(0.15)
            ends.append(only_row()["notBefore"])

        listen("test.slow", slow)
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        assert ends[1] > ends[0]

    @pytest.mark.yardstick("D2")
    def test_a_worker_that_lost_its_lease_does_not_overwrite_its_successor(self, heard):
        outbox.emit(happened(id="x"))
        first = claiming.claim(only_row()["_id"])
        make_due(first["_id"])
        second = claiming.claim(first["_id"])

        ending.bury(first, "late")
        assert only_row()["state"] == outbox.CLAIMED
        ending.finish(second)
        assert only_row()["state"] == outbox.DONE


class TestFailures:
    def test_a_failed_row_is_tried_again_later_and_records_its_error(self, listen):
        listen("test.fail", fail_with(ValueError("marker")))
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        row = only_row()
        assert (row["state"], row["attempts"], row["lastError"]) == ("pending", 1, "ValueError")
        wait = (row["notBefore"] - row["updatedTime"]).total_seconds()
        assert 15 <= wait <= 16.5

    @pytest.mark.yardstick("D4")
    @pytest.mark.parametrize(
        ("attempts", "seconds"),
        [(1, 15), (2, 15), (3, 60), (4, 120), (5, 240), (6, 480), (7, 900), (99, 900)],
    )
    def test_the_delay_grows_with_a_tenth_of_jitter(self, attempts, seconds):
        delays = [GROWING.wait_after(attempts).total_seconds() for _ in range(50)]

        assert min(delays) >= seconds
        assert max(delays) <= seconds * 1.1
        assert len(set(delays)) > 1

    def test_the_tries_last_a_day(self):
        waits = [GROWING.wait_after(n) for n in range(1, GROWING.attempts)]
        assert timedelta(hours=24) <= sum(waits, timedelta()) <= timedelta(hours=29)

    def test_a_handler_can_have_its_own_waits(self, listen):
        retries = outbox.Retries(quick=(timedelta(seconds=30),))
        listen("test.fail", fail_with(ConnectionError()), retries=retries)
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        row = only_row()
        assert 30 <= (row["notBefore"] - row["updatedTime"]).total_seconds() <= 33

    @pytest.mark.yardstick("D4")
    @pytest.mark.parametrize(
        ("attempts", "lasted", "state"),
        [
            (GROWING.attempts - 1, timedelta(hours=24), outbox.DEAD),
            (GROWING.attempts - 2, timedelta(hours=24), outbox.PENDING),
            (GROWING.attempts - 1, timedelta(hours=23), outbox.PENDING),
        ],
        ids=["all tries in a day", "tries are left", "short waits of the handler"],
    )
    def test_a_row_is_parked_after_all_tries_and_a_day(self, listen, attempts, lasted, state):
        listen("test.fail", fail_with(ConnectionError()))
        outbox.emit(happened(id="x"))
        tried = {"attempts": attempts, "dueTime": clock.now() - lasted}
        db.collection(outbox.COLLECTION).update_one({}, {"$set": tried})
        deliveries.deliver(only_row()["_id"])

        assert (only_row()["state"], only_row()["lastError"]) == (state, "ConnectionError")

    def test_a_fault_of_the_program_is_parked_after_three_quick_tries(self, listen):
        listen("test.fail", fail_with(AttributeError("marker")))
        outbox.emit(happened(id="x"))
        waits = []
        for _ in range(FAULTY_TRIES):
            make_due(only_row()["_id"])
            deliveries.deliver(only_row()["_id"])
            waits.append((only_row()["notBefore"] - only_row()["updatedTime"]).total_seconds())

        row = only_row()
        assert (row["state"], row["attempts"]) == (outbox.DEAD, 3)
        assert row["lastError"] == "AttributeError"
        assert all(15 <= wait <= 16.5 for wait in waits[:2])

    def test_an_outage_does_not_use_up_the_tries_of_a_fault(self, listen):
        errors = [ConnectionError()] * 5 + [KeyError()] * 2

        def handle(event):
            raise errors.pop(0)

        listen("test.fail", handle)
        outbox.emit(happened(id="x"))
        while errors:
            make_due(only_row()["_id"])
            deliveries.deliver(only_row()["_id"])

        assert only_row()["state"] == outbox.PENDING

    def test_a_row_that_always_kills_its_worker_is_parked(self, heard):
        outbox.emit(happened(id="x"))
        lost = {"attempts": GROWING.attempts, "dueTime": clock.now() - LASTING}
        db.collection(outbox.COLLECTION).update_one({}, {"$set": lost})
        deliveries.deliver(only_row()["_id"])

        assert heard == []
        assert (only_row()["state"], only_row()["lastError"]) == (outbox.DEAD, "worker_lost")

    def test_a_row_is_parked_even_if_on_dead_fails(self, listen):
        def on_dead(event, reason):
            raise TypeError

        listen("test.fail", fail_with(PermanentFailure("poison")), on_dead=on_dead)
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        assert only_row()["state"] == outbox.DEAD

    @pytest.mark.yardstick("D4")
    def test_a_permanent_failure_is_parked_at_once(self, listen):
        listen("test.fail", fail_with(PermanentFailure("account_is_a_clinicians")))
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        assert only_row()["state"] == outbox.DEAD
        assert only_row()["lastError"] == "account_is_a_clinicians"

    def test_on_dead_is_called_before_the_row_is_parked(self, listen):
        calls = []

        def on_dead(event, reason):
            calls.append((event.id, reason, only_row()["state"]))
            if len(calls) == 1:
                raise ConnectionError

        listen("test.fail", fail_with(PermanentFailure("poison")), on_dead=on_dead)
        outbox.emit(happened(id="x"))
        with pytest.raises(ConnectionError):
            deliveries.deliver(only_row()["_id"])
        make_due(only_row()["_id"])
        deliveries.deliver(only_row()["_id"])

        assert calls == [("x", "poison", outbox.CLAIMED)] * 2
        assert only_row()["state"] == outbox.DEAD

    @pytest.mark.yardstick("D5")
    def test_a_parked_row_does_not_block_later_rows(self, listen, heard):
        listen("test.poison", fail_with(PermanentFailure("poison")))
        outbox.emit(happened("k", id="1"))
        outbox.emit(happened("k", id="2"))
        for row in rows():
            deliveries.deliver(row["_id"])

        assert [event.id for event in heard] == ["1", "2"]
        assert [row["state"] for row in rows(handler="test.poison")] == [outbox.DEAD] * 2

    @pytest.mark.yardstick("D4")
    def test_a_parked_row_can_be_started_again_once(self, listen, handed_out):
        listen("test.fail", fail_with(PermanentFailure("x")))
        outbox.emit(happened(id="x"))
        row_id = only_row()["_id"]
        deliveries.deliver(row_id)

        assert outbox.requeue(row_id) is True
        assert outbox.requeue(row_id) is False
        assert handed_out == [row_id]
        assert (only_row()["state"], only_row()["attempts"]) == (outbox.PENDING, 0)

    def test_a_row_that_is_not_parked_cannot_be_started_again(self, heard):
        outbox.emit(happened(id="x"))
        deliveries.deliver(only_row()["_id"])

        assert outbox.requeue(only_row()["_id"]) is False


class TestOrder:
    @pytest.mark.yardstick("D4")
    def test_rows_of_a_key_run_in_the_order_they_were_emitted(self, heard):
        for number in range(3):
            outbox.emit(happened("k", n=number))
        ids = [row["_id"] for row in rows()]

        assert [deliveries.deliver(i) for i in reversed(ids)] == [False, False, True]
        for row_id in ids[1:]:
            make_due(row_id)
            assert deliveries.deliver(row_id) is True
        assert [event.n for event in heard] == [0, 1, 2]

    def test_waiting_for_a_predecessor_does_not_count_as_an_attempt(self, heard):
        for number in range(2):
            outbox.emit(happened("k", n=number))
        second = rows()[1]
        deliveries.deliver(second["_id"])

        assert rows()[1]["attempts"] == 0
        assert rows()[1]["state"] == outbox.PENDING

    def test_the_next_row_of_a_key_is_due_when_the_first_has_ended(self, heard):
        for number in range(2):
            outbox.emit(happened("k", n=number))
        first, second = rows()
        deliveries.deliver(second["_id"])
        deliveries.deliver(first["_id"])

        assert deliveries.deliver(second["_id"]) is True

    def test_rows_of_a_key_are_not_ordered_by_their_ids(self, heard, monkeypatch):
        """Within a second, or with a clock that is wrong, a later id may be the smaller one."""
        for number in (2, 1):
            monkeypatch.setattr(emitting, "ObjectId", lambda n=number: ObjectId(f"{n:024x}"))
            outbox.emit(happened("k", n=number))
        second, first = rows()

        assert deliveries.deliver(second["_id"]) is False
        assert deliveries.deliver(first["_id"]) is True
        assert deliveries.deliver(second["_id"]) is True
        assert [event.n for event in heard] == [2, 1]

    def test_rows_of_an_older_version_come_first_in_the_order_of_their_ids(self, heard):
        for number in range(3):
            outbox.emit(happened("k", n=number))
        oldest, old, new = rows()
        db.collection(outbox.COLLECTION).update_many(
            {"_id": {"$ne": oldest["_id"]}}, {"$unset": {"order": ""}}
        )

        assert deliveries.deliver(oldest["_id"]) is False
        assert deliveries.deliver(new["_id"]) is False
        for row in (old, new, oldest):
            make_due(row["_id"])
            assert deliveries.deliver(row["_id"]) is True

    def test_searching_for_a_predecessor_reads_one_row_of_a_long_backlog(self, heard):
        outbox.emit_many(happened(f"k{number % 10}", n=number) for number in range(500))
        row = db.collection(outbox.COLLECTION).find_one({"key": "k7"}, sort=[("order", -1)])
        command = db.database().command
        plan = command(
            "explain", {"find": outbox.COLLECTION, "filter": outbox_rows.earlier(row), "limit": 1}
        )

        assert plan["executionStats"]["totalKeysExamined"] == 1
        assert plan["executionStats"]["totalDocsExamined"] == 1

    def test_rows_of_other_keys_do_not_wait(self, heard):
        outbox.emit(happened("a", n=1))
        outbox.emit(happened("b", n=2))

        assert deliveries.deliver(rows()[1]["_id"]) is True


class Commands(CommandListener):
    """How often each command was sent to the outbox."""

    def __init__(self):
        self.counts = Counter()

    def started(self, event):
        if event.command.get(event.command_name) == outbox.COLLECTION:
            self.counts[event.command_name] += 1

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@contextmanager
def counted_commands(monkeypatch):
    """The commands of a separate client, because listeners can only be passed to a new client."""
    listener = Commands()
    client = MongoClient(os.environ["MONGODB_URI"], event_listeners=[listener], w="majority")
    with client, monkeypatch.context() as patched:
        patched.setattr(
            db, "_raw", lambda name, **_: client[db.database_name()].with_options(db._CODEC)[name]
        )
        patched.setattr(db, "client", lambda: client)
        yield listener.counts


class TestWaiting:
    """Rows behind a waiting row cost nothing until it has ended."""

    def test_two_hundred_rows_behind_a_waiting_row_are_read_once(
        self, listen, handed_out, monkeypatch
    ):
        moments = iter(range(2))
        heard = []

        def handle(event):
            if event.n == 0 and next(moments, None) == 0:
                reason = "neighbour_down"
                raise RetryLater(reason, wait=timedelta(hours=1))
            heard.append(event.n)

        listen("test.wait", handle)
        outbox.emit_many(happened("k", n=number) for number in range(201))
        start = clock.now()
        deliveries.drain(outbox.DEFAULT_QUEUE)
        handed_out.clear()

        with counted_commands(monkeypatch) as counts:
            for minutes in range(1, 60, 5):
                with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
                    assert deliveries.drain(outbox.DEFAULT_QUEUE) == 0
                    assert outbox.relay() == 0
        queues = len(subscriptions.queues())
        assert counts == {"find": 12 + 12 * queues}
        assert (heard, handed_out) == ([], [])

        with time_machine.travel(start + timedelta(hours=1, seconds=1), tick=False):
            assert deliveries.drain(outbox.DEFAULT_QUEUE) == 201
        assert heard == list(range(201))
        assert {row["attempts"] for row in rows()} == {1, 2}

    def test_a_worker_that_meets_a_running_row_lets_all_rows_behind_it_wait(
        self, listen, monkeypatch
    ):
        met = []

        def handle(event):
            if event.n == 0:
                with counted_commands(monkeypatch) as counts:
                    met.append(deliveries.drain(outbox.DEFAULT_QUEUE))  # the other worker
                met.append(counts.total())
            met.append(event.n)

        listen("test.wait", handle)
        outbox.emit_many(happened("k", n=number) for number in range(200))

        deliveries.drain(outbox.DEFAULT_QUEUE)

        others, commands, *in_order = met
        assert (others, in_order) == (0, list(range(200)))
        assert commands < 15

    def test_a_row_that_is_not_due_yet_is_not_marked_as_waiting(self, listen):
        later = clock.now() + timedelta(hours=1)
        listen("test.wait", lambda event: deliveries.drain(outbox.DEFAULT_QUEUE))
        for not_before in (None, None, later):
            outbox.emit(happened("k", n=0), not_before=not_before)

        assert deliveries.drain(outbox.DEFAULT_QUEUE) == 2

        assert rows()[2]["notBefore"] == later

    def test_a_key_whose_rows_take_turns_has_one_place_among_the_others(self, listen, handed_out):
        heard = []
        listen("test.turns", lambda event: heard.append((event.about, event.n)), takes_turns=True)
        for key, n in (("a", 0), ("a", 1), ("a", 2), ("b", 0)):
            event = happened(key, n=n)
            db.run_in_transaction(lambda event=event: outbox.emit(event))
        assert [row.get("waits") for row in rows()] == [None, True, True, None]
        assert outbox.depth()["waiting"] == 2  # what waits for its turn is not late

        with time_machine.travel(clock.now() + timedelta(seconds=1)):
            deliveries.drain(outbox.DEFAULT_QUEUE)
        outbox.nudge()
        assert heard == [("a", 0), ("b", 0), ("a", 1), ("a", 2)]
        first, second, third, other = (row["_id"] for row in rows())
        assert set(handed_out) == {first, other, second, third}

    @pytest.mark.parametrize("error", [None, PermanentFailure("poison")], ids=["done", "parked"])
    def test_the_end_of_a_row_releases_the_next_one(self, listen, error):
        heard = []

        def handle(event):
            if event.n == 0 and error is not None:
                raise error
            heard.append(event.n)

        listen("test.wait", handle)
        outbox.emit_many(happened("k", n=number) for number in range(3))
        first, second, third = (row["_id"] for row in rows())
        assert [deliveries.deliver(third), deliveries.deliver(second)] == [False, False]
        assert [row.get("waits") for row in rows()] == [None, True, True]

        deliveries.deliver(first)

        assert [row.get("waits") for row in rows()] == [None, None, True]
        assert [deliveries.deliver(third), deliveries.deliver(second)] == [False, True]
        assert deliveries.deliver(third) is True
        assert heard[-2:] == [1, 2]

    def test_a_worker_that_dies_between_the_end_and_the_release_has_done_neither(
        self, heard, monkeypatch
    ):
        outbox.emit_many(happened("k", n=number) for number in range(2))
        first, second = (row["_id"] for row in rows())
        deliveries.deliver(second)

        def die():
            raise SystemExit

        end = ending._end_followed
        with monkeypatch.context() as patched:
            patched.setattr(ending, "_end_followed", lambda *args: (end(*args), die()))
            with pytest.raises(SystemExit):
                deliveries.deliver(first)
        assert rows()[0]["state"] == outbox.CLAIMED

        make_due(first)
        assert deliveries.deliver(first) is True
        assert deliveries.deliver(second) is True

    def test_a_row_that_begins_to_wait_while_the_first_one_ends_is_released(
        self, heard, monkeypatch
    ):
        outbox.emit_many(happened("k", n=number) for number in range(2))
        first, second = (row["_id"] for row in rows())
        has_predecessor = claiming._has_predecessor

        def answer_late(row):
            answer = has_predecessor(row)
            if row["_id"] == second:
                deliveries.deliver(first)
            return answer

        monkeypatch.setattr(claiming, "_has_predecessor", answer_late)

        assert deliveries.deliver(second) is True

    def test_a_row_for_later_is_not_released_before_its_time(self, heard):
        later = clock.now() + timedelta(hours=1)
        outbox.emit(happened("k", n=0))
        outbox.emit(happened("k", n=1), not_before=later)
        outbox.emit(happened("k", n=2))
        first, _, third = (row["_id"] for row in rows())
        deliveries.deliver(third)

        deliveries.deliver(first)

        assert rows()[1]["notBefore"] == later

    def test_a_waiting_row_is_withdrawn_with_the_row_it_waits_for(self, heard):
        outbox.emit_many(happened("k", n=number) for number in range(2))
        deliveries.deliver(rows()[1]["_id"])

        assert outbox.withdraw(Happened, "k") == 2


class TestRelay:
    def test_the_relay_hands_out_due_rows_that_were_not_handed_out_recently(
        self, heard, handed_out
    ):
        outbox.emit(happened(n=1))
        outbox.emit(happened(n=2), not_before=clock.now() + timedelta(hours=1))
        due = rows()[0]["_id"]

        assert outbox.relay() == 1
        assert outbox.relay() == 0
        assert handed_out == [due]

    def test_the_relay_hands_out_a_row_again_that_the_broker_lost(self, heard, handed_out):
        outbox.emit(happened(n=1))
        outbox.relay()
        db.collection(outbox.COLLECTION).update_one(
            {}, {"$set": {"nudgedTime": clock.now() - timedelta(seconds=31)}}
        )

        assert outbox.relay() == 1

    @pytest.mark.yardstick("D3")
    def test_the_relay_hands_out_rows_of_dead_workers(self, heard, handed_out):
        outbox.emit(happened(n=1))
        make_due(claiming.claim(only_row()["_id"])["_id"])

        assert outbox.relay() == 1

    @pytest.mark.parametrize("reason", ["the queue is full", "the broker is down"])
    def test_a_row_that_could_not_be_handed_out_is_handed_out_by_the_next_run(
        self, heard, monkeypatch, reason
    ):
        """It would otherwise lie for half a minute, as one whose message was lost does."""
        outbox.emit(happened(n=1))
        monkeypatch.setattr(waking, "enqueue", ENQUEUE)
        monkeypatch.setattr(waking, "_rooms", {})
        with monkeypatch.context() as patched:
            if reason == "the queue is full":
                patched.setattr(waking, "MOST_WAITING", 0)
            else:
                patched.setattr(current_app, "send_task", refuse)
            assert outbox.relay() == 0
        monkeypatch.setattr(waking, "_LOOK_EVERY", 0)

        assert outbox.relay() == 1
        assert outbox.relay() == 0
        take_all(outbox.DEFAULT_QUEUE)

    def test_a_row_that_is_claimed_while_it_is_handed_out_is_not_held_back(
        self, heard, monkeypatch
    ):
        """Its worker may die, and then nothing else hands it out for half a minute."""
        outbox.emit(happened(n=1))

        def enqueue(wake_ups):
            return [row_id for row_id, _ in wake_ups if claiming.claim(row_id)]

        monkeypatch.setattr(waking, "enqueue", enqueue)
        assert outbox.relay() == 1
        assert "nudgedTime" not in only_row()

    def test_a_broker_that_is_down_does_not_fail_the_change(self, heard, monkeypatch):
        monkeypatch.undo()
        monkeypatch.setattr(current_app, "send_task", refuse)
        waking.enqueue([(ObjectId(), "default")])

    def test_while_messages_wait_workers_are_not_woken_by_more(self, monkeypatch):
        """Under steady load each worker is at work on due rows, and takes a message every few seconds."""
        for _ in range(3):
            ENQUEUE([(ObjectId(), CROWDED) for _ in range(20)])
        assert messages(CROWDED) == waking.MOST_WAITING

        monkeypatch.setattr(waking, "_LOOK_EVERY", 0)
        ENQUEUE([(ObjectId(), CROWDED)])
        assert messages(CROWDED) == waking.MOST_WAITING
        take_all(CROWDED)
        ENQUEUE([(ObjectId(), CROWDED)])
        assert messages(CROWDED) == 1
        take_all(CROWDED)

    @pytest.mark.yardstick("D6")
    def test_the_backlog_counts_waiting_and_dead_rows(self, listen):
        listen("test.fail", fail_with(PermanentFailure("x")))
        outbox.emit(happened(n=1))
        deliveries.deliver(only_row()["_id"])
        outbox.emit(happened(n=2))

        depth = outbox.depth()
        assert (depth["waiting"], depth["dead"]) == (1, 1)
        assert depth["oldest_seconds"] >= 0

    def test_rows_for_later_do_not_count_as_backlog(self, heard):
        outbox.emit(happened(n=1), not_before=clock.now() + timedelta(days=7))
        depth = outbox.depth()
        assert (depth["waiting"], depth["oldest_seconds"]) == (0, 0)

    @pytest.mark.yardstick("D6")
    def test_the_backlog_counts_from_when_a_row_was_due(self, heard):
        outbox.emit(happened(n=1), not_before=clock.now() - timedelta(seconds=90))
        db.collection(outbox.COLLECTION).update_one(
            {}, {"$set": {"createdTime": clock.now() - timedelta(days=7)}}
        )
        depth = outbox.depth()
        assert depth["waiting"] == 1
        assert 90 <= depth["oldest_seconds"] < 120


class TestQueues:
    def test_a_drain_runs_all_due_rows_of_its_queue(self, listen):
        heard = []
        listen("test.hear", heard.append)
        for number in range(30):
            outbox.emit(happened(n=number))

        assert deliveries.drain("other") == 0
        assert deliveries.drain(outbox.DEFAULT_QUEUE) == 30
        assert [event.n for event in heard] == list(range(30))

    def test_a_drain_reads_rows_in_batches(self, heard, monkeypatch):
        outbox.emit_many(happened("", n=number) for number in range(claiming.CLAIM_BATCH * 2))

        with counted_commands(monkeypatch) as counts:
            deliveries.drain(outbox.DEFAULT_QUEUE)

        assert counts["findAndModify"] == claiming.CLAIM_BATCH * 2
        assert counts["find"] < 6

    def test_a_task_ends_with_its_time_and_leaves_the_rest_to_others(self, heard, monkeypatch):
        monkeypatch.setattr(delivery, "DRAIN_SECONDS", 0)
        outbox.emit_many(happened("", n=number) for number in range(3))

        assert delivery.work(rows()[0]["_id"], outbox.DEFAULT_QUEUE) == 1
        assert [event.n for event in heard] == [0]

    def test_a_drain_continues_after_rows_that_another_worker_took(self, listen):
        heard = []

        def take_the_next_ones(event):
            heard.append(event.n)
            if event.n == 0:
                deliveries.drain(outbox.DEFAULT_QUEUE)

        listen("test.hear", take_the_next_ones)
        outbox.emit_many(happened("", n=number) for number in range(5))
        deliveries.drain(outbox.DEFAULT_QUEUE)

        assert heard == list(range(5))

    def test_a_drain_finds_a_row_that_was_due_before_the_last_ones(self, listen):
        heard = []

        def emit_an_older_one(event):
            heard.append(event.n)
            if event.n == 0:
                earlier = clock.now() - timedelta(hours=1)
                outbox.emit(happened(n=1), not_before=earlier)

        listen("test.hear", emit_an_older_one)
        outbox.emit(happened(n=0))

        assert deliveries.drain(outbox.DEFAULT_QUEUE) == 2
        assert heard == [0, 1]

    def test_a_large_backlog_needs_few_wake_ups(self, heard, handed_out):
        outbox.emit_many(happened("", n=number) for number in range(500))
        outbox.nudge()

        assert len(handed_out) == waking.RELAY_BATCH

    def test_a_backlog_of_one_queue_leaves_the_wake_ups_of_another(self, handed_out):
        waking.remember((ObjectId(), "ehr") for _ in range(100))
        other = ObjectId()
        waking.remember([(other, outbox.DEFAULT_QUEUE)])
        outbox.nudge()

        assert other in handed_out
        assert len(handed_out) == waking.RELAY_BATCH + 1

    def test_a_handler_can_say_how_long_to_wait(self, listen):
        listen("test.wait", fail_with(RetryLater("rate_limited", wait=timedelta(minutes=7))))
        outbox.emit(happened(n=1))
        deliveries.deliver(only_row()["_id"])

        row = only_row()
        assert row["lastError"] == "rate_limited"
        assert timedelta(minutes=6) < row["notBefore"] - clock.now() <= timedelta(minutes=7)

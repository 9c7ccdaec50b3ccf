"""A scheduler that does not work is visible in the metrics and on the staff's first page."""

from datetime import timedelta

import pytest
import time_machine
from celery.beat import PersistentScheduler
from pymongo.errors import ServerSelectionTimeoutError

from clinics_site.celery import app
from kernel import beat, clock, db, heartbeats
from tests.admin.conftest import Staff
from tests.cast import QuickClient

METRIC = "clinics_scheduler_silent_seconds"
WARNING = "The scheduler has not worked"


@pytest.fixture
def scheduler():
    return beat.Scheduler(app, lazy=True)


def silent():
    lines = QuickClient().get("/metrics").content.decode().splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(METRIC)]
    return float(value)


def note(*, ago):
    mark = {"_id": "beat", "time": clock.now() - ago}
    db.collection(beat.COLLECTION).insert_one(mark)


def test_the_scheduler_records_when_it_hands_a_task_to_the_broker(scheduler, monkeypatch):
    monkeypatch.setattr(PersistentScheduler, "apply_async", lambda *_, **__: "sent")

    assert scheduler.apply_async(None) == "sent"

    assert 0 <= silent() < beat.LATE.total_seconds()


def test_a_task_that_the_broker_did_not_take_is_not_recorded(scheduler, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(PersistentScheduler, "apply_async", fail)

    with pytest.raises(ConnectionError):
        scheduler.apply_async(None)

    assert silent() == float("inf")


def test_the_schedule_goes_on_without_mongodb(scheduler, monkeypatch):
    def down(name):
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(PersistentScheduler, "apply_async", lambda *_, **__: "sent")
    monkeypatch.setattr(db, "collection", down)

    assert scheduler.apply_async(None) == "sent"


@pytest.mark.parametrize(
    ("ago", "is_warned"), [(beat.LATE / 2, False), (beat.LATE * 2, True), (None, True)]
)
def test_staff_are_warned_when_the_scheduler_is_late(ago, is_warned):
    if ago is not None:
        note(ago=ago)
    assert (WARNING in Staff(superuser=True).get("").content.decode()) == is_warned


def test_the_service_is_ready_without_a_scheduler():
    """Requests can be answered without a scheduler, and it helps no one to take the web process out of
    service too."""
    note(ago=timedelta(days=1))
    assert QuickClient().get("/ready").status_code == 200


# --- a clock that is set back -----------------------------------------------------------------------
@pytest.fixture
def begun(tmp_path, monkeypatch):
    """begun(): a scheduler with the file of all before it, and the names of what it has sent."""
    schedulers = []
    monkeypatch.setattr(PersistentScheduler, "apply_async", lambda self, entry, *_, **__: entry)

    def begin():
        scheduler, sent = beat.Scheduler(app, lazy=True, schedule_filename=str(tmp_path / "x")), []
        monkeypatch.setattr(scheduler, "apply_entry", lambda entry, **_: sent.append(entry.name))
        scheduler.setup_schedule()
        schedulers.append(scheduler)
        return scheduler, sent

    yield begin
    for scheduler in schedulers:
        scheduler.close()


def tick_for(scheduler, traveller, *, seconds):
    for _ in range(seconds):
        while scheduler.tick() == 0:
            pass
        traveller.shift(1)


@pytest.mark.parametrize("restarts", [False, True])
def test_the_schedule_goes_on_after_the_clock_was_set_back(begun, restarts):
    """Otherwise nothing that the broker lost or that failed would be handed out for as long."""
    (scheduler, sent), start = begun(), clock.now()
    with time_machine.travel(start + timedelta(hours=1), tick=False) as traveller:
        tick_for(scheduler, traveller, seconds=65)
        assert sent.count("core.relay_outbox") >= 12
        if restarts:
            scheduler.sync()
            scheduler, sent = begun()
        sent.clear()
        traveller.move_to(start)
        tick_for(scheduler, traveller, seconds=65)
    assert sent.count("core.relay_outbox") >= 12
    assert sent.count("core.send_heartbeat:default") == 2


def test_a_note_from_before_the_clock_was_set_back_does_not_hide_that_all_are_silent():
    now = clock.now()
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        beat._record()
        heartbeats.note("ehr")
    with time_machine.travel(now, tick=False):
        beat._record()
        heartbeats.note("ehr")
    with time_machine.travel(now - timedelta(seconds=5), tick=False):  # of a late process
        beat._record()
        heartbeats.note("ehr")
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        assert beat.is_late()
        assert heartbeats.late_queues()["ehr"] == 6
    assert db.collection(beat.COLLECTION).find_one({"_id": "beat"})["began"] < now

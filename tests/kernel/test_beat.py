"""Whether the scheduler works is seen from outside of it: in the metrics and on the staff's first page."""

from datetime import timedelta

import pytest
from celery.beat import PersistentScheduler
from pymongo.errors import ServerSelectionTimeoutError

from clinics_site.celery import app
from kernel import beat, clock, db
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


def test_it_notes_what_it_hands_to_the_broker(scheduler, monkeypatch):
    monkeypatch.setattr(PersistentScheduler, "apply_async", lambda *_, **__: "sent")

    assert scheduler.apply_async(None) == "sent"

    assert 0 <= silent() < beat.LATE.total_seconds()


def test_what_the_broker_did_not_take_is_not_noted(scheduler, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(PersistentScheduler, "apply_async", fail)

    with pytest.raises(ConnectionError):
        scheduler.apply_async(None)

    assert silent() == float("inf")


def test_it_goes_on_without_mongodb(scheduler, monkeypatch):
    def down(name):
        raise ServerSelectionTimeoutError

    monkeypatch.setattr(PersistentScheduler, "apply_async", lambda *_, **__: "sent")
    monkeypatch.setattr(db, "collection", down)

    assert scheduler.apply_async(None) == "sent"


@pytest.mark.parametrize(
    ("ago", "is_warned"), [(beat.LATE / 2, False), (beat.LATE * 2, True), (None, True)]
)
def test_staff_see_that_it_stands_still(ago, is_warned):
    if ago is not None:
        note(ago=ago)
    assert (WARNING in Staff(superuser=True).get("").content.decode()) == is_warned


def test_it_is_ready_all_the_same():
    """Requests are answered without a scheduler: no one is helped when web is taken out of service too."""
    note(ago=timedelta(days=1))
    assert QuickClient().get("/ready").status_code == 200

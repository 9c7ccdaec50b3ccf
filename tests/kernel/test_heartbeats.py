"""Heartbeats go the whole way of an event, leave no row behind, and are missed in the metrics and on the staff's first
page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from clinics_site.celery import app
from kernel import beat, clock, db, heartbeats, outbox
from kernel.outbox import subscriptions
from tests import deliveries
from tests.admin.conftest import Staff
from tests.cast import QuickClient

METRIC = "clinics_heartbeat_age_seconds"
WARNING = "No work of the queue “ehr” has been done for 6 min: orders, syncs and reports"
WAITS = {
    "default": "mails",
    "ehr": "orders,",
    "merges": "merges",
    "webhooks": "messages",
    "jobs": "exports,",
}
BEFORE = heartbeats.LATE + timedelta(minutes=1)


def age(queue):
    lines = QuickClient().get("/metrics").content.decode().splitlines()
    (value,) = [
        line.split()[1] for line in lines if line.startswith(f'{METRIC}{{queue="{queue}"}}')
    ]
    return float(value)


def note(name, ago, **more):
    mark = {"_id": name, "time": clock.now() - ago, **more}
    db.collection(heartbeats.COLLECTION).insert_one(mark)


def scheduler_works(*, since):
    note("beat", timedelta(0), began=clock.now() - since)


def first_page():
    return Staff(superuser=True).get("").content.decode()


def rows():
    return list(db.collection(outbox.COLLECTION).find({}))


def test_the_scheduler_sends_one_to_every_queue_on_that_queue():
    sent = [
        (app.tasks[entry["task"]].name, entry["args"], entry["options"]["queue"])
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "core.send_heartbeat"
    ]
    assert sent == [("core.send_heartbeat", (queue,), queue) for queue in settings.OUTBOX_QUEUES]
    assert set(settings.OUTBOX_QUEUES) == subscriptions.queues()


@pytest.mark.yardstick("D6")
@pytest.mark.parametrize("queue", settings.OUTBOX_QUEUES)
def test_one_that_is_done_is_noted_and_leaves_no_row(queue):
    app.tasks["core.send_heartbeat"](queue)
    assert [row["queue"] for row in rows()] == [queue]
    assert age(queue) == float("inf")

    assert deliveries.drain(queue) == 1

    assert 0 <= age(queue) < 60
    assert rows() == []
    assert {name for name in settings.OUTBOX_QUEUES if age(name) == float("inf")} == (
        set(settings.OUTBOX_QUEUES) - {queue}
    )


def test_one_that_another_worker_has_taken_over_is_left_to_it(monkeypatch):
    """Its row is not removed by the worker that lost its lease."""
    heartbeats.send("default")
    name = "core.note_heartbeat_of_default"
    subscription = subscriptions.BY_NAME[name]

    def lose_the_lease(_):
        db.collection(outbox.COLLECTION).update_one({}, {"$set": {"claim": "another's"}})

    monkeypatch.setitem(subscriptions.BY_NAME, name, replace(subscription, handle=lose_the_lease))
    deliveries.drain("default")

    assert [row["claim"] for row in rows()] == ["another's"]


@pytest.mark.parametrize(
    ("ago", "is_warned"), [(heartbeats.LATE / 2, False), (BEFORE, True), (None, True)]
)
def test_staff_are_warned_of_a_queue_that_does_nothing(ago, is_warned):
    scheduler_works(since=BEFORE)
    if ago is not None:
        note("queue:ehr", ago)
    assert (WARNING in first_page()) == is_warned


def test_the_warning_says_of_each_queue_what_waits():
    scheduler_works(since=BEFORE)
    page = first_page()
    for queue in settings.OUTBOX_QUEUES:
        assert f"“{queue}” has been done for 6 min: {WAITS[queue]} " in page, queue


def test_staff_are_not_warned_in_the_first_minutes_or_when_the_scheduler_is_what_stopped():
    scheduler_works(since=timedelta(seconds=10))
    assert "No work of the queue" not in first_page()
    db.collection(beat.COLLECTION).update_many(
        {}, {"$set": {"time": clock.now() - BEFORE, "began": clock.now() - BEFORE}}
    )
    assert "No work of the queue" not in first_page()

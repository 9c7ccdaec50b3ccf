"""Rows that version 0.1 has stored are delivered by this one: names, payloads, keys and queues are as they were.

`rows_of_0_1.json` holds one row for each handler, as that version wrote them.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bson import ObjectId, Timestamp

from kernel import clock, db, outbox
from kernel.outbox import events, subscriptions
from tests import deliveries

ROWS = json.loads(Path(__file__).with_name("rows_of_0_1.json").read_text())
handler_of_row = pytest.mark.parametrize("old", ROWS, ids=[row["handler"] for row in ROWS])


def store(old):
    moment = clock.now()
    row = {
        "_id": ObjectId(),
        "order": Timestamp(0, 0),
        **old,
        "state": outbox.PENDING,
        "attempts": 0,
        "dueTime": moment,
        "notBefore": moment,
        "createdTime": moment,
        "updatedTime": moment,
    }
    db.collection(outbox.COLLECTION).insert_one(row)
    return row["_id"]


@pytest.fixture
def heard(monkeypatch):
    """The events that handlers would receive."""
    received = []
    recording = {
        name: replace(subscription, handle=received.append)
        for name, subscription in subscriptions.BY_NAME.items()
    }
    monkeypatch.setattr(subscriptions, "BY_NAME", recording)
    return received


@pytest.mark.yardstick("V4")
def test_every_handler_has_a_row_of_version_0_1():
    assert {row["handler"] for row in ROWS} == subscriptions.BY_NAME.keys()


@pytest.mark.yardstick("V4")
@handler_of_row
def test_a_row_of_version_0_1_is_delivered_as_the_same_event(old, heard):
    row_id = store(old)

    assert deliveries.deliver(row_id) is True

    (event,) = heard
    assert event.event_id == str(row_id)
    assert events.payload_of(event) == old["payload"]
    assert events.key_of(event) == old["key"]


@pytest.mark.yardstick("V4")
@handler_of_row
def test_an_event_is_stored_in_the_form_of_version_0_1(old, heard):
    deliveries.deliver(store(old))
    db.collection(outbox.COLLECTION).delete_many({})
    outbox.emit(heard[0])

    stored = db.collection(outbox.COLLECTION).find_one({"handler": old["handler"]})
    assert {name: stored[name] for name in old} == old

"""A request has one deadline for everything that it waits for."""

import math
import socket
import time
from contextlib import contextmanager

import pymongo
import pytest
from bson import ObjectId
from django.conf import settings
from pymongo.errors import PyMongoError

from kernel import db, deadline, handler, http
from kernel.errors import Unavailable
from kernel.http import ServiceUnavailable
from kernel.outbox import waking

COLLECTION = "clinics"
BOUND = 4  # seconds, on a busy machine; without a deadline each takes ten or more


@pytest.fixture
def document():
    return db.collection(COLLECTION).insert_one({"name": "Lakeside"}).inserted_id


@contextmanager
def another_process():
    """Its sessions are others: in a session of its own a transaction would end with the next write."""
    with pymongo.MongoClient(settings.MONGODB_URI) as client:
        yield client[db.database_name()][COLLECTION]


@pytest.fixture
def hanging_service():
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def within(seconds):
    return deadline.at(time.monotonic() + seconds)


def slow(collection_name=COLLECTION):
    """A query that takes a minute."""
    return db.collection(collection_name).find_one({"$where": "sleep(60000) || true"})


def is_unavailable(error):
    return isinstance(handler.as_domain_error(error), Unavailable)


@pytest.mark.parametrize(
    "work",
    [
        slow,
        lambda: list(db.collection(COLLECTION).find({"$where": "sleep(60000) || true"})),
        lambda: db.run_in_transaction(slow),
        lambda: [time.sleep(0.25), db.collection(COLLECTION).insert_one({})],
        lambda: [db.collection(COLLECTION).find_one({}) for _ in range(100_000)],
    ],
)
def test_mongodb_is_not_waited_for_any_longer(document, work):
    began = time.monotonic()
    with pytest.raises(PyMongoError) as caught, within(0.2):
        work()
    assert is_unavailable(caught.value)
    assert time.monotonic() - began < BOUND


@pytest.mark.parametrize("pause_after", ["a change", "everything"])
def test_a_transaction_that_is_cut_off_changes_nothing_and_keeps_nothing_locked(
    document, pause_after
):
    def change():
        db.collection(COLLECTION).update_one({"_id": document}, {"$set": {"name": "Hillside"}})
        time.sleep(0.25)
        if pause_after == "a change":
            db.collection(COLLECTION).find_one({"_id": document})

    with pytest.raises((PyMongoError, Unavailable)) as caught, within(0.2):
        db.run_in_transaction(change)
    assert is_unavailable(caught.value)
    began = time.monotonic()
    with another_process() as clinics:
        clinics.update_one({"_id": document, "name": "Lakeside"}, {"$set": {"name": "Seaside"}})
    assert time.monotonic() - began < BOUND
    assert db.collection(COLLECTION).find_one({"_id": document})["name"] == "Seaside"


def test_a_service_is_not_waited_for_any_longer(hanging_service):
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable), within(0.2):
        http.request("a service", "GET", hanging_service)
    assert time.monotonic() - began < BOUND
    with within(0.05):
        time.sleep(0.06)
        with pytest.raises(ServiceUnavailable):
            http.request("a service", "POST", "http://127.0.0.1:9/")


def test_a_broker_is_not_asked_any_more(monkeypatch):
    asked = []
    monkeypatch.setattr(waking, "enqueue", asked.append)
    with within(0.05):
        waking.remember([(ObjectId(), "default")])
        time.sleep(0.06)
        waking.nudge()
    assert asked == []
    waking.remember([(ObjectId(), "default")])
    waking.nudge()
    assert len(asked) == 1


def test_what_is_too_late_already_is_not_begun():
    with pytest.raises(Unavailable), within(0):
        pytest.fail("it was begun")


def test_work_without_a_request_has_no_deadline(document):
    assert deadline.seconds_left() == math.inf
    with within(1):
        assert 0 < deadline.seconds_left() <= 1
    assert deadline.seconds_left() == math.inf
    assert db.collection(COLLECTION).find_one({"_id": document})

"""Transactions: all or nothing, joined by every store call (fact F3), repeated on conflicts (fact F4)."""

import threading

import pytest
from pymongo.errors import DuplicateKeyError

from kernel import db, http
from users.services.neighbours import user_service

THINGS = "things"


def things():
    return db.collection(THINGS)


@pytest.fixture(autouse=True)
def collection():
    """Created outside a transaction, so that tests do not race with its creation."""
    things().insert_one({"_id": "counter", "n": 0, "log": []})


def run_together(count, work):
    gate, failures = threading.Barrier(count), []

    def run(number):
        gate.wait()
        try:
            work(number)
        except Exception as error:  # noqa: BLE001 (any exception fails the test)
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.yardstick("C3")
def test_a_rollback_undoes_every_write():
    def change():
        things().insert_one({"_id": "new"})
        things().update_one({"_id": "counter"}, {"$inc": {"n": 1}})
        things().insert_many([{"_id": "a"}, {"_id": "b"}])
        things().find_one_and_update({"_id": "counter"}, {"$push": {"log": 1}})
        assert things().find_one({"_id": "new"}) is not None
        raise LookupError

    with pytest.raises(LookupError):
        db.run_in_transaction(change)

    assert list(things().find({})) == [{"_id": "counter", "n": 0, "log": []}]


def test_a_change_is_invisible_to_others_before_its_commit():
    results = []

    def read():
        results.append(things().find_one({"_id": "new"}))

    def change():
        things().insert_one({"_id": "new"})
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

    db.run_in_transaction(change)

    assert results == [None]
    assert things().find_one({"_id": "new"})


@pytest.mark.yardstick("C1")
def test_parallel_changes_of_one_document_all_count():
    """Fifty changes by five threads, each reading and writing two documents in a transaction."""

    def work(number):
        for _ in range(10):

            def change():
                current = things().find_one({"_id": "counter"})
                things().update_one({"_id": "counter"}, {"$set": {"n": current["n"] + 1}})
                things().update_one({"_id": "twin"}, {"$inc": {"n": 1}}, upsert=True)

            db.run_in_transaction(change)

    run_together(5, work)

    assert things().find_one({"_id": "counter"})["n"] == 50
    assert things().find_one({"_id": "twin"})["n"] == 50


@pytest.mark.yardstick("C4")
def test_a_transient_conflict_repeats_the_whole_change():
    attempts = []

    def change():
        attempts.append(1)
        things().find_one({"_id": "counter"})
        if len(attempts) == 1:
            thread = threading.Thread(
                target=lambda: things().update_one({"_id": "counter"}, {"$inc": {"n": 10}})
            )
            thread.start()
            thread.join()
        things().update_one({"_id": "counter"}, {"$inc": {"n": 1}})

    db.run_in_transaction(change)

    assert len(attempts) == 2
    assert things().find_one({"_id": "counter"})["n"] == 11


def test_a_duplicate_key_aborts_and_surfaces():
    def change():
        things().insert_one({"_id": "new"})
        things().insert_one({"_id": "counter"})

    with pytest.raises(DuplicateKeyError):
        db.run_in_transaction(change)

    assert things().find_one({"_id": "new"}) is None


def test_an_inner_transaction_joins_the_outer_one():
    def inner():
        things().insert_one({"_id": "inner"})

    def outer():
        db.run_in_transaction(inner)
        raise LookupError

    with pytest.raises(LookupError):
        db.run_in_transaction(outer)

    assert things().find_one({"_id": "inner"}) is None
    assert not db.in_transaction()


def test_the_result_of_the_change_is_returned():
    assert db.run_in_transaction(lambda: 7) == 7


def test_times_come_back_aware_and_in_milliseconds():
    from kernel import clock

    moment = clock.now()
    things().insert_one({"_id": "t", "time": moment})

    assert things().find_one({"_id": "t"})["time"] == moment


def test_a_read_that_takes_too_long_is_cut_off(settings):
    from datetime import timedelta

    from pymongo.errors import ExecutionTimeout

    things().insert_many([{"n": n} for n in range(200)])
    settings.MONGODB_TIME_LIMIT = timedelta(milliseconds=50)
    numbers = {"$range": [0, {"$add": ["$n", 200_000]}]}
    total = {"$reduce": {"input": numbers, "initialValue": 0, "in": {"$add": ["$$value", "$n"]}}}
    slow = {"$expr": {"$gte": [total, 0]}}

    for read in (
        lambda: things().find_one({"$expr": {"$not": slow["$expr"]}}),
        lambda: list(things().find(slow)),
        lambda: things().count_documents(slow),
        lambda: list(things().aggregate([{"$match": slow}])),
    ):
        with pytest.raises(ExecutionTimeout):
            read()


def test_an_outside_service_is_never_asked_inside_a_transaction():
    """Over HTTP by the client itself, embedded by the guard of these tests."""
    asks = (
        lambda: http.request("a service", "GET", "http://127.0.0.1:9/"),
        lambda: user_service().get_user("0000000001"),
    )
    for ask in asks:
        with pytest.raises(AssertionError, match="never inside"):
            db.run_in_transaction(ask)

"""The follower as a process: killed, replaced, stopped and started, it loses no change."""

import os
import signal
import sys
import time

import pytest

from kernel import db
from kernel.following import rows
from scripts import service as processes
from scripts.children import Child, Guard
from tests import pace
from tests.processes.conftest import same_place
from tests.processes.service import eventually
from tests.processes.small_follower import COPIES, NAME, THINGS

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
SLOW = "0.3"
MANY = 10_000  # things; each changes once, so there are twice as many changes
YEAR_2001 = f"{1_000_000_000:08X}"


@pytest.fixture
def start(tmp_path):
    """start() starts a process that follows, `slow` seconds for each batch; all end after the test."""
    guard, started = Guard(), []
    base = processes.base_environment(tmp_path, host="127.0.0.1", port=0)
    environment = {**base, **same_place()}
    command = [sys.executable, "-m", "tests.processes.small_follower"]

    def start(slow="0"):
        name = f"follower-{len(started)}"
        log, own = tmp_path / f"{name}.log", {**environment, "SECONDS_OF_A_BATCH": slow}
        started.append(Child(name, command, log=log, guard=guard, environment=own))
        return started[-1]

    yield start
    guard.close()
    for child in started:
        sys.stdout.write(child.last_words())


def write(*ids, value):
    for document_id in ids:
        db.collection(THINGS).update_one(
            {"_id": document_id}, {"$set": {"value": value}}, upsert=True
        )


def copied():
    return {row["_id"]: row["value"] for row in db.collection(COPIES).find({})}


def followed_by():
    """Process ids."""
    return {row["by"] for row in db.collection(COPIES).find({})}


@pytest.mark.walk
def test_changes_outlive_a_killed_and_a_stopped_follower(start):
    write(0, value=0)
    first, second = start(SLOW), start(SLOW)
    (active,) = eventually(followed_by)
    killed, left = (first, second) if first.pid == active else (second, first)

    write(*range(300), value=1)  # more than a batch
    os.kill(killed.pid, signal.SIGKILL)
    write(0, 300, value=2)

    expected = {**dict.fromkeys(range(300), 1), 0: 2, 300: 2}
    eventually(lambda: copied() == expected)
    assert left.pid in followed_by()

    began = time.monotonic()
    left.ask_to_end()
    assert eventually(lambda: left.ended_with() is not None)
    assert left.ended_with() == 0
    assert time.monotonic() - began < 5 * pace.slowness()
    write(7, value=3)
    write(7, value=4)

    start(SLOW)
    eventually(lambda: copied() == {**expected, 7: 4})


# --- while none runs
def row():
    return rows.collection().find_one({"_id": NAME}) or {}


def follow_and_stop(start):
    """A follower that has scanned everything, and was stopped."""
    write(*range(3), value=0)
    follower = start()
    eventually(lambda: row().get("rescannedTime") and row().get("token"))
    assert copied() == dict.fromkeys(range(3), 0)
    follower.ask_to_end()
    assert eventually(lambda: follower.ended_with() is not None)


@pytest.mark.walk
def test_a_follower_catches_up_with_all_that_was_written_while_it_was_stopped(start):
    follow_and_stop(start)
    scanned = row()["rescannedTime"]
    things = db.collection(THINGS)
    things.insert_many({"_id": 100 + n, "value": 1} for n in range(MANY))
    things.update_many({"_id": {"$gte": 100}}, {"$set": {"value": 2}})

    start()

    def is_done():
        copies = db.collection(COPIES)
        return copies.count_documents({"_id": {"$gte": 100}, "value": 2}) == MANY

    eventually(is_done, within=45)
    assert copied() == {**dict.fromkeys(range(3), 0), **dict.fromkeys(range(100, 100 + MANY), 2)}
    eventually(lambda: row().get("isQuiet"))
    assert row()["rescannedTime"] == scanned  # from the changes alone


def position_of_a_change():
    with db.database()[THINGS].watch() as stream:
        write(0, value=0.5)
        write(0, value=0)
        return stream.next()["_id"]["_data"]


@pytest.mark.walk
@pytest.mark.parametrize("fault", ["not in the history", "unreadable"])
def test_a_follower_without_a_usable_position_reads_everything_again(start, fault):
    """The history of a test's server is whole, so none is too old for it: one of a change that it never had is refused
    in the same way."""
    follow_and_stop(start)
    scanned, data = row()["rescannedTime"], position_of_a_change()
    # Type and time of the position begin its text.
    lost = data[:2] + YEAR_2001 + data[10:] if fault == "not in the history" else "00"
    rows.collection().update_one({"_id": NAME}, {"$set": {"token": {"_data": lost}}})
    write(1, value=5)
    db.collection(COPIES).delete_many({})  # also what no change would bring back

    start()

    eventually(lambda: copied() == {0: 0, 1: 5, 2: 0})
    eventually(lambda: row().get("rescannedTime") not in {None, scanned})
    write(2, value=6)
    eventually(lambda: copied() == {0: 0, 1: 5, 2: 6})

"""The follower as a process: killed, replaced, stopped and started, it loses no change."""

import os
import signal
import sys
import time

import pytest

from kernel import db
from scripts import service as processes
from scripts.children import Child, Guard
from tests.processes.conftest import same_place
from tests.processes.service import eventually
from tests.processes.small_follower import COPIES, THINGS

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
SLOW = "0.3"


@pytest.fixture
def start(tmp_path):
    """start() starts a process that follows; all end after the test."""
    guard, started = Guard(), []
    base = processes.base_environment(tmp_path, host="127.0.0.1", port=0)
    environment = {**base, **same_place(), "SECONDS_OF_A_BATCH": SLOW}
    command = [sys.executable, "-m", "tests.processes.small_follower"]

    def start():
        name = f"follower-{len(started)}"
        log = tmp_path / f"{name}.log"
        started.append(Child(name, command, log=log, guard=guard, environment=environment))
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
    first, second = start(), start()
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
    assert time.monotonic() - began < 5
    write(7, value=3)
    write(7, value=4)

    start()
    eventually(lambda: copied() == {**expected, 7: 4})

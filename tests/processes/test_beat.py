"""The scheduler as a process: it exits when it is stuck, and is started again."""

import os
import signal
import sys

import pytest

from kernel import beat, db
from scripts import service as processes
from scripts.children import Child, Guard
from scripts.keeper import Keeper
from tests.processes.conftest import same_place
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
STUCK = 75


@pytest.fixture
def environment(tmp_path):
    """The environment for starting a process of the service."""
    guard = Guard()
    base = processes.base_environment(tmp_path, host="127.0.0.1", port=0)
    yield {
        "environment": {**base, **same_place(), "OUTBOX_RELAY_SECONDS": "1"},
        "folder": tmp_path,
        "guard": guard,
    }
    guard.close()


def last_note():
    return db.collection(beat.COLLECTION).find_one({}, {"_id": 0, "time": 1})


@pytest.mark.walk
def test_a_killed_scheduler_is_started_again_and_goes_on(environment):
    started = [processes.spawn("beat", **environment)]
    first = eventually(last_note)
    assert not beat.is_late()

    os.kill(started[0].pid, signal.SIGKILL)
    eventually(lambda: not started[0].is_alive())
    Keeper(started).look()

    eventually(lambda: last_note() != first)
    assert started[0].is_alive()
    started[0].kill()


@pytest.mark.walk
def test_a_stuck_scheduler_ends_itself(environment):
    command = [sys.executable, "-m", "tests.processes.stuck_beat"]
    command += processes.command("beat", environment["folder"])[3:]
    log = environment["folder"] / "beat.log"
    stuck = Child(
        "beat", command, log=log, guard=environment["guard"], environment=environment["environment"]
    )

    assert eventually(stuck.ended_with) == STUCK
    assert '"beat.stuck"' in stuck.last_words()
    assert last_note() is None

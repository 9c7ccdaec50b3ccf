"""The order of events of one key: real processes change the same documents and deliver in parallel."""

import os
import subprocess
import sys

import pytest

from kernel import db
from scripts import local
from tests.concurrency import event_process as process
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
EMITTERS, DELIVERERS = 4, 2


@pytest.fixture
def spawn():
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", process.__name__, *map(str, arguments)]
        started.append(subprocess.Popen(command, cwd=local.BASE, env=os.environ))
        return started[-1]

    yield start
    for child in started:
        child.kill()
        child.wait()


@pytest.mark.yardstick("D4")
@pytest.mark.walk
def test_events_of_one_key_are_delivered_in_the_order_of_their_changes(spawn):
    db.collection(process.COUNTERS).insert_many([{"_id": key, "count": 0} for key in process.KEYS])
    emitters = [spawn("emit", number) for number in range(EMITTERS)]
    for _ in range(DELIVERERS):
        spawn("deliver")
    assert [emitter.wait(60) for emitter in emitters] == [0] * EMITTERS
    heard = db.collection(process.HEARD)
    expected = EMITTERS * process.CHANGES * 2
    eventually(lambda: heard.count_documents({}) >= expected, within=60)

    for key in process.KEYS:
        rows = heard.find({"key": key}, sort=[("order", 1)])
        delivered = [(row["count"], row["part"]) for row in rows]
        assert delivered == sorted(delivered)

"""A task that the broker hands out twice takes effect once, and what a killed worker had in hand goes on elsewhere in
the time that docs/operations.md states: a lease, and the pause of the relay."""

import os
import signal
import sys
import time

import pytest

from kernel import beat, db, outbox
from kernel.outbox import subscriptions
from patients.events import PatientCreated
from scripts import local
from scripts import service as processes
from scripts.children import Child, Guard
from tests import pace
from tests.processes.conftest import same_place
from tests.processes.lasting_worker import EFFECTS, HANDLER, LEASE
from tests.processes.scrapes import read
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(120)]
VISIBLE, RELAY = 1, 1  # seconds
HANDED_OUT = ("clinics_tasks_total", "core.deliver_event", "done")


class Workers:
    def __init__(self, folder):
        self._guard, self._folder, self._started = Guard(), folder, []
        self._environment = {
            **processes.base_environment(folder, host="127.0.0.1", port=0),
            **same_place(),
            "OUTBOX_RELAY_SECONDS": str(RELAY),
        }

    def start(self, **environment):
        name = f"worker-{len(self._started)}"
        command = [sys.executable, "-m", "tests.processes.lasting_worker"]
        command += [*processes.COMMANDS["worker"][3:], "-n", f"{name}@%h"]
        return self._start(name, command, environment)

    def start_beat(self):
        return self._start("beat", processes.command("beat", self._folder), {})

    def _start(self, name, command, environment):
        child = Child(
            name,
            command,
            log=self._folder / f"{name}.log",
            guard=self._guard,
            environment={**self._environment, **environment},
        )
        self._started.append(child)
        return child

    def end(self):
        self._guard.close()
        for child in self._started:
            sys.stdout.write(child.last_words(100))


@pytest.fixture
def workers(tmp_path):
    started = Workers(tmp_path)
    yield started
    started.end()


@pytest.fixture
def emit(monkeypatch):
    """emit() emits an event that the workers' handler hears, as the service would after a request."""
    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    outbox.subscribe(PatientCreated, HANDLER)(bool)

    def emit():
        outbox.emit(PatientCreated(clinic_id="c", user_id="u"))

    return emit


def effects(what):
    return db.collection(EFFECTS).count_documents({"what": what})


def state():
    return db.collection(outbox.COLLECTION).find_one({"handler": HANDLER})["state"]


@pytest.mark.yardstick("D2")
def test_a_task_that_the_broker_hands_out_twice_takes_effect_once(workers, emit):
    """It lasts longer than the broker waits for its acknowledgement."""
    port = local.free_port()
    workers.start(
        BROKER_VISIBILITY_TIMEOUT=str(VISIBLE), SECONDS_OF_HANDLER="4", METRICS_PORT=str(port)
    )
    emit()
    outbox.nudge()
    eventually(lambda: state() == outbox.DONE)
    eventually(lambda: read(port).get(HANDED_OUT, 0) >= 2)
    assert (effects("began"), effects("ended")) == (1, 1)


@pytest.mark.yardstick("D3")
def test_what_a_killed_worker_had_in_hand_goes_on_within_a_lease_and_a_relay(workers, emit):
    """Also if the relay has handed it out just before. The broker's time, fifteen minutes, plays no part."""
    killed = workers.start(SECONDS_OF_HANDLER="60")
    emit()
    outbox.relay()
    eventually(lambda: effects("began") == 1)
    workers.start(SECONDS_OF_HANDLER="0")
    workers.start_beat()
    eventually(lambda: beat.silent_seconds() < 60)

    os.killpg(killed.pid, signal.SIGKILL)
    began = time.monotonic()
    eventually(lambda: state() == outbox.DONE)
    lasted = time.monotonic() - began
    assert (effects("began"), effects("ended")) == (2, 1)
    assert LEASE / 2 < lasted < (LEASE + RELAY + 2) * pace.slowness()

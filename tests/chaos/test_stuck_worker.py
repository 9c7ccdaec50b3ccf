"""A worker that makes no progress ends itself, and `make run` starts an ended one again (tests/processes/test_run.py)."""

import sys

import pytest
from bson import ObjectId

from clinics_site.core import tasks
from scripts import service as processes
from scripts.children import Child, Guard
from tests.processes.conftest import same_place
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]


@pytest.fixture
def worker(tmp_path):
    guard = Guard()
    command = [sys.executable, "-m", "tests.chaos.stuck_worker", *processes.COMMANDS["worker"][3:]]
    environment = {
        **processes.base_environment(tmp_path, host="127.0.0.1", port=0),
        **same_place(),
    }
    child = Child(
        "worker", command, log=tmp_path / "worker.log", guard=guard, environment=environment
    )
    yield child
    child.kill()
    guard.close()


def test_a_worker_that_takes_nothing_more_ends_itself_with_its_processes(worker):
    def is_ended():
        tasks.deliver_event.apply_async((str(ObjectId()), "default"), queue="default")
        return not worker.is_alive()

    eventually(is_ended, within=60, every=0.5)

    assert '"worker.stuck"' in worker.last_words()
    eventually(lambda: not worker.has_group())

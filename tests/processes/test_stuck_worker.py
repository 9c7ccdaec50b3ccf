"""A worker that stops taking tasks exits, whatever the cause; here the cause described in decision 0013."""

import pytest

from scripts import local
from tests.processes.scrapes import read
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
STUCK = 75


@pytest.mark.yardstick("D3")
@pytest.mark.walk
def test_a_silent_worker_exits_and_the_next_one_takes_the_waiting_tasks(busy_worker):
    """Without the service's changes to the broker's client one hang is enough."""
    port = local.free_port()
    worker = busy_worker(TRANSPORT="kombu", STUCK_SECONDS="2", METRICS_PORT=str(port))
    worker.send(4)
    worker.hang_while_busy()

    # It waits until Prometheus has read that it ends.
    eventually(lambda: read(port)["clinics_workers_stuck_total",] == 1, every=0.5)
    assert eventually(worker.child.ended_with) == STUCK
    assert '"worker.stuck"' in worker.child.last_words()
    assert not worker.has("done", 3)
    eventually(lambda: not worker.child.has_group())

    worker.start()
    eventually(lambda: worker.has("done", 4))

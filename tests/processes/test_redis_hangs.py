"""Redis stops (it is not dead: connections stay open) while a worker is busy, so that its acknowledgements
run into their time limit. test_stuck_worker.py shows that this silences a worker with kombu's unchanged
client."""

import pytest

from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.mark.yardstick("V2")
@pytest.mark.walk
def test_a_busy_worker_takes_waiting_tasks_after_three_hangs_of_redis(busy_worker):
    worker = busy_worker()
    for _ in range(3):
        worker.send(4)
        worker.hang_while_busy()
        eventually(lambda: worker.has("done", 4))

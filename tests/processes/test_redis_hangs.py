"""Redis stops (it is not dead: connections stay open) while a worker is busy, so that its acknowledgements run into their
time limit. That this silences a worker whose broker's client is as kombu made it shows in test_stuck_worker.py."""

import pytest

from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def test_a_busy_worker_takes_what_waits_after_redis_hung_three_times(busy_worker):
    worker = busy_worker()
    for _ in range(3):
        worker.send(4)
        worker.hang_while_busy()
        eventually(lambda: worker.has("done", 4))

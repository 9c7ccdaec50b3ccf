"""A worker that is stopped gracefully with tasks in hand ends them, and leaves those that it has not begun to the
next."""

import pytest

from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


@pytest.mark.yardstick("V3")
@pytest.mark.walk
def test_tasks_in_hand_at_sigterm_are_ended_and_the_others_are_left_to_the_next_worker(busy_worker):
    worker = busy_worker()
    worker.send(4)
    eventually(lambda: worker.has("began", 2))
    worker.child.ask_to_end()
    worker.let_go()

    assert eventually(lambda: not worker.child.is_alive())
    assert worker.child.ended_with() == 0
    assert worker.has("done", 2)
    assert not worker.has("began", 3)

    worker.start()
    eventually(lambda: worker.has("done", 4))

"""What workers and the scheduler write: only JSON, one line for each task that did something, and no argument of a
task."""

import json
import os
import signal

import pytest
from celery import current_app

from kernel import db, outbox
from kernel.events import MailRequested
from tests.processes.service import eventually
from tests.processes.test_metrics import children_of

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(120)]
INFO = {"LOG_LEVEL": "INFO", "OUTBOX_RELAY_SECONDS": "600"}
DELIVER, RELAY = "core.deliver_event", "core.relay_outbox"
MARKER = "Zyxwvut"


def lines(service, name):
    """Fails if one of them is no JSON object."""
    text = (service.folder / f"{name}.log").read_text()
    parsed = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    assert all(isinstance(line, dict) for line in parsed)
    return parsed


def of_tasks(service, name="worker"):
    return [line for line in lines(service, name) if line["event"] == "task"]


@pytest.mark.yardstick("V3")
def test_worker_and_scheduler_tell_in_json_alone_what_they_did(service):
    """One test, because starting them takes longer than the checks."""
    service.start(INFO, only=("worker", "beat"))
    a_task_that_did_something_has_one_line_and_one_that_did_nothing_has_none(service)
    their_start_and_end_are_told_in_json_alone(service)


def a_task_that_did_something_has_one_line_and_one_that_did_nothing_has_none(service):
    """A heartbeat, which is no work, is sent and delivered meanwhile."""
    eventually(lambda: db.collection("heartbeats").find_one({"_id": "queue:default"}))
    outbox.emit(MailRequested(recipient=f"{MARKER}@example.org", template="none"))
    outbox.nudge()
    delivered = eventually(lambda: of_tasks(service))

    for _ in range(3):
        current_app.send_task(RELAY)
    current_app.send_task(DELIVER, (MARKER, "default"))
    *_, failed = eventually(
        lambda: [line for line in of_tasks(service) if line["outcome"] == "failed"]
    )

    done = [line for line in of_tasks(service) if line["outcome"] == "done"]
    assert [line["task"] for line in delivered] == [line["task"] for line in done] == [DELIVER]
    assert done[0]["count"] == 1
    assert done[0]["milliseconds"] > 0
    assert (failed["task"], failed["error"], failed["level"]) == (DELIVER, "InvalidId", "error")
    assert MARKER not in service.logs()


def their_start_and_end_are_told_in_json_alone(service):
    eventually(lambda: [x for x in lines(service, "worker") if x["event"].endswith(" ready.")])
    for name in ("worker", "beat"):
        service.signal(name, signal.SIGTERM)
        eventually(lambda name=name: not service.is_alive(name))

    assert [line["event"] for line in lines(service, "beat")] == ["beat.started"]
    assert lines(service, "worker")


def test_a_task_whose_process_is_killed_is_told_of(busy_worker):
    worker = busy_worker(**INFO)
    worker.send(1)
    eventually(lambda: worker.has("began", 1))
    for child in children_of(worker.child.pid):
        os.kill(child, signal.SIGKILL)

    told = eventually(lambda: [line for line in worker.lines() if line.get("outcome") == "lost"])
    assert {line["task"] for line in told} == {"tests.hold"}
    worker.let_go()
    done = eventually(lambda: [line for line in worker.lines() if line.get("outcome") == "done"])
    assert done[0]["task"] == "tests.hold"

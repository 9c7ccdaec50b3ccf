"""Merges whose workers are killed: each ends as one that nothing disturbs, or is taken back (rules MERGE-82, MERGE-97
and MERGE-98).

In one process, at every write in turn: tests/services/test_merge_interruptions.py.
"""

import os
import random
import threading
import time
from collections import Counter

import pytest

from kernel import clock, db
from kernel.outbox import waking
from merges.choices import MergeState
from merges.services import merging, running, stages
from tests import merges
from tests.processes.conftest import service_in
from tests.processes.service import comes_true, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
SEED = os.environ.get("CHAOS_SEED", "20")
SIZE = {"patients": (450, 350), "members": 6}
PAIRS, KILLS = 4, 5  # of workers, in each
# Besides those at a random progress of the patients.
MOMENTS = [
    *(stages.PLANNING, stages.FINISHING, stages.ANNOUNCING, stages.CLEARING, stages.CLINICIANS),
]
WORKER = "ehr-worker"


@pytest.fixture(autouse=True)
def _dead_transactions_end_soon():
    """What a killed worker has changed in an open transaction stays locked until MongoDB gives the transaction up:
    after half a minute on our own servers."""
    parameter, admin = "transactionLifetimeLimitSeconds", db.client().admin
    usual = admin.command("getParameter", 1, **{parameter: 1})[parameter]
    admin.command("setParameter", 1, **{parameter: 5})
    yield
    admin.command("setParameter", 1, **{parameter: usual})


@pytest.fixture
def service(tmp_path):
    with service_in(tmp_path / "service") as running_service:
        running_service.start(only=("beat",))
        yield running_service


def undisturbed(seed, monkeypatch):
    """In this process, which no worker disturbs."""
    with monkeypatch.context() as patched:
        merges.without_waiting(patched)
        patched.setattr(waking, "enqueue", lambda _: None)
        merge_id = merges.ask(seed, **SIZE)
        running.run(merge_id)
    return merges.end_of(merge_id)


def kill(service):
    service.kill_worker(WORKER)


def go_on(service):
    """A new worker, and twenty seconds that pass at once: the dead worker's lease is over."""
    db.collection("outbox").update_many(
        {"event": "merge.requested", "state": {"$in": ["claimed", "pending"]}},
        {"$set": {"notBefore": clock.now()}, "$unset": {"nudgedTime": ""}},
    )
    service.start_worker(WORKER)
    waking.relay()


def is_ended(merge_id):
    return merging.access_merge(merge_id)["stage"] == stages.ENDED


def wait_for(merge_id, is_there):
    eventually(
        lambda: is_ended(merge_id) or is_there(merging.access_merge(merge_id)),
        within=90,
        every=0.002,
    )


def moments(dice):
    """When the workers of one merge are killed, in their order."""
    named = dice.sample(MOMENTS, 2)
    shares = sorted(dice.uniform(0, 0.95) for _ in range(KILLS - len(named)))
    planning = [stages.PLANNING] if stages.PLANNING in named else []
    later = sorted((n for n in named if n != stages.PLANNING), key=list(running.STEPS).index)
    return [*planning, *shares, *later]


def reach(moment):
    """Whether a merge has come to this stage or, if it is a number, to this share of its items."""
    if isinstance(moment, str):
        places = list(running.STEPS)
        return lambda merge: places.index(merge["stage"]) >= places.index(moment)
    return lambda merge: merge["total"] and merge["done"] >= moment * merge["total"]


def kill_at(service, merge_id, moment, dice):
    """Where the merge was, or "" if it had ended by then."""
    wait_for(merge_id, reach(moment))
    # Planning waits for a second or two before it does anything.
    threading.Event().wait(dice.uniform(0, 2.5 if moment == stages.PLANNING else 0.1))
    kill(service)
    return merging.access_merge(merge_id)["stage"]


def test_merges_whose_workers_are_killed_end_as_undisturbed_ones(service, monkeypatch, fault):
    dice, killed, ends = random.Random(SEED), Counter(), []
    for pair in range(PAIRS):
        seed = f"{SEED}-{pair}"
        expected = undisturbed(seed, monkeypatch)
        merge_id = merges.ask(seed, **SIZE)
        go_on(service)
        for moment in moments(dice):
            killed[kill_at(service, merge_id, moment, dice)] += 1
            go_on(service)
        began = time.monotonic()
        comes_true(lambda merge_id=merge_id: is_ended(merge_id), within=90)
        ends.append((expected, merges.end_of(merge_id), time.monotonic() - began))
        kill(service)
    fault.says(
        f"workers of {PAIRS} merges are killed {killed.total()} times",
        acknowledged=PAIRS,
        lost=sum(ended != expected for expected, ended, _ in ends),
        doubled=sum(len(ended["told"]) - len(set(ended["told"])) for _, ended, _ in ends),
        recovered=max(seconds for *_, seconds in ends),
    )
    for expected, ended, _ in ends:
        assert ended == expected
        assert ended["merge"]["state"] == MergeState.COMPLETED
        assert len(set(ended["told"])) == len(ended["told"]) > SIZE["patients"][0]
    assert killed.total() - killed[stages.ENDED] >= PAIRS * KILLS * 3 // 4


@pytest.mark.parametrize("number", range(2))
def test_a_merge_that_is_stopped_after_a_kill_is_taken_back(service, number, fault):
    dice = random.Random(f"{SEED}-{number}")
    merge_id = merges.ask(f"{SEED}-{number}", **SIZE)
    before = merges.snapshot()
    go_on(service)
    kill_at(service, merge_id, dice.uniform(0.2, 0.95), dice)
    merging.stop_merge(merge_id)
    done = merging.access_merge(merge_id)["done"]
    go_on(service)
    wait_for(merge_id, lambda merge: merge["done"] < done)
    kill(service)
    began = time.monotonic()
    go_on(service)
    comes_true(lambda: is_ended(merge_id), within=90)
    ended = merges.end_of(merge_id)
    fault.says(
        "workers of a merge that staff stop are killed twice",
        acknowledged=1,
        lost=int(ended["stored"] != before),
        doubled=len(ended["told"]),
        recovered=time.monotonic() - began,
    )
    assert ended["merge"]["state"] == MergeState.TAKEN_BACK
    assert ended["stored"] == before
    assert (ended["told"], ended["left"]) == ([], [None] * 4)


def test_a_call_whose_web_process_is_killed_can_be_repeated(service, fault):
    merge_id = merges.ask(f"{SEED}-web", **SIZE)
    merge = merging.access_merge(merge_id)
    path = f"/v1/clinics/{merge['targetId']}/merge"
    body, token = {"sourceId": str(merge["sourceId"])}, service.server_token()
    lost = []

    def call():
        try:
            lost.append(service.post(path, body, token=token, timeout=120).status)
        except OSError as error:
            lost.append(type(error).__name__)

    service.start(only=("web",))
    waiting = threading.Thread(target=call)
    waiting.start()
    go_on(service)
    wait_for(merge_id, reach(0.2))
    assert not is_ended(merge_id)
    service.kill_worker("web")
    waiting.join()
    assert lost != [200]
    killed = time.monotonic()
    service.start(only=("web",))
    began = time.monotonic()
    status = service.post(path, body, token=token, timeout=120).status
    ended = time.monotonic()
    state = merges.end_of(merge_id)["merge"]["state"]
    count = db.collection("clinicMerges").count_documents({})
    fault.says(
        "web is killed while a caller waits for a merge",
        acknowledged=int(status == 200),
        lost=int(status == 200 and state != MergeState.COMPLETED),
        doubled=count - 1,
        worst=ended - began,
        recovered=ended - killed,
    )
    assert (status, state, count) == (200, MergeState.COMPLETED, 1)

"""A merge that is interrupted at each of its writes in turn ends as one that nothing disturbs (rule MERGE-97).

Worker processes that are really killed: tests/chaos/test_merges.py.
"""

from contextlib import contextmanager

import pytest

from kernel import db
from merges.choices import MergeState
from merges.services import (
    announcing,
    clinicians,
    merging,
    patients,
    running,
    stages,
    taking_back,
)
from tests import merges
from tests.merges import ask, end_of

SEEDS = (3, 4)
WRITES = (
    *("insert_one", "insert_many", "update_one", "update_many", "find_one_and_update"),
    *("delete_one", "delete_many", "bulk_write"),
)


class Death(BaseException):
    """Nothing in the program catches it, as nothing catches `kill -9`."""


class Reaper:
    """Ends the process before or after one of its writes: a transaction, or a write outside of any."""

    def __init__(self):
        self.at, self.is_after, self.seen = None, False, 0

    @contextmanager
    def strike(self, at, *, is_after):
        self.at, self.is_after, self.seen = at, is_after, 0
        yield
        self.at = None

    def is_now(self, *, is_after):
        return self.at == self.seen and self.is_after == is_after

    def pass_by(self):
        if self.is_now(is_after=True):
            raise Death
        self.seen += 1


@pytest.fixture
def reaper(monkeypatch):
    made = Reaper()
    run_in_transaction = db.run_in_transaction

    def transaction(change):
        if db.in_transaction():
            return change()

        def may_die():
            result = change()
            if made.is_now(is_after=False):
                raise Death
            return result

        result = run_in_transaction(may_die)
        made.pass_by()
        return result

    monkeypatch.setattr(db, "run_in_transaction", transaction)
    for name in WRITES:
        monkeypatch.setattr(db.SessionCollection, name, _bare(name, made))
    return made


def _bare(name, reaper):
    write = getattr(db.SessionCollection, name)

    def may_die(*arguments, **options):
        if db.in_transaction():
            return write(*arguments, **options)
        if reaper.is_now(is_after=False):
            raise Death
        result = write(*arguments, **options)
        reaper.pass_by()
        return result

    return may_die


@pytest.fixture(autouse=True)
def _quick_and_in_small_batches(monkeypatch):
    merges.without_waiting(monkeypatch)
    for module in (patients, clinicians, announcing, taking_back):
        monkeypatch.setattr(module, "BATCH", 5)


def undisturbed(seed):
    merge_id = ask(seed)
    running.run(merge_id)
    return end_of(merge_id)


def position(merge_id):
    merge = merging.access_merge(merge_id)
    return {name: merge.get(name) for name in ("state", "stage", "done", "announced")}


def run_with_interruptions(merge_id, reaper, stop=lambda: False):
    """Die before and after every write; each time the next worker goes on. Returns how often it died."""
    deaths, at = 0, 0
    while position(merge_id)["stage"] != stages.ENDED and not stop():
        assert deaths < 200
        before = position(merge_id)
        for is_after in (False, True):
            with reaper.strike(at, is_after=is_after):
                try:
                    running.run(merge_id)
                except Death:
                    deaths += 1
        at = at + 1 if position(merge_id) == before else 0
    return deaths


@pytest.mark.yardstick("C3")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_dies_at_every_write_ends_as_an_undisturbed_one(seed, reaper):
    expected = undisturbed(seed)
    merge_id = ask(seed)
    assert run_with_interruptions(merge_id, reaper) > 40
    assert end_of(merge_id) == expected
    assert expected["merge"]["state"] == MergeState.COMPLETED
    assert len(set(expected["told"])) == len(expected["told"]) > 10
    assert expected["left"] == [None] * 4


def test_documents_do_not_depend_on_how_much_is_done_at_once(monkeypatch):
    """A batch that meets other changes is repeated smaller. Who resembles a patient is shown as before the merge."""
    size = {"patients": (90, 70), "members": 2}
    ends = []
    for batch in (200, 3):
        monkeypatch.setattr(patients, "BATCH", batch)
        merge_id = ask(5, **size)
        running.run(merge_id)
        ends.append(end_of(merge_id))
    assert ends[0] == ends[1]
    assert any(document["plan"].get("conflicts") for document in ends[0]["stored"]["merge_plans"])


@pytest.mark.yardstick("C3")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_dies_while_it_is_taken_back_leaves_the_state_before(seed, reaper):
    merge_id = ask(seed)
    before = merges.snapshot()
    run_with_interruptions(
        merge_id, reaper, stop=lambda: position(merge_id)["stage"] == stages.FINISHING
    )
    merging.stop_merge(merge_id)
    assert run_with_interruptions(merge_id, reaper) > 10
    ended = end_of(merge_id)
    assert ended["merge"]["state"] == MergeState.TAKEN_BACK
    assert (ended["told"], ended["left"]) == ([], [None] * 4)
    assert ended["stored"] == before


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_worker_that_was_asleep_repeats_nothing(is_stopped):
    """Its lease has passed to another worker, which has taken the same step meanwhile."""
    expected = undisturbed(5)["stored"]
    merge_id = ask(5)
    expected = merges.snapshot() if is_stopped else expected
    while (merge := merging.access_merge(merge_id))["stage"] != stages.ENDED:
        running._take_step(merge)
        running._take_step(merge)
        if (
            is_stopped
            and merge["state"] == MergeState.RUNNING
            and merge["stage"] == stages.CLINICIANS
        ):
            merging.stop_merge(merge_id)
    ended = end_of(merge_id)
    assert ended["stored"] == expected
    assert len(set(ended["told"])) == len(ended["told"])

"""No lost update between any two operations: while one is between its reads and its first write of a record, another one
changes the same record. What is stored then is what one after the other stores, in either order, unless the first is told
of a conflict.

Which records an operation changes is found by calling it, so a new operation is among the pairs by itself; one whose
request is refused needs a row in tests/writing.py."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from kernel import clock, db
from tests.commands import before_each_write, peek_written
from tests.policy.foreign_ids import own  # noqa: F401 (a fixture, as is the next one)
from tests.writing import BEGUN, WRITING, Request, scene, stored, told, words_of  # noqa: F401

pytestmark = pytest.mark.yardstick("C1")
FEW = 3
# Not rows that are derived, events and counts, which many operations share.
RECORDS = (
    *("patients", "clinics", "clinicians", "confirmations", "migrations", "accounts"),
    *("webhooks", "webhookDeliveries"),
)
TOLD = {409, 503}
A_WHILE = 1.0  # seconds that the first waits for the second, which may wait for the first


@pytest.fixture(scope="module")
def thread():
    """For the other operation, since a transaction belongs to a thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def known():
    """What is found once for all pairs, since they begin with the same."""
    return Known()


@dataclass
class Known:
    moment: datetime = field(default_factory=clock.now)
    requests: dict[str, Request] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)  # of what is stored before, and of the requests
    changed: dict[str, set[Any]] = field(default_factory=dict)  # records, by operation
    stored: dict[tuple[str, ...], Any] = field(default_factory=dict)  # by operations, in order


class Pairs:
    def __init__(self, scene, thread, known) -> None:  # noqa: F811
        self.scene, self.thread, self.known = scene, thread, known
        self.requests, self.words, self.changed = known.requests, known.words, known.changed
        self.before = scene.everything()
        if not self.changed:
            self.requests |= {name: scene.request(name) for name in WRITING}
            self.words |= words_of(self.before, self.requests)
            self.changed |= {name: self._records_of(name) for name in WRITING}

    def _records_of(self, name):
        self.scene.begin_again()
        status = self._send(name)
        assert status < 300 or status == BEGUN.get(name), (name, status)
        written = peek_written().intersection(RECORDS)
        now = {part: {row["_id"]: row for row in db.collection(part).find({})} for part in written}
        return {
            (part, key)
            for part in written
            for key, row in self.before.get(part, {}).items()
            if now[part].get(key) != row
        }

    def _send(self, name):
        return self.scene.send(name, self.requests[name]).status_code

    def partners(self, name):
        return [other for other in WRITING if self.changed[name] & self.changed[other]]

    def lost(self, first, others):
        """Those of the others with which something is stored that no order of the two would store."""
        lost = []
        for second in others:
            one, two, found = self.at_once(first, second)
            allowed = [
                self.one_after_the_other(*order) for order in ((second, first), (first, second))
            ]
            allowed += [self.one_after_the_other(second)] if one in TOLD else []
            allowed += [self.one_after_the_other(first)] if two in TOLD else []
            if not any(self._is_same(found, one) for one in allowed):
                lost.append((second, one, two, difference(found, allowed[0])))
        return lost

    def _is_same(self, found, expected):
        """What was tried and taken back has changed no collection, which then is as before."""
        return all(
            found.get(name, self._was(name)) == expected.get(name, self._was(name))
            for name in found.keys() | expected.keys()
        )

    def _was(self, collection):
        return sorted(told(row, self.words) for row in self.before.get(collection, {}).values())

    def one_after_the_other(self, *names):
        if names not in self.known.stored:
            self.scene.begin_again()
            for name in names:
                self._send(name)
            self.known.stored[names] = stored(self.words)
        return self.known.stored[names]

    def at_once(self, first, second):
        """Both statuses, and what is stored."""
        self.scene.begin_again()
        shared = {part for part, _ in self.changed[first] & self.changed[second]}
        meanwhile: list[Future[int]] = []

        def change_once(collection):
            if collection in shared and not meanwhile:
                meanwhile.append(self.thread.submit(self._send, second))
                wait(meanwhile, A_WHILE)

        with before_each_write(change_once):
            status = self._send(first)
        assert meanwhile, f"{first} wrote to none of {shared}"
        other = meanwhile[0].result()
        assert {status, other} - TOLD <= set(range(500)), (first, second, status, other)
        return status, other, stored(self.words)


@pytest.fixture
def pairs(scene, thread, known, monkeypatch):  # noqa: F811
    monkeypatch.setattr(clock, "now", lambda: known.moment)
    return Pairs(scene, thread, known)


@pytest.mark.walk
@pytest.mark.parametrize("first", WRITING)
def test_both_changes_are_there_or_one_is_told(pairs, first):
    partners = pairs.partners(first)
    begin = WRITING.index(first) * FEW  # so that every one is the second of several
    turned = [partners[(begin + number) % len(partners)] for number in range(len(partners))]
    assert pairs.lost(first, turned[:FEW]) == []


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", WRITING)
def test_both_changes_of_any_pair_are_there_or_one_is_told(pairs, first):
    assert pairs.lost(first, pairs.partners(first)) == []


def difference(found, expected):
    """By collection: the documents that should not be there, and those that are missing."""
    names = sorted(found.keys() | expected.keys())
    pairs_of = {name: (found.get(name, []), expected.get(name, [])) for name in names}
    return {
        name: ([x for x in is_ if x not in should], [x for x in should if x not in is_])
        for name, (is_, should) in pairs_of.items()
        if is_ != should
    }

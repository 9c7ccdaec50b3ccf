"""Members who list patients while their clinics become one (rules MERGE-94 and MERGE-99)."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import pytest

from kernel import db
from merges.choices import MergeState
from merges.services import merging, patients, running
from tests import merges
from tests.cast import make_person
from tests.factories import make_clinician
from tests.merges import Maker

READERS = 2  # of each clinic
SORTS = (
    "",
    "&sort=-lastData&sortType=cgm&period=14d",
    "&sort=-lastReviewed&sortType=cgm&period=14d",
)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    merges.without_waiting(monkeypatch, margin=0.2)
    monkeypatch.setattr(patients, "BATCH", 10)


def lists(clinic, api, begin, is_over):
    """The answers that one reader gets: one before the merge begins, and so on until one after its end."""
    answers = [api.get(f"/v1/clinics/{clinic['_id']}/patients?limit=1000")]
    begin.wait(30)
    for sort in cycle(SORTS):
        is_last = is_over()
        answers.append(api.get(f"/v1/clinics/{clinic['_id']}/patients?limit=1000{sort}"))
        if is_last:
            return answers
    return answers


def users_of(answer):
    return [patient["id"] for patient in answer.json()["data"]]


def read_while_merged(source, target):
    """(answers about the source, answers about the target), one list for each reader."""
    members = {side["_id"]: make_person(side["name"].lower()) for side in (source, target)}
    for side in (source, target):
        make_clinician(side, members[side["_id"]], "CLINIC_ADMIN")
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    begin = Barrier(2 * READERS + 1)

    def run():
        begin.wait(30)
        running.run(str(asked["_id"]))

    with ThreadPoolExecutor(2 * READERS + 1) as pool:
        merge = pool.submit(run)
        futures = {
            side["_id"]: [
                pool.submit(lists, side, members[side["_id"]].api, begin, merge.done)
                for _ in range(READERS)
            ]
            for side in (source, target)
        }
        merge.result()
    assert merging.access_merge(asked["_id"])["state"] == MergeState.COMPLETED
    return tuple([f.result() for f in futures[side["_id"]]] for side in (source, target))


@pytest.mark.walk
def test_lists_are_whole_and_right_while_two_clinics_become_one():
    source, target = Maker(1, patients=(90, 60)).pair()
    db.collection("patients").update_many({}, {"$unset": {"summary": ""}})  # not one that is served
    everyone = merges.patients_of(source).keys() | merges.patients_of(target).keys()
    had = len(merges.patients_of(target))
    in_source = set(merges.patients_of(source))

    of_source, of_target = read_while_merged(source, target)

    for answers in of_source:
        assert {a.status_code for a in answers} <= {200, 403, 404, 409}
        # A request that takes longer than the margin may see that a part has gone, but no one twice.
        shown = [users_of(a) for a in answers if a.status_code == 200]
        assert all(len(set(users)) == len(users) and set(users) <= in_source for users in shown)
    for answers in of_target:
        assert {a.status_code for a in answers} == {200}
        sizes = [len(users_of(a)) for a in answers]
        assert sizes == [len(set(users_of(a))) for a in answers]
        assert sizes == sorted(sizes), "someone was listed and then was not"
        assert set(users_of(answers[-1])) == everyone
        counts = [a.json()["meta"]["count"] for a in answers]
        # A count is read a moment before or after the page: a batch may have arrived in between.
        between = zip([had, *sizes], counts, [*sizes[1:], len(everyone)], strict=False)
        assert all(before <= count <= after for before, count, after in between)
        assert counts == sorted(counts)
        assert counts[-1] == len(everyone)

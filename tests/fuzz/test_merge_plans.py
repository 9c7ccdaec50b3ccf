"""Merges of random clinics: what the plan keeps is there afterwards; and one value of a stored document replaced by
anything stops neither the plan nor its report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import db
from merges.services import planning
from tests.fuzz.rounds import limits, search
from tests.merges import Maker, count_patients, without_waiting
from tests.services import test_merges
from tests.tasks.test_ehr_malformed_documents import MUTATIONS, mutated, paths

SEEDS = st.integers(0, 2**32)
STORED = ("clinics", "patients", "clinicians")
IDS = {"_id", "clinicId", "userId"}  # what makes a document one of the clinic


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    without_waiting(monkeypatch)


def test_a_merge_of_random_clinics_loses_nothing_that_its_plan_keeps(callers):
    @limits(0.25)
    @given(SEEDS)
    def merge(number):
        callers.remove_everything()
        test_merges.test_a_merge_loses_nothing_that_its_plan_keeps(number)

    search(merge, merge, share=0.02)
    callers.begin_again()


@pytest.mark.foreign_documents
@pytest.mark.foreign_writes
def test_a_document_with_any_value_in_it_stops_no_plan_and_no_report(callers):
    @limits(1)
    @given(SEEDS, st.sampled_from(STORED), st.data())
    def plan(number, collection, data):
        callers.begin_again()
        source, target = Maker(number, patients=(4, 3)).pair()
        count_patients(source, target)
        _change(db.database()[collection], data)
        planning.read_plan(source_id=str(source["_id"]), target_id=str(target["_id"]))
        body = b'{"sourceId":"%s"}' % str(source["_id"]).encode()
        callers.send("service", "GenerateMergeReport", raw=body, clinicId=str(target["_id"]))

    search(plan, plan, share=0.02)
    callers.begin_again()


def _change(collection, data):
    document = data.draw(st.sampled_from(list(collection.find({}, sort=[("_id", 1)]))))
    places = [path for path in paths(document) if path[0] not in IDS]
    value = data.draw(st.sampled_from(list(MUTATIONS.values())))
    changed = mutated(document, data.draw(st.sampled_from(places)), value)
    collection.replace_one({"_id": document["_id"]}, changed)

"""A clinic's count is asked to be made again (rules PATIENT-125 and PATIENT-148)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId
from pymongo.errors import ExecutionTimeout

from kernel import db, deadline
from patients import kept
from patients.services import patient_counts
from tests.events import emitted
from tests.factories import make_clinic, make_patients

ISSUES = [
    {"cause": "staleData"},
    {"cause": "error", "hidden": True},
    {"cause": "error", "hidden": False},
]


@pytest.fixture
def lakeside():
    clinic = make_clinic()
    make_patients(clinic, [{"connectionIssue": issue} for issue in ISSUES])
    return clinic


def refresh(api, clinic_id):
    return api.post(f"/v1/clinics/{clinic_id}/patient_count/refresh").status_code


def test_parallel_calls_count_twice_at_most(lakeside, backend, monkeypatch):
    count, begun, may_end, runs = patient_counts._refresh, threading.Event(), threading.Event(), []

    def slow(clinic_id):
        runs.append(clinic_id)
        begun.set()
        may_end.wait(5)
        return count(clinic_id)

    monkeypatch.setattr(patient_counts, "_refresh", slow)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(refresh, backend, lakeside["_id"])
        begun.wait(5)
        others = [threads.submit(refresh, backend, lakeside["_id"]) for _ in range(7)]
        turns = patient_counts._refreshes._turns[lakeside["_id"]]
        while turns.callers < 8:
            threading.Event().wait(0.01)
        may_end.set()
        assert {call.result(10) for call in [first, *others]} == {200}

    assert len(runs) == 2


def test_counting_that_takes_too_long_is_left_to_a_worker(lakeside, backend, monkeypatch):
    def too_slow(_):
        raise ExecutionTimeout(None)

    patient_counts.kept_counts(lakeside["_id"])
    monkeypatch.setattr(patient_counts, "_refresh", too_slow)
    assert refresh(backend, lakeside["_id"]) == 200
    assert emitted("clinic.count_doubted") == [{"clinicId": str(lakeside["_id"])}]


def test_in_a_request_time_is_left_to_leave_it_to_a_worker(lakeside, monkeypatch):
    def too_slow(_):
        db.collection("clinics").find_one({"$where": "sleep(60000) || true"})

    patient_counts.kept_counts(lakeside["_id"])
    monkeypatch.setattr(patient_counts, "_refresh", too_slow)
    with deadline.at(time.monotonic() + 0.8):
        patient_counts.refresh_patient_count(lakeside["_id"])
    assert emitted("clinic.count_doubted") == [{"clinicId": str(lakeside["_id"])}]


def test_an_unknown_clinic(backend):
    assert refresh(backend, ObjectId()) == 404


def test_it_costs_the_same_for_many_patients(lakeside, backend, mongo_commands):
    refresh(backend, lakeside["_id"])
    with mongo_commands() as few:
        refresh(backend, lakeside["_id"])
    make_patients(lakeside, [{} for _ in range(50)])
    refresh(backend, lakeside["_id"])
    with mongo_commands() as many:
        refresh(backend, lakeside["_id"])
    assert many == few


def test_counts_that_are_right_cost_one_command_and_the_two_times_of_the_count(
    lakeside, mongo_commands
):
    clinic_id = lakeside["_id"]
    patient_counts.refresh_patient_count(clinic_id)
    before = patient_counts.recount_of(clinic_id)["counted"]
    db.collection("clinics").update_one({"_id": clinic_id}, {"$set": {"updatedTime": before}})

    with mongo_commands() as commands:
        patient_counts.refresh_patient_count(clinic_id)

    assert commands == ["aggregate", "update", "update"]
    assert patient_counts.recount_of(clinic_id)["counted"] > before
    assert db.collection("clinics").find_one({"_id": clinic_id})["updatedTime"] > before


@pytest.mark.foreign_writes
@pytest.mark.parametrize(
    ("collection", "wrong"),
    [
        (kept.COUNTS, {"total": 5}),
        (kept.COUNTS, {"sources": {"dexcom": {"connected": 2}}}),
        (kept.COUNTS, {"issues": {"error": 1, "staleData": 1}}),
        (kept.COUNTS, {"tags": {"a" * 24: 1}}),
        (kept.COUNTS, {"sites": {"b" * 24: 0}}),
        ("clinics", {"patientCount.plan": 7}),
    ],
)
def test_any_number_that_is_wrong_is_corrected(lakeside, collection, wrong):
    clinic_id = lakeside["_id"]
    patient_counts.refresh_patient_count(clinic_id)
    right = [db.collection(name).find_one({"_id": clinic_id}) for name in (kept.COUNTS, "clinics")]

    db.collection(collection).update_one({"_id": clinic_id}, {"$set": wrong})
    patient_counts.refresh_patient_count(clinic_id)

    now = [db.collection(name).find_one({"_id": clinic_id}) for name in (kept.COUNTS, "clinics")]
    times = ("countedTime", "updatedTime", "generation")
    for document in (*right, *now):
        for name in times:
            document.pop(name, None)
    assert now == right


@pytest.mark.parametrize("few_rows", [0, patient_counts.FEW_ROWS])
def test_tags_and_sites_are_counted_alike_in_small_and_large_clinics(
    backend, monkeypatch, few_rows
):
    monkeypatch.setattr(patient_counts, "FEW_ROWS", few_rows)
    tags = [{"_id": ObjectId(), "name": f"Tag {n}"} for n in range(3)]
    sites = [{"id": ObjectId(), "name": f"Site {n}"} for n in range(2)]
    clinic = make_clinic(patientTags=tags, sites=sites)
    one, two, _ = (tag["_id"] for tag in tags)
    foreign = ObjectId()
    make_patients(
        clinic,
        [
            {"tags": [one, two], "sites": [sites[0]]},
            {"tags": [one, one, foreign]},
            {"tags": [], "sites": sites},
            {"tags": None, "sites": None},
            {},
        ],
    )
    assert refresh(backend, clinic["_id"]) == 200
    counts = patient_counts.kept_counts(clinic["_id"])
    assert counts["tags"] == {str(one): 2, str(two): 1}
    assert counts["sites"] == {str(sites[0]["id"]): 2, str(sites[1]["id"]): 1}


@pytest.mark.parametrize("few_rows", [0, patient_counts.FEW_ROWS])
def test_issues_are_counted_alike_in_small_and_large_clinics(
    lakeside, backend, monkeypatch, settings, few_rows
):
    """The demo patient's is no issue of the clinic."""
    monkeypatch.setattr(patient_counts, "FEW_ROWS", few_rows)
    demo = make_patients(lakeside, [{"connectionIssue": {"cause": "error"}}])[0]
    settings.DEMO_PATIENT_USER_ID = demo["userId"]
    assert refresh(backend, lakeside["_id"]) == 200
    counts = patient_counts.kept_counts(lakeside["_id"])
    assert counts["issues"] == {"staleData": 1, "errorHidden": 1, "error": 1}
    confirmed = patient_counts._confirm(lakeside["_id"])
    assert confirmed is bool(few_rows)


def test_a_large_clinic_is_asked_for_single_issues_only_while_some_are_missing(
    monkeypatch, lakeside
):
    asked, real = [], patient_counts.list_row_store.count_issues

    def noted(clinic_id, codes):
        asked.append(len(codes))
        return real(clinic_id, codes)

    monkeypatch.setattr(patient_counts.list_row_store, "count_issues", noted)
    patient_counts._count_issues(make_clinic()["_id"], None)
    assert asked == [10]
    patient_counts._count_issues(lakeside["_id"], None)
    assert asked[2:] == [1] * 6  # the last of these three is the sixth of ten


def test_it_costs_the_same_with_many_tags_and_sites(backend, mongo_commands):
    def cost(number):
        tags = [{"_id": ObjectId(), "name": f"Tag {n}"} for n in range(number)]
        clinic = make_clinic(patientTags=tags)
        make_patients(clinic, [{"tags": [tag["_id"] for tag in tags]}])
        refresh(backend, clinic["_id"])
        with mongo_commands() as commands:
            refresh(backend, clinic["_id"])
        return commands

    assert cost(20) == cost(1)

"""A clinic's count is asked to be made again (rules PATIENT-125 and PATIENT-148)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId
from pymongo.errors import ExecutionTimeout

from kernel import db, deadline
from patients.services import patient_counts
from tests.events import emitted
from tests.factories import make_clinic, make_patients


@pytest.fixture
def lakeside():
    clinic = make_clinic()
    make_patients(clinic, [{} for _ in range(3)])
    return clinic


def refresh(api, clinic_id):
    return api.post(f"/v1/clinics/{clinic_id}/patient_count/refresh").status_code


def test_parallel_calls_count_twice_at_most(lakeside, backend, monkeypatch):
    recount, begun, may_end, runs = patient_counts.recount, threading.Event(), threading.Event(), []

    def slow(clinic_id):
        runs.append(clinic_id)
        begun.set()
        may_end.wait(5)
        return recount(clinic_id)

    monkeypatch.setattr(patient_counts, "recount", slow)
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
    monkeypatch.setattr(patient_counts, "recount", too_slow)
    assert refresh(backend, lakeside["_id"]) == 200
    assert emitted("clinic.count_doubted") == [{"clinicId": str(lakeside["_id"])}]


def test_in_a_request_time_is_left_to_leave_it_to_a_worker(lakeside, monkeypatch):
    def too_slow(_):
        db.collection("clinics").find_one({"$where": "sleep(60000) || true"})

    patient_counts.kept_counts(lakeside["_id"])
    monkeypatch.setattr(patient_counts, "recount", too_slow)
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

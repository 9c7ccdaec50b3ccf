"""MergeClinic (rules MERGE-80 to MERGE-87)."""

import threading
import time

import pytest

from clinic_records.services import closures
from kernel import db
from merges.api import merges as api
from merges.services import merging, stages
from tests import merges
from tests.cast import Api
from tests.events import deliver_all
from tests.merges import Maker

UNKNOWN = "0" * 24


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    merges.without_waiting(monkeypatch)
    monkeypatch.setattr(api, "POLL_SECONDS", 0.02)


@pytest.fixture
def worker():
    """Delivers events while a request waits."""
    left = threading.Event()

    def work():
        while not left.wait(0.02):
            deliver_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    left.set()
    thread.join()


def path(clinic):
    return f"/v1/clinics/{clinic['_id']}/merge"


def body(clinic):
    return {"sourceId": str(clinic["_id"])}


def test_the_answer_comes_when_the_merge_is_complete(backend, worker):
    source, target = Maker(1).pair()
    expected = merges.patients_of(source).keys() | merges.patients_of(target).keys()
    response = backend.post(path(target), body(source))
    assert (response.status_code, response.content) == (200, b"")
    assert merges.patients_of(target).keys() == expected
    assert backend.get(f"/v1/clinics/{source['_id']}").status_code == 404
    for code in (*source["shareCodes"], *target["shareCodes"]):
        found = backend.get(f"/v1/clinics/share_code/{code}").json()
        assert found["id"] == str(target["_id"])


def test_a_repeated_call_changes_nothing(backend, worker):
    source, target = Maker(1).pair()
    backend.post(path(target), body(source))
    while db.collection("clinicMerges").find_one({"stage": {"$ne": stages.ENDED}}):
        time.sleep(0.02)  # other services are shown the documents after the answer
    before = merges.snapshot()
    response = backend.post(path(target), body(source))
    assert (response.status_code, response.content) == (200, b"")
    assert merges.snapshot() == before


def test_a_second_call_joins_the_running_merge(backend):
    source, target = Maker(2).pair()
    answers = []

    def call():
        answers.append(Api(backend.token).post(path(target), body(source)).status_code)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    while db.collection("clinicMerges").find_one({}) is None:
        time.sleep(0.02)
    time.sleep(0.1)
    deliver_all()
    for caller in callers:
        caller.join()
    assert answers == [200, 200, 200]
    assert db.collection("clinicMerges").count_documents({}) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (None, 400),
        ({}, 400),
        ({"sourceId": ""}, 400),
        ({"sourceId": 1}, 400),
        ({"sourceId": UNKNOWN}, 404),
    ],
)
def test_a_call_without_a_source_is_refused(backend, sent, status):
    _, target = Maker(1).pair()
    assert backend.post(path(target), sent).status_code == status
    assert db.collection("clinicMerges").find_one({}) is None


def test_a_clinic_cannot_be_merged_into_itself_or_into_an_unknown_one(backend):
    source, _ = Maker(1).pair()
    response = backend.post(path(source), body(source))
    assert response.status_code == 400
    assert response.json() == {"message": "bad request: a clinic cannot be merged into itself"}
    assert backend.post(f"/v1/clinics/{UNKNOWN}/merge", body(source)).status_code == 404


def test_only_services_may_merge(ada, ben, eve, anonymous, clinic, other_clinic):
    where, sent = f"/v1/clinics/{clinic['id']}/merge", {"sourceId": other_clinic["id"]}
    for person in (ada, ben, eve):
        assert person.api.post(where, sent).status_code == 403
    assert anonymous.post(where, sent).status_code == 400


def test_a_plan_that_blocks_is_refused(backend, worker):
    source, target = Maker(3).pair()
    db.collection("clinics").update_one(
        {"_id": target["_id"]}, {"$set": {"timezone": "Europe/Vienna"}}
    )
    before = merges.snapshot()
    response = backend.post(path(target), body(source))
    assert response.status_code == 400
    assert response.json() == {"message": "bad request: the merge plan does not allow execution"}
    assert merges.snapshot() == before


def test_a_clinic_that_is_in_another_merge_is_refused(backend):
    source, target = Maker(4).pair()
    third = Maker(5).clinic("Third", 0)
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    closures.close(asked["_id"], source_id=source["_id"], target_id=target["_id"])
    response = backend.post(path(target), body(third))
    assert response.status_code == 409


def test_a_merge_that_is_taken_back_says_why(backend, monkeypatch):
    source, target = Maker(6).pair()
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    monkeypatch.setattr(api, "_merge_of", lambda call: merging.access_merge(asked["_id"]))
    merging.stop_merge(asked["_id"])
    deliver_all()
    response = backend.post(path(target), body(source))
    assert response.status_code == 409
    assert response.json()["message"].endswith("taken back: it was stopped")


def test_a_call_that_has_waited_long_enough_is_told_to_come_again(backend, monkeypatch):
    monkeypatch.setattr(api, "PATIENCE", 0.1)
    source, target = Maker(6).pair()
    response = backend.post(path(target), body(source))
    assert response.status_code == 409
    assert response.json() == {"message": api.STILL_RUNNING}
    deliver_all()
    assert backend.post(path(target), body(source)).status_code == 200

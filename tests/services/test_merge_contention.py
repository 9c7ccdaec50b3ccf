"""A merge among the changes that others make to the target all the time (rules MERGE-97 and MERGE-99)."""

import threading
import time

import pytest
from pymongo.errors import OperationFailure

from kernel import db
from kernel.errors import RetryLater
from merges.choices import MergeState
from merges.services import merging, running, steps
from patients.services import moving, patients
from patients.services.patient_details import PatientDetails
from tests import factories, merges

UNCONDITIONED = {"mrnSettings": {"required": False, "unique": False}}


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    merges.without_waiting(monkeypatch)


class Writer:
    """One client that changes the same patient of the target again and again, from the one tag to the other."""

    def __init__(self, target, user_id):
        self.target, self.user_id = target, user_id
        self.tags = [tag["_id"] for tag in target["patientTags"]]
        self.stop, self.written, self.error = threading.Event(), 0, None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.stop.is_set():
                self.write()
                self.written += 1
        except Exception as error:  # noqa: BLE001 (the test shows it)
            self.error = error

    def write(self):
        tag = self.tags[self.written % 2]
        said = {"fullName": f"Iris {self.written}", "birthDate": "1990-01-01", "tags": [str(tag)]}
        patients.update_patient(
            clinic_id=self.target["_id"], user_id=self.user_id, details=PatientDetails(said)
        )

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def pair(**target_fields):
    names = [{"_id": factories.ObjectId(), "name": name} for name in ("One", "Two")]
    source = factories.make_clinic(name="Lakeside", **UNCONDITIONED)
    target = factories.make_clinic(
        name="Hillside", patientTags=names, **UNCONDITIONED, **target_fields
    )
    return source, target


def ask(source, target):
    merges.count_patients(source, target)
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    return str(asked["_id"])


@pytest.mark.parametrize("is_of_both", [False, True])
def test_a_client_that_changes_the_target_all_the_time_does_not_hold_up_a_merge(
    is_of_both, monkeypatch
):
    """A batch takes longer than the pause between two of the client's changes."""
    source, target = pair()
    user_id = factories.make_patient(target)["userId"]
    rows = [{"userId": user_id}] if is_of_both else []
    factories.make_patients(source, [*rows, *({"mrn": None} for _ in range(11))])
    write = moving.write

    def write_slowly(changes):
        time.sleep(0.1)
        write(changes)

    monkeypatch.setattr(moving, "write", write_slowly)
    monkeypatch.setattr("merges.services.patients.BATCH", 4)
    merge_id = ask(source, target)
    with Writer(target, user_id) as writer:
        while not writer.written:
            time.sleep(0.01)
        running.run(merge_id)
        n = writer.written
        while writer.written == n and not writer.error:
            time.sleep(0.01)
    assert writer.error is None
    assert merging.access_merge(merge_id)["state"] == MergeState.COMPLETED
    assert len(merges.patients_of(target)) == 12
    assert merges.counts_are_right(target["_id"])


def conflict():
    return OperationFailure(
        "conflict", 112, {"errorLabels": ["TransientTransactionError"], "ok": 0}
    )


def test_a_batch_that_is_disturbed_takes_fewer_items_the_next_time():
    source, target = pair()
    merge = {"sourceId": source["_id"], "targetId": target["_id"]}
    taken = []

    def take(most):
        taken.append(most)
        if len(taken) < 6:
            raise conflict()

    steps.take_batch(merge, 200, take)
    assert taken == [200, 50, 12, 3, 1, 1]


def test_a_batch_that_cannot_begin_keeps_its_size(monkeypatch):
    source, target = pair()
    merge = {"sourceId": source["_id"], "targetId": target["_id"]}
    tries, taken = [], []
    hold = moving.hold

    def hold_at_last(clinic_ids):
        tries.append(1)
        if len(tries) < 4:
            raise conflict()
        hold(clinic_ids)

    monkeypatch.setattr(moving, "hold", hold_at_last)
    steps.take_batch(merge, 200, taken.append)
    assert taken == [200]


def test_a_batch_that_is_always_disturbed_is_left_to_the_next_delivery(monkeypatch):
    source, target = pair()
    monkeypatch.setattr(steps, "_PATIENCE", steps.timedelta(0))

    def take(_):
        raise conflict()

    with pytest.raises(RetryLater):
        steps.take_batch({"sourceId": source["_id"], "targetId": target["_id"]}, 200, take)


@pytest.mark.foreign_documents
def test_large_records_make_small_batches(monkeypatch):
    """Each batch ends: of records near the limit of a document it takes a few."""
    monkeypatch.setattr("merges.services.patients.MOST_BYTES", 100_000)
    source, target = pair()
    note = "x" * 40_000
    factories.make_patients(source, [{"mrn": None, "note": note} for _ in range(7)])
    factories.make_patients(target, [{"fullName": "Iris Example", "note": note} for _ in range(5)])
    taken, write = [], moving.write

    def counted(changes):
        taken.append(len(changes))
        write(changes)

    monkeypatch.setattr(moving, "write", counted)
    merge_id = ask(source, target)
    running.run(merge_id)
    assert merging.access_merge(merge_id)["state"] == MergeState.COMPLETED
    assert max(taken) <= 2
    assert sum(taken) == 7
    assert db.collection("patients").count_documents({"clinicId": target["_id"]}) == 12


@pytest.mark.foreign_documents
def test_a_document_of_merge_plans_holds_no_more_records_than_it_has_room_for(monkeypatch):
    monkeypatch.setattr("merges.services.patients.MOST_BYTES", 100_000)
    source, target = pair()
    same = {"fullName": "Iris Example", "birthDate": "1990-01-01", "note": "x" * 40_000}
    factories.make_patients(source, [same])
    factories.make_patients(target, [same for _ in range(5)])
    merge_id = ask(source, target)
    running.run(merge_id)
    plans = [d["plan"] for d in merges.plan_documents(merging.access_merge(merge_id))]
    listed = [len(o) for plan in plans for o in (plan.get("conflicts") or {}).values()]
    assert listed == [2]

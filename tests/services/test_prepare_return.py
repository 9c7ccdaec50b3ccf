"""`manage.py prepare_return`: what earlier versions of this service have left in shared documents goes."""

import io
import time
from datetime import UTC, datetime, timedelta

import pytest
from bson import Binary
from django.core.management import call_command
from pymongo import ASCENDING

from kernel import clock, db, indexes, returning
from patients import kept
from tests.other_service import existing, writer
from tests.other_service.writer import OtherWriter, Working

pytestmark = [pytest.mark.foreign_writes, pytest.mark.foreign_documents]


def run():
    out = io.StringIO()
    call_command("prepare_return", stdout=out)
    return out.getvalue()


@pytest.fixture
def other_service():
    """A database of the other service, without clinics of many patients."""
    patients = db.database()["patients"]
    patients.drop_index("UniqueMrnV2")  # there two MRNs may differ in nothing but case
    existing.fill(db.database(), seed=16, now=clock.now(), large=20)
    yield documents()
    patients.delete_many({})
    indexes.ensure()


def documents():
    return {name: sorted_by_id(name) for name in existing.SHARED}


def sorted_by_id(name):
    return list(db.database()[name].find({}, sort=[("_id", ASCENDING)]))


def leave_what_earlier_versions_left():
    """In every document of these collections."""
    database, answer = db.database(), Binary(b"{}")
    for name, prefix in (("patients", ""), ("patient_deletions", "patient.")):
        database[name].update_many({}, {"$set": {f"{prefix}searchKey": "2iris\x1f"}})
        for part in ("cgmStats", "bgmStats"):
            path = f"{prefix}summary.{part}"
            with_part = {path: {"$type": "object"}}
            database[name].update_many(with_part, {"$set": {f"{path}.answer": answer}})
    for number, (name, field) in enumerate(
        [("redox", "deliveryKey"), ("xealth_order", "deliveryKey"), ("confirmations", "emailKey")]
    ):
        database[name].update_many({}, {"$set": {field: f"key {number}"}})


def test_shared_documents_are_as_the_other_service_has_written_them(other_service):
    leave_what_earlier_versions_left()
    assert all(documents()[name] != other_service[name] for name in returning.DERIVED)

    printed = run()

    for name, expected in other_service.items():
        assert sorted_by_id(name) == expected, name
    assert "django_migrations" in printed
    assert "auth_user" in printed
    assert f"patients: {len(other_service['patients'])} documents had searchKey" in printed


# --- while the other service writes
FEWEST_STEPS = 150
PARTS = {
    "patient_deletions": "patient",
    "clinician_deletions": "clinician",
    "clinic_deletions": "clinic",
}


@pytest.fixture
def twin():
    """A second database, which this service has never seen."""
    name = f"{db.database().name}_twin"
    yield db.client().get_database(name, codec_options=db.database().codec_options)
    db.client().drop_database(name)


def other_writer(database, monkeypatch):
    """Whose steps and times follow from their number alone."""
    clinics = sorted(clinic["_id"] for clinic in database["clinics"].find({}, {"_id": 1}))
    began, one = datetime(2026, 1, 1, tzinfo=UTC), []

    def now():
        return began + timedelta(seconds=one[0].steps.total() if one else 0)

    monkeypatch.setattr(writer, "now", now)
    one.append(OtherWriter(database, clinics, seed=16))
    return one[0]


def by_place(database):
    """(collection, id) -> the document. Archives have ids of the driver's, so they are named by what they hold."""
    found = {}
    for name in existing.SHARED:
        for document in database[name].find({}):
            part = document.get(PARTS.get(name))
            if part is not None:
                del document["_id"]
            found[name, part["_id"] if part else document["_id"]] = document
    return found


def test_what_the_other_service_writes_meanwhile_is_as_if_it_were_alone(
    other_service, twin, monkeypatch
):
    existing.begin(twin)
    for name, stored in other_service.items():
        if stored:
            twin[name].insert_many(stored)
    leave_what_earlier_versions_left()
    monkeypatch.setattr(returning, "BATCH", 5)

    at_work = other_writer(db.database(), monkeypatch)
    with Working(at_work, per_second=1000):
        run()
        during = at_work.steps.total()
        while at_work.steps.total() < FEWEST_STEPS:
            time.sleep(0.01)
    assert during > 0

    alone = other_writer(twin, monkeypatch)
    for _ in range(at_work.steps.total()):
        alone.step()
    assert alone.steps == at_work.steps
    expected, found = by_place(twin), by_place(db.database())
    assert found.keys() == expected.keys()
    different = {place: fields_that_differ(found[place], expected[place]) for place in found}
    assert {place: fields for place, fields in different.items() if fields} == {}


def fields_that_differ(one, other):
    """name -> both values"""
    names = one.keys() | other.keys()
    return {n: (one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)}


def test_what_is_archived_meanwhile_keeps_nothing_of_ours(other_service, monkeypatch):
    """A record that was not read yet takes its fields along into the archive."""
    leave_what_earlier_versions_left()
    remove = returning.remove

    def delayed(collection):
        if collection == "patients":
            gone = db.database()["patients"].find_one_and_delete({})
            archived = {"deletedTime": clock.now(), "patient": gone}
            db.database()["patient_deletions"].insert_one(archived)
        return remove(collection)

    monkeypatch.setattr(returning, "remove", delayed)
    run()
    archives = db.database()["patient_deletions"]
    assert archives.count_documents({}) == len(other_service["patient_deletions"]) + 1
    assert archives.count_documents({"patient.searchKey": {"$exists": True}}) == 0


def test_nothing_is_written_where_nothing_of_ours_is(other_service):
    printed = run()
    assert "patients: 0 documents" in printed
    assert documents() == other_service


def test_all_batches_are_gone_through(other_service, monkeypatch):
    monkeypatch.setattr(returning, "BATCH", 7)
    leave_what_earlier_versions_left()
    steps = list(returning.remove("patients"))
    assert len(steps) > 5
    assert steps[-1].n == steps[-1].changed == len(other_service["patients"])
    assert documents()["patients"] == other_service["patients"]


def test_indexes_of_earlier_versions_go(other_service):
    db.database()["patients"].create_index([("clinicId", 1), ("searchKey", 1)], name="ListSearch")
    assert "patients.ListSearch" in run()
    assert "ListSearch" not in db.database()["patients"].index_information()
    assert "UniquePatient" in db.database()["patients"].index_information()


def test_it_says_what_stays(other_service):
    printed = run()
    assert "in redox: raw, reason" in printed
    assert kept.ROWS in printed.splitlines()[-1]

"""`manage.py prepare_return`: what earlier versions of this service have left in shared documents goes."""

import io

import pytest
from bson import Binary
from django.core.management import call_command
from pymongo import ASCENDING

from kernel import clock, db, indexes, returning
from patients import kept
from tests.other_service import existing

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

"""Indexes on existing data (rules PATIENT-144 and PATIENT-145)."""

import pytest

from kernel import db, indexes
from tests.factories import make_clinic, make_patients

MRN_TAKEN = {"message": "bad request: mrn must be unique"}
BODY = {"fullName": "Iris Moss", "birthDate": "1990-01-01"}


@pytest.fixture
def without_the_index():
    db.database()["patients"].drop_index("UniqueMrnV2")
    yield
    db.collection("patients").delete_many({})
    indexes.ensure()


def test_mrns_that_differ_in_case_are_told_and_stop_nothing(without_the_index):
    """As the other service writes them: its index compares letter by letter."""
    same = [{"mrn": "a1", "requireUniqueMrn": True}, {"mrn": "Á1", "requireUniqueMrn": True}]
    lakeside, hillside = make_clinic(), make_clinic()
    make_patients(lakeside, [*same, {"mrn": "b1", "requireUniqueMrn": True}])
    make_patients(hillside, [*same, {"mrn": "A1", "requireUniqueMrn": True}, {"mrn": "A1"}])
    (problem,) = indexes.ensure().problems
    assert problem.title == "patients.UniqueMrnV2"
    assert problem.text.startswith("5 records of 2 clinics have the MRN of another patient")
    assert dict(problem.clinics) == {hillside["_id"]: 3, lakeside["_id"]: 2}


def test_the_service_itself_refuses_a_taken_mrn_meanwhile(without_the_index, clinic, ada):
    collection = db.collection("clinics")
    collection.update_one({}, {"$set": {"mrnSettings": {"required": False, "unique": True}}})
    path = f"/v1/clinics/{clinic['id']}/patients"
    assert ada.api.post(path, {**BODY, "mrn": "A1"}).status_code == 200
    other = ada.api.post(path, {**BODY, "mrn": "B1"}).json()
    refused = [
        ada.api.post(path, {**BODY, "mrn": "a1"}),
        ada.api.put(f"{path}/{other['id']}", {**BODY, "mrn": "á1"}),
    ]
    assert [(answer.status_code, answer.json()) for answer in refused] == [(400, MRN_TAKEN)] * 2


def test_all_declared_indexes_exist_as_declared():
    assert indexes.missing() == []
    assert len(db.database()["patients"].index_information()) <= 64

"""Tags and sites that another system has given to a patient a moment ago, before its write was followed: what removes,
merges, converts or assigns them finds the patient by the record."""

import pytest
from bson import ObjectId

from kernel import db
from patients import kept
from patients.services import derived
from tests.events import deliver_all
from tests.factories import make_patient

pytestmark = pytest.mark.foreign_writes


@pytest.fixture
def url(clinic):
    return f"/v1/clinics/{clinic['id']}"


@pytest.fixture
def patient(clinic, url):
    return make_patient({"_id": ObjectId(clinic["id"])})


def stored(patient):
    return db.collection("patients").find_one({"_id": patient["_id"]})


def write_elsewhere(patient, **fields):
    """Past the fixture that follows what tests write."""
    db.database()["patients"].update_one({"_id": patient["_id"]}, {"$set": fields})


def settle(patient):
    deliver_all()
    derived.follow([patient["_id"]])


def ids_listed(ada, url, query):
    return [row["id"] for row in ada.api.get(f"{url}/patients?{query}").json()["data"]]


def make_tag(ada, url):
    return ada.api.post(f"{url}/patient_tags", {"name": "Pregnant"}).json()["id"]


def make_site(ada, url, name):
    return ada.api.post(f"{url}/sites", {"name": name}).json()["id"]


def counts(ada, url):
    clinic = ada.api.get(url).json()
    found = [*clinic.get("patientTags", []), *clinic.get("sites", [])]
    return {item["name"]: item.get("numPatients") for item in found}


def test_a_deleted_tag_is_taken_away(ada, url, patient):
    tag_id = make_tag(ada, url)
    write_elsewhere(patient, tags=[ObjectId(tag_id)])
    assert ada.api.delete(f"{url}/patient_tags/{tag_id}").status_code < 300
    settle(patient)
    assert stored(patient)["tags"] == []
    assert ids_listed(ada, url, "tags=_") == [patient["userId"]]


def test_a_deleted_site_is_taken_away(ada, url, patient):
    site_id = make_site(ada, url, "North")
    write_elsewhere(patient, sites=[{"id": ObjectId(site_id), "name": "North"}])
    assert ada.api.delete(f"{url}/sites/{site_id}").status_code < 300
    settle(patient)
    assert stored(patient)["sites"] == []
    assert ids_listed(ada, url, "sites=_") == [patient["userId"]]


def test_a_tag_that_becomes_a_site_is_replaced(ada, backend, url, patient):
    tag_id = make_tag(ada, url)
    write_elsewhere(patient, tags=[ObjectId(tag_id)])
    site = backend.post(f"{url}/patient_tags/{tag_id}/site").json()
    settle(patient)
    assert stored(patient)["tags"] == []
    assert [str(s["id"]) for s in stored(patient)["sites"]] == [site["id"]]
    assert counts(ada, url) == {"Pregnant": 1}


def test_a_merged_site_is_replaced(ada, backend, url, patient):
    north, south = make_site(ada, url, "North"), make_site(ada, url, "South")
    write_elsewhere(patient, sites=[{"id": ObjectId(north), "name": "North"}])
    assert backend.post(f"{url}/sites/{south}/merge", {"id": north}).status_code == 200
    settle(patient)
    assert [s["name"] for s in stored(patient)["sites"]] == ["South"]
    assert counts(ada, url) == {"South": 1}


def test_a_tag_for_all_reaches_a_patient_who_is_not_followed_yet(ada, backend, url, patient):
    tag_id = make_tag(ada, url)
    db.database()[kept.ROWS].delete_many({})
    answer = backend.post(f"{url}/patients/assign_tag/{tag_id}", None)
    assert answer.status_code == 200, answer.content
    settle(patient)
    assert stored(patient)["tags"] == [ObjectId(tag_id)]

"""A database that the other service has filled, with every quirk of its documents, served by this one."""

from contextlib import suppress
from random import Random

import bson
import pytest
from django.core.management import CommandError, call_command

from kernel import clock, db, indexes
from tests.cast import make_person
from tests.conftest import KEPT
from tests.factories import make_clinician
from tests.list_questions import differences
from tests.other_service.existing import SHARED, begin, fill

pytestmark = pytest.mark.foreign_documents
SEED = 16
NEW_NAME = "Another Name"
SMALL = 300  # patients of the clinic that elsewhere has 2,000


@pytest.fixture(autouse=True)
def clean_state(django_db_setup):
    """Replaces the fixture that empties the database: the module keeps its patients."""


@pytest.fixture(scope="module")
def existing(django_db_setup):
    for name in set(db.database().list_collection_names()) - KEPT:
        db.database()[name].delete_many({})
    yield go_over()
    # They have other indexes than ours.
    for name in SHARED:
        db.database().drop_collection(name)
    indexes.ensure()


def go_over():
    begin(db.database())
    existing_database = fill(db.database(), seed=SEED, now=clock.now(), large=SMALL)
    with suppress(CommandError):  # two MRNs are equal but for their case, so an index is missing
        call_command("ensure_indexes", verbosity=0)
    call_command("prepare", verbosity=0)
    return existing_database


@pytest.fixture(scope="module")
def member(existing):
    person = make_person("Quirk Member")
    for clinic in existing.clinics:
        make_clinician(clinic, person, "CLINIC_ADMIN")
    return person


def body_of(api, path):
    answer = api.get(path)
    assert answer.status_code == 200, (path, answer.content)
    return answer.json()


def patients_of(clinic):
    return list(db.database()["patients"].find({"clinicId": clinic["_id"]}))


def test_everyone_is_listed(existing, member):
    for clinic in existing.clinics:
        body = body_of(member.api, f"/v1/clinics/{clinic['_id']}/patients?limit=1000")
        shown = sorted(patient["id"] for patient in body["data"])
        assert shown == sorted(record["userId"] for record in patients_of(clinic))
        assert body["meta"] == {"count": len(shown), "totalCount": len(shown)}


def test_lists_reports_and_counts_are_what_the_records_say(existing, member, monkeypatch):
    # A tier of another system has no description, against the contract (rule CLINIC-40).
    monkeypatch.setattr("tests.cast.check_against_description", lambda _: None)
    dice, get = Random(SEED), lambda path: body_of(member.api, path)
    for clinic in existing.clinics:
        n = 25 if "patientTags" in clinic else 5
        assert differences(get, db.database(), clinic["_id"], dice=dice, questions=n) == []


# --- single records -------------------------------------------------------------------------------
def quirky(existing):
    """(quirk, record) of everyone in the clinic of quirks."""
    records = {record["_id"]: record for record in patients_of(existing.lakeside)}
    return [(name, records[record_id]) for name, record_id in existing.patients.items()]


def change_name(api, clinic, record):
    """As a client does: the record is read, and sent back with a new name."""
    path = f"/v1/clinics/{clinic['_id']}/patients/{record['userId']}"
    body = body_of(api, path)
    return api.put(path, {**body, "fullName": NEW_NAME})


CHANGED = {"fullName", "updatedTime", "requireUniqueMrn", "searchKey"}
# The client sends what it was shown, which is not always what is stored (rules PATIENT-2, PATIENT-15, PATIENT-47,
# PATIENT-53, PATIENT-73).
ALSO_CHANGED = {
    "a profile without birthday": {"birthDate"},
    "no birthday": {"birthDate"},
    "an address that was removed": {"email"},
    "an address in capitals": {"email"},
    "no address at all": {"email"},
    "an empty MRN": {"mrn"},
    "blanks around the MRN": {"mrn"},
    "a tag that the clinic has deleted": {"tags"},
    "an empty list of data sources": {"dataSources"},
}


def unedited(quirk, record):
    """Each field in the bytes that are stored. Sites count without what is in no answer: numbers, and the same again."""
    kept = {name: value for name, value in record.items() if name not in CHANGED}
    kept = {name: kept[name] for name in kept.keys() - ALSO_CHANGED.get(quirk, set())}
    if kept.get("sites"):
        kept["sites"] = [
            {"id": i, "name": n} for i, n in {s["id"]: s["name"] for s in kept["sites"]}.items()
        ]
    return {name: bson.encode({name: value}) for name, value in kept.items()}


@pytest.mark.walk
def test_a_change_of_one_field_changes_no_other_whatever_the_record_holds(existing, member):
    refused, changed = {}, {}
    for quirk, record in quirky(existing):
        answer = change_name(member.api, existing.lakeside, record)
        after = db.database()["patients"].find_one({"_id": record["_id"]})
        if answer.status_code != 200:
            refused[quirk] = answer.status_code
        elif unedited(quirk, record) != unedited(quirk, after) or after["fullName"] != NEW_NAME:
            changed[quirk] = (record, after)
    assert refused == {"a site that the clinic has deleted": 422}  # rule PATIENT-19
    assert changed == {}

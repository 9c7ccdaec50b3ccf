"""Malformed records are shown to staff as far as possible: no page fails for them.

All fields of one level are broken at once, level by level, because a broken field hides what is below it. Below the
second level some of the types find nothing that the others do not.
"""

from urllib.parse import urlencode

import pytest
from django import forms
from pymongo.errors import WriteError

from kernel import clock, db, safe_reading
from patients import kept
from patients.admin.list_columns import COLUMNS
from tests.api.test_broken_records import (
    IN_THE_DEEP,
    NEEDED,
    WRONG,
    World,
    fill,
    leaves,
    with_broken,
)
from tests.replay import replayed

LEVELS = (1, 2, 3, 4)
KINDS = (
    "null",
    "a text",
    "a number",
    "a number in a list",
    "an empty object in a list",
    "not a number",
)
SETTINGS = ("profile", "limits", "tier", "mrn", "ehr", "timezone", "notifications", "restrictions")  # fmt: skip


@pytest.fixture
def world(clinic, ada, cy, dot, backend):
    clinic_id = str(clinic["_id"])
    patient = replayed("world", lambda: fill(clinic_id, ada, cy, dot))
    db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})
    objects = World({"id": clinic_id}, ada, cy, dot, backend, patient)
    counted = {"total": 5, "demo": 0, "plan": 5, "providers": {"dexcom": {"states": {"connected": 1}, "total": 1}}}  # fmt: skip
    limits = {"hardLimit": {"plan": 5, "startDate": clock.now()}}
    fields = {"patientCount": counted, "patientCountSettings": limits}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})
    subscription = {"active": True, "matchedMessages": [{"id": objects.patient["_id"]}]}
    db.collection("patients").update_one(
        {"_id": objects.patient["_id"]},
        {"$set": {"ehrSubscriptions": {"summaryAndReports": subscription}}},
    )
    return objects


def pages_of(world, person):
    at, user_id = f"clinics/{world.clinic_id}", world.dot.user_id
    all_columns = urlencode({"columns": [column.name for column in COLUMNS]}, doseq=True)
    patient, member = f"{at}/patients/{user_id}/", f"{at}/members/{person.user_id}/"
    return {
        "clinics": [
            "clinics/", "clinics/export", "clinics/attention", f"{at}/", f"{at}/labels/", f"{at}/members/",
            f"{at}/members/roles", f"{at}/patients/remove", f"{at}/patients/move", f"{at}/patients/", f"{at}/patients/export", f"{at}/delete", f"{at}/history", patient,
            *(f"{at}/settings/{name}" for name in SETTINGS),
        ],
        "patients": [f"{at}/patients/?{all_columns}", f"{at}/patients/export", patient, f"{patient}remove", f"{patient}demographics", f"users/?q={user_id}"],
        "clinicians": [f"{at}/members/", f"{at}/members/roles", f"{at}/members/export", member, f"{member}remove", f"users/?q={person.user_id}"],
    }  # fmt: skip


def store_broken(document, collection, level, kind):
    """Break all fields of a level; where MongoDB refuses that (two lists in one index), only those that are lists."""
    paths = [p for p in leaves(document) if p[0] not in NEEDED[collection] and len(p) == level]
    lists = [path for path in paths if isinstance(document.get(path[0]), list)]
    for chosen in (paths, lists):
        changed = document
        for path in chosen:
            changed = with_broken(changed, path, WRONG[kind])
        if is_stored(collection, changed):
            return


def is_stored(collection, document):
    try:
        db.database()[collection].replace_one({"_id": document["_id"]}, document)
    except WriteError:
        return False
    return True


@pytest.fixture
def bare_pages(bare_frame, monkeypatch):
    """Without drawing the choice of five hundred time zones; the selected one is determined before."""
    monkeypatch.setattr(forms.Select, "_render", lambda *_: "")


def status_of(person, path):
    response = person.export(path) if path.endswith("/export") else person.get(path)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


@pytest.mark.foreign_writes
@pytest.mark.walk
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("collection", ["clinics", "patients", "clinicians"])
def test_no_page_fails_for_a_broken_record(world, ben, root, bare_pages, collection, kind):
    root.client.raise_request_exception = False
    queries = {
        "clinics": {"_id": world.clinic_id},
        "patients": {"_id": world.patient["_id"]},
        "clinicians": {"userId": ben.user_id},
    }
    document = db.collection(collection).find_one(queries[collection])
    failures = []
    for level in LEVELS if kind in IN_THE_DEEP else LEVELS[:2]:
        store_broken(document, collection, level, kind)
        answers = {path: status_of(root, path) for path in pages_of(world, ben)[collection]}
        failures += [(level, path, status) for path, status in answers.items() if status != 200]
    assert failures == []


@pytest.mark.foreign_documents
def test_a_broken_field_is_counted_in_a_metric(clinic, root):
    db.collection("patients").update_one({"clinicId": clinic["_id"]}, {"$set": {"sites": "x"}})
    count_before = safe_reading.BROKEN.labels("patient")._value.get()

    assert root.get(f"clinics/{clinic['_id']}/patients/").status_code == 200

    assert safe_reading.BROKEN.labels("patient")._value.get() == count_before + 1

"""Entries of a clinic's tags and sites that are broken stand in the way of none of the others (rule ACCOUNT-75; see
also test_broken_records.py)."""

import pytest
from bson import ObjectId

from kernel import db
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient

TAG, OTHER_TAG, SITE, OTHER_SITE = (ObjectId(letter * 24) for letter in "abcd")
BROKEN = ["x", 5, None, [], {}, {"name": "Nameless"}, {"name": 5}]


@pytest.fixture
def lakeside(ben):
    tags = [{"_id": TAG, "name": "Pump"}, {"_id": OTHER_TAG, "name": "Pen"}]
    sites = [{"id": SITE, "name": "North"}, {"id": OTHER_SITE, "name": "South"}]
    broken_tags = [*BROKEN, {"_id": ObjectId()}, {"_id": [TAG], "name": "x"}]
    broken_sites = [*BROKEN, {"id": ObjectId()}, {"id": [SITE], "name": "x"}]
    document = make_clinic(
        isMigrated=True, patientTags=[*broken_tags, *tags], sites=[*broken_sites, *sites]
    )
    make_clinician(document, ben, "CLINIC_ADMIN")
    return document


def url(clinic, path):
    return f"/v1/clinics/{clinic['_id']}/{path}"


def names(clinic, field):
    stored = db.collection("clinics").find_one({"_id": clinic["_id"]})[field]
    return [entry["name"] for entry in stored if isinstance(entry, dict) and len(entry) == 2]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "patient_tags", {"name": "Loop"}, 200),
        ("post", "patient_tags", {"name": "pump"}, 409),
        ("put", f"patient_tags/{TAG}", {"name": "Loop"}, 200),
        ("put", f"patient_tags/{TAG}", {"name": "Pen"}, 409),
        ("delete", f"patient_tags/{TAG}", None, 204),
        ("post", f"patient_tags/{TAG}/site", None, 200),
        ("post", "sites", {"name": "West"}, 200),
        ("post", "sites", {"name": "north"}, 409),
        ("put", f"sites/{SITE}", {"name": "West"}, 200),
        ("put", f"sites/{SITE}", {"name": "South"}, 409),
        ("delete", f"sites/{SITE}", None, 204),
        ("post", f"sites/{SITE}/merge", {"id": str(OTHER_SITE)}, 200),
    ],
)
@pytest.mark.foreign_documents
def test_whole_entries_are_made_renamed_and_removed_beside_broken_ones(
    lakeside, backend, method, path, body, status
):
    make_patient(lakeside, tags=[TAG], sites=[{"id": SITE, "name": "North"}])
    arguments = () if body is None else (body,)
    answer = getattr(backend, method)(url(lakeside, path), *arguments)
    assert answer.status_code == status, answer.content


@pytest.mark.foreign_documents
def test_a_patient_gets_tags_and_sites_of_such_a_clinic(lakeside, ben):
    body = {
        "fullName": "Iris Example",
        "birthDate": "1990-01-01",
        "tags": [str(TAG), str(ObjectId())],
        "sites": [{"id": str(SITE), "name": "North"}],
    }
    created = ben.api.post(url(lakeside, "patients"), body)
    assert created.status_code == 200, created.content
    path = url(lakeside, f"patients/{created.json()['id']}")
    changed = ben.api.put(path, {**body, "tags": [str(OTHER_TAG)]})
    assert changed.status_code == 200, changed.content

    stored = stored_patient(lakeside, created.json()["id"])
    assert (stored["tags"], stored["sites"]) == ([OTHER_TAG], [{"id": SITE, "name": "North"}])


@pytest.mark.parametrize("value", ["x", 5, {}, {"_id": TAG, "id": SITE, "name": "North"}])
def test_what_is_no_list_gives_way_to_the_first_entry(lakeside, ben, value):
    def spoil():
        db.collection("clinics").update_one(
            {"_id": lakeside["_id"]}, {"$set": {"patientTags": value, "sites": value}}
        )

    for path, entry in (("patient_tags", TAG), ("sites", SITE)):
        spoil()
        assert ben.api.put(url(lakeside, f"{path}/{entry}"), {"name": "x"}).status_code == 404
    assert ben.api.delete(url(lakeside, f"sites/{SITE}")).status_code == 404
    assert ben.api.delete(url(lakeside, f"patient_tags/{TAG}")).status_code == 204
    for path, field in (("patient_tags", "patientTags"), ("sites", "sites")):
        assert ben.api.post(url(lakeside, path), {"name": "North"}).status_code == 200
        assert names(lakeside, field) == ["North"]


@pytest.mark.parametrize("value", ["x", 5, {"roles": []}, [5, "x"]])
@pytest.mark.foreign_documents
def test_a_role_changes_whatever_its_history_holds(lakeside, ben, cy, backend, value):
    make_clinician(lakeside, cy, rolesUpdates=value)
    path = url(lakeside, f"clinicians/{cy.user_id}")

    answer = backend.put(path, {"email": cy.email, "roles": ["CLINIC_ADMIN"]})

    assert answer.status_code == 200, answer.content
    stored = db.collection("clinicians").find_one({"userId": cy.user_id})
    assert stored["rolesUpdates"][-1]["roles"] == ["CLINIC_ADMIN"]

"""Tags (rules CLINIC-57 to CLINIC-69)."""

import pytest
from bson import ObjectId

from kernel import clock, db
from patients import kept
from tests.events import deliver_all, emitted

UNKNOWN = "0" * 24
FULL = {
    "message": "constraint violation: the clinic already has the maximum number of 50 patient tags"
}
DUPLICATE = {"message": "duplicate patient tag"}


def tags(clinic, *more):
    clinic_id = clinic if isinstance(clinic, str) else clinic["id"]
    return "/".join(["/v1/clinics", clinic_id, "patient_tags", *more])


def stored(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def names(clinic):
    return [tag["name"] for tag in stored(clinic).get("patientTags", [])]


def fill(clinic, field="patientTags", key="_id", count=50):
    items = [{key: ObjectId(), "name": f"n{number}"} for number in range(count)]
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": {field: items}})
    return items


def add_patient(clinic, user_id, **fields):
    moment = clock.now()
    db.collection("patients").insert_one(
        {
            "clinicId": ObjectId(clinic["id"]),
            "userId": user_id,
            "createdTime": moment,
            "updatedTime": moment,
            **fields,
        }
    )
    db.collection(kept.COUNTS).delete_one({"_id": ObjectId(clinic["id"])})


def patient(user_id):
    return db.collection("patients").find_one({"userId": user_id})


def test_members_add_tags(clinic, ben, cy):
    response = ben.api.post(tags(clinic), {"name": "Type 1", "id": UNKNOWN})
    assert response.status_code == 200
    assert response.json().keys() == {"id", "name"}
    assert response.json()["id"] != UNKNOWN
    assert stored(clinic)["patientTags"] == [
        {"_id": ObjectId(response.json()["id"]), "name": "Type 1"}
    ]
    assert cy.api.post(tags(clinic), {"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a", 200),
        ("ä" * 20, 200),
        ("a" * 21, 400),
        ("", 400),
        ("\u00a0 ", 400),
        (" a b\tc", 200),
        ("_+<>-", 200),
        ("a.b", 400),
        ("😀", 400),
        ("٣x", 200),
        (None, 400),
        (7, 400),
    ],
)
def test_tag_names_are_normalised_and_checked(clinic, ben, name, status):
    assert ben.api.post(tags(clinic), {"name": name}).status_code == status
    assert len(names(clinic)) == (status == 200)


def test_names_are_trimmed(clinic, ben):
    assert ben.api.post(tags(clinic), {"name": "Type 1 \t"}).json()["name"] == "Type 1"
    assert names(clinic) == ["Type 1"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("type1", 409),
        ("TYPE 1", 409),
        ("T y p e 1", 409),
        ("Type\t1", 409),
        ("Type\u00a01", 409),
        ("Type 2", 200),
    ],
)
def test_names_are_equal_but_for_case_and_spaces(clinic, ben, name, status):
    ben.api.post(tags(clinic), {"name": "Type 1"})
    response = ben.api.post(tags(clinic), {"name": name})
    assert response.status_code == status
    if status == 409:
        assert response.json() == DUPLICATE


def test_case_is_ignored_beyond_ascii(clinic, ben):
    ben.api.post(tags(clinic), {"name": "Ärzte"})
    assert ben.api.post(tags(clinic), {"name": "ärzte"}).status_code == 409


def test_the_fifty_first_tag_is_refused_and_so_is_a_duplicate_in_a_full_clinic(clinic, ben):
    fill(clinic, count=49)
    assert ben.api.post(tags(clinic), {"name": "fiftieth"}).status_code == 200
    for name in ("one more", "n1"):
        response = ben.api.post(tags(clinic), {"name": name})
        assert (response.status_code, response.json()) == (422, FULL)
    assert len(names(clinic)) == 50


def test_tags_of_unknown_clinics(backend):
    calls = [
        backend.post(tags(UNKNOWN), {"name": "a"}),
        backend.put(tags(UNKNOWN, UNKNOWN), {"name": "a"}),
        backend.delete(tags(UNKNOWN, UNKNOWN)),
        backend.post(tags(UNKNOWN, UNKNOWN, "site")),
    ]
    assert {(c.status_code, c.json()["message"]) for c in calls} == {(404, "clinic not found")}


def test_members_rename_tags(clinic, ben):
    one, other = fill(clinic, count=2)
    url = tags(clinic, str(one["_id"]))
    response = ben.api.put(url, {"name": "N.0"})
    assert response.status_code == 400
    response = ben.api.put(url, {"name": "N 0 "})
    assert (response.status_code, response.json()) == (200, {"id": str(one["_id"]), "name": "N 0"})
    answer = ben.api.put(url, {"name": "N1"})
    assert (answer.status_code, answer.json()) == (409, DUPLICATE)
    assert names(clinic) == ["N 0", other["name"]]


def test_a_full_clinic_renames_and_an_unknown_tag_is_not_found(clinic, ben):
    one, *_ = fill(clinic)
    assert ben.api.put(tags(clinic, str(one["_id"])), {"name": "new"}).status_code == 200
    response = ben.api.put(tags(clinic, UNKNOWN), {"name": "else"})
    assert (response.status_code, response.json()) == (404, {"message": "patient tag not found"})


def test_deleted_tag_is_removed_from_patients_by_an_event(clinic, other_clinic, ada, ben):
    one, other = fill(clinic, count=2)
    add_patient(clinic, "0000000001", tags=[one["_id"], other["_id"]])
    add_patient(clinic, "0000000002")
    add_patient(other_clinic, "0000000003", tags=[one["_id"]])
    url = tags(clinic, str(one["_id"]))
    assert ben.api.delete(url).status_code == 403
    assert ada.api.delete(url).status_code == 204
    assert names(clinic) == [other["name"]]
    assert stored(clinic)["lastDeletedPatientTag"] == one["_id"]
    assert patient("0000000001")["tags"] == [one["_id"], other["_id"]]
    event = {"clinicId": clinic["id"], "tagId": str(one["_id"])}
    assert emitted("clinic.tag_deleted") == [event]
    deliver_all()
    assert patient("0000000001")["tags"] == [other["_id"]]
    assert "tags" not in patient("0000000002")
    assert patient("0000000003")["tags"] == [one["_id"]]
    assert ada.api.delete(url).status_code == 204


def test_a_tag_becomes_a_site_of_its_patients(clinic, ada, backend):
    one, other = fill(clinic, count=2)
    fill(clinic, "sites", "id", count=1)
    add_patient(clinic, "0000000001", tags=[one["_id"], other["_id"]])
    add_patient(clinic, "0000000002", tags=[one["_id"]], sites=[{"id": ObjectId(), "name": "S"}])
    add_patient(clinic, "0000000003", tags=[other["_id"]])
    url = tags(clinic, str(one["_id"]), "site")
    assert ada.api.post(url).status_code == 403
    response = backend.post(url)
    assert response.status_code == 200
    site = response.json()
    assert (site["name"], site["numPatients"], site["patients"]) == ("n0 (2)", 2, 2)
    expected_site = {"id": ObjectId(site["id"]), "name": "n0 (2)"}
    assert patient("0000000001")["sites"] == [expected_site]
    assert patient("0000000001")["tags"] == [other["_id"]]
    assert patient("0000000002")["sites"][1] == expected_site
    assert "sites" not in patient("0000000003")
    assert names(clinic) == ["n1"]
    assert stored(clinic)["lastDeletedPatientTag"] == one["_id"]
    again = backend.post(url)
    assert again.json() == {"message": "unable to find patient tag: not found"}
    assert again.status_code == 404


def test_tag_conversion_in_a_clinic_full_of_sites_is_refused(clinic, backend):
    one, *_ = fill(clinic, count=1)
    fill(clinic, "sites", "id")
    add_patient(clinic, "0000000001", tags=[one["_id"]])
    response = backend.post(tags(clinic, str(one["_id"]), "site"))
    assert (response.status_code, response.json()) == (409, {"message": "conflict"})
    assert names(clinic) == ["n0"]
    assert patient("0000000001")["tags"] == [one["_id"]]

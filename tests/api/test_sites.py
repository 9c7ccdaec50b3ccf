"""Sites (rules CLINIC-70 to CLINIC-81)."""

import pytest
from bson import ObjectId

from clinics.services import sites as site_service
from clinics.services import tags as tag_service
from clinics.services.sites import NO_SITE, free_name
from kernel import db
from kernel.errors import BadRequest
from tests.api.test_tags import add_patient, fill, patient, stored

UNKNOWN = "0" * 24
FULL = {"message": "constraint violation: the clinic already has the maximum number of 50 sites"}


def sites(clinic, *more):
    clinic_id = clinic if isinstance(clinic, str) else clinic["id"]
    return "/".join(["/v1/clinics", clinic_id, "sites", *more])


def names(clinic):
    return [site["name"] for site in stored(clinic).get("sites", [])]


def make_sites(clinic, count=2):
    return fill(clinic, "sites", "id", count)


def test_admins_add_sites(clinic, ada, ben):
    assert ben.api.post(sites(clinic), {"name": "North"}).status_code == 403
    response = ada.api.post(sites(clinic), {"name": "North"})
    assert response.status_code == 200
    assert response.json().keys() == {"id", "name"}
    assert stored(clinic)["sites"] == [{"id": ObjectId(response.json()["id"]), "name": "North"}]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a" * 200, 200),
        ("a" * 201, 400),
        ("", 400),
        ("   ", 400),
        ("(#1) Köln", 200),
        ("a\x1bb", 400),
        ("😀", 400),
        (None, 400),
    ],
)
def test_site_names_are_normalised_and_checked(clinic, ada, name, status):
    assert ada.api.post(sites(clinic), {"name": name}).status_code == status
    assert names(clinic) == ([name] if status == 200 else [])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("köln", 409),
        ("KÖLN", 409),
        (" Köln  ", 409),
        ("Ko\u0308ln", 409),
        ("Kö ln", 200),
        ("Koln", 200),
    ],
)
def test_site_names_that_differ_in_case_are_equal(clinic, ada, name, status):
    ada.api.post(sites(clinic), {"name": "Köln"})
    response = ada.api.post(sites(clinic), {"name": name})
    assert response.status_code == status
    if status == 409:
        assert response.json() == {"message": "duplicate site name"}


def test_a_duplicate_is_noticed_before_the_limit(clinic, ada):
    make_sites(clinic, 50)
    assert ada.api.post(sites(clinic), {"name": "N1"}).status_code == 409
    response = ada.api.post(sites(clinic), {"name": "more"})
    assert (response.status_code, response.json()) == (422, FULL)


def test_sites_of_unknown_clinics(backend):
    created = backend.post(sites(UNKNOWN), {"name": "a"})
    renamed = backend.put(sites(UNKNOWN, UNKNOWN), {"name": "a"})
    others = [
        backend.delete(sites(UNKNOWN, UNKNOWN)),
        backend.post(sites(UNKNOWN, UNKNOWN, "merge"), {"id": "1" * 24}),
    ]
    assert {c.status_code for c in [created, renamed, *others]} == {404}
    assert renamed.json() == {"message": "checking site constraints: clinic not found"}
    assert {c.json()["message"] for c in [created, *others]} == {"clinic not found"}


def test_a_renamed_site_is_renamed_in_its_patients(clinic, ada, ben):
    one, other = make_sites(clinic)
    add_patient(clinic, "0000000001", sites=[one, other])
    add_patient(clinic, "0000000002", sites=[other])
    before = patient("0000000002")
    url = sites(clinic, str(one["id"]))
    assert ben.api.put(url, {"name": "South"}).status_code == 403
    response = ada.api.put(url, {"id": str(other["id"]), "name": "South"})
    assert response.status_code == 200
    assert response.json() == {
        "id": str(one["id"]),
        "name": "South",
        "numPatients": 1,
        "patients": 1,
    }
    assert names(clinic) == ["South", "n1"]
    assert patient("0000000001")["sites"] == [{"id": one["id"], "name": "South"}, other]
    assert patient("0000000002") == before


def test_a_site_can_change_its_case_but_not_take_anothers_name(clinic, ada):
    one, _ = make_sites(clinic)
    url = sites(clinic, str(one["id"]))
    assert ada.api.put(url, {"name": "N0"}).json()["name"] == "N0"
    assert ada.api.put(url, {"name": "N0"}).status_code == 200
    response = ada.api.put(url, {"name": "N1"})
    assert response.status_code == 409
    assert response.json() == {"message": "checking site constraints: duplicate site name"}
    assert ada.api.put(url, {"id": "short", "name": "x"}).status_code == 400


def test_a_full_clinic_renames_and_an_unknown_site_is_not_found(clinic, ada):
    one, *_ = make_sites(clinic, 50)
    assert ada.api.put(sites(clinic, str(one["id"])), {"name": "new"}).status_code == 200
    response = ada.api.put(sites(clinic, UNKNOWN), {"name": "else"})
    assert (response.status_code, response.json()) == (404, {"message": "site not found"})


def test_a_deleted_site_leaves_its_patients_at_once(clinic, ada, ben):
    one, other = make_sites(clinic)
    add_patient(clinic, "0000000001", sites=[one, other])
    url = sites(clinic, str(one["id"]))
    assert ben.api.delete(url).status_code == 403
    response = ada.api.delete(url)
    assert (response.status_code, response.content) == (204, b"")
    assert names(clinic) == ["n1"]
    assert patient("0000000001")["sites"] == [other]
    again = ada.api.delete(url)
    assert (again.status_code, again.json()) == (404, {"message": "clinic not found"})


def test_a_merge_gives_each_patient_the_target_once(clinic, ada, backend):
    target, source = make_sites(clinic)
    add_patient(clinic, "0000000001", sites=[source])
    add_patient(clinic, "0000000002", sites=[target, source])
    add_patient(clinic, "0000000003", sites=[target])
    add_patient(clinic, "0000000004")
    url = sites(clinic, str(target["id"]), "merge")
    body = {"id": str(source["id"])}
    assert ada.api.post(url, body).status_code == 403
    response = backend.post(url, body)
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["numPatients"]) == ("n0", 3)
    assert [patient(f"000000000{n}").get("sites") for n in (1, 2, 3, 4)] == [
        [target],
        [target],
        [target],
        None,
    ]
    assert names(clinic) == ["n0"]


def test_refused_merge_changes_nothing(clinic, backend):
    target, source = make_sites(clinic)
    add_patient(clinic, "0000000001", sites=[source])
    url = sites(clinic, str(target["id"]), "merge")
    itself = backend.post(url, {"id": str(target["id"])})
    assert itself.json() == {"message": "can't merge a site into itself: bad request"}
    assert itself.status_code == 400
    unknown_target = backend.post(sites(clinic, UNKNOWN, "merge"), {"id": str(source["id"])})
    assert (unknown_target.status_code, unknown_target.json()) == (404, {"message": "not found"})
    unknown_source = backend.post(url, {"id": UNKNOWN})
    assert unknown_source.json() == {"message": "clinic not found"}
    assert unknown_source.status_code == 404
    for body in ({}, None):
        assert backend.post(url, body).status_code == 400
    assert names(clinic) == ["n0", "n1"]
    assert patient("0000000001")["sites"] == [source]


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("A", [], "A"),
        ("A", ["a"], "A (2)"),
        ("A", ["A", "A (2)"], "A (3)"),
        ("A (2)", ["A (2)"], "A (3)"),
        ("A (0)", ["A (0)"], "A (1)"),
        ("A(2)", ["A(2)"], "A(2) (2)"),
        ("A (x)", ["A (x)"], "A (x) (2)"),
    ],
)
def test_taken_site_names_get_a_number(name, taken, expected):
    assert free_name(name, [{"name": other} for other in taken]) == expected


def test_site_changes_are_seen_by_the_next_read(clinic, ada):
    one, _ = make_sites(clinic)
    add_patient(clinic, "0000000001", sites=[one])
    listed_sites = ada.api.get(f"/v1/clinics/{clinic['id']}").json()["sites"]
    assert listed_sites[0]["numPatients"] == 1
    gone = ada.api.delete(f"/v1/clinics/{clinic['id']}/patients/0000000001")
    assert gone.status_code == 204
    listed_sites = ada.api.get(f"/v1/clinics/{clinic['id']}").json()["sites"]
    assert "numPatients" not in listed_sites[0]


# --- however a site or a tag gets its name -------------------------------------------------------------
# As other writers of the database may have stored them.
NO_SITE_NAMES = [
    "a" * 201,
    "North\x07",
    "North\x00",
    "\u2028",
    "   ",
    "",
    5,
    None,
    ["x"],
]


@pytest.mark.parametrize("name", NO_SITE_NAMES, ids=repr)
@pytest.mark.foreign_documents
def test_a_tag_whose_name_no_site_can_have_stays_a_tag(clinic, backend, name):
    (tag,) = fill(clinic, "patientTags", "_id", 1)
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$set": {"patientTags.0.name": name}}
    )
    before = stored(clinic)
    answer = backend.post(f"/v1/clinics/{clinic['id']}/patient_tags/{tag['_id']}/site")
    assert answer.status_code == 400
    assert answer.json()["message"].endswith((NO_SITE, "a name is needed"))
    assert stored(clinic) == before


def test_a_number_that_makes_the_name_too_long_is_refused_as_well(clinic, backend):
    (tag,) = fill(clinic, "patientTags", "_id", 1)
    name = "a" * 198
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])},
        {"$set": {"patientTags.0.name": name, "sites": [{"id": ObjectId(), "name": name}]}},
    )
    answer = backend.post(f"/v1/clinics/{clinic['id']}/patient_tags/{tag['_id']}/site")
    assert (answer.status_code, names(clinic)) == (400, [name])
    assert answer.json()["message"].endswith(NO_SITE)


def test_a_site_made_of_a_tag_has_the_name_in_the_normal_form(clinic, backend):
    (tag,) = fill(clinic, "patientTags", "_id", 1)
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])},
        {"$set": {"patientTags.0.name": " Caf\u0065\u0301  North "}},
    )
    answer = backend.post(f"/v1/clinics/{clinic['id']}/patient_tags/{tag['_id']}/site")
    assert (answer.status_code, names(clinic)) == (200, ["Caf\u00e9 North"])


@pytest.mark.parametrize("change", ["create", "rename"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [("site", "a" * 201), ("site", "North\x07"), ("tag", "a" * 21), ("tag", "#1"), ("tag", "  ")],
    ids=ascii,
)
def test_for_every_caller_names_of_tags_and_sites_are_as_described(clinic, kind, name, change):
    """Orders, seeds and staff pages call the services as the API does."""
    service = {"site": site_service, "tag": tag_service}[kind]
    call = getattr(service, f"{change}_{kind}")
    more = {f"{kind}_id": ObjectId()} if change == "rename" else {}
    with pytest.raises(BadRequest):
        call(clinic_id=clinic["id"], name=name, **more)

"""Members and pending invites (rules CLINIC-93 to CLINIC-114)."""

import pytest
from bson import ObjectId

from kernel import clock, db
from tests.cast import add_member, make_clinic
from tests.events import emitted

UNKNOWN = "0" * 24
NOT_MIGRATED = {"message": "constraint violation: clinic is not migrated"}
LAST_ADMIN = {"message": "constraint violation: the clinic must have at least one admin"}
NOT_FOUND = {"message": "clinician not found"}
DUPLICATE = {"message": "duplicate: clinician is already a member of the clinic"}


def people(clinic, *more):
    clinic_id = clinic if isinstance(clinic, str) else clinic["id"]
    return "/".join(["/v1/clinics", clinic_id, "clinicians", *more])


def invite_path(clinic, key="key-1"):
    return f"/v1/clinics/{clinic['id']}/invites/clinicians/{key}/clinician"


def member(clinic, person):
    return db.collection("clinicians").find_one(
        {"clinicId": ObjectId(clinic["id"]), "userId": person.user_id}
    )


def admins(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})["admins"]


def body(person=None, **fields):
    base = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"]}
    if person is not None:
        base |= {"id": person.user_id, "email": person.email}
    return base | fields


def unmigrate(clinic):
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])}, {"$unset": {"isMigrated": ""}}
    )


# --- create ---------------------------------------------------------------------------------------
def test_a_service_adds_a_member_at_once(clinic, eve, backend):
    response = backend.post(people(clinic), body(eve, email="Eve@Example.org", name="Eve"))
    assert response.status_code == 200
    returned_clinician = response.json()
    assert returned_clinician.keys() == {
        "id",
        "name",
        "email",
        "roles",
        "createdTime",
        "updatedTime",
    }
    assert (returned_clinician["id"], returned_clinician["email"]) == (
        eve.user_id,
        "eve@example.org",
    )
    assert {"clinicId": clinic["id"], "userId": eve.user_id} in emitted("clinician.saved")
    assert eve.api.get(people(clinic)).status_code == 200


def test_only_services_add_members(clinic, ada, ben, eve):
    for caller in (ada, ben, eve):
        assert caller.api.post(people(clinic), body(eve)).status_code == 403


def test_a_new_admin_is_mirrored_in_the_clinic_and_an_invited_one_is_not(clinic, ada, eve, backend):
    backend.post(people(clinic), body(roles=["CLINIC_ADMIN"], inviteId="key-1"))
    assert admins(clinic) == [ada.user_id]
    backend.post(people(clinic), body(eve, roles=["CLINIC_ADMIN"]))
    assert admins(clinic) == [ada.user_id, eve.user_id]


@pytest.mark.parametrize(
    "same",
    [{"id": True}, {"inviteId": "key-1"}, {"email": "NEW@example.org", "inviteId": "key-2"}],
)
def test_user_invite_and_address_are_unique_in_a_clinic(clinic, other_clinic, ben, backend, same):
    backend.post(people(clinic), body(inviteId="key-1"))
    duplicate = dict(same)
    if "id" in duplicate:
        duplicate["id"] = ben.user_id
    another = {"email": "another@example.org", "roles": ["CLINIC_MEMBER"], **duplicate}
    refused = backend.post(people(clinic), another)
    assert (refused.status_code, refused.json()) == (409, DUPLICATE)
    assert backend.post(people(other_clinic), another).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": None},
        {"roles": None},
        {"roles": []},
        {"roles": ["OWNER"]},
        {"roles": ["CLINIC_MEMBER", "CLINIC_MEMBER"]},
        {"id": "nobody"},
        {"name": ""},
    ],
)
def test_wrong_members_are_refused(clinic, backend, wrong):
    sent = {name: value for name, value in body(**wrong).items() if value is not None}
    assert backend.post(people(clinic), sent).status_code == 400
    assert backend.post(people(clinic)).status_code == 400
    assert db.collection("clinicians").count_documents({"clinicId": ObjectId(clinic["id"])}) == 2


def test_first_member_of_a_clinic_without_admin_must_be_admin(clinic, eve, backend):
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": {"admins": []}})
    refused = backend.post(people(clinic), body(eve))
    assert (refused.status_code, refused.json()) == (422, LAST_ADMIN)
    assert member(clinic, eve) is None
    assert backend.post(people(clinic), body(eve, roles=["CLINIC_ADMIN"])).status_code == 200


def test_members_do_not_change_before_the_migration(clinic, ben, backend):
    unmigrate(clinic)
    calls = [
        backend.post(people(clinic), body()),
        backend.put(people(clinic, ben.user_id), body()),
        backend.delete(people(clinic, ben.user_id)),
        backend.delete(invite_path(clinic)),
        backend.patch(invite_path(clinic), {"userId": ben.user_id}),
    ]
    assert [(c.status_code, c.json()) for c in calls] == [(422, NOT_MIGRATED)] * len(calls)


def test_the_clinic_must_exist(ben, backend):
    gone = {"id": UNKNOWN}
    calls = [
        backend.post(people(gone), body()),
        backend.put(people(gone, ben.user_id), body()),
        backend.delete(people(gone, ben.user_id)),
        backend.delete(invite_path(gone)),
        backend.patch(invite_path(gone), {"userId": ben.user_id}),
    ]
    assert [c.json() for c in calls] == [{"message": "clinic not found"}] * len(calls)
    assert {c.status_code for c in calls} == {404}


# --- read -----------------------------------------------------------------------------------------
def test_members_read_one_another(clinic, ada, ben, cy, backend):
    returned_clinician = ben.api.get(people(clinic, ada.user_id)).json()
    assert (returned_clinician["name"], returned_clinician["roles"]) == (
        "Ada Admin",
        ["CLINIC_ADMIN"],
    )
    assert cy.api.get(people(clinic, ada.user_id)).status_code == 403
    missing = backend.get(people(clinic, cy.user_id))
    assert (missing.status_code, missing.json()) == (404, NOT_FOUND)


def test_a_prescriber_alone_reads_nothing(clinic, eve):
    add_member(clinic, eve, roles=("PRESCRIBER",))
    assert eve.api.get(people(clinic)).status_code == 403
    assert eve.api.get(people(clinic, eve.user_id)).status_code == 403


def test_the_list_is_newest_first_with_invites_in_pages(clinic, ada, ben, backend):
    backend.post(people(clinic), body(inviteId="key-1"))
    listed = ada.api.get(people(clinic)).json()
    assert [c.get("id") or c["inviteId"] for c in listed] == ["key-1", ben.user_id, ada.user_id]
    assert "id" not in listed[0]
    assert "inviteId" not in listed[1]
    page = ada.api.get(people(clinic) + "?limit=1&offset=1").json()
    assert [c["id"] for c in page] == [ben.user_id]
    assert backend.get(people(UNKNOWN)).json() == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=ADMIN", ["ada"]),
        ("search=ben.mem", ["ben"]),
        ("search=example.org", ["ben", "ada"]),
        ("search=%2E%2A", []),
        ("email=BEN.MEMBER@example.org", ["ben"]),
        ("email=ben@example.org", []),
        ("role=CLINIC_ADMIN", ["ada"]),
        ("role=ANYTHING", []),
    ],
)
def test_clinician_list_is_filtered(clinic, ada, ben, query, expected):
    matches = ada.api.get(f"{people(clinic)}?{query}").json()
    names = {ada.user_id: "ada", ben.user_id: "ben"}
    assert [names[c["id"]] for c in matches] == expected


def test_an_address_stored_with_capitals_is_found(clinic, ada):
    db.collection("clinicians").update_one(
        {"userId": ada.user_id}, {"$set": {"email": "Ada.Admin@Example.org"}}
    )
    for address in ("Ada.Admin@Example.org", "ada.admin@example.org"):
        assert len(ada.api.get(f"{people(clinic)}?email={address}").json()) == 1


def test_a_user_lists_the_clinics_they_belong_to(clinic, other_clinic, ada, eve, cy, backend):
    add_member(other_clinic, ada)
    url = f"/v1/clinicians/{ada.user_id}/clinics"
    for caller in (ada.api, backend):
        rows = caller.get(url).json()
        assert [r["clinic"]["id"] for r in rows] == [other_clinic["id"], clinic["id"]]
        assert [r["clinician"]["roles"] for r in rows] == [["CLINIC_MEMBER"], ["CLINIC_ADMIN"]]
    assert len(ada.api.get(url + "?limit=1&offset=1").json()) == 1
    assert cy.api.get(url).status_code == 403
    assert eve.api.get(f"/v1/clinicians/{eve.user_id}/clinics").json() == []


def test_a_membership_without_its_clinic_is_left_out(clinic, ada):
    add_missing = {"_id": ObjectId(), "clinicId": ObjectId(), "userId": ada.user_id, "roles": []}
    moment = clock.now()
    db.collection("clinicians").insert_one(
        {**add_missing, "createdTime": moment, "updatedTime": moment}
    )
    rows = ada.api.get(f"/v1/clinicians/{ada.user_id}/clinics").json()
    assert [r["clinic"]["id"] for r in rows] == [clinic["id"]]


def test_the_list_of_memberships_costs_a_fixed_number_of_commands(ada, mongo_commands):
    for _ in range(5):
        new_clinic = make_clinic(ada)
        ada.api.post(f"/v1/clinics/{new_clinic['id']}/sites", {"name": "S"})
    with mongo_commands() as commands:
        assert len(ada.api.get(f"/v1/clinicians/{ada.user_id}/clinics").json()) == 5
    assert commands == ["find"] * 4


def test_services_list_all_clinicians_by_time(clinic, ada, ben, backend):
    assert ada.api.get("/v1/clinicians").status_code == 403
    rows = backend.get("/v1/clinicians").json()
    assert [r["clinician"]["id"] for r in rows] == [ben.user_id, ada.user_id]
    old = clock.parse_time("2020-01-01T00:00:00Z")
    db.collection("clinicians").update_one({"userId": ben.user_id}, {"$set": {"createdTime": old}})

    def found(query):
        return [r["clinician"]["id"] for r in backend.get(f"/v1/clinicians?{query}").json()]

    assert found("createdTimeEnd=2020-01-01T00:00:01Z") == [ben.user_id]
    assert found("createdTimeStart=2020-01-01T00:00:00Z&createdTimeEnd=2020-01-01T00:00:00Z") == []
    assert found("createdTimeStart=2020-01-01T00:00:01Z") == [ada.user_id]
    assert found("limit=1&offset=1") == [ben.user_id]


# --- update ---------------------------------------------------------------------------------------
def test_a_changed_set_of_roles_leaves_one_entry_in_the_history(clinic, ada, ben):
    url = people(clinic, ben.user_id)
    response = ada.api.put(
        url, body(email="ignored@example.org", roles=["CLINIC_ADMIN", "PRESCRIBER"])
    )
    assert response.status_code == 200
    assert response.json()["email"] == ben.email
    stored = member(clinic, ben)
    assert stored["rolesUpdates"] == [
        {"roles": ["CLINIC_ADMIN", "PRESCRIBER"], "updatedBy": ada.user_id}
    ]
    assert admins(clinic) == [ada.user_id, ben.user_id]
    assert {
        "clinicId": clinic["id"],
        "userId": ben.user_id,
        "updatedBy": ada.user_id,
        "roles": ["CLINIC_ADMIN", "PRESCRIBER"],
    } in emitted("clinician.roles_changed")
    ada.api.put(url, body(roles=["PRESCRIBER", "CLINIC_ADMIN"]))
    assert len(member(clinic, ben)["rolesUpdates"]) == 1
    ada.api.put(url, body(roles=["CLINIC_MEMBER"]))
    assert len(member(clinic, ben)["rolesUpdates"]) == 2
    assert admins(clinic) == [ada.user_id]


def test_a_name_that_is_left_out_is_removed(clinic, ada, ben):
    url = people(clinic, ben.user_id)
    assert ada.api.put(url, body(name="Benny")).json()["name"] == "Benny"
    assert "name" not in ada.api.put(url, body()).json()
    assert member(clinic, ben)["name"] is None


def test_a_read_clinician_can_be_sent_back(clinic, ada, ben):
    returned_clinician = ada.api.get(people(clinic, ben.user_id)).json()
    assert ada.api.put(people(clinic, ben.user_id), returned_clinician).status_code == 200


def test_only_admins_and_services_update(clinic, ada, ben, backend):
    assert ben.api.put(people(clinic, ben.user_id), body()).status_code == 403
    assert backend.put(people(clinic, ben.user_id), body()).status_code == 200
    missing = ada.api.put(people(clinic, "0000000000"), body())
    assert (missing.status_code, missing.json()) == (404, NOT_FOUND)


def test_a_services_subject_is_noted_in_the_history(clinic, ben, backend):
    backend.put(people(clinic, ben.user_id), body(roles=["PRESCRIBER", "CLINIC_MEMBER"]))
    assert member(clinic, ben)["rolesUpdates"][0]["updatedBy"]


def test_the_last_admin_stays_admin(clinic, ada):
    url = people(clinic, ada.user_id)
    before = member(clinic, ada)
    for response in (ada.api.put(url, body()), ada.api.delete(url)):
        assert (response.status_code, response.json()) == (422, LAST_ADMIN)
    assert member(clinic, ada) == before
    assert admins(clinic) == [ada.user_id]
    assert not emitted("clinician.roles_changed")


# --- delete ---------------------------------------------------------------------------------------
def test_a_removed_member_leaves_a_tombstone(clinic, ada, ben):
    response = ada.api.delete(people(clinic, ben.user_id))
    assert (response.status_code, response.content) == (200, b"")
    assert member(clinic, ben) is None
    tombstone = db.collection("clinician_deletions").find_one({"clinician.userId": ben.user_id})
    assert tombstone["deletedByUserId"] == ada.user_id
    assert tombstone["clinician"]["roles"] == ["CLINIC_MEMBER"]
    assert ada.api.delete(people(clinic, ben.user_id)).json() == NOT_FOUND


def test_one_of_two_admins_can_go(clinic, ada, eve, backend):
    add_member(clinic, eve, roles=("CLINIC_ADMIN",))
    assert backend.delete(people(clinic, ada.user_id)).status_code == 200
    assert admins(clinic) == [eve.user_id]
    assert "deletedByUserId" not in db.collection("clinician_deletions").find_one({})


def test_members_may_remove_themselves_only(clinic, ada, ben, eve):
    assert ben.api.delete(people(clinic, ada.user_id)).status_code == 403
    assert ben.api.delete(people(clinic, ben.user_id)).status_code == 200
    add_member(clinic, eve, roles=("PRESCRIBER",))
    assert eve.api.delete(people(clinic, eve.user_id)).status_code == 403


# --- invites --------------------------------------------------------------------------------------
@pytest.fixture
def invite(clinic, backend):
    sent = body(email="Invited@example.org", roles=["CLINIC_ADMIN"], inviteId="key-1")
    return backend.post(people(clinic), sent).json()


def test_services_read_and_take_back_invites(clinic, ada, backend, invite):
    assert "id" not in invite
    assert backend.get(invite_path(clinic)).json() == invite
    assert ada.api.get(invite_path(clinic)).status_code == 403
    response = backend.delete(invite_path(clinic))
    assert (response.status_code, response.content) == (200, b"")
    for call in (backend.get, backend.delete):
        missing = call(invite_path(clinic))
        assert (missing.status_code, missing.json()) == (404, NOT_FOUND)
    assert db.collection("clinician_deletions").count_documents({}) == 0


def test_an_accepted_invite_is_a_member_with_the_profiles_name(clinic, ada, eve, backend, invite):
    response = backend.patch(invite_path(clinic), {"userId": eve.user_id})
    assert response.status_code == 200
    returned_clinician = response.json()
    assert (returned_clinician["id"], returned_clinician["name"]) == (eve.user_id, "Eve Stranger")
    assert returned_clinician["email"] == "invited@example.org"
    assert "inviteId" not in returned_clinician
    assert "inviteId" not in member(clinic, eve)
    assert admins(clinic) == [ada.user_id, eve.user_id]
    assert {"clinicId": clinic["id"], "userId": eve.user_id} in emitted("clinician.saved")
    assert backend.patch(invite_path(clinic), {"userId": eve.user_id}).json() == NOT_FOUND


def test_no_one_becomes_a_member_twice(clinic, ben, backend, invite):
    refused = backend.patch(invite_path(clinic), {"userId": ben.user_id})
    assert (refused.status_code, refused.json()) == (409, DUPLICATE)
    assert backend.get(invite_path(clinic)).status_code == 200


def test_invite_acceptance_without_user_is_refused(clinic, backend, invite):
    for sent in ({"userId": ""}, {"userId": "nobody"}, {}, None):
        assert backend.patch(invite_path(clinic), sent).status_code == 400
    assert backend.get(invite_path(clinic)).status_code == 200


def test_a_plain_invite_into_a_clinic_without_admin_is_refused(clinic, eve, backend):
    backend.post(people(clinic), body(inviteId="key-1"))
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": {"admins": []}})
    refused = backend.patch(invite_path(clinic), {"userId": eve.user_id})
    assert (refused.status_code, refused.json()) == (422, LAST_ADMIN)
    assert backend.get(invite_path(clinic)).status_code == 200


@pytest.mark.parametrize("ids", [{}, {"inviteId": ""}, {"inviteId": "  "}])
def test_clinician_with_neither_user_nor_invite_is_refused(clinic, backend, ids):
    body = {"email": "new@example.org", "roles": ["CLINIC_MEMBER"], **ids}
    answer = backend.post(f"/v1/clinics/{clinic['id']}/clinicians", body)

    assert answer.status_code == 400
    assert "needs an id or an inviteId" in answer.json()["message"]
    assert db.collection("clinicians").count_documents({"email": "new@example.org"}) == 0

"""Clinics: create, read, list, change, delete (rules CLINIC-1 to CLINIC-43)."""

import re

import pytest
from bson import ObjectId

from kernel import clock, db
from patients import kept
from tests.cast import CLINIC, make_clinic
from tests.events import deliver_all, emitted

UNKNOWN = "0" * 24
SHARE_CODE = r"([ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{4}-){2}[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{4}"


def path(clinic, *more):
    return "/".join(["/v1/clinics", clinic if isinstance(clinic, str) else clinic["id"], *more])


def stored(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def change(clinic, fields):
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": fields})


def add_patient(clinic, user_id="00000000aa", **fields):
    moment = clock.now()
    document = {
        "_id": ObjectId(),
        "clinicId": ObjectId(clinic["id"]),
        "userId": user_id,
        "createdTime": moment,
        "updatedTime": moment,
        **fields,
    }
    db.collection("patients").insert_one(document)
    db.collection(kept.COUNTS).delete_one({"_id": document["clinicId"]})
    return document


@pytest.fixture
def demo(settings, dot):
    settings.DEMO_PATIENT_USER_ID = dot.user_id
    return dot


# --- create ---------------------------------------------------------------------------------------
def test_the_creator_becomes_the_only_admin(ada):
    new_clinic = make_clinic(ada)
    assert stored(new_clinic)["admins"] == [ada.user_id]
    member = db.collection("clinicians").find_one({"clinicId": ObjectId(new_clinic["id"])})
    assert (member["userId"], member["roles"]) == (ada.user_id, ["CLINIC_ADMIN"])
    assert (member["email"], member["name"]) == (ada.email, "Ada Admin")
    assert {"clinicId": new_clinic["id"]} in emitted("clinic.created")
    assert {"clinicId": new_clinic["id"], "userId": ada.user_id} in emitted("clinician.saved")


def test_new_clinic_has_the_default_values(ada):
    new_clinic = make_clinic(ada)
    assert re.fullmatch(SHARE_CODE, new_clinic["shareCode"])
    assert new_clinic["canMigrate"] is False
    assert (new_clinic["tier"], new_clinic["tierDescription"]) == ("tier0100", "Free")
    assert not {"timezone", "phoneNumbers", "patientTags", "sites", "admins"} & new_clinic.keys()
    document = stored(new_clinic)
    assert document["isMigrated"] is True
    assert document["shareCodes"] == [document["canonicalShareCode"]] == [new_clinic["shareCode"]]
    assert document["patientCount"] == {"total": 0, "demo": 0, "plan": 0}
    assert document["patientCountSettings"] == {"hardLimit": {"plan": 250}}
    assert document["PreferredBgUnits"] == "mg/dL"
    assert (document["timezone"], document["phoneNumbers"]) == (None, None)
    assert "tier" not in document


def test_the_demo_patient_comes_with_a_clinic(ada, demo):
    new_clinic = make_clinic(ada)
    patient = db.collection("patients").find_one({"clinicId": ObjectId(new_clinic["id"])})
    assert patient["userId"] == demo.user_id
    assert patient["permissions"] == {"view": {}}
    assert patient["isMigrated"] is True
    counts = ada.api.get(path(new_clinic, "patient_count")).json()
    assert counts == {"total": 1, "demo": 1, "plan": 0}


def test_a_demo_account_that_is_missing_stops_the_creation(ada, settings):
    settings.DEMO_PATIENT_USER_ID = "00000000ff"
    assert ada.api.post("/v1/clinics", CLINIC).status_code == 404
    assert db.collection("clinics").count_documents({}) == 0


def test_the_demo_patient_is_added_later_when_the_request_was_cut_short(ada, dot, settings):
    new_clinic = make_clinic(ada)
    settings.DEMO_PATIENT_USER_ID = dot.user_id
    deliver_all()
    assert db.collection("patients").count_documents({"userId": dot.user_id}) == 1
    assert new_clinic["id"]


def test_a_clinic_that_has_the_demo_patient_may_require_mrns_at_once(ada, backend, demo):
    new_clinic = make_clinic(ada)
    settings = {"required": True, "unique": True}
    assert backend.put(path(new_clinic, "settings/mrn"), settings).status_code == 200
    deliver_all()
    failed = {"$or": [{"state": "dead"}, {"state": "pending", "attempts": {"$gt": 0}}]}
    assert db.collection("outbox").count_documents(failed) == 0


def test_services_may_not_create_clinics(backend):
    assert backend.post("/v1/clinics", CLINIC).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"name": ""},
        {"preferredBgUnits": None},
        {"preferredBgUnits": "g/L"},
        {"timezone": "Mars/Olympus"},
        {"timezone": None, "address": ""},
        {"clinicType": "bakery"},
        {"clinicSize": "7"},
        {"phoneNumbers": []},
        {"phoneNumbers": [{"type": "main"}]},
        {"phoneNumbers": [{"number": "1"}, {"number": "1"}]},
        {"sites": [{"name": "no id needed", "id": "nothex"}]},
        {"suppressedNotifications": {"other": True}},
        {"name": 7},
    ],
)
def test_a_wrong_profile_creates_nothing(ada, wrong):
    body = {name: value for name, value in {**CLINIC, **wrong}.items() if value is not None}
    assert ada.api.post("/v1/clinics", body).status_code == 400
    assert db.collection("clinics").count_documents({}) == 0


def test_an_empty_body_creates_nothing(ada):
    assert ada.api.post("/v1/clinics").status_code == 400
    assert db.collection("clinics").count_documents({}) == 0


def test_any_country_and_any_website_are_kept(ada):
    new_clinic = make_clinic(
        ada, country="Narnia", website="", timezone="US/Pacific", clinicSize="1000+"
    )
    assert (new_clinic["country"], new_clinic["website"], new_clinic["timezone"]) == (
        "Narnia",
        "",
        "US/Pacific",
    )


@pytest.mark.yardstick("Z4")
def test_properties_with_their_own_operation_are_ignored_in_a_profile(ada):
    new_clinic = make_clinic(
        ada,
        tier="tier0400",
        patientTags=[{"name": "T"}],
        sites=[{"id": UNKNOWN, "name": "S"}],
        suppressedNotifications={"patientClinicInvitation": True},
        shareCode="ABCD-ABCD-ABCD",
        extra={"anything": 1},
    )
    assert new_clinic["tier"] == "tier0100"
    assert new_clinic["shareCode"] != "ABCD-ABCD-ABCD"
    assert (
        not {"patientTags", "sites", "suppressedNotifications", "extra"} & stored(new_clinic).keys()
    )


def test_the_same_clinic_can_be_created_twice(ada):
    assert make_clinic(ada)["id"] != make_clinic(ada)["id"]


def test_a_repeat_after_a_failure_finds_the_clinic_that_was_stored(ada, monkeypatch):
    from clinics.services import clinics

    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(clinics.patients, "add_demo_patient", fail)
        assert ada.api.post("/v1/clinics", CLINIC).status_code == 500
    new_clinic = make_clinic(ada)
    assert db.collection("clinics").count_documents({}) == 1
    assert stored(new_clinic)
    assert make_clinic(ada)["id"] != new_clinic["id"]


def test_taken_share_codes_are_skipped(ada, clinic, monkeypatch):
    from clinics.services import clinics

    codes = iter([clinic["shareCode"]] * 3 + ["ABCD-EFGH-JKLM"])
    monkeypatch.setattr(clinics, "new_share_code", lambda: next(codes))
    assert make_clinic(ada)["shareCode"] == "ABCD-EFGH-JKLM"


def test_a_creation_gives_up_after_a_hundred_taken_share_codes(ada, clinic, monkeypatch):
    from clinics.services import clinics

    monkeypatch.setattr(clinics, "new_share_code", lambda: clinic["shareCode"])
    refused = ada.api.post("/v1/clinics", CLINIC)
    assert (refused.status_code, refused.json()) == (409, {"message": "duplicate share code"})


# --- read -----------------------------------------------------------------------------------------
def test_any_signed_in_user_may_read_a_clinic(clinic, eve, backend):
    for caller in (eve.api, backend):
        response = caller.get(path(clinic))
        assert response.status_code == 200
        assert response.json() == clinic | {"updatedTime": response.json()["updatedTime"]}


def test_an_unknown_clinic_is_not_found(backend):
    response = backend.get(path(UNKNOWN))
    assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})
    assert backend.get(path("XYZ")).status_code == 400


def test_every_share_code_of_a_clinic_leads_to_it_and_one_is_shown(clinic, eve):
    change(clinic, {"shareCodes": [clinic["shareCode"], "ABCD-ABCD-ABCD"]})
    for code in (clinic["shareCode"], "ABCD-ABCD-ABCD", "abcd-abcd-abcd"):
        document = eve.api.get(f"/v1/clinics/share_code/{code}").json()
        assert (document["id"], document["shareCode"]) == (clinic["id"], clinic["shareCode"])
    missing = eve.api.get("/v1/clinics/share_code/abcd-abcd-abce")
    assert (missing.status_code, missing.json()) == (404, {"message": "not found"})


@pytest.mark.parametrize(
    ("missing", "can_migrate"),
    [
        (None, True),
        *[
            (name, False)
            for name in ("address", "city", "clinicType", "country", "name", "postalCode", "state")
        ],
        ("PreferredBgUnits", False),
        ("admins", False),
        ("website", True),
    ],
)
def test_a_legacy_clinic_can_migrate_once_its_profile_is_complete(
    clinic, backend, missing, can_migrate
):
    change(clinic, {"isMigrated": False})
    if missing:
        db.collection("clinics").update_one(
            {"_id": ObjectId(clinic["id"])}, {"$unset": {missing: ""}}
        )
    assert backend.get(path(clinic)).json()["canMigrate"] is can_migrate


def test_unknown_tiers_are_shown_without_description(clinic, backend):
    change(clinic, {"tier": "tier0303"})
    returned_clinic = db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})
    from clinics.representation.clinics import clinic as represent

    assert represent(returned_clinic, {}, {})["tierDescription"] == ""
    assert represent(returned_clinic, {}, {})["tier"] == "tier0303"


def test_an_emptied_list_of_tags_can_be_sent_back(clinic, ada):
    change(clinic, {"patientTags": []})
    returned_clinic = ada.api.get(path(clinic)).json()
    assert returned_clinic["patientTags"] == []
    assert ada.api.put(path(clinic), returned_clinic).status_code == 200


@pytest.mark.foreign_documents
def test_tags_and_sites_come_with_the_number_of_their_patients(clinic, other_clinic, backend):
    tag, idle, site = ObjectId(), ObjectId(), ObjectId()
    change(
        clinic,
        {
            "patientTags": [{"_id": tag, "name": "A", "patients": 9}, {"_id": idle, "name": "B"}],
            "sites": [{"id": site, "name": "S"}],
        },
    )
    sites = [{"id": site, "name": "S"}]
    add_patient(clinic, "0000000001", tags=[tag], sites=sites)
    add_patient(clinic, "0000000002", tags=[tag, idle])
    db.collection("patients").update_one({"userId": "0000000002"}, {"$pull": {"tags": idle}})
    add_patient(other_clinic, "0000000003", tags=[tag], sites=sites)
    returned_clinic = backend.get(path(clinic)).json()
    assert returned_clinic["patientTags"] == [
        {"id": str(tag), "name": "A", "numPatients": 2},
        {"id": str(idle), "name": "B"},
    ]
    assert returned_clinic["sites"] == [{"id": str(site), "name": "S", "numPatients": 1}]


def test_a_clinic_costs_one_round_trip_to_mongodb(clinic, backend, mongo_commands):
    backend.get(path(clinic))
    with mongo_commands() as bare:
        backend.get(path(clinic))
    assert bare == ["aggregate"]
    change(clinic, {"patientTags": [{"_id": ObjectId(), "name": str(n)} for n in range(50)]})
    with mongo_commands() as with_tags:
        backend.get(path(clinic))
    assert with_tags == ["aggregate"]  # its counts are joined to it


def test_a_page_of_clinics_costs_two_round_trips(clinic, other_clinic, backend, mongo_commands):
    for item in (clinic, other_clinic):
        change(item, {"sites": [{"id": ObjectId(), "name": "S"}]})
    backend.get("/v1/clinics")
    with mongo_commands() as commands:
        assert len(backend.get("/v1/clinics").json()) == 2
    assert commands == ["find", "find"]


# --- list -----------------------------------------------------------------------------------------
def test_services_list_clinics_in_pages(ada, backend, eve):
    clinic_ids = [make_clinic(ada)["id"] for _ in range(12)]
    assert eve.api.get("/v1/clinics").status_code == 403
    assert [c["id"] for c in backend.get("/v1/clinics").json()] == clinic_ids[:10]
    page = backend.get("/v1/clinics?limit=5&offset=9").json()
    assert [c["id"] for c in page] == clinic_ids[9:]
    assert len(backend.get("/v1/clinics?limit=1000").json()) == 12


def test_clinic_lists_are_filtered_by_share_code_time_and_ehr(clinic, other_clinic, backend):
    def ids_of(query):
        return [c["id"] for c in backend.get(f"/v1/clinics?{query}").json()]

    change(
        clinic,
        {"ehrSettings": {"enabled": True}, "createdTime": clock.parse_time("2020-01-01T00:00:00Z")},
    )
    both = [clinic["id"], other_clinic["id"]]
    assert ids_of(f"shareCode={clinic['shareCode']}") == [clinic["id"]]
    assert ids_of("shareCode=NONE") == []
    assert ids_of("ehrEnabled=true") == [clinic["id"]]
    assert ids_of("ehrEnabled=false") == []
    assert ids_of("createdTimeStart=2020-01-01T00:00:00Z") == both
    assert ids_of("createdTimeEnd=2020-01-01T00:00:00Z") == []
    assert ids_of("createdTimeEnd=2020-01-01T01:00:01%2B01:00") == [clinic["id"]]
    assert ids_of("createdTimeEnd=0001-01-01T00:00:00Z") == both
    for wrong in (
        "shareCode=",
        "ehrEnabled=maybe",
        "createdTimeStart=2020-01-01T00:00:00",
        "limit=0",
    ):
        assert backend.get(f"/v1/clinics?{wrong}").status_code == 400


# --- update ---------------------------------------------------------------------------------------
def test_an_update_leaves_what_it_does_not_mention(ada):
    phones = [{"type": "main", "number": "555"}]
    new_clinic = make_clinic(
        ada, timezone="Europe/Berlin", phoneNumbers=phones, website="https://a.example"
    )
    change(new_clinic, {"patientCountSettings": {"hardLimit": {"plan": 7}}, "tier": "tier0200"})
    updated = ada.api.put(path(new_clinic), {"name": "New", "preferredBgUnits": "mmol/L"})
    assert updated.status_code == 200
    returned_clinic = updated.json()
    assert (returned_clinic["name"], returned_clinic["preferredBgUnits"]) == ("New", "mmol/L")
    assert (returned_clinic["timezone"], returned_clinic["phoneNumbers"]) == (
        "Europe/Berlin",
        phones,
    )
    assert (returned_clinic["address"], returned_clinic["tier"]) == (
        new_clinic["address"],
        "tier0200",
    )
    document = stored(new_clinic)
    assert document["patientCountSettings"] == {"hardLimit": {"plan": 7}}
    assert document["shareCodes"] == [new_clinic["shareCode"]]
    assert document["admins"] == [ada.user_id]
    assert document["updatedTime"] >= document["createdTime"]


def test_a_website_can_be_emptied(ada):
    new_clinic = make_clinic(ada, website="https://a.example")
    assert ada.api.put(path(new_clinic), {**CLINIC, "website": ""}).json()["website"] == ""


def test_a_clinic_can_be_sent_back_as_it_was_read(ada):
    new_clinic = make_clinic(ada, timezone="Europe/Berlin", phoneNumbers=[{"number": "555"}])
    for kind in ("patient_tags", "sites"):
        ada.api.post(path(new_clinic, kind), {"name": "One"})
    tag, site = stored(new_clinic)["patientTags"][0]["_id"], stored(new_clinic)["sites"][0]
    add_patient(new_clinic, tags=[tag], sites=[site])
    returned_clinic = ada.api.get(path(new_clinic)).json()
    answer = ada.api.put(path(new_clinic), returned_clinic)
    assert answer.status_code == 200
    assert answer.json() == {**returned_clinic, "updatedTime": answer.json()["updatedTime"]}


def test_only_admins_and_services_update(clinic, ada, ben, cy, backend):
    for caller, status in ((ada.api, 200), (backend, 200), (ben.api, 403), (cy.api, 403)):
        assert caller.put(path(clinic), CLINIC).status_code == status
    response = backend.put(path(UNKNOWN), CLINIC)
    assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})
    assert backend.put(path(clinic)).status_code == 400
    assert backend.put(path(clinic), {**CLINIC, "name": ""}).status_code == 400


# --- tier, notifications, restrictions ------------------------------------------------------------
@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("tier0100", "Free"),
        ("tier0200", "Standard"),
        ("tier0300", "Premium"),
        ("tier0400", "Enterprise"),
    ],
)
def test_services_set_the_tier(clinic, backend, tier, words):
    response = backend.post(path(clinic, "tier"), {"tier": tier})
    assert (response.status_code, response.content) == (200, b"")
    returned_clinic = backend.get(path(clinic)).json()
    assert (returned_clinic["tier"], returned_clinic["tierDescription"]) == (tier, words)


def test_wrong_tiers_and_callers_are_refused(clinic, ada, backend):
    assert ada.api.post(path(clinic, "tier"), {"tier": "tier0200"}).status_code == 403
    assert backend.post(path(clinic, "tier"), {"tier": "tier0201"}).status_code == 400
    assert backend.post(path(clinic, "tier")).status_code == 400
    assert backend.post(path(UNKNOWN, "tier"), {"tier": "tier0200"}).status_code == 404
    assert "tier" not in stored(clinic)


def test_admins_choose_which_mails_they_get(clinic, ada, ben, backend):
    url = path(clinic, "suppressed_notifications")
    body = {"suppressedNotifications": {"patientClinicInvitation": True}}
    assert backend.post(url, body).status_code == 403
    assert ben.api.post(url, body).status_code == 403
    response = ada.api.post(url, body)
    assert (response.status_code, response.content) == (200, b"")
    assert (
        ada.api.get(path(clinic)).json()["suppressedNotifications"]
        == body["suppressedNotifications"]
    )
    assert ada.api.post(url, {"suppressedNotifications": {"else": True}}).status_code == 400
    assert ada.api.post(url, {"suppressedNotifications": {}}).status_code == 200
    assert stored(clinic)["suppressedNotifications"] == {}


def test_mails_of_a_clinic_that_is_gone_cannot_be_chosen(clinic, ada):
    """Another service has removed the clinic, and not its members."""
    db.collection("clinics").delete_one({"_id": ObjectId(clinic["id"])})
    body = {"suppressedNotifications": {"patientClinicInvitation": True}}
    response = ada.api.post(path(clinic, "suppressed_notifications"), body)
    assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})


def test_membership_restrictions_are_replaced_as_a_whole(clinic, ada, ben, backend):
    url = path(clinic, "membership_restrictions")
    assert ada.api.get(url).json() == {}
    body = {
        "restrictions": [
            {"emailDomain": "a.example", "requiredIdp": "idp"},
            {"emailDomain": "b.example"},
        ]
    }
    response = backend.put(url, body)
    assert (response.status_code, response.json()) == (200, body)
    assert ada.api.get(url).json() == body
    assert ben.api.get(url).status_code == 403
    assert ada.api.put(url, body).status_code == 403
    assert backend.put(url, {}).json() == {}
    assert stored(clinic)["membershipRestrictions"] is None
    assert backend.put(url, {"restrictions": [{}]}).status_code == 400
    assert backend.get(path(UNKNOWN, "membership_restrictions")).status_code == 404
    assert backend.put(path(UNKNOWN, "membership_restrictions"), body).status_code == 404


def test_an_empty_provider_is_not_stored(clinic, backend):
    url = path(clinic, "membership_restrictions")
    body = {"restrictions": [{"emailDomain": "a.example", "requiredIdp": ""}]}
    assert backend.put(url, body).json() == {"restrictions": [{"emailDomain": "a.example"}]}


# --- delete ---------------------------------------------------------------------------------------
def test_an_empty_clinic_is_deleted_with_its_clinicians_and_leaves_tombstones(clinic, ada, backend):
    backend.post(
        path(clinic, "clinicians"),
        {"inviteId": "k", "email": "i@example.org", "roles": ["CLINIC_MEMBER"]},
    )
    response = ada.api.delete(path(clinic))
    assert (response.status_code, response.content) == (204, b"")
    assert stored(clinic) is None
    assert db.collection("clinicians").count_documents({"clinicId": ObjectId(clinic["id"])}) == 0
    tombstone = db.collection("clinic_deletions").find_one({"clinic._id": ObjectId(clinic["id"])})
    assert tombstone["deletedByUserId"] == ada.user_id
    assert tombstone["clinic"]["canonicalShareCode"] == clinic["shareCode"]
    gone = list(
        db.collection("clinician_deletions").find({"clinician.clinicId": ObjectId(clinic["id"])})
    )
    assert len(gone) == 3
    assert {row["deletedByUserId"] for row in gone} == {ada.user_id}


def test_a_service_leaves_no_name_on_tombstones_and_the_signal_is_not_archived(clinic, backend):
    change(clinic, {"lastDeletedPatientTag": ObjectId()})
    assert backend.delete(path(clinic)).status_code == 204
    tombstone = db.collection("clinic_deletions").find_one({})
    assert "deletedByUserId" not in tombstone
    assert "lastDeletedPatientTag" not in tombstone["clinic"]
    response = backend.delete(path(clinic))
    assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})


def test_a_clinic_with_a_patient_is_not_deleted(clinic, ada, ben):
    assert ben.api.delete(path(clinic)).status_code == 403
    created = ada.api.post(
        path(clinic, "patients"), {"fullName": "Pat Real", "birthDate": "2000-01-01"}
    )
    assert created.status_code == 200
    refused = ada.api.delete(path(clinic))
    assert refused.status_code == 400
    assert refused.json() == {
        "message": "bad request: deletion of non-empty clinics is not allowed"
    }
    assert stored(clinic)
    assert db.collection("clinic_deletions").count_documents({}) == 0
    assert db.collection("clinician_deletions").count_documents({}) == 0


def test_a_clinic_with_only_the_demo_patient_is_deleted_with_it(ada, demo):
    new_clinic = make_clinic(ada)
    assert ada.api.delete(path(new_clinic)).status_code == 204
    tombstone = db.collection("patient_deletions").find_one({})
    assert tombstone["patient"]["userId"] == demo.user_id
    assert db.collection("patients").count_documents({}) == 0


@pytest.mark.parametrize("has_demo", [True, False])
def test_the_counts_in_an_archived_clinic_are_those_of_its_end(ada, request, has_demo):
    """Rule CLINIC-129: the demo patient goes first, and the last count moves `updatedTime`."""
    if has_demo:
        request.getfixturevalue("demo")
    new_clinic = make_clinic(ada)
    created = ada.api.post(path(new_clinic, "patient_tags"), {"name": "red"})
    assert created.status_code == 200
    before = stored(new_clinic)

    assert ada.api.delete(path(new_clinic)).status_code == 204

    tombstone = db.collection("clinic_deletions").find_one({})
    archived = tombstone["clinic"]
    assert archived["patientCount"] == {"total": 0, "demo": 0, "plan": 0}
    assert archived["patientTags"] == [{"_id": ObjectId(created.json()["id"]), "name": "red"}]
    assert (archived["updatedTime"] > before["updatedTime"]) is has_demo
    assert archived["updatedTime"] <= tombstone["deletedTime"]
    assert archived["createdTime"] == before["createdTime"]


def test_tombstones_are_found_by_index():
    expected = {
        "clinic_deletions": {"clinic._id": ObjectId()},
        "clinician_deletions": {"clinician.clinicId": ObjectId(), "clinician.userId": "u"},
    }
    for name, query in expected.items():
        plan = db.collection(name).explain(query)["queryPlanner"]["winningPlan"]
        assert "IXSCAN" in str(plan)


# --- what a clinic can be, for every writer -------------------------------------------------------
CHOICES = {
    "timezone": "Mars/Olympus",
    "clinic_type": "bakery",
    "clinic_size": "7",
    "preferred_bg_units": "grains",
}


@pytest.mark.parametrize("name", CHOICES)
def test_services_refuse_values_outside_the_choices(clinic, ada, name):
    from clinics.services import clinics as services
    from kernel.errors import BadRequest

    profile = services.ClinicProfile(name="Lakeside", **{name: CHOICES[name]})
    (stored_name,) = {*profile.stored()} - {"name"}
    before = db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})
    for write in (
        lambda: services.create_clinic(creator_id=ada.user_id, profile=profile),
        lambda: services.update_clinic(clinic["id"], profile),
        lambda: services.change_clinic(clinic["id"], {stored_name: CHOICES[name]}),
        lambda: services.update_tier(clinic["id"], "tier9999"),
    ):
        with pytest.raises(BadRequest):
            write()
    assert list(db.collection("clinics").find({})) == [before]

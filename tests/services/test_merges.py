"""What a merge leaves behind (rules MERGE-80 to MERGE-99)."""

import pytest
from bson import ObjectId

from clinic_records.services import closures
from clinics.services import sites, tags
from kernel import clock, db
from kernel.errors import BadRequest, Conflict, NotFound
from merges.choices import MergeState
from merges.services import merging, running
from tests import factories, merges, watching_worker
from tests.events import deliver_all, emitted
from tests.merges import Maker

KEPT = ("fullName", "birthDate", "mrn", "reviews", "ehrSubscriptions", "summary", "dataSources")


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    merges.without_waiting(monkeypatch)


@pytest.mark.parametrize("seed", range(12))
def test_a_merge_loses_nothing_that_its_plan_keeps(seed):
    source, target = Maker(seed).pair()
    before = {side["name"]: merges.patients_of(side) for side in (source, target)}
    members = list(db.collection("clinicians").find({}))

    merge = merges.merge(source, target)

    assert merge["state"] == MergeState.COMPLETED, merge
    _check_patients(source, target, before)
    _check_clinics(source, target)
    _check_members(source, target, members)
    assert merges.counts_are_right(target["_id"])
    assert merge["numbers"]["resultingPatients"] == len(merges.patients_of(target))
    assert merge["done"] == merge["total"]
    assert db.collection("clinicMergeItems").find_one({}) is None
    assert db.collection("clinicClosures").find_one({}) is None


@pytest.mark.foreign_documents
def test_sources_of_older_and_newer_services_arrive_as_they_were():
    source, target = Maker(0, patients=(4, 3)).pair()
    moment = clock.now()
    sources = [
        {"providerName": name, "state": state, "note": {"of": "a newer service"}, time: moment}
        for name, state, time in (
            ("dexcom", "pending", "expirationTime"),
            ("abbott", "pendingReconnect", "expirationTime"),
            ("twiist", "connected", "connectedTime"),
            ("fitbit", "disconnected", "modifiedTime"),
            ("dexcom", "error", "createdTime"),
        )
    ]
    db.collection("patients").update_many({}, {"$set": {"dataSources": sources}})
    merges.merge(source, target)
    after = merges.patients_of(target)
    assert len(after) > 4
    assert [patient["dataSources"] for patient in after.values()] == [sources] * len(after)
    assert merges.counts_are_right(target["_id"])


def _check_patients(source, target, before):
    after = merges.patients_of(target)
    now = db.collection("clinics").find_one({"_id": target["_id"]})
    assert merges.patients_of(source) == {}
    assert after.keys() == before["Lakeside"].keys() | before["Hillside"].keys()
    for user, patient in after.items():
        old = before["Hillside"].get(user) or before["Lakeside"][user]
        assert [patient.get(name) for name in KEPT] == [old.get(name) for name in KEPT]
        _check_tags_and_sites(source, target, before, now, patient)


def _check_tags_and_sites(source, target, before, now, patient):
    in_source = before["Lakeside"].get(patient["userId"], {})
    in_target = before["Hillside"].get(patient["userId"], {})
    tags = merges.tag_names(source, in_source) | merges.tag_names(target, in_target)
    assert {_key(tag) for tag in merges.tag_names(now, patient)} == set(map(_key, tags))
    sites = {s["id"] for p in (in_source, in_target) for s in p.get("sites", [])}
    named = {site["id"]: site["name"] for site in now.get("sites", [])}
    assert {site["id"] for site in patient.get("sites", [])} == sites
    assert all(named[site["id"]] == site["name"] for site in patient.get("sites", []))


def _key(tag):
    return tag.replace(" ", "").lower()


def _check_clinics(source, target):
    now = db.collection("clinics").find_one({"_id": target["_id"]})
    assert db.collection("clinics").find_one({"_id": source["_id"]}) is None
    archived = db.collection("clinic_deletions").find_one({"clinic._id": source["_id"]})
    assert archived["clinic"]["name"] == source["name"]
    assert "deletedByUserId" not in archived
    assert set(now["shareCodes"]) == {*source["shareCodes"], *target["shareCodes"]}
    assert now["canonicalShareCode"] == target["canonicalShareCode"]
    names = [site["name"].lower() for site in now["sites"]]
    assert len(names) == len(set(names)) == len(source["sites"]) + len(target["sites"])
    tags = [_key(tag["name"]) for tag in now["patientTags"]]
    both = {_key(tag["name"]) for clinic in (source, target) for tag in clinic["patientTags"]}
    assert sorted(tags) == sorted(both)


def _check_members(source, target, members):
    after = {m["userId"]: m for m in db.collection("clinicians").find({"clinicId": target["_id"]})}
    assert after.keys() == {m["userId"] for m in members}
    for member in members:
        if member["clinicId"] == target["_id"]:
            assert after[member["userId"]]["roles"] == member["roles"]
    now = db.collection("clinics").find_one({"_id": target["_id"]})
    admins = {user for user, member in after.items() if "CLINIC_ADMIN" in member["roles"]}
    assert set(now["admins"]) == admins


@pytest.mark.parametrize("seed", range(3))
def test_each_item_of_the_plan_leaves_one_document(seed):
    source, target = Maker(seed).pair()
    patients = len(merges.patients_of(source)) + len(merges.patients_of(target))
    tags = len(source["patientTags"]) + len(target["patientTags"])
    sites = len(source["sites"]) + len(target["sites"])
    members = db.collection("clinicians").count_documents({})

    documents = merges.plan_documents(merges.merge(source, target))

    found = {kind: [d["plan"] for d in documents if d["type"] == kind] for kind in KINDS}
    assert {kind: len(plans) for kind, plans in found.items()} == {
        "tag": tags,
        "site": sites,
        "patient": patients,
        "clinician": members,
        "clinic": 1,
    }
    told = [p["sourcePatient"]["userId"] for p in found["patient"] if p["sourcePatient"]]
    assert len(told) == len(set(told))
    assert not any("summary" in (p["sourcePatient"] or {}) for p in found["patient"])
    assert found["clinic"][0]["source"]["patientTags"] == source["patientTags"]


KINDS = ("tag", "site", "patient", "clinician", "clinic")


def test_everyone_concerned_gets_one_mail():
    source, target = Maker(5).pair()
    moved = set(merges.patients_of(source))
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    running.run(str(asked["_id"]))
    told = emitted("merge.account_affected")
    assert {p["userId"] for p in told if p["role"] == "patient"} == moved
    assert len(told) == len({(p["userId"], p["role"]) for p in told})
    assert {p["sourceClinicName"] for p in told} == {"Lakeside"}


def test_a_second_call_returns_the_same_merge_and_changes_nothing():
    source, target = Maker(1).pair()
    first = merges.merge(source, target)
    before = merges.snapshot()
    assert merges.merge(source, target)["_id"] == first["_id"]
    assert merges.snapshot() == before


def test_a_clinic_cannot_be_merged_into_itself_or_into_one_that_does_not_exist():
    clinic = factories.make_clinic()
    for source, target, error in (
        (clinic["_id"], clinic["_id"], BadRequest),
        (clinic["_id"], "0" * 24, NotFound),
        ("0" * 24, clinic["_id"], NotFound),
        ("nonsense", clinic["_id"], NotFound),
    ):
        with pytest.raises(error):
            merging.request_merge(source_id=source, target_id=target, requested_by="a test")
    assert db.collection("clinicMerges").find_one({}) is None


def test_a_clinic_is_in_one_merge_at_a_time():
    source, target = Maker(2).pair()
    third = factories.make_clinic(name="Third")
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    closures.close(asked["_id"], source_id=source["_id"], target_id=target["_id"])
    for pair in ((third, target), (target, third), (source, third), (third, source)):
        with pytest.raises(Conflict):
            merging.request_merge(
                source_id=pair[0]["_id"], target_id=pair[1]["_id"], requested_by="a test"
            )


def test_a_refused_plan_changes_nothing_and_says_why():
    source, target = Maker(3).pair()
    db.collection("clinics").update_one(
        {"_id": target["_id"]}, {"$set": {"mrnSettings.required": True}}
    )
    before = merges.snapshot()
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.REFUSED
    assert "Settings mismatch" in {problem["message"] for problem in merge["problems"]}
    assert merges.snapshot() == before
    assert db.collection("clinicClosures").find_one({}) is None


# --- taking back ------------------------------------------------------------------------------------
def _run_until(merge_id, stage):
    while (merge := merging.access_merge(merge_id))["stage"] != stage:
        running._take_step(merge)


@pytest.mark.parametrize(
    "stage", ["closing", "planning", "tagsAndSites", "patients", "clinicians", "finishing"]
)
@pytest.mark.parametrize("seed", [4, 7])
def test_a_merge_that_is_stopped_leaves_the_state_before(seed, stage):
    source, target = Maker(seed).pair()
    patient_counts_exist(source, target)
    before = merges.snapshot()
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    with watching_worker.watching() as watched:
        _run_until(asked["_id"], stage)
        merging.stop_merge(asked["_id"])
        deliver_all()

    assert "notifications.announce_merge" not in watched  # a service that watches mails no one
    merge = merging.access_merge(asked["_id"])
    assert merge["state"] == MergeState.TAKEN_BACK
    assert merge["problem"] == merging.STOPPED
    assert merges.snapshot() == before
    assert merge["done"] == 0
    assert db.collection("clinicClosures").find_one({}) is None
    assert merges.merge(source, target)["state"] == MergeState.COMPLETED


def patient_counts_exist(*clinics):
    from patients.services import patient_counts

    for clinic in clinics:
        patient_counts.refresh_patient_count(clinic["_id"])


def test_a_completed_merge_cannot_be_stopped():
    source, target = Maker(6).pair()
    merge = merges.merge(source, target)
    with pytest.raises(Conflict):
        merging.stop_merge(merge["_id"])


def test_an_mrn_that_someone_in_the_target_has_got_meanwhile_takes_the_merge_back():
    unique = {"mrnSettings": {"required": False, "unique": True}}
    source, target = Maker(8).pair(**unique)
    patient = factories.make_patient(source, mrn="M-1")
    patient_counts_exist(source, target)
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    _run_until(asked["_id"], "patients")
    factories.make_patient(target, mrn="m-1", requireUniqueMrn=True)
    before = merges.patients_of(source).keys()
    deliver_all()
    merge = merging.access_merge(asked["_id"])
    assert merge["state"] == MergeState.TAKEN_BACK
    assert "MRN" in merge["problem"]
    assert merges.patients_of(source).keys() == before
    assert merges.patients_of(source)[patient["userId"]]["mrn"] == "M-1"


def test_who_comes_to_the_source_while_it_is_merged_moves_too():
    source, target = Maker(9).pair()
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    _run_until(asked["_id"], "finishing")
    late = factories.make_patient(source, mrn=None)
    deliver_all()
    assert merging.access_merge(asked["_id"])["state"] == MergeState.COMPLETED
    assert late["userId"] in merges.patients_of(target)


def test_someone_invited_to_the_source_while_it_is_merged_takes_the_merge_back():
    source, target = Maker(9).pair()
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    _run_until(asked["_id"], "finishing")
    db.collection("clinicians").insert_one(
        {"clinicId": source["_id"], "inviteId": "i", "email": "new@example.org", "roles": []}
    )
    deliver_all()
    assert merging.access_merge(asked["_id"])["state"] == MergeState.TAKEN_BACK


def test_records_of_other_services_without_address_or_account_move(monkeypatch):
    source, target = Maker(10).pair(mrnSettings={"required": False, "unique": False})
    members, patients = db.collection("clinicians"), db.collection("patients")
    for clinic in (source, target):
        members.insert_one(
            {
                "clinicId": clinic["_id"],
                "userId": factories.new_user_id(),
                "email": None,
                "roles": ["CLINIC_MEMBER"],
                "createdTime": clock.now(),
            }
        )
    factories.make_patient(source, fullName="No Account")
    patients.update_one({"fullName": "No Account"}, {"$unset": {"userId": ""}})
    n = members.count_documents({}), patients.count_documents({"clinicId": source["_id"]})
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]
    assert patients.count_documents({"clinicId": source["_id"]}) == 0 < n[1]
    assert patients.find_one({"fullName": "No Account"})["clinicId"] == target["_id"]


def test_what_someone_changes_in_the_target_meanwhile_holds_for_those_who_move_later(monkeypatch):
    monkeypatch.setattr("merges.services.patients.BATCH", 2)
    maker = Maker(21)
    source, target = maker.pair(mrnSettings={"required": False, "unique": False})
    tag, site = ObjectId(), {"id": ObjectId(), "name": "Annex"}
    clinics = db.collection("clinics")
    clinics.update_one(
        {"_id": source["_id"]},
        {"$push": {"patientTags": {"_id": tag, "name": "Extra"}, "sites": site}},
    )
    gone = {"id": ObjectId(), "name": "Gone"}
    clinics.update_one({"_id": source["_id"]}, {"$push": {"sites": gone}})
    db.collection("patients").update_many(
        {"clinicId": source["_id"]}, {"$set": {"tags": [tag], "sites": [site, gone]}}
    )
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    _run_until(asked["_id"], "patients")
    running._take_step(merging.access_merge(asked["_id"]))
    now = clinics.find_one({"_id": target["_id"]})
    made = next(t["_id"] for t in now["patientTags"] if t["name"] == "Extra")
    tags.delete_tag(clinic_id=target["_id"], tag_id=made)
    sites.delete_site(clinic_id=target["_id"], site_id=gone["id"])
    sites.rename_site(clinic_id=target["_id"], site_id=site["id"], name="Annex West")
    deliver_all()
    assert merging.access_merge(asked["_id"])["state"] == MergeState.COMPLETED
    for patient in merges.patients_of(target).values():
        assert made not in patient.get("tags", [])
        assert gone["id"] not in [s["id"] for s in patient.get("sites", [])]
        assert "Annex" not in [s["name"] for s in patient.get("sites", [])]
    assert merges.counts_are_right(target["_id"])


@pytest.mark.foreign_documents
def test_broken_tags_and_sites_of_patients_do_not_stop_a_merge():
    source, target = Maker(22).pair(mrnSettings={"required": False, "unique": False})
    broken = {"tags": [{"_id": 1}, 5, None], "sites": [{"id": {"a": 1}, "name": "X"}, 7]}
    for clinic in (source, target):
        db.collection("patients").update_many({"clinicId": clinic["_id"]}, {"$set": broken})
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]


@pytest.mark.foreign_documents
def test_a_record_that_the_database_cannot_change_is_named_and_the_merge_taken_back():
    source, target = Maker(24).pair(mrnSettings={"required": False, "unique": False})
    of_both = merges.patients_of(source).keys() & merges.patients_of(target).keys()
    user_id = sorted(of_both)[0]
    patients = db.collection("patients")
    # An index over tags and statistics takes a list of one of them only.
    period = {"timeInTargetPercent": 0.8, "timeCGMUsePercent": 0.8}
    stats = {"dates": {"lastData": [1, 2]}, "periods": {"14d": period}}
    patients.update_one(
        {"clinicId": target["_id"], "userId": user_id},
        {"$set": {"summary": {"cgmStats": stats}}, "$unset": {"tags": ""}},
    )
    patients.update_one(
        {"clinicId": source["_id"], "userId": user_id},
        {"$set": {"tags": [source["patientTags"][0]["_id"]]}},
    )
    before = [merges.patients_of(clinic) for clinic in (source, target)]
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.TAKEN_BACK
    assert user_id in merge["problem"]
    assert [merges.patients_of(clinic) for clinic in (source, target)] == before

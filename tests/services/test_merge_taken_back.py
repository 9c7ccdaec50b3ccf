"""Taking a merge back always ends, and loses nothing, whatever others did in the target meanwhile (rule MERGE-98)."""

import pytest
from bson import ObjectId

from clinics.services import clinicians, sites, tags
from kernel import clock, db
from merges.choices import MergeState
from merges.services import merging, running
from patients.services import patients
from tests import factories, merges
from tests.events import deliver_all

UNIQUE = {"mrnSettings": {"required": False, "unique": True}}
ANY_MRN = {"mrnSettings": {"required": False, "unique": False}}


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch):
    merges.without_waiting(monkeypatch)


def run_until(source, target, stage):
    merges.count_patients(source, target)
    asked = merging.request_merge(
        source_id=source["_id"], target_id=target["_id"], requested_by="a test"
    )
    while (merge := merging.access_merge(asked["_id"]))["stage"] != stage:
        running._take_step(merge)
    return asked["_id"]


def taken_back(merge_id):
    deliver_all()
    merge = merging.access_merge(merge_id)
    assert merge["state"] == MergeState.TAKEN_BACK, merge
    assert db.collection("clinicClosures").find_one({}) is None
    return merge


# --- MRNs that are taken by now -----------------------------------------------------------------------
def test_an_mrn_that_is_taken_in_the_source_by_now_does_not_hold_up_the_return(monkeypatch):
    """The first patient has moved and gets the MRN of the second, who is still in the source."""
    monkeypatch.setattr("merges.services.patients.BATCH", 1)
    source = factories.make_clinic(name="Lakeside", **UNIQUE)
    target = factories.make_clinic(name="Hillside", **UNIQUE)
    names = {"A": "M-1", "B": "M-2"}
    factories.make_patients(
        source, [{"fullName": n, "mrn": m, "requireUniqueMrn": True} for n, m in names.items()]
    )
    merge_id = run_until(source, target, "patients")
    running._take_step(merging.access_merge(merge_id))
    moved = next(iter(merges.patients_of(target)))
    db.collection("patients").update_one({"userId": moved}, {"$set": {"mrn": "m-2"}})
    second = next(iter(merges.patients_of(source)))

    merge = taken_back(merge_id)

    assert f"patient {second}" in merge["problem"]
    assert "1 of its records came back with an MRN that another" in merge["problem"]
    assert f"patient {moved}" in merge["problem"]
    assert "m-2" not in merge["problem"].lower()
    after = merges.patients_of(source)
    assert (after[moved]["mrn"], after[moved]["requireUniqueMrn"]) == ("m-2", False)
    assert after[second]["requireUniqueMrn"] is True
    assert merges.patients_of(target) == {}
    assert merges.counts_are_right(source["_id"])


def test_records_that_return_at_once_with_one_mrn_return():
    source = factories.make_clinic(name="Lakeside", **UNIQUE)
    target = factories.make_clinic(name="Hillside", **UNIQUE)
    rows = [{"mrn": f"M-{n}", "requireUniqueMrn": True} for n in range(4)]
    factories.make_patients(source, rows)
    merge_id = run_until(source, target, "clinicians")
    same = {"$set": {"mrn": "M-0", "requireUniqueMrn": False}}
    db.collection("patients").update_many({"clinicId": target["_id"]}, same)
    merging.stop_merge(merge_id)
    merge = taken_back(merge_id)
    after = merges.patients_of(source).values()
    assert [p["mrn"] for p in after] == ["M-0"] * 4
    assert sorted(p["requireUniqueMrn"] for p in after) == [False, False, False, True]
    assert merge["problem"].startswith(f"{merging.STOPPED}; 3 of its records")


def test_a_person_whom_another_program_has_made_a_patient_of_the_source_again_stays():
    source = factories.make_clinic(name="Lakeside", **ANY_MRN)
    target = factories.make_clinic(name="Hillside", **ANY_MRN)
    moved = factories.make_patient(source)["userId"]
    merge_id = run_until(source, target, "clinicians")
    factories.make_patient(source, userId=moved, fullName="Again")
    merging.stop_merge(merge_id)
    assert "1 of its records stay in the target" in taken_back(merge_id)["problem"]
    assert merges.patients_of(source)[moved]["fullName"] == "Again"
    assert moved in merges.patients_of(target)


def test_a_member_whose_address_an_invite_to_the_source_has_returns_without_it():
    source = factories.make_clinic(name="Lakeside", isMigrated=True, **ANY_MRN)
    target = factories.make_clinic(name="Hillside", isMigrated=True, **ANY_MRN)
    for clinic, user in ((source, "moved"), (source, "both"), (target, "both")):
        add_member(clinic, user)
    merge_id = run_until(source, target, "finishing")
    invites = [
        {"clinicId": source["_id"], "inviteId": u, "email": f"{u}@example.org", "roles": []}
        for u in ("moved", "both")
    ]
    db.collection("clinicians").insert_many(invites)
    merge = taken_back(merge_id)
    assert "invited" in merge["problem"]
    members = members_of(source)
    assert members.keys() == {"moved", "both"}
    assert all("email" not in member for member in members.values())
    assert members_of(target)["both"]["email"] == "both@example.org"


# --- what others can do to each kind of item ----------------------------------------------------------
def add_member(clinic, user_id):
    db.collection("clinicians").insert_one(
        {
            "clinicId": clinic["_id"],
            "userId": user_id,
            "email": f"{user_id}@example.org",
            "roles": ["CLINIC_MEMBER"],
            "createdTime": clock.now(),
            "updatedTime": clock.now(),
        }
    )


def members_of(clinic):
    query = {"clinicId": clinic["_id"], "userId": {"$exists": True}}
    return {m["userId"]: m for m in db.collection("clinicians").find(query)}


class World:
    """Two clinics with one of each kind: a tag and a site of the source, a patient who moves, one of both clinics, a
    member who moves, one of both, and an invite to the target."""

    def __init__(self):
        self.tag, self.site = ObjectId(), ObjectId()
        self.source = factories.make_clinic(
            name="Lakeside",
            isMigrated=True,
            patientTags=[{"_id": self.tag, "name": "Pump"}],
            sites=[{"id": self.site, "name": "North"}],
            admins=["boss"],
            **ANY_MRN,
        )
        self.target = factories.make_clinic(
            name="Hillside", isMigrated=True, admins=["other"], **ANY_MRN
        )
        here = {"tags": [self.tag], "sites": [{"id": self.site, "name": "North"}]}
        factories.make_patients(self.source, [{"userId": u, **here} for u in ("moved", "both")])
        factories.make_patients(self.target, [{"userId": u} for u in ("both", "own")])
        for clinic, user in ((self.source, "m"), (self.source, "b"), (self.target, "b")):
            add_member(clinic, user)
        db.collection("clinicians").insert_one(
            {
                "clinicId": self.target["_id"],
                "inviteId": "i",
                "email": "i@example.org",
                "roles": [],
            }
        )

    def clinic_id(self):
        return self.target["_id"]

    def tag_in_target(self):
        return db.collection("clinics").find_one(self.clinic_id())["patientTags"][0]["_id"]

    def of_source(self):
        """All that belongs to it, without times."""
        parts = {
            "clinics": {"_id": self.source["_id"]},
            "patients": {"clinicId": self.source["_id"]},
            "clinicians": {"clinicId": self.source["_id"]},
        }
        shown = {"updatedTime": 0, "patientCount": 0, "rolesUpdates": 0}
        return {
            name: {d["_id"]: d for d in db.collection(name).find(query, shown)}
            for name, query in parts.items()
        }


def set_in_target(kind, user_id, **fields):
    return lambda w: db.collection(kind).update_one(
        {"clinicId": w.clinic_id(), "userId": user_id}, {"$set": fields}
    )


def remove_patient(user_id):
    return lambda w: patients.remove_patient(clinic_id=w.clinic_id(), user_id=user_id)


def remove_member(user_id):
    return lambda w: db.collection("clinicians").delete_one(
        {"clinicId": w.clinic_id(), "userId": user_id}
    )


def again(remove, add):
    def both(world):
        remove(world)
        add(world)

    return both


NOTHING = ()
MEANWHILE = {
    "nothing": (lambda _: None, NOTHING),
    "tag deleted": (
        lambda w: tags.delete_tag(clinic_id=w.clinic_id(), tag_id=w.tag_in_target()),
        NOTHING,
    ),
    "tag renamed": (
        lambda w: tags.rename_tag(clinic_id=w.clinic_id(), tag_id=w.tag_in_target(), name="Other"),
        NOTHING,
    ),
    "tag given to a patient of the target": (
        lambda w: set_in_target("patients", "own", tags=[w.tag_in_target()])(w),
        NOTHING,
    ),
    "site deleted": (
        lambda w: sites.delete_site(clinic_id=w.clinic_id(), site_id=w.site),
        NOTHING,
    ),
    "site renamed": (
        lambda w: sites.rename_site(clinic_id=w.clinic_id(), site_id=w.site, name="Other"),
        NOTHING,
    ),
    "moved patient deleted": (remove_patient("moved"), ("moved",)),
    "moved patient deleted and made again": (
        again(remove_patient("moved"), lambda w: factories.make_patient(w.target, userId="moved")),
        ("moved",),
    ),
    "moved patient changed": (
        set_in_target("patients", "moved", fullName="New", tags=[], sites=[]),
        ("fullName",),
    ),
    "combined patient deleted": (remove_patient("both"), NOTHING),
    "combined patient deleted and made again": (
        again(remove_patient("both"), lambda w: factories.make_patient(w.target, userId="both")),
        NOTHING,
    ),
    "combined patient changed": (
        set_in_target("patients", "both", fullName="New", tags=[], sites=[]),
        NOTHING,
    ),
    "moved member deleted": (remove_member("m"), ("m",)),
    "moved member deleted and made again": (
        again(remove_member("m"), lambda w: add_member(w.target, "m")),
        ("m",),
    ),
    "moved member made admin": (
        set_in_target("clinicians", "m", roles=["CLINIC_ADMIN"]),
        NOTHING,
    ),
    "moved member with another address": (
        set_in_target("clinicians", "m", email="new@example.org"),
        ("email",),
    ),
    "combined member deleted": (remove_member("b"), NOTHING),
    "combined member changed": (
        set_in_target("clinicians", "b", roles=["CLINIC_ADMIN"]),
        NOTHING,
    ),
    "invite deleted": (
        lambda w: clinicians.remove_invite(clinic_id=w.clinic_id(), invite_id="i"),
        NOTHING,
    ),
    "invite changed": (
        lambda w: db.collection("clinicians").update_one(
            {"inviteId": "i"}, {"$set": {"email": "new@example.org"}}
        ),
        NOTHING,
    ),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_the_source_is_what_it_was_whatever_others_did_in_the_target(meanwhile):
    """But for what they changed: who was removed, or a field of the record itself."""
    do, changed = MEANWHILE[meanwhile]
    world = World()
    before = world.of_source()
    merge_id = run_until(world.source, world.target, "finishing")
    do(world)
    merges.count_patients(
        world.source, world.target
    )  # some of it is written as another service would
    merging.stop_merge(merge_id)
    merge = taken_back(merge_id)
    assert merge["problem"] == merging.STOPPED
    assert left(world.of_source(), changed) == left(before, changed)
    merges.count_patients(world.source, world.target)
    target = db.collection("clinics").find_one(world.clinic_id())
    is_used = meanwhile == "tag given to a patient of the target"
    assert (len(target.get("patientTags", [])), target.get("sites", [])) == (int(is_used), [])


def left(parts, changed):
    """Without the people and fields that others have changed; `moved` and `m` are compared by nothing else."""
    return {
        kind: {
            key: {name: value for name, value in record.items() if name not in changed}
            for key, record in records.items()
            if record.get("userId") not in changed
        }
        for kind, records in parts.items()
    }


# --- records of other services ------------------------------------------------------------------------
@pytest.mark.foreign_documents
@pytest.mark.parametrize("user_id", [{"a": 1}, ["x"], 5])
def test_a_record_whose_user_id_is_no_text_moves_as_one_without_account(user_id):
    source = factories.make_clinic(name="Lakeside", **ANY_MRN)
    target = factories.make_clinic(name="Hillside", **ANY_MRN)
    record = factories.make_patient(source, userId=user_id)
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]
    assert stored(record)["clinicId"] == target["_id"]


def stored(record):
    return db.collection("patients").find_one({"_id": record["_id"]})


@pytest.mark.foreign_documents
def test_two_records_without_account_are_a_problem_of_the_plan():
    clinics = [factories.make_clinic(name=name, **ANY_MRN) for name in ("Lakeside", "Hillside")]
    records = [factories.make_patient(clinic) for clinic in clinics]
    db.collection("patients").update_many({}, {"$unset": {"userId": ""}})
    merge = merges.merge(*clinics)
    assert merge["state"] == MergeState.REFUSED
    problem = next(p for p in merge["problems"] if p["code"] == "account_missing")
    assert problem["subjects"] == [str(records[0]["_id"])]


@pytest.mark.foreign_documents
def test_broken_tags_of_the_target_count_neither_in_the_plan_nor_in_the_merge():
    kept = [{"_id": ObjectId(), "name": f"T{n}"} for n in range(49)]
    target = factories.make_clinic(name="Hillside", patientTags=[*kept, {"name": 1}], **ANY_MRN)
    new = [{"_id": ObjectId(), "name": "New"}]
    source = factories.make_clinic(name="Lakeside", patientTags=new, **ANY_MRN)
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]


def test_mrns_of_blanks_are_no_mrns():
    source = factories.make_clinic(name="Lakeside", **UNIQUE)
    target = factories.make_clinic(name="Hillside", **UNIQUE)
    for clinic in (source, target):
        factories.make_patient(clinic, mrn="  ", requireUniqueMrn=True)
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]


def test_of_tags_or_sites_with_one_id_the_first_counts():
    tag, site = ObjectId(), ObjectId()
    source = factories.make_clinic(
        name="Lakeside",
        patientTags=[{"_id": tag, "name": "B"}, {"_id": tag, "name": "A"}],
        sites=[{"id": site, "name": "North"}, {"id": site, "name": "East"}],
        **ANY_MRN,
    )
    target = factories.make_clinic(name="Hillside", **ANY_MRN)
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]
    after = db.collection("clinics").find_one({"_id": target["_id"]})
    assert [t["name"] for t in after["patientTags"]] == ["B"]
    assert after["sites"] == [{"id": site, "name": "North"}]


@pytest.mark.foreign_documents
def test_a_number_for_unique_mrns_means_the_same_in_plan_and_merge():
    settings = {"mrnSettings": {"required": False, "unique": 1}}
    source = factories.make_clinic(name="Lakeside", **settings)
    target = factories.make_clinic(name="Hillside", **settings)
    record = factories.make_patient(source, mrn="M-1")
    merge = merges.merge(source, target)
    assert merge["state"] == MergeState.COMPLETED, merge["problem"]
    assert stored(record)["requireUniqueMrn"] is True

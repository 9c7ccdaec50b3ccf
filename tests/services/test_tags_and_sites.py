"""The kept numbers of patients per tag and site against plain counting (decision 0004, "Counts of tags and
sites")."""

import random
from functools import partial

import pytest
from bson import ObjectId

from clinic_records.services import access
from clinics import handlers as clinic_handlers
from clinics.events import TagDeleted
from clinics.services import sites, tags
from kernel import clock, db
from kernel.outbox.events import payload_of
from patients import handlers
from patients.events import TagUsedInBulk
from patients.services import (
    patient_counts,
    patient_tags,
    patients,
    seeding,
    tags_and_sites,
)
from patients.services.patient_details import PatientDetails
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_patient, make_patients

KEPT = "clinicPatientCounts"


@pytest.fixture
def lakeside():
    return make_clinic(
        patientTags=[{"_id": ObjectId(), "name": f"T{n}"} for n in range(3)],
        sites=[{"id": ObjectId(), "name": f"S{n}"} for n in range(3)],
    )


def tag_ids(clinic):
    return [tag["_id"] for tag in access.access_clinic(clinic["_id"])["patientTags"]]


def site_ids(clinic):
    return [site["id"] for site in access.access_clinic(clinic["_id"])["sites"]]


def shown(clinic):
    return tags_and_sites.count_places([access.access_clinic(clinic["_id"])])


def counted(clinic):
    """What `shown` has to be, read from the records."""
    of_tags, of_sites = {}, {}
    for patient in db.collection("patients").find({"clinicId": clinic["_id"]}):
        for tag in {*(patient.get("tags") or [])} & {*tag_ids(clinic)}:
            of_tags[tag] = of_tags.get(tag, 0) + 1
        for site in {s["id"] for s in patient.get("sites") or []} & {*site_ids(clinic)}:
            of_sites[site] = of_sites.get(site, 0) + 1
    return of_tags, of_sites


def kept(clinic):
    return db.collection(KEPT).find_one({"_id": clinic["_id"]})


def copy_of(site):
    return {"id": site["id"], "name": site["name"]}


def details(**fields):
    return PatientDetails(**{"full_name": "Iris", "birth_date": "1990-01-01", **fields})


def create(clinic, **fields):
    return patients.create_custodial_patient(clinic_id=clinic["_id"], details=details(**fields))


# --- one patient ----------------------------------------------------------------------------------
def test_a_tag_counts_once_for_a_patient_and_foreign_ones_for_no_one(lakeside):
    tag, *_ = tag_ids(lakeside)
    create(lakeside, tags=[tag, tag, ObjectId()])
    assert shown(lakeside) == ({tag: 1}, {})


def test_the_demo_patient_counts(lakeside, settings):
    settings.DEMO_PATIENT_USER_ID = "0000000001"
    tag, site = lakeside["patientTags"][0]["_id"], lakeside["sites"][0]
    make_patient(lakeside, userId="0000000001", tags=[tag], sites=[site])
    assert shown(lakeside) == ({tag: 1}, {site["id"]: 1})
    patients.update_patient(
        clinic_id=lakeside["_id"], user_id="0000000001", details=details(tags=[], sites=[])
    )
    assert shown(lakeside) == ({}, {})


def test_a_change_of_tags_alone_leaves_the_published_counts(lakeside):
    made = create(lakeside)
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": {"patientCount": "x"}})
    patients.update_patient(
        clinic_id=lakeside["_id"], user_id=made["userId"], details=details(tags=tag_ids(lakeside))
    )
    assert set(shown(lakeside)[0].values()) == {1}
    assert access.access_clinic(lakeside["_id"])["patientCount"] == "x"


def test_the_data_sources_of_a_patient_do_not_touch_the_tags(lakeside):
    from patients.services import data_sources

    made = create(lakeside, tags=tag_ids(lakeside), sites=site_ids(lakeside))
    data_sources.update_data_sources(
        user_id=made["userId"], data_sources=[{"providerName": "dexcom", "state": "connected"}]
    )
    assert shown(lakeside) == counted(lakeside)
    assert kept(lakeside)["sources"] == {"dexcom": {"connected": 1}}


def test_ids_that_other_systems_left_are_not_carried_along_forever(lakeside, monkeypatch):
    monkeypatch.setattr(patient_counts, "MOST_PLACES", 5)
    tag, other, _ = tag_ids(lakeside)
    made = create(lakeside, tags=[tag])
    foreign = {f"tags.{ObjectId()}": 1 for _ in range(6)}
    db.collection(KEPT).update_one({"_id": lakeside["_id"]}, {"$set": foreign})
    patients.update_patient(
        clinic_id=lakeside["_id"], user_id=made["userId"], details=details(tags=[tag, other])
    )
    assert kept(lakeside)["tags"] == {str(tag): 1, str(other): 1}


def test_less_than_no_one_is_no_one(lakeside):
    tag, *_ = tag_ids(lakeside)
    create(lakeside)
    db.collection(KEPT).update_one({"_id": lakeside["_id"]}, {"$set": {f"tags.{tag}": -1}})
    assert shown(lakeside) == ({}, {})


# --- many patients --------------------------------------------------------------------------------
def test_a_tag_for_everyone_and_for_no_one(lakeside):
    tag, other, _ = tag_ids(lakeside)
    made = make_patients(lakeside, [{"tags": [other]}, {"tags": None}, {"tags": [tag, other]}, {}])
    one = [made[0]["userId"], "0123456789"]
    clinic_id, tag_id = str(lakeside["_id"]), str(tag)
    assert shown(lakeside)[0] == {tag: 1, other: 2}
    assert patient_tags.assign_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=one) == 1
    assert shown(lakeside)[0] == {tag: 2, other: 2}
    assert patient_tags.assign_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=None) == 2
    assert shown(lakeside)[0] == {tag: 4, other: 2}
    assert patient_tags.remove_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=one) == 1
    assert shown(lakeside)[0] == {tag: 3, other: 2}
    assert patient_tags.remove_tag(clinic_id=clinic_id, tag_id=tag_id) == 3
    assert shown(lakeside)[0] == {other: 2}
    assert kept(lakeside)["tags"] == {str(other): 2}


@pytest.mark.parametrize("what", ["assign_tag", "remove_tag"])
def test_a_process_that_ends_before_it_has_counted_leaves_that_to_an_event(
    lakeside, monkeypatch, what
):
    tag, *_ = tag_ids(lakeside)
    make_patients(lakeside, [{"tags": [tag]}, {}, {}])
    assert shown(lakeside)[0] == {tag: 1}

    def die(*_):
        raise SystemExit

    change = partial(getattr(patient_tags, what), clinic_id=str(lakeside["_id"]), tag_id=str(tag))
    with monkeypatch.context() as patch:
        patch.setattr(patient_tags, "_recount", die)
        with pytest.raises(SystemExit):
            change(user_ids=None)
    assert shown(lakeside)[0] == {tag: 1}
    event = TagUsedInBulk(clinic_id=str(lakeside["_id"]), tag_id=str(tag))
    assert emitted("clinic.tag_used_in_bulk") == [payload_of(event)]
    deliver_all()
    assert shown(lakeside)[0] == {tag: 1}, "too early: the change may still be going on"
    later = clock.now() + patient_tags.RECOUNT_AFTER
    monkeypatch.setattr(clock, "now", lambda: later)
    deliver_all()
    assert shown(lakeside) == counted(lakeside)
    assert emitted("clinic.tag_used_in_bulk") == []
    handlers.recount_tag(event)
    assert shown(lakeside) == counted(lakeside)


def test_a_deleted_tag_or_site_is_counted_no_more(lakeside):
    tag, site = lakeside["patientTags"][0]["_id"], lakeside["sites"][0]
    made = [create(lakeside, tags=[tag], sites=[site["id"]]) for _ in range(2)]
    tags.delete_tag(clinic_id=lakeside["_id"], tag_id=tag)
    sites.delete_site(clinic_id=lakeside["_id"], site_id=site["id"])
    assert (kept(lakeside)["tags"], kept(lakeside)["sites"]) == ({}, {})
    patients.remove_patient(clinic_id=lakeside["_id"], user_id=made[0]["userId"])
    event = TagDeleted(clinic_id=str(lakeside["_id"]), tag_id=str(tag))
    clinic_handlers.remove_tag_from_patients(event)
    clinic_handlers.remove_tag_from_patients(event)
    assert kept(lakeside)["tags"] == {}


def test_invented_patients_are_counted(lakeside):
    seeding.seed_patients(clinic_id=lakeside["_id"], count=60, seed=1)
    found = shown(lakeside)
    assert found == counted(lakeside)
    assert found[0]
    assert found[1]


# --- what was not counted, or wrongly -------------------------------------------------------------
def without_kept(clinic):
    db.collection(KEPT).delete_one({"_id": clinic["_id"]})


def with_totals_alone(clinic):
    without_kept(clinic)
    totals = {"total": 9, "demo": 0, "plan": 9, "sources": {}}
    db.collection(KEPT).insert_one({"_id": clinic["_id"], **totals})


OLDER = pytest.mark.parametrize("make_older", [without_kept, with_totals_alone])


def populate(clinic):
    (tag, other, _), (site, *_) = clinic["patientTags"], clinic["sites"]
    rows = [{"tags": [tag["_id"], other["_id"]]}, {"tags": [tag["_id"]], "sites": [copy_of(site)]}]
    return make_patients(clinic, rows)


@OLDER
def test_an_older_database_is_counted_on_first_use(lakeside, make_older, mongo_commands):
    populate(lakeside)
    make_older(lakeside)
    assert shown(lakeside) == counted(lakeside)
    clinic = access.access_clinic(lakeside["_id"])
    with mongo_commands() as commands:
        tags_and_sites.count_places([clinic])
    assert commands == ["find"]


@OLDER
def test_an_older_database_is_counted_by_the_first_change(lakeside, make_older):
    made = populate(lakeside)
    make_older(lakeside)
    patients.remove_patient(clinic_id=lakeside["_id"], user_id=made[0]["userId"])
    assert kept(lakeside)["total"] == 1
    assert shown(lakeside) == counted(lakeside)


@OLDER
@pytest.mark.parametrize(
    "change",
    [
        lambda c: patient_tags.assign_tag(
            clinic_id=str(c["_id"]), tag_id=str(c["patientTags"][2]["_id"]), user_ids=None
        ),
        lambda c: sites.convert_tag(clinic_id=c["_id"], tag_id=c["patientTags"][0]["_id"]),
        lambda c: sites.merge_site(
            clinic_id=c["_id"], target_id=c["sites"][1]["id"], source_id=c["sites"][0]["id"]
        ),
        lambda c: sites.delete_site(clinic_id=c["_id"], site_id=c["sites"][0]["id"]),
        lambda c: tags.delete_tag(clinic_id=c["_id"], tag_id=c["patientTags"][0]["_id"]),
    ],
    ids=["assign", "convert", "merge", "delete site", "delete tag"],
)
def test_an_older_database_is_right_after_a_change_of_many(lakeside, make_older, change):
    populate(lakeside)
    make_older(lakeside)
    change(lakeside)
    assert shown(lakeside) == counted(lakeside)


def test_a_clinic_with_tags_and_without_patients_is_counted_once(lakeside, mongo_commands):
    assert shown(lakeside) == ({}, {})
    clinic = access.access_clinic(lakeside["_id"])
    with mongo_commands() as commands:
        assert tags_and_sites.count_places([clinic]) == ({}, {})
    assert commands == ["find"]


def test_a_clinic_that_is_gone_leaves_no_counts():
    gone = ObjectId()
    assert patient_counts.total_of(gone) == 0
    assert db.collection(KEPT).find_one({"_id": gone}) is None


def test_many_clinics_are_read_at_once(lakeside, mongo_commands):
    tag = lakeside["patientTags"][0]["_id"]
    other = make_clinic(patientTags=[{"_id": ObjectId(), "name": "T"}])
    make_patients(lakeside, [{"tags": [tag]}, {"tags": [tag]}])
    make_patients(other, [{"tags": [tag, other["patientTags"][0]["_id"]]}])
    clinics = [lakeside, other, make_clinic()]
    expected = ({tag: 2, other["patientTags"][0]["_id"]: 1}, {})
    assert tags_and_sites.count_places(clinics) == expected
    with mongo_commands() as commands:
        assert tags_and_sites.count_places(clinics) == expected
    assert commands == ["find"]


def test_refresh_repairs_wrong_numbers(lakeside):
    populate(lakeside)
    shown(lakeside)
    tag, site = tag_ids(lakeside)[0], site_ids(lakeside)[0]
    wrong = {
        f"tags.{tag}": 7,
        f"tags.{ObjectId()}": 1,
        "sites": {},
        f"tags.{tag_ids(lakeside)[2]}": 3,
    }
    db.collection(KEPT).update_one({"_id": lakeside["_id"]}, {"$set": wrong})
    patient_counts.refresh_patient_count(lakeside["_id"])
    assert shown(lakeside) == counted(lakeside)
    assert kept(lakeside)["tags"].keys() == {str(t) for t in tag_ids(lakeside)[:2]}
    assert kept(lakeside)["sites"] == {str(site): 1}


# --- against a model ------------------------------------------------------------------------------
class Model:
    """A clinic as plain Python: user -> (tags, sites). Each step is done there and in the service."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.clinic = make_clinic(patientTags=[], sites=[])
        self.id = self.clinic["_id"]
        self.tags, self.sites, self.people = [], [], {}
        self.named = 0

    def counts(self):
        tags_of = [held for held, _ in self.people.values()]
        sites_of = [held for _, held in self.people.values()]
        found = (
            {t: sum(t in held for held in tags_of) for t in self.tags},
            {s: sum(s in held for held in sites_of) for s in self.sites},
        )
        return tuple({key: n for key, n in part.items() if n} for part in found)

    def some(self, items, most=3):
        return self.rng.sample(items, min(len(items), self.rng.randint(0, most)))

    def name(self):
        self.named += 1
        return f"name {self.named}"

    def some_users(self):
        return self.rng.choice([None, self.some([*self.people], 4) or None])

    # steps
    def add_tag(self):
        self.tags.append(tags.create_tag(clinic_id=self.id, name=self.name())["_id"])

    def add_site(self):
        self.sites.append(sites.create_site(clinic_id=self.id, name=self.name())["id"])

    def create(self):
        own, at = self.some(self.tags), self.some(self.sites)
        made = create(self.clinic, tags=own, sites=at)
        self.people[made["userId"]] = ({*own}, {*at})

    def update(self):
        user = self.rng.choice([*self.people])
        own, at = self.some(self.tags), self.some(self.sites)
        patients.update_patient(
            clinic_id=self.id, user_id=user, details=details(tags=own, sites=at)
        )
        self.people[user] = ({*own}, {*at})

    def remove(self):
        user = self.rng.choice([*self.people])
        patients.remove_patient(clinic_id=self.id, user_id=user)
        del self.people[user]

    def assign(self):
        tag, users = self.rng.choice(self.tags), self.some_users()
        patient_tags.assign_tag(clinic_id=str(self.id), tag_id=str(tag), user_ids=users)
        for user in users or self.people:
            self.people[user][0].add(tag)

    def unassign(self):
        tag, users = self.rng.choice(self.tags), self.some_users()
        patient_tags.remove_tag(clinic_id=str(self.id), tag_id=str(tag), user_ids=users)
        for user in users or self.people:
            self.people[user][0].discard(tag)

    def merge(self):
        target, source = self.rng.sample(self.sites, 2)
        sites.merge_site(clinic_id=self.id, target_id=target, source_id=source)
        for _, at in self.people.values():
            if source in at:
                at.remove(source)
                at.add(target)
        self.sites.remove(source)

    def convert(self):
        tag = self.tags.pop(self.rng.randrange(len(self.tags)))
        site, _ = sites.convert_tag(clinic_id=self.id, tag_id=tag)
        self.sites.append(site["id"])
        for own, at in self.people.values():
            if tag in own:
                own.remove(tag)
                at.add(site["id"])

    def drop_tag(self):
        tag = self.tags.pop(self.rng.randrange(len(self.tags)))
        tags.delete_tag(clinic_id=self.id, tag_id=tag)
        if self.rng.random() < 0.5:
            event = TagDeleted(clinic_id=str(self.id), tag_id=str(tag))
            clinic_handlers.remove_tag_from_patients(event)

    def drop_site(self):
        site = self.sites.pop(self.rng.randrange(len(self.sites)))
        sites.delete_site(clinic_id=self.id, site_id=site)
        for _, at in self.people.values():
            at.discard(site)

    def rename_site(self):
        site = self.rng.choice(self.sites)
        sites.rename_site(clinic_id=self.id, site_id=site, name=self.name())

    def lose_counts(self):
        db.collection(KEPT).delete_one({"_id": self.id})

    def lose_places(self):
        db.collection(KEPT).update_one({"_id": self.id}, {"$unset": {"tags": "", "sites": ""}})

    def refresh(self):
        patient_counts.refresh_patient_count(self.id)

    def possible(self):
        found = [self.create, self.create, self.add_tag, self.add_site]
        found += [self.lose_counts, self.lose_places, self.refresh]
        if self.people:
            found += [self.update, self.update, self.update, self.remove]
        if self.tags:
            found += [self.assign, self.unassign, self.convert, self.drop_tag]
        if self.sites:
            found += [self.drop_site, self.rename_site]
        if len(self.sites) > 1:
            found += [self.merge, self.merge]
        return found


@pytest.mark.parametrize("seed", range(5))
def test_any_sequence_of_changes_is_counted_as_plain_python_does(seed):
    model = Model(seed)
    for _ in range(80):
        step = model.rng.choice(model.possible())
        step()
        if model.rng.random() < 0.7:  # otherwise the next step meets what this one has left
            assert shown(model.clinic) == model.counts(), step.__name__
    assert shown(model.clinic) == model.counts() == counted(model.clinic)

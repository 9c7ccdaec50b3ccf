"""The stored numbers of patients per tag and site against plain counting (decision 0004, "Counts of tags and
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
from patients import handlers, kept
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

COUNTS = kept.COUNTS


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
    return tags_and_sites.count_by_tag_and_site([access.access_clinic(clinic["_id"])])


def counted(clinic):
    """What `shown` has to return, counted from the records."""
    tag_counts, site_counts = {}, {}
    for patient in db.collection("patients").find({"clinicId": clinic["_id"]}):
        for tag in {*(patient.get("tags") or [])} & {*tag_ids(clinic)}:
            tag_counts[tag] = tag_counts.get(tag, 0) + 1
        for site in {s["id"] for s in patient.get("sites") or []} & {*site_ids(clinic)}:
            site_counts[site] = site_counts.get(site, 0) + 1
    return tag_counts, site_counts


def stored_counts(clinic):
    return db.collection(COUNTS).find_one({"_id": clinic["_id"]})


def copy_of(site):
    return {"id": site["id"], "name": site["name"]}


def details(**fields):
    return PatientDetails({"fullName": "Iris", "birthDate": "1990-01-01", **fields})


def create(clinic, **fields):
    return patients.create_custodial_patient(clinic_id=clinic["_id"], details=details(**fields))


# --- one patient ----------------------------------------------------------------------------------
def test_a_tag_counts_once_per_patient_and_foreign_ids_do_not_count(lakeside):
    tag, *_ = tag_ids(lakeside)
    create(lakeside, tags=[tag, tag, ObjectId()])
    assert shown(lakeside) == ({tag: 1}, {})


def test_the_demo_patient_is_counted(lakeside, settings):
    settings.DEMO_PATIENT_USER_ID = "0000000001"
    tag, site = lakeside["patientTags"][0]["_id"], lakeside["sites"][0]
    make_patient(lakeside, userId="0000000001", tags=[tag], sites=[site])
    assert shown(lakeside) == ({tag: 1}, {site["id"]: 1})
    patients.update_patient(
        clinic_id=lakeside["_id"], user_id="0000000001", details=details(tags=[], sites=[])
    )
    assert shown(lakeside) == ({}, {})


@pytest.mark.foreign_documents
def test_a_change_of_tags_does_not_change_the_published_count(lakeside):
    patient = create(lakeside)
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": {"patientCount": "x"}})
    patients.update_patient(
        clinic_id=lakeside["_id"],
        user_id=patient["userId"],
        details=details(tags=tag_ids(lakeside)),
    )
    assert set(shown(lakeside)[0].values()) == {1}
    assert access.access_clinic(lakeside["_id"])["patientCount"] == "x"


def test_a_change_of_data_sources_does_not_change_the_counts_of_tags(lakeside):
    from patients.services import data_sources

    patient = create(lakeside, tags=tag_ids(lakeside), sites=site_ids(lakeside))
    data_sources.update_data_sources(
        user_id=patient["userId"], data_sources=[{"providerName": "dexcom", "state": "connected"}]
    )
    assert shown(lakeside) == counted(lakeside)
    assert stored_counts(lakeside)["sources"] == {"dexcom": {"connected": 1}}


def test_too_many_foreign_ids_are_dropped_from_the_counts(lakeside, monkeypatch):
    monkeypatch.setattr(patient_counts, "MOST_TAGS_AND_SITES", 5)
    tag, other, _ = tag_ids(lakeside)
    patient = create(lakeside, tags=[tag])
    foreign = {f"tags.{ObjectId()}": 1 for _ in range(6)}
    db.collection(COUNTS).update_one({"_id": lakeside["_id"]}, {"$set": foreign})
    patients.update_patient(
        clinic_id=lakeside["_id"], user_id=patient["userId"], details=details(tags=[tag, other])
    )
    assert stored_counts(lakeside)["tags"] == {str(tag): 1, str(other): 1}


def test_a_negative_count_is_shown_as_zero(lakeside):
    tag, *_ = tag_ids(lakeside)
    create(lakeside)
    db.collection(COUNTS).update_one({"_id": lakeside["_id"]}, {"$set": {f"tags.{tag}": -1}})
    assert shown(lakeside) == ({}, {})


# --- many patients --------------------------------------------------------------------------------
def test_tags_assigned_and_removed_in_bulk_are_counted(lakeside):
    tag, other, _ = tag_ids(lakeside)
    created = make_patients(
        lakeside, [{"tags": [other]}, {"tags": None}, {"tags": [tag, other]}, {}]
    )
    user_ids = [created[0]["userId"], "0123456789"]
    clinic_id, tag_id = str(lakeside["_id"]), str(tag)
    assert shown(lakeside)[0] == {tag: 1, other: 2}
    assert patient_tags.assign_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=user_ids) == 1
    assert shown(lakeside)[0] == {tag: 2, other: 2}
    assert patient_tags.assign_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=None) == 2
    assert shown(lakeside)[0] == {tag: 4, other: 2}
    assert patient_tags.remove_tag(clinic_id=clinic_id, tag_id=tag_id, user_ids=user_ids) == 1
    assert shown(lakeside)[0] == {tag: 3, other: 2}
    assert patient_tags.remove_tag(clinic_id=clinic_id, tag_id=tag_id) == 3
    assert shown(lakeside)[0] == {other: 2}
    assert stored_counts(lakeside)["tags"] == {str(other): 2}


@pytest.mark.parametrize("what", ["assign_tag", "remove_tag"])
def test_a_process_killed_before_counting_leaves_the_count_to_an_event(lakeside, monkeypatch, what):
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


def test_a_deleted_tag_or_site_is_no_longer_counted(lakeside):
    tag, site = lakeside["patientTags"][0]["_id"], lakeside["sites"][0]
    created = [create(lakeside, tags=[tag], sites=[site["id"]]) for _ in range(2)]
    tags.delete_tag(clinic_id=lakeside["_id"], tag_id=tag)
    sites.delete_site(clinic_id=lakeside["_id"], site_id=site["id"])
    assert (stored_counts(lakeside)["tags"], stored_counts(lakeside)["sites"]) == ({}, {})
    patients.remove_patient(clinic_id=lakeside["_id"], user_id=created[0]["userId"])
    event = TagDeleted(clinic_id=str(lakeside["_id"]), tag_id=str(tag))
    clinic_handlers.remove_tag_from_patients(event)
    clinic_handlers.remove_tag_from_patients(event)
    assert stored_counts(lakeside)["tags"] == {}


def test_seeded_patients_are_counted(lakeside):
    seeding.seed_patients(clinic_id=lakeside["_id"], count=60, seed=1)
    counts = shown(lakeside)
    assert counts == counted(lakeside)
    assert counts[0]
    assert counts[1]


# --- missing and wrong counts -------------------------------------------------------------
def delete_counts(clinic):
    db.collection(COUNTS).delete_one({"_id": clinic["_id"]})


def keep_only_totals(clinic):
    delete_counts(clinic)
    totals = {"total": 9, "demo": 0, "plan": 9, "sources": {}}
    db.collection(COUNTS).insert_one({"_id": clinic["_id"], **totals})


OLDER = pytest.mark.parametrize("make_older", [delete_counts, keep_only_totals])


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
        tags_and_sites.count_by_tag_and_site([clinic])
    assert commands == ["find"]


@OLDER
def test_an_older_database_is_counted_by_the_first_change(lakeside, make_older):
    created = populate(lakeside)
    make_older(lakeside)
    patients.remove_patient(clinic_id=lakeside["_id"], user_id=created[0]["userId"])
    assert stored_counts(lakeside)["total"] == 1
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
def test_an_older_database_is_counted_by_a_bulk_change(lakeside, make_older, change):
    populate(lakeside)
    make_older(lakeside)
    change(lakeside)
    assert shown(lakeside) == counted(lakeside)


def test_a_clinic_with_tags_and_without_patients_is_counted_once(lakeside, mongo_commands):
    assert shown(lakeside) == ({}, {})
    clinic = access.access_clinic(lakeside["_id"])
    with mongo_commands() as commands:
        assert tags_and_sites.count_by_tag_and_site([clinic]) == ({}, {})
    assert commands == ["find"]


def test_counting_a_deleted_clinic_stores_nothing():
    clinic_id = ObjectId()
    assert patient_counts.total_of(clinic_id) == 0
    assert db.collection(COUNTS).find_one({"_id": clinic_id}) is None


def test_counts_of_many_clinics_are_read_in_one_query(lakeside, mongo_commands):
    tag = lakeside["patientTags"][0]["_id"]
    other = make_clinic(patientTags=[{"_id": ObjectId(), "name": "T"}])
    make_patients(lakeside, [{"tags": [tag]}, {"tags": [tag]}])
    make_patients(other, [{"tags": [tag, other["patientTags"][0]["_id"]]}])
    clinics = [lakeside, other, make_clinic()]
    expected = ({tag: 2, other["patientTags"][0]["_id"]: 1}, {})
    assert tags_and_sites.count_by_tag_and_site(clinics) == expected
    with mongo_commands() as commands:
        assert tags_and_sites.count_by_tag_and_site(clinics) == expected
    assert commands == ["find"]


def test_refresh_corrects_wrong_counts(lakeside):
    populate(lakeside)
    shown(lakeside)
    tag, site = tag_ids(lakeside)[0], site_ids(lakeside)[0]
    wrong_counts = {
        f"tags.{tag}": 7,
        f"tags.{ObjectId()}": 1,
        "sites": {},
        f"tags.{tag_ids(lakeside)[2]}": 3,
    }
    db.collection(COUNTS).update_one({"_id": lakeside["_id"]}, {"$set": wrong_counts})
    patient_counts.refresh_patient_count(lakeside["_id"])
    assert shown(lakeside) == counted(lakeside)
    assert stored_counts(lakeside)["tags"].keys() == {str(t) for t in tag_ids(lakeside)[:2]}
    assert stored_counts(lakeside)["sites"] == {str(site): 1}


# --- against a model ------------------------------------------------------------------------------
class Model:
    """A clinic as plain Python: user -> (tags, sites). Each step is done both here and in the service."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.clinic = make_clinic(patientTags=[], sites=[])
        self.id = self.clinic["_id"]
        self.tags, self.sites, self.people = [], [], {}
        self.named = 0

    def counts(self):
        tags_by_user = [held for held, _ in self.people.values()]
        sites_by_user = [held for _, held in self.people.values()]
        counts = (
            {t: sum(t in held for held in tags_by_user) for t in self.tags},
            {s: sum(s in held for held in sites_by_user) for s in self.sites},
        )
        return tuple({key: n for key, n in part.items() if n} for part in counts)

    def sample(self, items, most=3):
        return self.rng.sample(items, min(len(items), self.rng.randint(0, most)))

    def name(self):
        self.named += 1
        return f"name {self.named}"

    def some_users(self):
        return self.rng.choice([None, self.sample([*self.people], 4) or None])

    # steps
    def add_tag(self):
        self.tags.append(tags.create_tag(clinic_id=self.id, name=self.name())["_id"])

    def add_site(self):
        self.sites.append(sites.create_site(clinic_id=self.id, name=self.name())["id"])

    def create(self):
        tags_held, sites_held = self.sample(self.tags), self.sample(self.sites)
        patient = create(self.clinic, tags=tags_held, sites=sites_held)
        self.people[patient["userId"]] = ({*tags_held}, {*sites_held})

    def update(self):
        user = self.rng.choice([*self.people])
        tags_held, sites_held = self.sample(self.tags), self.sample(self.sites)
        patients.update_patient(
            clinic_id=self.id, user_id=user, details=details(tags=tags_held, sites=sites_held)
        )
        self.people[user] = ({*tags_held}, {*sites_held})

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
        for _, sites_held in self.people.values():
            if source in sites_held:
                sites_held.remove(source)
                sites_held.add(target)
        self.sites.remove(source)

    def convert(self):
        tag = self.tags.pop(self.rng.randrange(len(self.tags)))
        site, _ = sites.convert_tag(clinic_id=self.id, tag_id=tag)
        self.sites.append(site["id"])
        for tags_held, sites_held in self.people.values():
            if tag in tags_held:
                tags_held.remove(tag)
                sites_held.add(site["id"])

    def drop_tag(self):
        tag = self.tags.pop(self.rng.randrange(len(self.tags)))
        tags.delete_tag(clinic_id=self.id, tag_id=tag)
        if self.rng.random() < 0.5:
            event = TagDeleted(clinic_id=str(self.id), tag_id=str(tag))
            clinic_handlers.remove_tag_from_patients(event)

    def drop_site(self):
        site = self.sites.pop(self.rng.randrange(len(self.sites)))
        sites.delete_site(clinic_id=self.id, site_id=site)
        for _, sites_held in self.people.values():
            sites_held.discard(site)

    def rename_site(self):
        site = self.rng.choice(self.sites)
        sites.rename_site(clinic_id=self.id, site_id=site, name=self.name())

    def lose_counts(self):
        db.collection(COUNTS).delete_one({"_id": self.id})

    def lose_tag_and_site_counts(self):
        db.collection(COUNTS).update_one({"_id": self.id}, {"$unset": {"tags": "", "sites": ""}})

    def refresh(self):
        patient_counts.refresh_patient_count(self.id)

    def possible(self):
        steps = [self.create, self.create, self.add_tag, self.add_site]
        steps += [self.lose_counts, self.lose_tag_and_site_counts, self.refresh]
        if self.people:
            steps += [self.update, self.update, self.update, self.remove]
        if self.tags:
            steps += [self.assign, self.unassign, self.convert, self.drop_tag]
        if self.sites:
            steps += [self.drop_site, self.rename_site]
        if len(self.sites) > 1:
            steps += [self.merge, self.merge]
        return steps


@pytest.mark.parametrize("seed", range(5))
def test_any_sequence_of_changes_has_the_counts_of_the_model(seed):
    model = Model(seed)
    for _ in range(80):
        step = model.rng.choice(model.possible())
        step()
        if model.rng.random() < 0.7:  # otherwise the next step starts from uncounted changes
            assert shown(model.clinic) == model.counts(), step.__name__
    assert shown(model.clinic) == model.counts() == counted(model.clinic)

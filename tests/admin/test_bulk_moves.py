"""Many patients go to another clinic: what that changes is shown first, and a worker moves one after the other."""

import pytest
from bson import ObjectId

from kernel import db
from kernel.jobs import running, store
from patients.services import patient_counts
from tests.admin import many
from tests.admin.conftest import events, patient_ids, text
from tests.admin.many import REASON, job, left_out
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient

NAME = "Harbor Diabetes Center"


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def other(clinic):
    tags = [{"_id": ObjectId(), "name": "pump "}]
    return make_clinic(name="Lakeside", patientTags=tags, sites=[], admins=["x"])


@pytest.fixture
def person(staff):
    return staff("support", "destructive")


def path_of(clinic):
    return f"clinics/{clinic['_id']}/patients/move"


def ask(person, clinic, to, **asked):
    return person.post(path_of(clinic), **{"pasted": "", "to": to, **asked})


def begin(person, clinic, **asked):
    fields = {"pasted": "", "to": "Lakeside", **asked}
    return many.begin(person, path_of(clinic), typed=NAME, **fields)


def move(person, clinic, **asked):
    path = begin(person, clinic, **asked)
    deliver_all()
    return path


def where(user_id):
    (record,) = db.collection("patients").find({"userId": user_id})
    return record["clinicId"]


def plan_of(clinic):
    return patient_counts.kept_counts(clinic["_id"])["plan"]


def test_the_scope_names_both_clinics_and_what_is_lost_and_changes_nothing(clinic, other, person):
    user_ids = patient_ids(clinic)
    fields = {"mrnSettings": {"required": True, "unique": True}, "country": "US", "patientCountSettings": {"hardLimit": {"plan": 2}}}  # fmt: skip
    db.collection("clinics").update_one({"_id": other["_id"]}, {"$set": fields})
    page = text(ask(person, clinic, "lake"))
    code = other["canonicalShareCode"]
    for line in (
        f"From {NAME} ({clinic['canonicalShareCode']}) to Lakeside ({code}): 3 patients.",
        "Tags that the clinic does not have are lost: Study.",
        "Sites that it does not have are lost: Main, West.",
        "So does who has no MRN: Lakeside requires one.",
        "Lakeside has 0 of at most 2 plan patients",
        "Maria Marker",
    ):
        assert line in page, line
    assert (job(), patient_ids(clinic)) == (None, user_ids)


def test_the_other_clinic_is_the_one_that_is_meant(clinic, other, person):
    make_clinic(name="Lakeside North")
    page = text(ask(person, clinic, "lakeside"))
    assert f"Type the share code: Lakeside ({other['canonicalShareCode']}), Lakeside North" in page
    for none in ("harbor", str(clinic["_id"]), "nowhere", ""):
        page = ask(person, clinic, none)
        assert page.status_code == 400
        assert 'name="typed"' not in text(page), none
    for one in (other["canonicalShareCode"], str(other["_id"]), "lakeside nor"):
        assert ask(person, clinic, one).status_code == 200
    assert job() is None


def test_a_move_by_a_job_is_the_move_of_the_page_of_the_patient(clinic, other, person):
    by_page, by_job, _ = patient_ids(clinic)
    fields = {"typed": "Maria Marker", "reason": REASON}
    person.post(f"clinics/{clinic['_id']}/patients/{by_page}/move/{other['_id']}/", **fields)
    deliver_all()
    move(person, clinic, pasted=by_job)
    assert effects(by_job) == effects(by_page)
    assert (where(by_job), job()["state"], job()["succeeded"]) == (other["_id"], "done", 1)
    assert (plan_of(clinic), plan_of(other)) == (1, 2)


def effects(user_id):
    (record,) = db.collection("patients").find({"userId": user_id})
    kept = ("clinicId", "tags", "sites", "requireUniqueMrn", "permissions")
    rows = db.collection("outbox").find({"payload.userId": user_id, "event": "patient.changed_clinic"})  # fmt: skip
    moved = events(action="patient.moved", **{"object.id": user_id})
    return {
        "record": {name: record.get(name) for name in kept},
        "events": sorted((row["handler"], row["payload"]["targetId"]) for row in rows),
        "audit": {(e["clinicId"], e["scope"]["from"], e["scope"]["to"]) for e in moved},
    }


def test_the_moves_are_in_the_histories_of_both_clinics_by_id_alone(clinic, other, person):
    user_ids = patient_ids(clinic)
    move(person, clinic)
    begun, ended = events(action="patients.moved")
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert begun["scope"]["to"] == str(other["_id"])
    assert set(ended["scope"]["patients"]) == set(user_ids)
    moved = events(action="patient.moved")
    assert len(moved) == 6
    for here in (clinic, other):
        assert {e["object"]["id"] for e in moved if e["clinicId"] == here["_id"]} == set(user_ids)
    for value in ("Marker", "MRN-"):
        assert value not in str(events())
        assert value not in str(job())


def test_who_cannot_be_moved_stays_and_is_named_with_the_reason_and_the_rest_goes_on(
    clinic, other, person
):
    known, fits, beyond = patient_ids(clinic)
    make_patient(other, userId=known)
    limits = {"country": "US", "patientCountSettings": {"hardLimit": {"plan": 2}}}
    db.collection("clinics").update_one({"_id": other["_id"]}, {"$set": limits})
    path = move(person, clinic, pasted="\n".join((known, fits, beyond)))

    assert (job()["state"], job()["done"], job()["succeeded"]) == ("done", 3, 1)
    reasons = dict(left_out())
    assert reasons.keys() == {known, beyond}
    assert reasons[known] == "patient is already a member of the clinic"
    assert "limit" in reasons[beyond]
    assert (where(fits), where(beyond)) == (other["_id"], clinic["_id"])
    assert len(events(action="patient.moved")) == 2
    assert (plan_of(clinic), plan_of(other)) == (2, 2)
    page = text(person.get(path))
    assert "Patient is already a member" in page
    assert f"/patients/{known}/" in page


@pytest.mark.parametrize("step", [2, 4])
def test_after_a_crash_each_patient_is_moved_and_counted_once(
    clinic, other, person, monkeypatch, step
):
    begin(person, clinic)
    real, calls = store.advance, []

    def crash(*arguments, **options):
        advanced = real(*arguments, **options)
        calls.append(1)
        if len(calls) == step:  # within the transaction of the move
            raise SystemExit
        return advanced

    monkeypatch.setattr(running.store, "advance", crash)
    with pytest.raises(SystemExit):
        running.carry_out(str(job()["_id"]))
    running.carry_out(str(job()["_id"]))
    assert (job()["done"], job()["succeeded"]) == (3, 3)
    assert len(events(action="patient.moved")) == 6
    assert (plan_of(clinic), plan_of(other)) == (0, 3)


def test_what_refuses_all_of_them_ends_the_job(clinic, other, person):
    """Where a merge holds the other clinic, the job waits instead: tests/tasks/test_held_jobs.py."""
    begin(person, clinic)
    db.collection("clinics").delete_one({"_id": other["_id"]})
    deliver_all()
    assert job()["state"] == "failed"
    assert len(patient_ids(clinic)) == 3

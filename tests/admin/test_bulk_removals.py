"""Many patients are removed from a clinic: what is lost is shown first, and a worker removes one after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bson import ObjectId

from clinic_records.services import closures
from kernel import db, jobs, outbox
from kernel.jobs import running, store
from patients.services import patient_counts
from tests.accesses import recorded
from tests.admin import many
from tests.admin.conftest import events, messages_of, patient_ids, text
from tests.admin.many import REASON, job, left_out
from tests.events import deliver_all
from tests.factories import make_patient
from users.services.neighbours import user_service

NAME = "Harbor Diabetes Center"


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def person(staff):
    return staff("support", "destructive")


def path_of(clinic):
    return f"clinics/{clinic['_id']}/patients/remove"


def ask(person, clinic, **asked):
    return person.post(path_of(clinic), **{"pasted": "", **asked})


def remove(person, clinic, **asked):
    return many.carry_out(person, path_of(clinic), typed=NAME, **{"pasted": "", **asked})


def begin(person, clinic, **asked):
    return many.begin(person, path_of(clinic), typed=NAME, **{"pasted": "", **asked})


def deletions():
    return list(db.collection("patient_deletions").find({}))


def test_the_scope_says_who_is_removed_and_what_is_lost_and_changes_nothing(clinic, person):
    user_ids = patient_ids(clinic)
    subscribed = {"summaryAndReports": {"active": True}}
    change = db.collection("patients").update_one
    change({"userId": user_ids[0]}, {"$set": {"ehrSubscriptions": subscribed}})
    change({"userId": user_ids[2]}, {"$set": {"permissions": {"view": {}}}})
    page = text(ask(person, clinic))
    assert f"Remove from {NAME}" in page
    assert "3 patients, all of the clinic" in page
    assert f"{NAME} loses 3 records with tags and sites" in page
    assert "looks after the accounts of 2: those without data are deleted too" in page
    assert "No more reports are sent to the EHR for 1 of these patients" in page
    assert "Maria Marker" in page
    (event,) = events(action="patients.listed")
    assert set(event["scope"]["patients"]) == set(user_ids)
    assert (job(), patient_ids(clinic)) == (None, user_ids)


def test_a_removal_begins_after_the_typed_name_of_the_clinic_and_a_reason(clinic, person, staff):
    page = ask(person, clinic, pasted="MRN-0")
    for wrong in ({"typed": "Harbor"}, {"typed": NAME, "reason": ""}):
        assert many.confirm(person, path_of(clinic), page, **wrong).status_code == 400
    assert job() is None
    for role in ("support", "destructive"):
        assert ask(staff(role), clinic).status_code == 403

    path = remove(person, clinic, pasted="MRN-0")

    assert len(patient_ids(clinic)) == 2
    assert (job()["state"], job()["total"], job()["succeeded"]) == ("done", 1, 1)
    assert f"Remove from {NAME}" in text(person.get(path))
    assert staff("support").get(path).status_code == 403


def test_what_is_removed_by_a_job_is_removed_as_on_the_page_of_the_patient(clinic, person):
    by_page, by_job, _ = patient_ids(clinic)
    fields = {"typed": "Maria Marker", "reason": REASON}
    seen = [effects(clinic, by_page)]
    person.post(f"clinics/{clinic['_id']}/patients/{by_page}/remove", **fields)
    deliver_all()
    seen.append(effects(clinic, by_page))
    remove(person, clinic, pasted=by_job)
    assert effects(clinic, by_job) == {**seen[1], "plan": 1, "tag": 1, "site": 1}
    assert seen[1] != seen[0]
    assert seen[1]["plan"] == 2


def effects(clinic, user_id):
    counts = patient_counts.kept_counts(clinic["_id"])
    tombstone = db.collection("patient_deletions").find_one({"patient.userId": user_id}) or {}
    fields = ("event", "handler", "state")
    rows = db.collection(outbox.COLLECTION).find({"payload.userId": user_id, "event": "patient.deleted"})  # fmt: skip
    removed = events(action="patient.removed", **{"object.id": user_id})
    return {
        "plan": counts["plan"],
        "tag": counts["tags"].get(str(clinic["patientTags"][0]["_id"])),
        "site": counts["sites"].get(str(clinic["sites"][0]["id"])),
        "record": db.collection("patients").count_documents({"userId": user_id}),
        "deletion": (sorted(tombstone), tombstone.get("deletedByUserId")),
        "kept": sorted(tombstone.get("patient", ())),
        "events": sorted(tuple(row[name] for name in fields) for row in rows),
        "account": user_service().get_user(user_id) is not None,
        "audit": [(e["actor"]["id"], e["reason"], e["outcome"], e["clinicId"]) for e in removed],
    }


def test_begin_end_and_each_patient_are_an_event_by_id_alone(clinic, person):
    user_ids = patient_ids(clinic)
    remove(person, clinic)
    begun, ended = events(action="patients.removed")
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert begun["scope"]["count"] == ended["scope"]["succeeded"] == 3
    assert set(ended["scope"]["patients"]) == set(user_ids)
    each = events(action="patient.removed")
    assert {event["object"]["id"] for event in each} == set(user_ids)
    assert {event["scope"]["job"] for event in each} == {str(job()["_id"])}
    assert {event["reason"] for event in (begun, ended, *each)} == {REASON}
    for value in ("Marker", "MRN-"):
        assert value not in str(events())
        assert value not in str(job())
    (record,) = [one for one in recorded() if one["operation"] == "core.carry_out_job"]
    assert (record["clinic"], record["list"]["shown"]) == (clinic["_id"], 3)


@pytest.mark.parametrize("step", [2, 3, 4, 5])
@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_crash_each_patient_is_removed_and_archived_once(
    clinic, person, monkeypatch, step, when
):
    """Steps 2 to 4 note a patient each, within the transaction of the removal; the third is alone in its part."""
    monkeypatch.setitem(jobs.KINDS, "patients.remove", replace(jobs.KINDS["patients.remove"], batch=2))  # fmt: skip
    begin(person, clinic)
    real, calls = store.advance, []

    def crash(*arguments, **options):
        calls.append(1)
        if when == "before" and len(calls) == step:
            raise SystemExit
        advanced = real(*arguments, **options)
        if when == "after" and len(calls) == step:
            raise SystemExit
        return advanced

    monkeypatch.setattr(running.store, "advance", crash)
    with pytest.raises(SystemExit):
        running.carry_out(str(job()["_id"]))
    assert len(patient_ids(clinic)) + len(deletions()) == 3
    running.carry_out(str(job()["_id"]))

    assert (job()["done"], job()["succeeded"], job()["state"]) == (3, 3, "done")
    assert patient_ids(clinic) == []
    assert len(deletions()) == len({row["patient"]["userId"] for row in deletions()}) == 3
    assert len(events(action="patient.removed")) == 3
    assert patient_counts.kept_counts(clinic["_id"])["plan"] == 0


def test_who_is_gone_meanwhile_is_left_out_and_the_rest_goes_on(clinic, person):
    first, gone, last = patient_ids(clinic)
    path = begin(person, clinic)
    running._take_step(job())  # planned
    fields = {"typed": "=cmd|' /C calc'!A0", "reason": REASON}
    person.post(f"clinics/{clinic['_id']}/patients/{gone}/remove", **fields)
    deliver_all()

    assert (job()["state"], job()["done"], job()["succeeded"]) == ("done", 3, 2)
    assert left_out() == {(gone, "patient not found")}
    page = text(person.get(path))
    assert "2 successful" in page
    assert "Patient not found" in page
    assert {row["patient"]["userId"] for row in deletions()} == {first, gone, last}


def test_a_job_is_canceled_between_two_patients_however_far_it_has_come(
    clinic, person, monkeypatch
):
    """The page that cancels has read the job before the last steps."""
    monkeypatch.setattr(running, "EACH_LASTS", timedelta(0))
    path = begin(person, clinic)
    running._take_step(job())
    running._take_step(job())
    late = job()
    running._take_step(late)
    monkeypatch.setattr("kernel.staff.job_pages.jobs.access", lambda _: late)
    assert messages_of(person.post(f"{path}cancel", reason=REASON)) == [
        "It is canceled. What was done stays; nothing more is done."
    ]
    deliver_all()
    assert (job()["state"], len(patient_ids(clinic)), len(deletions())) == ("canceled", 1, 2)
    (event,) = events(action="job.canceled")
    assert event["scope"]["done"] == 2


def test_a_list_that_has_changed_is_shown_again(clinic, person):
    page = ask(person, clinic)
    remove(person, clinic, pasted="MRN-1")
    answer = many.confirm(person, path_of(clinic), page, typed=NAME)
    assert answer.status_code == 400
    assert "The list has changed meanwhile" in text(answer)
    assert len(patient_ids(clinic)) == 2
    assert many.confirm(person, path_of(clinic), answer, typed=NAME).status_code == 302


def test_a_job_waits_for_a_merge_that_begins_meanwhile(clinic, person):
    begin(person, clinic)
    merge = ObjectId()
    closures.close(merge, source_id=clinic["_id"], target_id=ObjectId())
    closures.forget()
    deliver_all()
    assert (job()["state"], job()["done"]) == ("planning", 0)
    assert len(patient_ids(clinic)) == 3
    closures.store.remove_of_merge(merge)
    closures.forget()


def test_neither_the_job_nor_its_part_is_read_again_for_each(clinic, person, monkeypatch):
    """In a job about many thousands these reads would be very many."""
    for number in range(20):
        make_patient(clinic, fullName=f"Many {number}")
    reads = []
    find_items = store.find_items
    monkeypatch.setattr(store, "find_items", lambda *of: reads.append(of) or find_items(*of))
    monkeypatch.setattr(running, "EACH_LASTS", timedelta(minutes=1))
    remove(person, clinic)
    assert job()["succeeded"] > 20
    assert len(reads) == 1


def test_a_cancellation_is_heard_before_the_next_patient(clinic, person, monkeypatch):
    monkeypatch.setattr(running, "EACH_LASTS", timedelta(minutes=1))
    path = begin(person, clinic)

    def cancel(*_):
        person.post(f"{path}cancel", reason=REASON)

    monkeypatch.setattr(running, "_note_shown", cancel)  # called after each
    deliver_all()
    assert (job()["state"], job()["done"], len(deletions())) == ("canceled", 1, 1)


@pytest.mark.parametrize("page", ["", "/export", "/filters", "/move", "/remove", "/tag"])
@pytest.mark.parametrize("name", ["tag", "site", "account", "source", "data", "issue", "ehr"])
def test_a_condition_that_cannot_be_read_is_refused_and_not_left_out(clinic, person, page, name):
    path = f"clinics/{clinic['_id']}/patients{page or '/'}"
    refused = [person.get(f"{path}?{name}=nope")]
    if page not in ("", "/filters"):
        refused.append(person.post(path, **{name: "nope", "pasted": ""}))
    for answer in refused:
        assert answer.url == f"/admin/clinics/{clinic['_id']}/patients/?"
        assert f"The condition '{name}' cannot be read." in messages_of(answer)[-1]
    assert db.collection("jobs").count_documents({}) == 0
    assert person.get(f"{path}?{name}=").status_code == 200

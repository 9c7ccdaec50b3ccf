"""Jobs whose clinic a merge holds wait, whatever their kind, and go on by themselves (rule PATIENT-236)."""

import pytest
import time_machine
from bson import ObjectId

from clinics.services import clinics, merging
from kernel import clock, db, jobs, outbox
from kernel.choices import Failure
from kernel.jobs import running
from kernel.staff import job_pages
from tests import deliveries
from tests.admin.conftest import Staff, text
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient
from tests.services.test_held_clinics import SOURCE, TARGET, hold, reopen

EXPORTED = {"format": "csv", "name": "list"}
BODY = {"fullName": "Nele New", "birthDate": "1990-01-02", "mrn": "NEW"}
ROW = {"number": 1, "cells": [*BODY.values(), "", "", ""], "marks": [], "body": BODY}
# What each kind of job about a clinic is asked for: `wanted` and `options`.
ASKED = {
    "clinic.count": lambda on: ({}, {}),
    "patients.export": lambda on: ({}, EXPORTED),
    "members.export": lambda on: ({"search": ""}, EXPORTED),
    "patients.list_export": lambda on: (
        {"query": [{"name": "period", "value": "14d"}]},
        {**EXPORTED, "period": "14d", "time": clock.now(), "units": "mg/dL"},
    ),
    "patients.tag": lambda on: ({"userIds": on.people}, {"change": "add", "tag": on.tag}),
    "patients.remove": lambda on: ({"userIds": on.people}, {}),
    "patients.move": lambda on: ({"userIds": on.people}, {"to": str(on.other["_id"])}),
    "members.roles": lambda on: ({"userIds": [on.ben]}, {"role": "CLINIC_ADMIN"}),
    "patients.bulk_create": lambda on: ({"rows": [ROW]}, EXPORTED),
    "merges.plan": lambda on: ({}, {"target": on.other["_id"]}),
    "merges.workbook": lambda on: ({}, {**EXPORTED, "target": on.other["_id"], "format": "xlsx"}),
}
LISTS = ("patients.export", "members.export", "patients.list_export", "merges.workbook")
ABOUT_NO_CLINIC = {"audit.export", "clinics.export"}


class World:
    """A clinic with two patients, a tag and a member, and another one."""

    def __init__(self, clinic, ben):
        self.clinic = db.database()["clinics"].find_one({"_id": ObjectId(clinic["id"])})
        self.other = make_clinic(name="Other", sites=[], patientTags=[])
        people = [make_patient(self.clinic, mrn=f"M{number}") for number in range(2)]
        self.people = [person["userId"] for person in people]
        self.tag = str(ObjectId())
        tags = [{"_id": ObjectId(self.tag), "name": "North"}]
        change = {"$set": {"patientTags": tags}}
        db.database()["clinics"].update_one({"_id": self.clinic["_id"]}, change)
        self.ben = ben.user_id

    def begin(self, kind):
        wanted, options = ASKED[kind](self)
        asked_by = {"actor_id": "1", "actor_kind": "staff", "actor_name": "root"}
        jobs.begin(
            jobs.KINDS[kind], clinic=self.clinic, asked_by=asked_by, wanted=wanted, options=options
        )


@pytest.fixture
def world(clinic, ben):
    return World(clinic, ben)


def job():
    return db.collection("jobs").find_one({})


def row_of_job():
    return db.collection(outbox.COLLECTION).find_one({"event": "job.due"})


def deliver_when_due(*, all_that_follows=False):
    row = row_of_job()
    with time_machine.travel(max(row["notBefore"], clock.now()), tick=False):
        deliveries.deliver(row["_id"])
        if all_that_follows:
            deliver_all()


def test_every_kind_of_job_is_in_the_table_above():
    assert set(jobs.KINDS) == {*ASKED, *ABOUT_NO_CLINIC}
    assert {kind for kind in ASKED if jobs.KINDS[kind].lists_clinic} == set(LISTS)


@pytest.mark.parametrize("is_planned", [False, True], ids=["before its plan", "in its work"])
@pytest.mark.parametrize("kind", ASKED)
def test_a_job_waits_while_a_merge_holds_its_clinic(world, kind, is_planned):
    world.begin(kind)
    if is_planned:
        running._take_step(job())
    state = job()["state"]
    hold(world.clinic["_id"], SOURCE)
    for _ in range(3):
        deliver_when_due()
        waiting = row_of_job()
        assert (waiting["state"], waiting["lastError"]) == (outbox.PENDING, "clinic_held")
        assert waiting["notBefore"] - waiting["updatedTime"] == running.HELD_WAITS
        assert (job()["state"], job()["done"], job()["problem"]) == (state, 0, "")
    assert waiting["faults"] == 0

    reopen()
    deliver_when_due(all_that_follows=True)

    assert (job()["state"], job()["problem"]) == ("done", "")
    assert job()["succeeded"] == job()["total"] > 0
    assert len([line for line in job()["log"] if line["words"] == "Asked for"]) == 1


def test_a_move_waits_while_a_merge_holds_the_clinic_that_patients_go_to(world):
    world.begin("patients.move")
    hold(world.other["_id"], TARGET)
    deliver_when_due()
    assert (row_of_job()["lastError"], job()["done"]) == ("clinic_held", 0)
    reopen()
    deliver_when_due(all_that_follows=True)
    assert (job()["state"], job()["succeeded"]) == ("done", 2)


@pytest.mark.parametrize("is_planned", [False, True], ids=["before its plan", "in its work"])
@pytest.mark.parametrize("kind", LISTS)
def test_what_is_listed_of_the_target_of_a_merge_waits_too(world, kind, is_planned):
    """In the middle of a merge a clinic has a part of the other."""
    world.begin(kind)
    if is_planned:
        running._take_step(job())
    hold(world.clinic["_id"], TARGET)
    deliver_when_due()
    assert (row_of_job()["lastError"], job()["done"]) == ("clinic_held", 0)
    reopen()
    deliver_when_due(all_that_follows=True)
    assert job()["state"] == "done"


@pytest.mark.parametrize("kind", ["merges.plan", "merges.workbook"])
def test_a_plan_waits_while_a_merge_holds_its_target(world, kind):
    world.begin(kind)
    hold(world.other["_id"], TARGET)
    deliver_when_due()
    assert (row_of_job()["lastError"], job()["done"]) == ("clinic_held", 0)
    reopen()
    deliver_when_due(all_that_follows=True)
    assert job()["state"] == "done"


def test_the_target_of_a_merge_is_worked_on(world):
    world.begin("patients.tag")
    hold(world.clinic["_id"], TARGET)
    deliver_when_due(all_that_follows=True)
    assert (job()["state"], job()["succeeded"]) == ("done", 2)


def test_a_job_whose_clinic_is_gone_after_the_merge_ends_and_says_so(world):
    world.begin("patients.export")
    hold(world.clinic["_id"], SOURCE)
    deliver_when_due()
    db.database()["clinics"].delete_one({"_id": world.clinic["_id"]})
    reopen()
    deliver_when_due(all_that_follows=True)
    assert (job()["state"], job()["problem"]) == ("failed", "clinic not found")


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("merged", [True, False], ids=["merged", "deleted"])
def test_a_job_ends_with_its_clinic_and_says_why(world, kind, merged):
    world.begin(kind)
    db.collection("patients").delete_many({"clinicId": world.clinic["_id"]})
    if merged:
        db.run_in_transaction(lambda: merging.end_source(world.clinic["_id"], world.other["_id"]))
    else:
        clinics.delete_clinic(world.clinic["_id"])
    words = "its clinic was merged into Other" if merged else clinics.DELETED
    assert (job()["state"], job()["problem"]) == ("canceled", words)
    person = Staff(superuser=True)
    page = person.get(f"jobs/{job()['_id']}/")
    assert words[1:] in text(page)
    assert not page.context["can_start_again"]
    assert not page.context["can_cancel"]
    led = person.get(f"clinics/{world.clinic['_id']}/")
    assert led.headers["Location"] == f"/admin/clinics/{world.clinic['_id']}/history"


def test_a_job_that_has_failed_cannot_be_started_again_when_its_clinic_is_gone(world):
    world.begin("patients.export")
    jobs.running.give_up(str(job()["_id"]), "fault")
    assert jobs.can_start_again(job())
    db.collection("patients").delete_many({"clinicId": world.clinic["_id"]})
    clinics.delete_clinic(world.clinic["_id"])
    assert not jobs.can_start_again(job())
    assert (job()["state"], job()["problem"]) == ("failed", clinics.DELETED)


def test_the_list_says_what_a_job_waits_for_and_is_filtered_by_it(world):
    person = Staff(superuser=True)
    world.begin("patients.tag")
    rows = [row["state"] for row in person.get("jobs/").context["rows"]]
    assert rows == ["waits for a worker"]
    assert not person.get("jobs/", {"state": job_pages.HELD}).context["rows"]
    hold(world.clinic["_id"], SOURCE)
    for query in ({}, {"state": job_pages.HELD}):
        rows = [row["state"] for row in person.get("jobs/", query).context["rows"]]
        assert rows == [job_pages.IN_MERGE]
    reopen()


@pytest.mark.parametrize("kind", ["patients.tag", "patients.export"])
def test_the_page_says_what_it_waits_for_and_it_can_be_canceled(world, kind):
    person = Staff("support", "destructive")
    world.begin(kind)
    page = f"jobs/{job()['_id']}/"
    assert job_pages.IN_MERGE not in text(person.get(page))
    hold(world.clinic["_id"], SOURCE)
    deliver_when_due()
    world.begin(kind)  # another, which has not tried yet
    shown = text(person.get(page))
    assert job_pages.IN_MERGE in shown
    assert Failure.CLINIC_HELD.label in shown
    person.post(f"{page}cancel", reason="T-1")
    assert job()["state"] == "canceled"
    assert job_pages.IN_MERGE not in text(person.get(page))
    reopen()

"""Many members of a clinic become admins, or members who are none: what would change is shown first."""

import pytest

from kernel import db
from kernel.jobs import running, store
from tests.admin.conftest import events, text
from tests.admin.many import REASON, job, left_out
from tests.events import deliver_all
from tests.factories import make_clinician

NAME = "Harbor Diabetes Center"
ADMIN, MEMBER, PRESCRIBER = "CLINIC_ADMIN", "CLINIC_MEMBER", "PRESCRIBER"


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def person(staff):
    return staff("support")


@pytest.fixture
def team(clinic, ada, ben, cy):
    """Ada is the admin; Cy prescribes."""
    make_clinician(clinic, cy, MEMBER, PRESCRIBER)
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"isMigrated": True}})
    return ada.user_id, ben.user_id, cy.user_id


def path_of(clinic):
    return f"clinics/{clinic['_id']}/members/roles"


def ask(person, clinic, role, *user_ids, **fields):
    return person.post(path_of(clinic), change=role, row=list(user_ids), **fields)


def change(person, clinic, role, *user_ids):
    confirmed = {"typed": NAME, "reason": REASON, "confirmed": "1"}
    answer = ask(person, clinic, role, *user_ids, **confirmed)
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"].removeprefix("/admin/")


def roles_of(user_id):
    return db.collection("clinicians").find_one({"userId": user_id})["roles"]


def admins_of(clinic):
    return set(db.collection("clinics").find_one({"_id": clinic["_id"]})["admins"])


def test_members_are_ticked_and_what_would_change_is_shown(clinic, team, person):
    ada, ben, cy = team
    page = text(person.get(path_of(clinic)))
    assert all(f'name="row" value="{user_id}"' in page for user_id in team)
    assert "invited@example.org" not in page
    page = text(person.get(path_of(clinic), {"q": "ben"}))
    assert ben in page
    assert cy not in page

    page = text(ask(person, clinic, ADMIN, *team))
    assert "Make them admins" in page
    assert page.count("left as it is: has the role already") == 1
    assert "The roles of 2 members change" in page
    assert job() is None
    assert admins_of(clinic) == {ada}


def test_they_become_admins_and_keep_their_other_roles_after_the_typed_name(
    clinic, team, person, staff
):
    _, ben, cy = team
    confirmed = {"typed": "Harbor", "reason": REASON, "confirmed": "1"}
    assert ask(person, clinic, ADMIN, ben, **confirmed).status_code == 400
    assert ask(person, clinic, ADMIN, ben, **{**confirmed, "typed": NAME, "reason": ""}).status_code == 400  # fmt: skip
    assert ask(staff("destructive"), clinic, ADMIN, ben).status_code == 403
    assert job() is None

    path = change(person, clinic, ADMIN, *team)
    deliver_all()

    assert (roles_of(ben), roles_of(cy)) == ([ADMIN], [ADMIN, PRESCRIBER])
    assert admins_of(clinic) == set(team)
    assert (job()["state"], job()["total"], job()["succeeded"]) == ("done", 2, 2)
    assert "Roles of many members" in text(person.get(path))
    assert staff("destructive").get(path).status_code == 403


def test_a_change_by_a_job_is_the_change_of_the_page_of_the_member(clinic, team, person):
    _, ben, cy = team
    db.collection("outbox").delete_many({})  # Ben has joined by the service, and Cy is just stored
    person.submit(f"clinics/{clinic['_id']}/members/{ben}/", roles=[ADMIN], reason=REASON)
    deliver_all()
    change(person, clinic, ADMIN, cy)
    deliver_all()
    by_page, by_job = effects(ben), effects(cy)
    assert by_page["events"] == by_job["events"]
    assert by_page["audit"] == by_job["audit"]
    assert (by_page["by"], by_job["by"]) == ([f"staff:{person.id}"],) * 2


def effects(user_id):
    record = db.collection("clinicians").find_one({"userId": user_id})
    rows = db.collection("outbox").find({"payload.userId": user_id, "event": {"$in": ["clinician.saved", "clinician.roles_changed"]}})  # fmt: skip
    changed = events(action="clinician.roles_changed", **{"object.id": user_id})
    return {
        "by": [update["updatedBy"] for update in record["rolesUpdates"]],
        "events": sorted((row["event"], row["handler"], row["state"]) for row in rows),
        "audit": [
            (e["actor"]["id"], e["reason"], ADMIN in e["after"]["roles"], ADMIN in e["before"]["roles"])
            for e in changed
        ],
    }  # fmt: skip


def test_begin_and_end_name_the_members(clinic, team, person):
    _, ben, cy = team
    change(person, clinic, ADMIN, ben, cy)
    deliver_all()
    begun, ended = events(action="clinicians.roles_changed")
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert set(begun["scope"]["members"]) == set(ended["scope"]["members"]) == {ben, cy}


def test_the_last_admin_stays_one(clinic, team, person):
    ada, ben, _ = team
    assert "at least one has to stay" in text(ask(person, clinic, MEMBER, ada, ben))
    confirmed = {"typed": NAME, "reason": REASON, "confirmed": "1"}
    assert ask(person, clinic, MEMBER, ada, ben, **confirmed).status_code == 400

    change(person, clinic, ADMIN, ben)
    deliver_all()
    change(person, clinic, MEMBER, ada)  # Ben is one, until he is none
    person.submit(f"clinics/{clinic['_id']}/members/{ben}/", roles=[MEMBER], reason=REASON)
    deliver_all()

    assert admins_of(clinic) == {ada}
    assert (job()["state"], job()["succeeded"]) == ("done", 0)
    assert (ada, "the clinic must have at least one admin") in left_out()


def test_a_member_who_is_gone_meanwhile_is_left_out(clinic, team, person):
    _, ben, cy = team
    change(person, clinic, ADMIN, ben, cy)
    db.collection("clinicians").delete_one({"userId": ben})
    deliver_all()
    assert left_out() == {(ben, "clinician not found")}
    assert (roles_of(cy), job()["succeeded"]) == ([ADMIN, PRESCRIBER], 1)


def test_after_a_crash_each_change_is_made_and_told_once(clinic, team, person, monkeypatch):
    _, ben, cy = team
    change(person, clinic, ADMIN, ben, cy)
    real, calls = store.advance, []

    def crash(*arguments, **options):
        advanced = real(*arguments, **options)
        calls.append(1)
        if len(calls) == 3:  # within the transaction of the second change
            raise SystemExit
        return advanced

    monkeypatch.setattr(running.store, "advance", crash)
    with pytest.raises(SystemExit):
        running.carry_out(str(job()["_id"]))
    running.carry_out(str(job()["_id"]))
    assert (job()["done"], job()["succeeded"]) == (2, 2)
    rows = db.collection("outbox").find({"event": "clinician.roles_changed"})
    assert sorted(row["payload"]["userId"] for row in rows) == sorted((ben, cy))


def test_without_anyone_ticked_the_page_says_so(clinic, team, person):
    page = ask(person, clinic, ADMIN)
    assert page.status_code == 400
    assert "Tick at least one member" in text(page)
    assert "whose roles would change" in text(ask(person, clinic, ADMIN, team[0]))

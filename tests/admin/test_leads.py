"""Addresses in tickets outlive what they name: they lead to what became of it, with the rights of the reader."""

import re

import pytest
from bson import ObjectId
from django.urls import resolve

from kernel import db, ids
from kernel.jobs.running import NOT_FOUND
from kernel.staff.pages import NOT_PRESSED, PAGES, UNCHANGED
from tests.admin.conftest import messages_of, patient_ids, text
from tests.admin.test_merges import confirm, plan_path
from tests.events import deliver_all
from tests.factories import make_clinic
from tests.merges import Maker, without_waiting


@pytest.fixture
def merged(monkeypatch, bare_frame, staff):
    """The source and the target of a merge that has ended, and a patient who was in the source."""
    without_waiting(monkeypatch)
    pair = source, _ = Maker(1).pair()
    user_id = patient_ids(source)[0]
    confirm(staff("destructive"), pair)
    deliver_all()
    return *pair, user_id


def leads(person, path):
    answer = person.get(path)
    assert answer.status_code == 302, path
    return answer.url.removeprefix("/admin/"), messages_of(answer)


def filled(route, values):
    return re.sub(r"<\w+:(\w+)>", lambda found: str(values.get(found[1], "x")), route)


@pytest.mark.yardstick("A5")
def test_every_page_of_a_merged_clinic_leads_to_its_history_the_merge_or_the_patient(merged, root):
    source, target, user_id = merged
    merge = db.collection("clinicMerges").find_one({})["_id"]
    history = f"clinics/{source['_id']}/history"
    values = {
        "clinic_id": source["_id"],
        "source_id": source["_id"],
        "target_id": target["_id"],
        "user_id": user_id,
    }
    seen = set()
    for route, name, view in PAGES:
        is_about = "<str:clinic_id>" in route or "<str:source_id>" in route
        if not is_about or view.posts_only or name in ("clinic", "clinic_history"):
            continue
        path = filled(route, values)
        page, words = leads(root, path)
        is_of_pair = "source_id" in route
        is_of_patient = "/patients/<str:user_id>" in route
        there = f"clinics/{target['_id']}/patients/{user_id}/"
        assert page == (
            f"merges/{merge}/" if is_of_pair else there if is_of_patient else history
        ), path
        assert "merged into" in words[-1] or name == "merge_plan", path
        seen.add(page)
    assert len(seen) == 3


def test_who_may_not_see_merges_or_patients_is_led_where_they_may_read(merged, staff):
    source, _, user_id = merged
    for role in ("viewer", "support"):
        page, _ = leads(staff(role), f"clinics/{source['_id']}/members/")
        assert page == f"clinics/{source['_id']}/history"
    assert staff("viewer").get(f"clinics/{source['_id']}/patients/{user_id}/").status_code == 403
    assert staff("viewer").get(plan_path(merged[:2])).status_code == 403


def test_what_is_sent_to_a_merged_clinic_changes_nothing_and_leads_there(merged, root):
    answer = root.post(f"clinics/{merged[0]['_id']}/settings/tier", tier="tier0300", reason="T-1")
    assert answer.url == f"/admin/clinics/{merged[0]['_id']}/history"
    assert UNCHANGED in messages_of(answer)[0]


def test_pages_of_a_deleted_clinic_lead_to_its_history(root, staff):
    clinic = make_clinic(name="Seaside")
    root.post(f"clinics/{clinic['_id']}/delete", typed="Seaside", reason="T-1")
    for path in ("delete", "members/", "patients/", "settings/tier", "patients/0123456789/"):
        page, words = leads(root, f"clinics/{clinic['_id']}/{path}")
        assert page == f"clinics/{clinic['_id']}/history"
        assert "was deleted" in words[-1]


def test_a_patient_who_was_removed_leads_to_the_person(clinic, staff):
    person, user_id = staff("support", "destructive"), patient_ids(clinic)[0]
    path = f"clinics/{clinic['_id']}/patients/{user_id}/"
    person.post(f"{path}remove", typed="Maria Marker", reason="T-1")
    for of_patient in (path, f"{path}demographics", f"{path}move"):
        page, words = leads(person, of_patient)
        assert page == f"users/?q={user_id}"
        assert words[-1].startswith(f"{clinic['name']} does not have this person now")
    assert clinic["name"] in text(person.get(f"users/?q={user_id}"))


def test_a_member_who_was_removed_leads_to_the_person(clinic, ada, ben, staff):
    person = staff("support")
    path = f"clinics/{clinic['_id']}/members/{ben.user_id}/"
    person.post(f"{path}remove", typed="Ben Member", reason="T-1")
    assert leads(person, path)[0] == f"users/?q={ben.user_id}"


def test_what_there_never_was_is_not_found(clinic, root):
    for path in (
        f"clinics/{ObjectId()}/members/",
        f"clinics/{clinic['_id']}/patients/unknown/",
        f"clinics/{clinic['_id']}/members/unknown/",
        f"merges/plan/{clinic['_id']}/{ObjectId()}/",
    ):
        assert root.get(path).status_code == 404, path


def test_the_address_of_a_button_leads_to_the_page_that_has_it(clinic, root):
    values = {"clinic_id": clinic["_id"], "user_id": patient_ids(clinic)[0], "kind": "tag"}
    buttons = [(route, view) for route, _, view in PAGES if view.posts_only]
    assert len(buttons) > 15
    for route, _ in buttons:
        page, words = leads(root, filled(route, values))
        assert words[-1] == NOT_PRESSED
        above = resolve(f"/admin/{page}").func
        assert not getattr(above, "posts_only", False)
        assert filled(route, values).startswith(page)
        root.get(page)
    job = ids.new_id()
    for button in ("file", "cancel", "again"):
        assert leads(root, f"jobs/{job}/{button}")[0] == f"jobs/{job}/"


def test_a_job_that_is_not_kept_any_longer_says_how_long_jobs_are_kept(root):
    answer = root.get(f"jobs/{ids.new_id()}/")
    assert answer.status_code == 404
    assert NOT_FOUND[1:] in text(answer)

"""Every event of the staff pages names its subject by id, and the trail shows the person's name to permitted roles."""

import re
from pathlib import Path

import pytest
from bson import ObjectId

from clinics.admin import members, tags_and_sites
from clinics_site.checks import apps_of_the_project
from kernel import audit, db, errors, ids, jobs
from kernel.staff import subjects
from tests.admin.conftest import events, opened_on, patient_ids, text
from tests.factories import make_clinic

SECRET = "secret-invite-key"
CHANGES = ("changes.guarded(", "changes.change_clinic(", "changes.refusals_recorded(")


def at(clinic, rest=""):
    return f"clinics/{clinic['_id']}/{rest}"


def first_id(clinic, kind):
    entry = clinic["patientTags" if kind == "tag" else "sites"][0]
    return str(entry[tags_and_sites.ID_NAMES[kind]])


def requests(clinic, ada, ben):
    """What staff can ask for: name -> (path, fields, kind and id of the subject)."""
    patient, invite = patient_ids(clinic)[0], members.audit_key(SECRET)
    record = db.collection("clinicians").find_one({"inviteId": SECRET})
    tag, site = first_id(clinic, "tag"), first_id(clinic, "site")
    other = str(clinic["sites"][1]["id"])
    of_tag, of_site = f"labels/tag/{tag}/", f"labels/site/{site}/"
    typed = {"reason": "T-1"}
    return {
        "connect": (f"patients/{patient}/connect", {"provider": "dexcom"}, "patient", patient),
        "remove patient": (f"patients/{patient}/remove", {"typed": "Maria Marker", **typed}, "patient", patient),
        "remove member": (f"members/{ben.user_id}/remove", {"typed": "Ben Member", **typed}, "clinician", ben.user_id),
        "roles": (f"members/{ben.user_id}/", {"roles": ["CLINIC_ADMIN"], **typed}, "clinician", ben.user_id),
        "revoke": (f"invites/{invite}/revoke", {"typed": "invited@example.org", **typed}, "clinicianInvite", str(record["_id"])),
        "rename tag": (of_tag, {"do": "rename", "name": "New"}, "tag", tag),
        "convert tag": (of_tag, {"do": "convert", "typed": "Pump", **typed}, "tag", tag),
        "delete tag": (of_tag, {"do": "delete", "typed": "Pump", **typed}, "tag", tag),
        "rename site": (of_site, {"do": "rename", "name": "New"}, "site", site),
        "merge site": (of_site, {"do": "merge", "target": other, "typed": "Main", **typed}, "site", site),
        "delete site": (of_site, {"do": "delete", "typed": "Main", **typed}, "site", site),
        "add tag": ("labels/tag/add", {"name": "Fresh"}, "tag", None),
        "add site": ("labels/site/add", {"name": "Fresh"}, "site", None),
        "tier": ("settings/tier", {"tier": "tier0300"}, "clinic", str(clinic["_id"])),
        "mrn": ("settings/mrn", {"required": "on"}, "clinic", str(clinic["_id"])),
        "time zone": ("settings/timezone", {"timezone": "Europe/Berlin"}, "clinic", str(clinic["_id"])),
    }  # fmt: skip


NAMES = (
    "connect", "remove patient", "remove member", "roles", "revoke", "rename tag", "convert tag", "delete tag",
    "rename site", "merge site", "delete site", "add tag", "add site", "tier", "mrn", "time zone",
)  # fmt: skip


def ask(root, clinic, path, fields):
    page = root.get(at(clinic, path))
    token = {"opened_on": opened_on(page)} if b'name="opened_on"' in page.content else {}
    return root.post(at(clinic, path), **{"reason": "T-1", **fields}, **token, confirmed="1")


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("name", NAMES)
def test_the_event_of_a_change_names_its_subject(clinic, ada, ben, root, name):
    path, fields, kind, subject = requests(clinic, ada, ben)[name]
    ask(root, clinic, path, fields)
    (event,) = events(outcome="done", clinicId=clinic["_id"], action={"$ne": "patient.viewed"})
    assert event["object"]["type"] == kind
    assert event["object"]["id"] == (subject or event["object"]["id"])
    assert event["object"]["id"] not in ("", "None")
    assert not [word for word in (SECRET, "Maria", "invited@", ben.email) if word in str(event)]


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("name", NAMES)
def test_the_event_of_a_refused_change_names_its_subject_and_the_refused_values(
    clinic, ada, ben, root, name, monkeypatch
):
    path, fields, kind, subject = requests(clinic, ada, ben)[name]

    def refuse(**_):
        reason = "this is refused"
        raise errors.ConstraintViolation(reason)

    monkeypatch.setattr("clinic_records.admin.changes.record", lambda *_, **__: refuse())
    ask(root, clinic, path, fields)
    (event,) = events(outcome="refused")
    assert (event["object"]["type"], event["object"]["id"]) == (kind, subject or "")
    assert event["scope"]["refused"] == "This is refused."
    assert "Refused: This is refused." in text(root.get("audit/"))
    refused_values = {
        n: v for n, v in fields.items() if n not in ("typed", "reason", "do", "target")
    }
    assert bool(event["scope"]["wanted"]) == (bool(refused_values) or name == "merge site")
    assert not [word for word in (SECRET, "Maria", "invited@", ben.email) if word in str(event)]


@pytest.mark.yardstick("A1", "W2")
def test_every_page_that_changes_something_is_among_the_tested_requests():
    """A page that changes something through `changes`, and is missing from the requests, fails here."""
    calls = {
        f"{app}.{path.stem}": sum(map(path.read_text().count, CHANGES))
        for app, folder in apps_of_the_project().items()
        for path in (folder / "admin").glob("*.py")
    }
    assert {module: count for module, count in calls.items() if count} == {
        "clinic_records.clinic_jobs": 1,  # tests/admin/test_jobs.py
        "clinic_records.removals": 1,
        "clinics.legacy_accounts": 1,  # three actions: tests/admin/test_legacy_accounts.py
        "clinics.members": 1,
        "clinics.service_accounts": 1,  # tests/admin/test_service_accounts.py
        "clinics.settings": 1,
        "clinics.tags_and_sites": 1,
        "confirmations.claim_links": 1,  # tests/admin/test_invitations.py
        "confirmations.invites": 1,
        "ehr.bulk": 1,  # tests/admin/test_bulk.py
        "patients.demographics": 1,  # tests/admin/test_demographics.py
        "patients.patients": 1,
        "redox.sync_start": 1,  # tests/admin/test_ehr.py
    }
    named = {name for name, kind in subjects.KINDS.items() if kind.names is not subjects.no_names}
    assert named == {"clinician", "clinicianInvite", "patient"}


def event_page(staff_member, action):
    (event,) = events(action=action)
    return text(staff_member.get(f"audit/{event['_id']}/"))


def test_the_address_of_a_revoked_invite_is_shown_to_roles_that_may_see_addresses(
    clinic, ada, ben, root, staff
):
    path, fields, _, _ = requests(clinic, ada, ben)["revoke"]
    ask(root, clinic, path, fields)
    support, auditor = staff("support", "auditor"), staff("auditor")
    assert "invited@example.org" in event_page(support, "invite.revoked")
    assert "invited@example.org" in text(support.get("audit/"))
    assert "invited@example.org" in text(support.get(at(clinic, "history")))
    assert "invited@example.org" not in event_page(auditor, "invite.revoked")
    assert "invited@example.org" not in text(auditor.get("audit/"))
    assert "invited@example.org" not in text(staff("viewer").get(at(clinic, "history")))


def test_a_removed_member_is_named_on_the_event(clinic, ada, ben, root, staff):
    path, fields, _, _ = requests(clinic, ada, ben)["remove member"]
    ask(root, clinic, path, fields)
    page = text(staff("viewer").get(at(clinic, "history")))
    assert f'<a href="/admin/users/?q={ben.user_id}">Ben Member</a>' in page
    assert "Ben Member" not in event_page(staff("auditor"), "clinician.removed")


def test_a_removed_patient_is_named_on_the_page_of_the_event_and_the_view_is_recorded(
    clinic, ada, ben, root, staff
):
    path, fields, _, patient = requests(clinic, ada, ben)["remove patient"]
    ask(root, clinic, path, fields)
    support = staff("support", "auditor")
    views_before = len(events(action="patient.viewed"))
    assert "Maria Marker" not in text(support.get("audit/"))
    assert "Maria Marker" not in event_page(staff("auditor"), "patient.removed")
    assert len(events(action="patient.viewed")) == views_before
    page = event_page(support, "patient.removed")
    assert "Maria Marker" in page
    assert "seal intact" in page
    view = events(action="patient.viewed")[-1]
    assert (view["object"]["id"], view["actor"]["id"]) == (patient, support.id)


def test_a_subject_is_not_confused_with_the_same_person_in_another_clinic(clinic, ben, root):
    """The same person may be a member of many clinics, under different names."""
    from clinics.services import staff_reads

    assert staff_reads.names_of_clinicians([(ObjectId(), ben.user_id)]) == {}
    assert staff_reads.addresses_of_invites([(clinic["_id"], "not an id")]) == {}


# --- what events refer to -------------------------------------------------------------------------
WITHOUT_PAGE = {  # lists, pages, staff, and what has no page of its own
    "auditTrail", "clinic", "clinicianInvite", "clinics", "ehr_work", "outbox", "page", "recipient", "search",
    "staff_user",
    "job",  # what it is about decides who opens its page: kernel.staff.references
}  # fmt: skip


@pytest.mark.yardstick("A1", "W2")
def test_every_kind_of_object_leads_to_a_page_or_is_known_to_have_none():
    sources = [path for app in apps_of_the_project().values() for path in app.rglob("*.py")]
    literal = re.compile(r'object_type="(\w+)"|(?:OBJECT|Subject\()\s*=?\s*"(\w+)"')
    found = {a or b for path in sources for a, b in literal.findall(Path(path).read_text())}
    assert {"job", "patient", "webhook", "ehrBulkRun"} <= found
    missing = {
        name
        for name in found - WITHOUT_PAGE
        if not getattr(subjects.KINDS.get(name), "address", None)
    }
    assert missing == set()


def history(person, clinic):
    """The table of changes, without the rest of the page."""
    return text(person.get(at(clinic, "history"))).split("<tbody>")[1]


def test_the_history_names_a_moved_patient_and_both_clinics_with_links(clinic, root, staff):
    other, patient = make_clinic(name="Second Clinic"), patient_ids(clinic)[0]
    path = at(clinic, f"patients/{patient}/move/{other['_id']}/")
    root.post(path, typed="Maria Marker", reason="T-1", confirmed="1")
    to_patient = f'<a href="/admin/clinics/{other["_id"]}/patients/{patient}/">Maria Marker</a>'
    to_clinics = [
        f'<a href="/admin/clinics/{one["_id"]}/">{one["name"]}</a>' for one in (clinic, other)
    ]
    for one in (clinic, other):
        support = history(staff("support"), one)
        assert to_patient in support
        assert all(link in support for link in to_clinics)
        assert events()[-1]["action"] == "patient.viewed"
        assert events()[-1]["object"]["id"] == patient
        seen = len(events())
        viewer = history(staff("viewer"), one)
        assert "Maria Marker" not in viewer
        assert f"/patients/{patient}" not in viewer
        assert all(link in viewer for link in to_clinics)
        assert len(events()) == seen
    found = text(staff("support", "auditor").get("audit/"))
    assert "Maria Marker" not in found
    assert to_patient.split(">", maxsplit=1)[0] in found


def record(clinic, kind, object_id, scope):
    audit.record(
        action="job.ended", actor_id="7", actor_kind="staff", object_type=kind, object_id=object_id,
        clinic_id=clinic["_id"], scope=scope,
    )  # fmt: skip


def test_jobs_and_merges_in_a_history_lead_to_their_pages(clinic, staff):
    job, merge, gone = (str(ids.new_id()) for _ in range(3))
    people = patient_ids(clinic)[:1] + [f"10{number:034}" for number in range(5)]
    kind = "patients.move"
    record(clinic, "job", job, {"kind": kind, "total": 6, "patients": people})
    record(
        clinic, "clinic", str(clinic["_id"]), {"merge": merge, "source": gone, "target": str(clinic["_id"])}
    )  # fmt: skip
    db.collection("clinic_deletions").insert_one(
        {"clinic": {"_id": ObjectId(gone), "name": "Gone Clinic"}}
    )
    viewer, support = history(staff("viewer"), clinic), history(staff("support"), clinic)
    for page in (viewer, support, history(staff("destructive"), clinic)):
        assert "Move of many patients" in page
        assert "and 3 more" in page
        assert f'<a href="/admin/clinics/{gone}/">Gone Clinic</a>' in page
    assert f'/admin/merges/{merge}/"' in page
    assert f"/admin/merges/{merge}/" not in viewer
    assert "Maria Marker</a>" in support
    assert "Maria Marker" not in viewer


@pytest.mark.parametrize("kind", jobs.KINDS)
@pytest.mark.parametrize("how", ["object", "scope"])
def test_a_job_in_a_history_has_a_link_for_those_who_may_open_it(clinic, staff, kind, how):
    asked_by = {"actor_id": "7", "actor_kind": "staff", "actor_name": "root"}
    job = jobs.begin(jobs.KINDS[kind], clinic=clinic, asked_by=asked_by)
    if how == "object":
        record(clinic, "job", str(job), {"kind": kind})
    else:
        record(clinic, "clinic", str(clinic["_id"]), {"job": str(job)})
    page = f"/admin/jobs/{job}/"
    for roles in (["viewer"], ["support"], ["destructive"], ["support", "destructive"]):
        person = staff(*roles)
        is_open = person.client.get(page).status_code == 200
        shown = history(person, clinic)
        assert jobs.KINDS[kind].title in shown
        assert (f'<a href="{page}">' in shown) == is_open

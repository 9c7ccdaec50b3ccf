"""Staff merge two clinics: they choose, read the plan, confirm, and watch (rules MERGE-100 to MERGE-112)."""

import html
import json
import re
from io import BytesIO

import pytest
from bson import ObjectId
from openpyxl import load_workbook

from clinic_records.services import closures
from clinics.admin import jobs_in_progress
from ehr.services import bulk
from kernel import clock, db, jobs, outbox
from kernel.errors import Busy
from kernel.staff import pages
from merges.admin import sizes
from merges.choices import MergeState
from merges.report.sheets import SHEETS
from merges.services import merging, planning, preparing, running
from tests import ehr, factories, merges
from tests.admin.conftest import ROLES, events, messages_of, text
from tests.events import deliver_all
from tests.merges import Maker
from tests.services import test_held_clinics as held_clinics

REASON = "TICKET-7"


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch, bare_frame):
    merges.without_waiting(monkeypatch)


@pytest.fixture
def pair():
    return Maker(1).pair()


def plan_path(pair):
    source, target = pair
    return f"merges/plan/{source['_id']}/{target['_id']}/"


def seen(page):
    return re.search(r'name="seen" value="([0-9a-f]+)"', text(page))[1]


def confirm(person, pair, **fields):
    """Read the plan, type both names, and begin."""
    path = plan_path(pair)
    names = {"typed_source": pair[0]["name"], "typed_target": pair[1]["name"]}
    typed = {**names, "reason": REASON, **fields}
    if "seen" not in typed:
        typed["seen"] = seen(person.get(path))
    return person.post(path, **typed)


def begun():
    return list(db.collection("clinicMerges").find({}))


def block(target):
    db.collection("clinics").update_one({"_id": target["_id"]}, {"$set": {"timezone": "Other"}})


# --- who may --------------------------------------------------------------------------------------
def test_the_pages_open_for_the_destructive_role_alone(pair, staff):
    merge = merges.merge(*pair)
    pair = Maker(2).pair()
    paths = ("merges/", "merges/choose", plan_path(pair), f"merges/{merge['_id']}/")
    for role in ROLES:
        person, expected = staff(role), 200 if role == "destructive" else 403
        for path in (*paths, f"merges/{merge['_id']}/progress"):
            assert person.get(path).status_code == expected, (role, path)
        if role != "destructive":
            assert person.post(f"merges/{merge['_id']}/stop").status_code == 403
            assert person.post(plan_path(pair)).status_code == 403
        assert person.get(f"{plan_path(pair)}report.xlsx").status_code == 403
        assert person.post(f"{plan_path(pair)}workbook").status_code == 403


def test_every_page_is_tested_here():
    names = {name for _, name, view in pages.PAGES if view.__module__.startswith("merges.")}
    assert names == {
        *("merges", "merge_choose", "merge_plan", "merge_report", "merge_report_job"),
        *("merge", "merge_progress", "merge_stop"),
    }


def test_only_staff_who_see_patients_read_their_names(pair, staff):
    patients = db.collection("patients").find({"clinicId": pair[0]["_id"]})
    name, user_id = next((p["fullName"], p["userId"]) for p in patients)
    without, both = staff("destructive"), staff("destructive", "support")
    page = text(without.get(plan_path(pair)))
    assert name not in page
    assert "19" + "50-01-02" not in page
    assert events(action="merge.plan_viewed")[-1]["scope"]["patients"] == []
    assert name in text(both.get(plan_path(pair)))
    assert user_id in events(action="merge.plan_viewed")[-1]["scope"]["patients"]


# --- choosing -------------------------------------------------------------------------------------
def test_clinics_of_one_name_are_told_apart_by_share_code_and_patients(root):
    for number in range(2):
        factories.make_clinic(
            name="Harbor",
            canonicalShareCode=f"ABCD-EFGH-JKL{number}",
            shareCodes=[f"ABCD-EFGH-JKL{number}"],
            patientCount={"total": 41 + number},
        )
    page = text(root.get("merges/choose", {"source": "harb"}))
    for shown in ("JKL0", "JKL1", ">41<", ">42<"):
        assert shown in page


@pytest.mark.parametrize("kind", ["id", "share code", "code as typed"])
def test_a_clinic_is_chosen_by_id_or_share_code(kind, pair, root):
    source, target = pair
    code = source["canonicalShareCode"]
    typed = {
        "id": str(source["_id"]),
        "share code": code,
        "code as typed": code.lower().replace("-", " "),
    }
    page = root.get("merges/choose", {"source": typed[kind], "target": str(target["_id"])})
    assert f"/admin/{plan_path(pair)}" in text(page)


def test_nothing_is_offered_for_one_clinic_twice(pair, root):
    one = str(pair[0]["_id"])
    page = root.get("merges/choose", {"source": one, "target": one})
    assert "merges/plan/" not in text(page)
    assert "itself" in text(page)
    answer = root.get(f"merges/plan/{one}/{one}/")
    assert answer.url == "/admin/merges/choose"
    assert root.get(f"merges/plan/{one}/{one}/report.xlsx").url == "/admin/merges/choose"


@pytest.mark.parametrize(
    "path", ["merges/plan/{}/nothing/", "merges/plan/nothing/{}/", "merges/nothing/"]
)
def test_what_does_not_exist_is_not_found(path, pair, root):
    assert root.get(path.format(pair[0]["_id"])).status_code == 404


def test_a_clinic_page_leads_there(pair, root, staff):
    source, target = pair
    link = f"/admin/merges/choose?source={source['_id']}"
    assert link in text(root.get(f"clinics/{source['_id']}/"))
    assert link not in text(staff("viewer").get(f"clinics/{source['_id']}/"))
    merge_id = ObjectId()
    closures.close(merge_id, source_id=source["_id"], target_id=target["_id"])
    page = text(root.get(f"clinics/{target['_id']}/"))
    assert f"/admin/merges/{merge_id}/" in page
    assert "merges/choose" not in page


# --- the plan -------------------------------------------------------------------------------------
def test_a_plan_changes_nothing_and_says_what_would_happen(pair, root):
    before = merges.snapshot()
    page = text(root.get(plan_path(pair)))
    assert "This merge can run" in page
    numbers = merges.merge(*pair)["numbers"]
    assert f"has {numbers['resultingPatients']} patients afterwards" in page
    assert merges.snapshot() != before


def test_a_plan_says_what_becomes_of_health_record_tier_and_limit(pair, root):
    source, target = pair
    xealth = {"enabled": True, "provider": "xealth", "sourceId": "east"}
    limits = {"hardLimit": {"plan": 250}}
    of_source = {"ehrSettings": xealth, "patientCountSettings": limits}
    of_target = {"ehrSettings": ehr.SETTINGS, "tier": "tier0300"}
    for clinic, fields in ((source, of_source), (target, of_target)):
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})
    page = root.get(plan_path(pair))
    rows = {row["name"]: row for row in page.context["parts"]["settings"]}
    redox = f"Redox {ehr.SOURCE}, on"
    for name, *values in (
        ("EHR connection", "Xealth east, on", redox),
        ("Tier", "Free", "Premium"),
        ("Patient limit", "250", "unlimited"),
    ):
        row = rows[name]
        assert [row["source"], row["target"]] == values
        assert not row["is_equal"]
        assert not row["blocks"]
    ends, kept = page.context["parts"]["ehr_notes"]
    assert "of Lakeside, Xealth east, on, ends" in ends
    subscribed = {"clinicId": source["_id"], "ehrSubscriptions.summaryAndReports.active": True}
    number = db.collection("patients").count_documents(subscribed)
    assert kept.startswith(f"{number} patients of Lakeside with a subscription of reports: ")
    assert redox in kept
    assert kept in html.unescape(text(page))
    assert "without the demo patient" in text(page)


def in_progress(clinic, *, state="running"):
    """A run on many patients and a sync of the clinic, of which a send has not ended."""
    run = {
        "_id": ObjectId(), "clinicId": clinic["_id"], "kind": "addresses", "options": {}, "limit": 5, "state": state,
        "after": "", "items": [], "planned": 0, "leftOut": 0, "position": 0, "succeeded": 0, "steps": 0, "problem": "",
        "reason": "", "askedBy": {"actor_id": "1", "actor_kind": "staff", "actor_name": "root"},
        "createdTime": clock.now(), "updatedTime": clock.now(),
    }  # fmt: skip
    db.collection("ehrBulkRuns").insert_one(run)
    sync = {"clinicId": clinic["_id"], "createdTime": clock.now(), "after": None, "count": 3}
    db.collection("ehrSyncs").insert_one({"_id": ObjectId(), **sync})
    send = {"kind": "scheduled", "documentId": ObjectId(), "documentTime": sync["createdTime"]}
    send |= {"clinicId": clinic["_id"], "state": "pending", "attempts": 0, "sends": {}}
    db.collection("ehrProcessing").insert_one({"_id": ObjectId(), **send})
    return run


def test_a_plan_names_runs_in_progress_of_both_clinics_and_what_becomes_of_them(pair, staff):
    person = staff("destructive", "integration")
    assert person.get(plan_path(pair)).context["works"] == []
    for clinic in pair:
        in_progress(clinic)
    page = person.get(plan_path(pair))
    works = page.context["works"]
    assert [(work["title"], work["clinic"]) for work in works] == [
        (title, clinic["name"])
        for clinic in pair
        for title in (bulk.WORKS["addresses"].title, "EHR sync")
    ]
    of_source, of_target = works[:2], works[2:]
    assert all(
        "wait while the merge runs" in one["fate"].replace("waits", "wait") for one in of_source
    )
    assert all(one["fate"].startswith("It goes on") for one in of_target)
    shown = html.unescape(text(page))
    for work in works:
        assert work["fate"] in shown
        assert f'<a href="{work["url"]}">' in shown
        assert person.client.get(work["url"]).status_code == 200
    for work in staff("destructive").get(plan_path(pair)).context["works"]:
        assert work["url"] == ""


def begin_job(kind, clinic, **options):
    asked_by = {"actor_id": "1", "actor_kind": "staff", "actor_name": "root"}
    return jobs.begin(jobs.KINDS[kind], clinic=clinic, asked_by=asked_by, options=options)


@pytest.mark.parametrize("kind", ["patients.tag", "patients.export", "members.roles"])
def test_a_plan_names_the_jobs_at_work_in_both_clinics(kind, pair, root):
    for clinic in pair:
        begin_job(kind, clinic)
    page = root.get(plan_path(pair))
    works = page.context["works"]
    title = jobs.KINDS[kind].title
    assert [(one["title"], one["clinic"]) for one in works] == [(title, c["name"]) for c in pair]
    assert works[0]["fate"] == jobs_in_progress.WAITS
    goes_on = jobs_in_progress.LISTED_LATER if kind.endswith("export") else jobs_in_progress.GOES_ON
    assert works[1]["fate"] == goes_on
    assert all(root.client.get(one["url"]).status_code == 200 for one in works)
    db.collection("jobs").update_many({}, {"$set": {"state": "done"}})
    assert not root.get(plan_path(pair)).context["works"]


def test_a_creation_in_the_target_is_to_be_waited_for(pair, root):
    begin_job("patients.bulk_create", pair[1])
    works = root.get(plan_path(pair)).context["works"]
    assert [one["fate"] for one in works] == [jobs_in_progress.CHANGES]


def test_a_creation_that_refuses_the_merge_is_named_before_and_in_the_refusal(pair, root):
    """Although it changes the plan all the time."""
    form = root.get(plan_path(pair))
    begin_job("patients.bulk_create", pair[0])
    page = root.get(plan_path(pair))
    assert [one["fate"] for one in page.context["works"]] == [jobs_in_progress.REFUSES]
    assert merging.CREATING in text(page)
    assert 'name="typed_source"' not in text(page)
    factories.make_patient(pair[0])
    names = {f"typed_{side}": c["name"] for side, c in zip(("source", "target"), pair, strict=True)}
    answer = root.post(plan_path(pair), seen=form.context["seen"], reason="T-1", **names)
    assert answer.status_code == 409
    assert messages_of(answer) == [pages.sentence(merging.CREATING)]
    assert preparing.CHANGED[4:] not in text(answer)


def test_a_plan_does_not_name_runs_that_have_ended(pair, root):
    for state in ("done", "stopped"):
        in_progress(pair[0], state=state)
    db.collection("ehrProcessing").update_many({}, {"$set": {"state": "done"}})
    assert root.get(plan_path(pair)).context["works"] == []
    in_progress(pair[0], state="proposed")
    assert len(root.get(plan_path(pair)).context["works"]) == 2
    late = clock.now() - bulk.IS_VALID - bulk.IS_VALID
    db.collection("ehrBulkRuns").update_many({}, {"$set": {"createdTime": late}})
    assert [work["title"] for work in root.get(plan_path(pair)).context["works"]] == ["EHR sync"]


def test_a_run_of_the_source_waits_and_ends_with_the_clinic_and_one_of_the_target_goes_on(
    pair, monkeypatch
):
    """As the plan says."""
    monkeypatch.setattr(bulk, "_next_patient", lambda run, *_: bulk._end(run, "went on"))
    settings = {"$set": {"ehrSettings": ehr.SETTINGS}}
    db.collection("clinics").update_many({"_id": {"$in": [one["_id"] for one in pair]}}, settings)
    runs = [in_progress(clinic) for clinic in pair]
    closures.close(ObjectId(), source_id=pair[0]["_id"], target_id=pair[1]["_id"])
    closures.forget()
    with pytest.raises(Busy):
        bulk.carry_out(str(runs[0]["_id"]))
    bulk.carry_out(str(runs[1]["_id"]))
    db.collection("clinics").delete_one({"_id": pair[0]["_id"]})
    db.collection(closures.store.COLLECTION).delete_many({})
    closures.forget()
    bulk.carry_out(str(runs[0]["_id"]))
    ended = [db.collection("ehrBulkRuns").find_one({"_id": run["_id"]}) for run in runs]
    assert [(run["state"], run["problem"]) for run in ended] == [
        ("stopped", "the clinic does not have an active EHR integration"),
        ("stopped", "went on"),
    ]


@pytest.mark.parametrize("role", [("destructive",), ("destructive", "configuration")])
def test_what_blocks_has_advice_and_a_link_to_where_it_is_corrected(role, pair, staff):
    block(pair[1])
    page = text(staff(*role).get(plan_path(pair)))
    assert "cannot run" in page
    assert "Settings mismatch." in page
    assert "Give both workspaces the same values of: Timezone" in page
    link = f'href="/admin/clinics/{pair[1]["_id"]}/settings/timezone"'
    assert (link in page) == ("configuration" in role)
    assert ("staff with the role configuration" in page) == ("configuration" not in role)
    assert 'name="typed_source"' not in page


def test_problems_lead_to_members_and_patients(staff):
    unique = {"mrnSettings": {"required": True, "unique": True}}
    source, target = Maker(3).pair(**unique)
    patient = factories.make_patient(source, mrn=None, fullName="Nora Sample")
    invite = {"clinicId": source["_id"], "inviteId": "key", "email": "i@example.org", "roles": []}
    db.collection("clinicians").insert_one(invite)
    page = text(staff("destructive", "support").get(plan_path((source, target))))
    assert f"/admin/clinics/{source['_id']}/patients/{patient['userId']}/" in page
    assert f"/admin/clinics/{source['_id']}/members/" in page
    assert "Pending invites in source workspace." in page
    assert "i@example.org" in page


def test_what_staff_cannot_correct_has_no_link_but_says_who_can(pair, root):
    units = {"$set": {"PreferredBgUnits": "mmol/L"}}
    db.collection("clinics").update_one({"_id": pair[1]["_id"]}, units)
    page = text(root.get(plan_path(pair)))
    assert "Glucose Units cannot be changed here: an admin of the clinic does it" in page
    assert "Glucose Units of" not in page


def test_both_mrn_settings_have_one_link_for_each_clinic(pair, root):
    changed = {"$set": {"mrnSettings": {"required": True, "unique": True}}}
    db.collection("clinics").update_one({"_id": pair[0]["_id"]}, changed)
    changed = {"$set": {"mrnSettings": {"required": False, "unique": False}}}
    db.collection("clinics").update_one({"_id": pair[1]["_id"]}, changed)
    page = text(root.get(plan_path(pair)))
    assert page.count("MRN settings of Lakeside") == page.count("MRN settings of Hillside") == 1


@pytest.mark.parametrize("role", [("destructive",), ("destructive", "support")])
def test_a_taken_mrn_is_shown_with_the_one_who_has_it(role, staff):
    source, target = Maker(3).pair(mrnSettings={"required": False, "unique": True})
    mover = factories.make_patient(source, mrn="Ä-77", fullName="Nora Sample")
    holder = factories.make_patient(target, mrn="a-77 ", fullName="Otto Example")
    person = staff(*role)
    page = text(person.get(plan_path((source, target))))
    assert "in the web application" in page
    assert "The tab is in the report" in page
    named = events(action="merge.plan_viewed")[-1]["scope"]["patients"]
    if "support" in role:
        assert "the same MRN in the target" in page
        assert f"/admin/clinics/{target['_id']}/patients/{holder['userId']}/" in page
        assert {mover["userId"], holder["userId"]} <= set(named)
    else:
        assert "Otto Example" not in page
        assert holder["userId"] in page
        assert named == []


def test_clinics_of_one_name_are_told_apart_from_the_plan_to_the_end(pair, root):
    """Rule MERGE-113."""
    db.collection("clinics").update_one({"_id": pair[0]["_id"]}, {"$set": {"name": "hillside"}})
    names = [
        f"{name} ({side['canonicalShareCode']})"
        for name, side in zip(("hillside", "Hillside"), pair, strict=True)
    ]
    page = text(root.get(plan_path(pair)))
    assert f"patients of {names[0]} move to {names[1]}" in page
    confirm(root, pair, typed_source="hillside")
    deliver_all()
    (merge,) = begun()
    for path in ("merges/", f"merges/{merge['_id']}/"):
        page = text(root.get(path))
        assert all(name in page for name in names)


def test_names_of_others_are_text(root):
    source, target = Maker(4).pair()
    hostile = '"><script>alert(1)</script>{{ x }}\u202e'
    for clinic in (source, target):
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]},
            {"$set": {"name": hostile, "patientTags": [{"_id": ObjectId(), "name": hostile}]}},
        )
        for collection, name in (("patients", "fullName"), ("clinicians", "name")):
            db.collection(collection).update_many(
                {"clinicId": clinic["_id"]}, {"$set": {name: hostile}}
            )
    pair = (clinic | {"name": hostile} for clinic in (source, target))
    answer = confirm(root, tuple(pair))
    for path in (plan_path((source, target)), answer.url.removeprefix("/admin/"), "merges/"):
        assert "<script>alert" not in text(root.get(path))
    page = text(root.get("merges/choose", {"source": '"><script>alert(1)', "target": "\0"}))
    assert "<script>alert" not in page
    deliver_all()
    assert begun()[0]["state"] == MergeState.COMPLETED


def test_a_long_list_is_cut_and_says_so(root):
    pair = Maker(5, patients=(60, 2)).pair()
    page = text(root.get(plan_path(pair)))
    assert "more are not shown here" in page
    assert len(page) < 200_000


# --- the workbook ---------------------------------------------------------------------------------
def test_the_workbook_is_an_export_of_patients(pair, staff):
    path = f"{plan_path(pair)}report.xlsx"
    person = staff("destructive", "support")
    assert f"/admin/{path}" in text(person.get(plan_path(pair)))
    answer = person.get(path)
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[0] == "Summary"
    exported = events(action="merge.report_exported")
    assert [e["scope"]["rows"] for e in exported] == [12, 10]
    assert [e["clinicId"] for e in exported] == [clinic["_id"] for clinic in pair]


@pytest.mark.parametrize("held", [0, 1])
def test_no_workbook_has_a_part_of_a_clinic_that_is_being_merged(held, pair, staff):
    held_clinics.hold(pair[held]["_id"], held_clinics.TARGET)
    answer = staff("destructive", "support").get(f"{plan_path(pair)}report.xlsx")
    assert messages_of(answer) == [pages.sentence(held_clinics.TEXTS["target"])]
    assert not events(action="merge.report_exported")
    held_clinics.reopen()


# --- confirming -----------------------------------------------------------------------------------
def test_a_confirmed_merge_runs_and_shows_its_result(pair, staff):
    person = staff("destructive")
    answer = confirm(person, pair)
    (merge,) = begun()
    assert answer.url == f"/admin/merges/{merge['_id']}/"
    assert merge["requestedBy"] == f"staff:{person.id}"
    page = text(person.get(f"merges/{merge['_id']}/"))
    assert "Running" in page
    assert "Stop and take back" in page
    deliver_all()
    page = text(person.get(f"merges/{merge['_id']}/progress"))
    assert "data-finished" in page
    assert f"/admin/clinics/{pair[1]['_id']}/" in page
    assert "Stop and take back" not in page
    listed = text(person.get("merges/"))
    assert person.user.username in listed
    assert "Completed" in listed


def test_begin_and_end_are_in_the_histories_of_both_clinics(pair, staff):
    person = staff("destructive")
    confirm(person, pair)
    deliver_all()
    (merge,) = begun()
    for clinic in pair:
        begin, end = events(action="clinic.merged", clinicId=clinic["_id"])
        assert (begin["outcome"], end["outcome"]) == ("begun", "done")
        for event in (begin, end):
            assert event["actor"] == {"id": person.id, "kind": "staff", "name": "destructive"}
            assert event["reason"] == REASON
            assert event["scope"]["merge"] == str(merge["_id"])
            assert event["scope"]["numbers"] == merge["numbers"]
        assert person.get(f"clinics/{clinic['_id']}/history").status_code == 200


def test_a_merged_clinic_is_found_by_id_and_name_and_leads_to_the_other(pair, staff):
    source, target = pair
    confirm(staff("destructive"), pair)
    deliver_all()
    viewer, history = staff("viewer"), f"/admin/clinics/{source['_id']}/history"
    page = text(viewer.get(f"clinics/{source['_id']}/history"))
    assert f"<h1>{source['name']}</h1>" in page
    assert f'<a href="/admin/clinics/{target["_id"]}/">{target["name"]}</a>' in page
    assert re.findall(r'class="st-tab" href="([^"]*)"', page) == [history]
    assert viewer.post("find/", q=str(source["_id"])).url == history
    assert viewer.get("find/", {"q": str(source["_id"])}).url == history
    assert f'href="{history}"' in text(viewer.post("find/", q=source["name"].lower()))


@pytest.mark.parametrize(
    "wrong",
    [{"typed_source": "Lake"}, {"typed_target": "Lakeside"}, {"reason": ""}, {"typed_source": ""}],
)
def test_both_names_and_a_reason_are_needed(wrong, pair, root):
    answer = confirm(root, pair, **wrong)
    assert answer.status_code == 400
    assert begun() == []


def test_names_may_be_typed_with_other_blanks(pair, root):
    assert confirm(root, pair, typed_source=" Lakeside\u00a0").status_code == 302


@pytest.mark.parametrize("is_forged", [True, False])
def test_a_plan_that_blocks_cannot_be_confirmed(is_forged, pair, root):
    mark = seen(root.get(plan_path(pair)))
    block(pair[1])
    if is_forged:
        ids = {"source_id": str(pair[0]["_id"]), "target_id": str(pair[1]["_id"])}
        mark = planning.fingerprint(planning.read_plan(**ids))
    answer = confirm(root, pair, seen=mark)
    assert answer.status_code == 400
    assert begun() == []
    refused = events(action="clinic.merged")
    assert [e["clinicId"] for e in refused] == [clinic["_id"] for clinic in pair]
    for event in refused:
        assert event["outcome"] == "refused"
        assert "does not allow" in event["scope"]["refused"]


@pytest.mark.parametrize("mark", ["changed", ""])
def test_a_plan_that_has_changed_is_shown_again(mark, pair, root):
    if mark:
        mark = seen(root.get(plan_path(pair)))
        factories.make_patient(pair[0])
    answer = confirm(root, pair, seen=mark)
    assert answer.status_code == 409
    assert "has changed" in " ".join(messages_of(answer))
    assert begun() == []
    assert confirm(root, pair, seen=seen(answer)).status_code == 302


def test_the_second_of_two_staff_gets_the_merge_of_the_first(pair, staff):
    one, other = staff("destructive"), staff("destructive", "support")
    mark = seen(other.get(plan_path(pair)))
    first = confirm(one, pair)
    second = confirm(other, pair, seen=mark)
    assert first.url == second.url
    assert len(begun()) == 1
    refused = events(action="clinic.merged", outcome="refused")
    assert [e["actor"]["id"] for e in refused] == [other.id] * 2
    assert other.get(plan_path(pair)).url == first.url


def test_a_clinic_in_another_merge_is_refused(pair, root):
    third = factories.make_clinic(name="Third")
    closures.close(ObjectId(), source_id=third["_id"], target_id=pair[1]["_id"])
    answer = confirm(root, pair)
    assert answer.status_code == 409
    assert begun() == []
    assert events(action="clinic.merged", outcome="refused")


# --- the job --------------------------------------------------------------------------------------
def run_until(merge_id, stage):
    while (merge := merging.access_merge(merge_id))["stage"] != stage:
        running._take_step(merge)


def test_a_merge_is_stopped_with_a_reason(pair, root):
    places = {"collections": ("clinics", "clinicians", "patients", "merge_plans")}
    before = merges.snapshot(**places)
    confirm(root, pair)
    (merge,) = begun()
    path = f"merges/{merge['_id']}/stop"
    run_until(merge["_id"], "patients")
    root.post(path)
    assert begun()[0]["state"] == MergeState.RUNNING
    root.post(path, reason="wrong clinic")
    assert begun()[0]["state"] == MergeState.TAKING_BACK
    assert "is being taken back" in text(root.get(f"merges/{merge['_id']}/"))
    deliver_all()
    assert merges.snapshot(**places) == before
    stopped = events(action="clinic.merge_stopped")
    assert [e["clinicId"] for e in stopped] == [clinic["_id"] for clinic in pair]
    assert {e["reason"] for e in stopped} == {"wrong clinic"}
    assert {e["actor"]["id"] for e in stopped} == {root.id}
    taken_back = events(action="clinic.merge_taken_back")
    assert {e["clinicId"] for e in taken_back} == {clinic["_id"] for clinic in pair}
    page = text(root.get(f"merges/{merge['_id']}/"))
    assert "both clinics are as before" in page
    assert "It was stopped." in page
    assert re.search(rf"Stopped by</dt><dd>.*{root.user.username}", page)
    assert "wrong clinic" in page


def test_what_is_too_late_to_stop_is_refused_and_recorded(pair, root):
    merge = merges.merge(*pair)
    answer = root.post(f"merges/{merge['_id']}/stop", reason=REASON)
    assert "too far" in " ".join(messages_of(answer))
    refused = events(action="clinic.merge_stopped", outcome="refused")
    assert [e["clinicId"] for e in refused] == [clinic["_id"] for clinic in pair]
    assert {e["reason"] for e in refused} == {REASON}


def test_a_merge_that_its_plan_refuses_says_what_to_do(pair, root):
    confirm(root, pair)
    block(pair[1])
    deliver_all()
    (merge,) = begun()
    page = text(root.get(f"merges/{merge['_id']}/"))
    assert "Nothing was changed" in page
    assert "Give both workspaces the same values of: Timezone" in page
    ends = events(action="clinic.merged", outcome="refused")
    assert len(ends) == 2
    assert ends[0]["scope"]["problems"] == ["settings_mismatch"]


def test_work_that_gave_up_is_said_with_a_link(pair, root):
    confirm(root, pair)
    (merge,) = begun()
    path = f"merges/{merge['_id']}/"
    assert "not tried again" not in text(root.get(path))
    rows = db.collection(outbox.COLLECTION)
    rows.update_many({"handler": "merges.run"}, {"$set": {"state": outbox.DEAD}})
    dead = rows.find_one({"handler": "merges.run"})
    page = text(root.get(path))
    assert "not tried again" in page
    assert f"/admin/events/{dead['_id']}/" in page
    merging.stop_merge(merge["_id"])  # another event goes on
    assert "not tried again" not in text(root.get(path))


def test_a_merge_without_workers_says_so(pair, root):
    confirm(root, pair)
    (merge,) = begun()
    assert "Are workers of the queue" not in text(root.get(f"merges/{merge['_id']}/"))
    long_ago = clock.now() - 2 * merging.QUIET
    db.collection("clinicMerges").update_one({}, {"$set": {"updatedTime": long_ago}})
    assert "Are workers of the queue" in text(root.get(f"merges/{merge['_id']}/"))


def test_the_list_shows_merges_of_every_kind_of_caller(root):
    for number, who in enumerate(("staff:" + "0" * 24, "uid:1000", "some-service", root.id)):
        source, target = Maker(20 + number).pair()
        merging.request_merge(source_id=source["_id"], target_id=target["_id"], requested_by=who)
    page = text(root.get("merges/"))
    plain = page.replace("<wbr>", "").replace("</span><span>", "")
    assert "manage.py merge_clinics, run by user 1000 of the operating system" in plain
    assert "the service some-service, by the API" in plain
    assert page.count('badge st-wait">Running') == 4


# --- plans that a job makes -----------------------------------------------------------------------
@pytest.fixture
def large(pair, monkeypatch):
    """A pair of clinics whose plan no page makes."""
    monkeypatch.setattr(sizes, "MOST_AT_ONCE", 0)
    return pair


def make_plan(person, pair):
    person.post(plan_path(pair), make="1")
    deliver_all()


def test_the_plan_of_large_clinics_is_made_by_a_job_and_begins_the_merge(large, root, monkeypatch):
    page = text(root.get(plan_path(large)))
    assert "a worker makes the plan" in page
    assert "typed_source" not in page
    answer = root.post(plan_path(large), make="1")
    assert answer.url == f"/admin/{plan_path(large)}"
    assert "A worker makes the plan, since" in text(root.get(plan_path(large)))
    deliver_all()
    assert [event["outcome"] for event in events(action="merge.plan_made")] == ["begun", "done"]

    with monkeypatch.context() as patched:
        patched.setattr(planning, "read_plan", None)  # no page makes it
        page = text(root.get(plan_path(large)))
        assert "This merge can run." in page
        assert "Make the plan again" in page
        answer = confirm(root, large)
    assert answer.status_code == 302
    (merge,) = begun()
    running.run(str(merge["_id"]))
    assert begun()[0]["state"] == MergeState.COMPLETED


def test_the_page_of_a_made_plan_says_the_same_as_one_that_is_made_at_once(pair, root, monkeypatch):
    at_once = root.get(plan_path(pair))
    monkeypatch.setattr(sizes, "MOST_AT_ONCE", 0)
    make_plan(root, pair)
    of_job = root.get(plan_path(pair))
    for name in ("numbers", "problems"):
        assert list(of_job.context[name]) == list(at_once.context[name])
    kept = {**of_job.context["plan"], "created_time": None}
    assert json_of(kept) == json_of({**at_once.context["plan"], "created_time": None})


def json_of(content):
    return json.loads(json.dumps(content, default=str))


def test_the_workbook_of_large_clinics_is_made_by_a_job_and_is_an_export_of_both(large, staff):
    person = staff("destructive", "support")
    at_once = f"{plan_path(large)}report.xlsx"
    assert person.get(at_once).url == f"/admin/{plan_path(large)}"
    make_plan(person, large)
    assert f'action="/admin/{plan_path(large)}workbook"' in text(person.get(plan_path(large)))

    page = person.post(f"{plan_path(large)}workbook").url.removeprefix("/admin/")
    deliver_all()
    assert "The file is ready" in text(person.get(page))
    assert staff("destructive").get(page).status_code == 403
    book = load_workbook(BytesIO(b"".join(person.post(f"{page}file").streaming_content)))
    assert book.sheetnames == list(SHEETS)
    assert book["Patients in Source Clinic"].max_row > 10
    exported = events(action="merge.report_exported")
    assert [e["scope"]["rows"] for e in exported] == [12, 10]
    assert [e["clinicId"] for e in exported] == [clinic["_id"] for clinic in large]


def test_the_workbook_of_a_clinic_that_is_gone_is_not_made(large, root):
    page = root.post(f"{plan_path(large)}workbook").url.removeprefix("/admin/")
    db.collection("clinics").delete_one({"_id": large[1]["_id"]})
    deliver_all()
    assert "Failed" in text(root.get(page))
    assert not events(action="merge.report_exported")


def test_who_does_not_see_patients_reads_ids_in_a_made_plan(large, root, staff):
    make_plan(root, large)
    patient = db.collection("patients").find_one({"clinicId": large[0]["_id"]})
    assert patient["fullName"] in text(staff("destructive", "support").get(plan_path(large)))
    page = text(staff("destructive").get(plan_path(large)))
    assert patient["fullName"] not in page
    assert "1950-01-02" not in page
    assert events(action="merge.plan_viewed")[-1]["scope"]["patients"] == []


def test_a_merge_whose_plan_has_changed_since_it_was_made_is_refused(large, root):
    make_plan(root, large)
    factories.make_patient(large[0], fullName="Someone New")
    assert confirm(root, large).status_code == 302
    (merge,) = begun()
    running.run(str(merge["_id"]))
    (merge,) = begun()
    assert (merge["state"], merge["problem"]) == (MergeState.REFUSED, preparing.CHANGED)
    assert "has changed since" in text(root.get(f"merges/{merge['_id']}/"))


def test_without_a_made_plan_no_merge_of_large_clinics_begins(large, root):
    answer = confirm(root, large, seen="0" * 24)
    assert "has changed" in messages_of(answer)[-1]
    assert begun() == []

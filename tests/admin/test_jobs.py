"""Jobs: what staff begin and workers do. Exports of patients are files that are fetched once."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from bson import ObjectId

from kernel import audit, clock, db, jobs, outbox
from kernel.jobs import running
from kernel.staff import job_pages
from tests.accesses import recorded
from tests.admin.conftest import events, messages_of, text
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient

REASON = "TICKET-44"


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def clinic():
    clinic = make_clinic(
        name="Lakeside", patientTags=[{"_id": ObjectId(), "name": "North"}], sites=[]
    )
    for name, mrn in (
        ("Cy Cole", "0007"),
        ("Al Abel", "=1+1"),
        ("Bo Berg", "12345678901234567890"),
    ):
        tags = [clinic["patientTags"][0]["_id"]] if name == "Cy Cole" else []
        make_patient(clinic, fullName=name, mrn=mrn, tags=tags)
    return clinic


@pytest.fixture
def person(staff):
    return staff("support", "destructive")


def begin(person, clinic, **fields):
    """Ask for an export. Returns the path of the page of its job."""
    asked = {"format": "csv", "reason": REASON, **fields}
    answer = person.post(f"clinics/{clinic['_id']}/patients/export", **asked)
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"].removeprefix("/admin/")


def export(person, clinic, **fields):
    path = begin(person, clinic, **fields)
    deliver_all()
    return path


def fetched(person, path):
    answer = person.post(f"{path}file")
    assert answer.status_code == 200, messages_of(answer)
    return b"".join(answer.streaming_content)


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def job():
    return db.collection("jobs").find_one({}, sort=[("_id", -1)])


def parts():
    return db.collection("jobParts").count_documents({})


def crash_in(monkeypatch, place, *, after=0):
    """The worker is gone at this place, once, after so many calls."""
    owner, name = place
    calls, real = [], getattr(owner, name)

    def crash(*arguments, **options):
        calls.append(1)
        if len(calls) == after + 1:
            raise SystemExit
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, crash)


def carry_out():
    running.carry_out(str(job()["_id"]))


# --- the scope, and the file ------------------------------------------------------------------------
def test_the_scope_is_shown_before_anything_begins(clinic, person):
    tag = clinic["patientTags"][0]
    page = text(
        person.get(
            f"clinics/{clinic['_id']}/patients/export", {"tag": tag["_id"], "order": "oldest"}
        )
    )
    assert "<dt>Rows</dt><dd>1</dd>" in page
    assert "<dt>Tag</dt><dd>North</dd>" in page
    assert "Birth date, oldest first" in page
    assert "id, name, e-mail, birth date, MRN" in page
    assert job() is None


def test_an_export_has_the_patients_of_the_list_in_its_order(clinic, person):
    path = export(person, clinic)
    header, *rows = rows_of(fetched(person, path))
    assert header[:5] == ["id", "name", "e-mail", "birth date", "MRN"]
    assert [row[1] for row in rows] == ["Al Abel", "Bo Berg", "Cy Cole"]

    path = export(person, clinic, order="name-down")
    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == [
        "Cy Cole",
        "Bo Berg",
        "Al Abel",
    ]
    path = export(person, clinic, tag=clinic["patientTags"][0]["_id"])
    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == ["Cy Cole"]
    path = export(person, clinic, q="berg")
    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == ["Bo Berg"]


def test_mrns_stay_text_and_no_cell_is_a_formula(clinic, person):
    _, *rows = rows_of(fetched(person, export(person, clinic)))
    assert [row[4] for row in rows] == ["'=1+1", "12345678901234567890", "0007"]

    workbook = openpyxl.load_workbook(
        io.BytesIO(fetched(person, export(person, clinic, format="xlsx")))
    )
    cells = [row[4] for row in workbook.active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ["=1+1", "12345678901234567890", "0007"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True, False, False]


def test_a_file_is_fetched_once_and_then_nothing_of_it_is_left(clinic, person):
    path = export(person, clinic)
    assert parts() > 0
    fetched(person, path)

    assert parts() == 0
    answer = person.post(f"{path}file")
    assert messages_of(answer) == ["The file was fetched already, or has expired."]
    assert "was fetched" in text(person.get(path))


def test_a_file_expires(clinic, person):
    path = export(person, clinic)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        person = type(person)("support", "destructive")
        assert person.post(f"{path}file").status_code == 302
        assert "has expired" in text(person.get(path))
    assert {part["expiresTime"] for part in db.collection("jobParts").find({})} == {
        job()["file"]["expiresTime"]
    }


def test_the_file_is_for_the_person_who_asked_for_it(clinic, person, root):
    path = export(person, clinic)
    answer = root.post(f"{path}file")
    assert answer.status_code == 302
    assert "is for the person who asked" in messages_of(answer)[0]
    (event,) = events(action="job.file_fetched")
    assert event["outcome"] == "refused"
    fetched(person, path)


def test_a_file_is_not_fetched_by_a_link(clinic, person):
    path = export(person, clinic)
    assert person.get(f"{path}file").url == f"/admin/{path}"
    assert not events(action="job.file_fetched")


def test_begin_end_and_fetching_are_an_event_each_without_values_of_patients(clinic, person):
    fetched(person, export(person, clinic, q="Berg"))
    begun, ended = events(action="patients.export")
    (sent,) = events(action="job.file_fetched")
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert begun["scope"]["rows"] == ended["scope"]["succeeded"] == 1
    assert (begun["scope"]["searched"], begun["scope"]["narrowed"]) == (True, [])
    assert {event["object"]["id"] for event in (begun, ended, sent)} == {str(job()["_id"])}
    assert {event["actor"]["id"] for event in (begun, ended, sent)} == {person.id}
    assert {begun["reason"], ended["reason"]} == {REASON}
    assert "Berg" not in str(events())
    assert "Berg" not in str(job())


def test_the_work_of_the_worker_is_recorded_as_an_access(clinic, person):
    export(person, clinic)
    (record,) = [one for one in recorded() if one["operation"] == "core.carry_out_job"]
    assert (record["clinic"], record["list"]["shown"]) == (clinic["_id"], 3)


# --- crashes ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "after"),
    [
        ((running.store, "insert_items"), 0),
        ((running.store, "insert_part"), 0),
        ((running.store, "insert_part"), 1),
        ((running.store, "insert_part"), 3),
        ((running.files, "write"), 0),
        ((running.store, "remove_parts"), 0),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else str(value),
)
def test_after_a_crash_an_export_goes_on_and_has_every_patient_once(
    clinic, person, monkeypatch, place, after
):
    monkeypatch.setattr(running, "SLICE", timedelta(hours=1))
    monkeypatch.setitem(jobs.KINDS, "patients.export", small(jobs.KINDS["patients.export"]))
    path = begin(person, clinic)
    crash_in(monkeypatch, place, after=after)
    with pytest.raises(SystemExit):
        carry_out()
    carry_out()

    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == [
        "Al Abel",
        "Bo Berg",
        "Cy Cole",
    ]
    assert len(events(action="patients.export")) == 2


def small(kind):
    from dataclasses import replace

    return replace(kind, batch=1)


def test_a_worker_that_is_late_does_nothing_twice(clinic, person, monkeypatch):
    """It has lost its lease, and another has gone on."""
    monkeypatch.setitem(jobs.KINDS, "patients.export", small(jobs.KINDS["patients.export"]))
    begin(person, clinic)
    running._take_step(job())
    late = job()
    running._take_step(late)
    before = job(), parts()
    running._take_step(late)
    assert (job(), parts()) == before


def test_long_work_makes_room_for_other_work_in_between(clinic, person, monkeypatch):
    monkeypatch.setattr(running, "SLICE", timedelta(0))
    begin(person, clinic)
    outbox_rows = db.collection(outbox.COLLECTION)
    outbox_rows.delete_many({})
    carry_out()
    (row,) = outbox_rows.find({"event": "job.due"})
    assert row["payload"] == {"jobId": str(job()["_id"])}


def test_the_page_of_a_job_shows_with_which_others_it_takes_turns(clinic, person):
    first, second, third = (begin(person, clinic) for _ in range(3))
    page = text(person.get(third))
    assert "2 jobs before it" in page
    assert job_pages.IN_LINE in page
    assert (
        f'<a href="/admin/{first}"><span class="st-pieces"><span>CSV</span></span>, begun' in page
    )
    assert page.index(first) < page.index(second)
    assert "It is next" in text(person.get(first))

    rows = db.collection(outbox.COLLECTION)
    rows.update_one({"event": "job.due"}, {"$set": {"state": outbox.CLAIMED}})
    assert ": 0 of 0, has its turn now" in text(person.get(third))
    page = text(person.get(first))
    assert "It has its turn now." in page
    assert job_pages.IN_LINE not in page
    rows.update_one({"event": "job.due"}, {"$set": {"state": outbox.PENDING}})
    deliver_all()
    assert "turn" not in text(person.get(third))


def test_who_asked_through_the_api_has_the_name_by_which_the_clinic_knows_them(clinic, person, ada):
    path = begin(person, clinic)
    member = {"clinicId": clinic["_id"], "userId": ada.user_id, "name": "Ada Admin"}
    db.collection("clinicians").insert_one({**member, "roles": ["CLINIC_ADMIN"]})
    asked_by = {"actor_id": ada.user_id, "actor_kind": "user", "actor_name": ""}
    db.collection("jobs").update_one({}, {"$set": {"askedBy": asked_by}})
    audit.record(
        action="patients.created_from_file",
        object_type="job",
        object_id=str(job()["_id"]),
        clinic_id=clinic["_id"],
        actor_id=ada.user_id,
        actor_kind="user",
    )
    for page in (path, "jobs/", f"clinics/{clinic['_id']}/history"):
        assert "Ada Admin" in text(person.get(page))
        assert f"Account {ada.user_id}" not in text(person.get(page))
    db.collection("clinicians").delete_many({})
    assert f"Account {ada.user_id}" in text(person.get(path))


def test_so_many_jobs_of_a_clinic_are_at_work_and_no_more(clinic, person, monkeypatch):
    monkeypatch.setattr(running, "MOST_AT_WORK", 1)
    begin(person, clinic)
    answer = person.post(f"clinics/{clinic['_id']}/patients/export", format="csv", reason=REASON)
    assert answer.headers["Location"] == f"/admin/clinics/{clinic['_id']}/"
    assert "jobs of this kind are at work" in str(messages_of(answer))
    assert db.collection("jobs").count_documents({}) == 1


def test_what_fails_for_good_says_so(clinic, person, staff):
    path = begin(person, clinic)
    db.database()["clinics"].delete_one({"_id": clinic["_id"]})
    deliver_all()
    assert job()["state"] == "failed"
    assert "Clinic not found" in text(person.get(path))
    assert events(action="patients.export")[-1]["outcome"] == "refused"


def test_the_event_of_a_job_that_ends_without_being_done_says_why(clinic, person, staff):
    begin(person, clinic)
    jobs.end_all_of_clinic(clinic["_id"], "its clinic was merged into Lakeside")
    event = events(action="patients.export")[-1]
    assert event["outcome"] == "refused"
    assert event["scope"]["refused"] == "its clinic was merged into Lakeside"
    page = text(staff("viewer").get(f"clinics/{clinic['_id']}/history"))
    assert "Refused: Its clinic was merged into Lakeside." in page


def test_a_job_that_the_outbox_gives_up_has_failed(clinic, person):
    begin(person, clinic)
    running.give_up(str(job()["_id"]), "worker_lost")
    assert (job()["state"], job()["problem"]) == ("failed", "it failed (worker_lost)")


def test_an_export_whose_rows_have_expired_fails_instead_of_leaving_patients_out(
    clinic, person, monkeypatch
):
    monkeypatch.setitem(jobs.KINDS, "patients.export", small(jobs.KINDS["patients.export"]))
    path = begin(person, clinic)
    step_until("writing")
    db.collection("jobParts").delete_one({"series": "rows", "number": 1})
    carry_out()

    assert (job()["state"], parts()) == ("failed", 0)
    assert "interrupted for too long" in text(person.get(path))


def test_an_export_of_a_clinic_that_is_gone_with_its_patients_makes_no_file(clinic, person):
    begin(person, clinic)
    db.database()["clinics"].delete_one({"_id": clinic["_id"]})
    db.collection("patients").delete_many({})
    deliver_all()
    assert (job()["state"], job().get("file")) == ("failed", None)


def step_until(state):
    while job()["state"] != state:
        running._take_step(job())


# --- start again ------------------------------------------------------------------------------------
def again(person, path, *, reason=REASON):
    """The message of the page."""
    said = messages_of(person.post(f"{path}again", reason=reason))
    deliver_all()
    return said[-1]


def test_a_failed_job_is_started_again_and_goes_on_where_it_ended(clinic, person, monkeypatch):
    monkeypatch.setitem(jobs.KINDS, "patients.export", small(jobs.KINDS["patients.export"]))
    path = begin(person, clinic)
    running._take_step(job())
    running._take_step(job())
    stored = db.database()["clinics"].find_one_and_delete({"_id": clinic["_id"]})
    deliver_all()
    assert (job()["state"], job()["done"]) == ("failed", 1)
    assert "Start again" in text(person.get(path))
    assert again(person, path, reason="") == "A reason or ticket number is needed."
    db.database()["clinics"].insert_one(stored)

    assert again(person, path) == "It goes on where it ended."

    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == [
        "Al Abel",
        "Bo Berg",
        "Cy Cole",
    ]
    assert (job()["state"], job()["problem"], job()["done"]) == ("done", "", 3)
    words = [line["words"] for line in job()["log"]]
    assert [word for word in words if " of 3" in word] == ["1 of 3", "2 of 3", "3 of 3"]
    assert words.index("Failed") + 1 == words.index(f"Started again by {person.user.username}")
    ends = [event["outcome"] for event in events(action="patients.export")]
    assert ends == ["begun", "refused", "done"]
    (event,) = events(action="job.started_again")
    assert (event["reason"], event["actor"]["id"]) == (REASON, person.id)
    assert (event["object"]["id"], event["clinicId"]) == (str(job()["_id"]), clinic["_id"])
    assert "Start again" not in text(person.get(path))


def test_a_job_that_failed_before_its_plan_looks_for_the_same_again(clinic, person):
    path = begin(person, clinic, q="Berg")
    running.give_up(str(job()["_id"]), "worker_lost")
    assert "Berg" not in str(job())
    again(person, path)
    assert [row[1] for row in rows_of(fetched(person, path))[1:]] == ["Bo Berg"]
    (kept,) = db.collection("jobParts").find({"typed": "Berg"})
    assert kept["expiresTime"] == job()["createdTime"] + running.PARTS_LAST
    others = db.collection("jobParts").find({"_id": {"$ne": kept["_id"]}}, {"data": 0})
    assert "Berg" not in str(list(others))


def test_only_a_job_that_failed_lately_can_be_started_again_and_once(clinic, person):
    refused = (
        "It cannot be started again: it has not failed, or failed too long ago; begin a new one."
    )
    path = begin(person, clinic)
    assert again(person, path) == refused
    path = begin(person, clinic)
    running.give_up(str(job()["_id"]), "worker_lost")
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1), tick=False):
        late = type(person)("support", "destructive")
        assert "Start again" not in text(late.get(path))
        assert again(late, path) == refused
    person = type(person)("support", "destructive")
    person.post(f"{path}again", reason=REASON)
    assert again(person, path) == refused
    assert job()["state"] == "done"
    outcomes = [event["outcome"] for event in events(action="job.started_again")]
    assert outcomes == ["refused", "refused", "done", "refused"]


def test_a_job_is_started_again_by_those_who_may_begin_it(clinic, staff):
    staff("configuration").post(f"clinics/{clinic['_id']}/refresh")
    running.give_up(str(job()["_id"]), "worker_lost")
    path = f"jobs/{job()['_id']}/"
    assert "Start again" not in text(staff("viewer").get(path))
    assert staff("viewer").post(f"{path}again", reason=REASON).status_code == 403
    again(staff("configuration"), path)
    assert job()["state"] == "done"


# --- cancel -----------------------------------------------------------------------------------------
def test_a_job_is_canceled_with_a_reason(clinic, person):
    path = begin(person, clinic)
    assert messages_of(person.post(f"{path}cancel", reason="")) == [
        "A reason or ticket number is needed."
    ]
    person.post(f"{path}cancel", reason=REASON)
    deliver_all()

    assert job()["state"] == "canceled"
    assert (parts(), job()["wanted"]) == (0, {})
    (event,) = events(action="job.canceled")
    assert (event["reason"], event["clinicId"]) == (REASON, clinic["_id"])
    answer = person.post(f"{path}cancel", reason=REASON)
    assert messages_of(answer)[-1] == "It has ended already."
    page = text(person.get(path))
    assert f"Canceled by {person.user.username}" in page
    assert "No file is made." in page
    assert "What was done stays" not in page


def test_a_step_of_the_worker_does_not_keep_a_job_from_being_canceled(clinic, person, monkeypatch):
    """The worker takes one after the page has read the job."""
    monkeypatch.setitem(jobs.KINDS, "patients.export", small(jobs.KINDS["patients.export"]))
    path = begin(person, clinic)
    running._take_step(job())
    once_before(monkeypatch, job_pages, "_change", lambda: running._take_step(job()))
    answer = person.post(f"{path}cancel", reason=REASON)

    assert messages_of(answer) == ["It is canceled. No file is made."]
    assert (job()["state"], job()["done"]) == ("canceled", 1)


@pytest.mark.parametrize("place", ["write", "insert_part"])
def test_a_job_that_is_canceled_while_its_file_is_written_leaves_nothing_of_it(
    clinic, person, monkeypatch, place
):
    path = begin(person, clinic)
    step_until("writing")

    def cancel():
        person.post(f"{path}cancel", reason=REASON)

    once_before(monkeypatch, running.files if place == "write" else running.store, place, cancel)
    carry_out()
    assert (job()["state"], parts(), job().get("file")) == ("canceled", 0, None)


def once_before(monkeypatch, owner, name, call):
    """Something else happens right before the first call of a function."""
    real, calls = getattr(owner, name), [call]

    def late(*arguments, **options):
        if calls:
            calls.pop()()
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, late)


def test_a_count_is_seen_by_all_who_find_the_clinic_and_canceled_by_who_may_begin_it(clinic, staff):
    staff("configuration").post(f"clinics/{clinic['_id']}/refresh")
    path = f"jobs/{job()['_id']}/"
    assert "Count of patients" in text(staff("viewer").get(path))
    assert "Cancel the job" not in text(staff("viewer").get(path))
    assert staff("viewer").post(f"{path}cancel", reason=REASON).status_code == 403
    assert "Cancel the job" in text(staff("configuration").get(path))


def test_two_counts_of_a_clinic_are_one_job(clinic, staff):
    for _ in range(2):
        staff("configuration").post(f"clinics/{clinic['_id']}/refresh")
    assert db.collection("jobs").count_documents({}) == 1


@pytest.mark.parametrize("end", ["canceled", "failed"])
def test_a_count_that_was_canceled_or_has_failed_can_be_begun_again(clinic, staff, end):
    person, page = staff("configuration"), f"clinics/{clinic['_id']}/"
    person.post(f"{page}refresh")
    assert "are being counted again" in text(person.get(page))
    if end == "canceled":
        person.post(f"jobs/{job()['_id']}/cancel", reason=REASON)
    else:
        running.give_up(str(job()["_id"]), "worker_lost")
    assert job()["state"] == end
    assert "are being counted again, since" not in text(person.get(page))

    person.post(f"{page}refresh")
    assert db.collection("jobs").count_documents({"state": "planning"}) == 1


# --- the list ---------------------------------------------------------------------------------------
def test_a_job_is_listed_to_those_who_see_what_it_is_about(clinic, person, staff):
    export(person, clinic)
    staff("configuration").post(f"clinics/{clinic['_id']}/refresh")
    assert titles(person.get("jobs/")) == ["Count of patients", "Export of patients"]
    assert titles(staff("support").get("jobs/")) == ["Count of patients"]
    assert titles(staff("support").get("jobs/", {"kind": "patients.export"})) == [
        "Count of patients"
    ]


def titles(page):
    return [row["title"] for row in page.context["rows"]]


def test_jobs_are_filtered_by_kind_state_and_clinic(clinic, person, staff):
    export(person, clinic)
    other = make_clinic(name="Other")
    begin(person, other)
    query = {"kind": "patients.export", "state": "done", "clinic": str(clinic["_id"])}
    assert len(titles(person.get("jobs/", query))) == 1
    for name, value in (
        ("kind", "clinic.count"),
        ("state", "failed"),
        ("clinic", str(ObjectId())),
        ("clinic", "no id"),
    ):
        found = titles(person.get("jobs/", {**query, name: value}))
        assert found == [], name
    assert len(titles(person.get("jobs/"))) == 2


def test_other_work_is_a_link_away(clinic, staff):
    page = text(staff("integration", "destructive").get("jobs/", {"clinic": str(clinic["_id"])}))
    assert f"/admin/clinics/{clinic['_id']}/ehr/bulk/" in page
    assert "/admin/merges/" in page
    assert "/admin/merges/" not in text(staff("viewer").get("jobs/"))


def test_jobs_are_kept_for_thirty_days():
    index = db.database()["jobs"].index_information()["JobsCleanup"]
    assert index["expireAfterSeconds"] == timedelta(days=30).total_seconds()

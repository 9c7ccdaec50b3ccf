"""Exports of the list that a worker makes (rules PATIENT-196 to PATIENT-204)."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
import time_machine
from bson import ObjectId

from kernel import audit, clock, db, jobs, leases
from kernel.jobs import files, running
from kernel.outbox import claiming
from merges.services import merging
from patients.services import kept_exports, kept_files, list_exports
from tests import deliveries, merges
from tests.accesses import recorded
from tests.cast import add_member
from tests.events import deliver_all
from tests.factories import make_patient, make_patients

NOW = datetime(2026, 9, 14, 17, 5, 9, tzinfo=UTC)


@pytest.fixture
def clinic(clinic):
    """With a plan that includes exports, and three patients; as it is stored."""
    stored = change(clinic["id"], tier="tier0300")
    make_patients(stored, [{"fullName": name} for name in ("Cy Cole", "Al Abel", "=Bo")])
    return stored


def change(clinic_id, **fields):
    query = {"_id": ObjectId(clinic_id)}
    db.collection("clinics").update_one(query, {"$set": fields})
    return db.collection("clinics").find_one(query)


@pytest.fixture
def step_by_step(monkeypatch):
    """A step of the worker is about one patient."""
    kind = replace(jobs.KINDS[kept_files.EXPORT.kind], batch=1)
    monkeypatch.setitem(jobs.KINDS, kind.name, kind)


def path_of(clinic):
    return f"/v1/clinics/{clinic['_id']}/export/patients"


def start(person, clinic, query="period=14d"):
    answer = person.api.post(f"{path_of(clinic)}?{query}")
    assert answer.status_code == 202, answer.content
    return f"{path_of(clinic)}/{answer.json()['id']}"


def told(person, path):
    answer = person.api.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def content_of(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def ready(person, clinic, query="period=14d"):
    path = start(person, clinic, query)
    deliver_all()
    assert told(person, path)["state"] == "ready"
    return path


def lines(content):
    return list(csv.reader(io.StringIO(content.decode())))


def names(content):
    return [line[0] for line in lines(content)[3:]]


def parts():
    return list(db.collection("jobParts").find({}))


def trail():
    found = db.collection(audit.COLLECTION).find(
        {"action": {"$in": ["patients.export", "job.file_fetched"]}}, sort=[("number", 1)]
    )
    return [(event["action"], event["outcome"], event["scope"]) for event in found]


def test_an_admin_of_a_clinic_that_is_gone_is_told_so(ada, clinic):
    db.collection("clinics").delete_one({"_id": clinic["_id"]})
    assert ada.api.post(f"{path_of(clinic)}?period=14d").status_code == 404


# --- from the question to the file ------------------------------------------------------------------
def test_the_file_is_that_of_an_export_at_once(ada, clinic):
    query = "period=14d&sortType=cgm&sort=-fullName"
    with time_machine.travel(NOW, tick=False):
        path = start(ada, clinic, query)
        assert told(ada, path).items() >= {"state": "pending", "format": "csv"}.items()
        early = ada.api.get(f"{path}/file")
        assert (early.status_code, early.json()["message"]) == (409, kept_files.EXPORT.not_ready)
        deliver_all()
        export = told(ada, path)
        assert export["link"] == f"{path}/file"
        assert [export[name] for name in ("total", "done", "rows")] == [3, 3, 3]
        answer = ada.api.get(export["link"])
        head = [answer.headers[name] for name in ("Content-Type", "Content-Disposition")]
        assert head == ["text/csv", "attachment; filename=patients-1789405509.csv"]
        content = content_of(answer)
        assert int(answer.headers["Content-Length"]) == export["size"] == len(content)
        at_once = content_of(ada.api.get(f"{path_of(clinic)}?{query}"))
    assert content == at_once
    assert names(content) == ["Cy Cole", "Al Abel", "'=Bo"]


def test_it_has_whom_the_filters_leave_and_no_demo_patient(ada, clinic, settings):
    tag = {"_id": ObjectId(), "name": "A"}
    change(clinic["_id"], patientTags=[tag])
    make_patient(clinic, fullName="Dee", tags=[tag["_id"]])
    demo = make_patient(clinic, fullName="Demo", tags=[tag["_id"]])
    settings.DEMO_PATIENT_USER_ID = demo["userId"]
    query = f"period=14d&tags={tag['_id']}&cgm.lastDataTo=0001-01-01T00:00:00Z&search=d"
    content = content_of(ada.api.get(f"{ready(ada, clinic, query)}/file"))
    assert (names(content), lines(content)[1][6]) == (["Dee"], "1")


def test_a_workbook_may_be_larger_than_one_that_is_made_at_once(ada, clinic, monkeypatch):
    monkeypatch.setattr(list_exports, "MOST_AT_ONCE", 2)
    query = "period=7d&format=xlsx"
    assert ada.api.get(f"{path_of(clinic)}?{query}").status_code == 422
    answer = ada.api.get(f"{ready(ada, clinic, query)}/file")
    assert answer.headers["Content-Type"].endswith(".sheet")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content_of(answer)))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[1][5:7] == ["7 days", "3"]
    assert [row[0] for row in rows[3:]] == ["=Bo", "Al Abel", "Cy Cole"]


@pytest.mark.parametrize(
    ("limit", "query", "words"),
    [
        ("MOST", "", "these are more than 1 patients"),
        ("MOST_IN_WORKBOOK", "&format=xlsx", "a workbook has at most 1 patients"),
    ],
)
def test_too_many_patients_are_refused_before_and_after_the_begin(
    ada, clinic, monkeypatch, limit, query, words
):
    path = start(ada, clinic, f"period=14d{query}")
    monkeypatch.setattr(list_exports, limit, 1)
    deliver_all()
    export = told(ada, path)
    assert (export["state"], export["problem"].partition(":")[0]) == ("failed", words)
    assert ada.api.get(f"{path}/file").status_code == 409
    assert ada.api.post(f"{path_of(clinic)}?period=14d{query}").status_code == 422


@pytest.mark.parametrize("query", ["", "period=10d", "period=14d&sort=-x"])
def test_a_wrong_question_is_refused(ada, clinic, query):
    assert ada.api.post(f"{path_of(clinic)}?{query}").status_code == 400
    assert (parts(), trail()) == ([], [])


def test_who_leaves_the_clinic_meanwhile_is_neither_shown_nor_counted(ada, clinic, step_by_step):
    path = start(ada, clinic)
    step_until("running")
    gone = db.collection("patients").find_one({"fullName": "Cy Cole"})
    db.collection("patients").delete_one({"_id": gone["_id"]})
    deliver_all()
    export = told(ada, path)
    assert (export["total"], export["rows"]) == (3, 2)
    content = content_of(ada.api.get(f"{path}/file"))
    assert (names(content), lines(content)[1][6]) == (["'=Bo", "Al Abel"], "2")


def test_all_lines_have_the_units_of_the_begin(ada, clinic):
    path = start(ada, clinic)
    change(clinic["_id"], PreferredBgUnits="mmol/L")
    deliver_all()
    titles = lines(content_of(ada.api.get(f"{path}/file")))[2]
    assert titles[24] == "CGM Standard Deviation (mg/dL)"


# --- who --------------------------------------------------------------------------------------------
def everything_of(caller, path):
    """What each operation about an export answers."""
    return [
        caller.get(path).status_code,
        caller.get(f"{path}/file").status_code,
        caller.delete(path).status_code,
    ]


def test_who_may_not_export_may_neither_begin_nor_see_nor_fetch(ada, ben, eve, backend, clinic):
    path = ready(ada, clinic)
    for caller in (ben.api, eve.api, backend):
        assert caller.post(f"{path_of(clinic)}?period=14d").status_code == 403
        assert everything_of(caller, path) == [403, 403, 403]
    change(clinic["_id"], tier="tier0100")
    assert everything_of(ada.api, path) == [403, 403, 403]
    change(clinic["_id"], tier="tier0300")
    assert names(content_of(ada.api.get(f"{path}/file")))


def test_an_export_is_for_the_member_who_asked_for_it(ada, dot, eve, clinic, other_clinic):
    path = ready(ada, clinic)
    add_member({"id": str(clinic["_id"])}, dot, roles=("CLINIC_ADMIN",))
    assert everything_of(dot.api, path) == [404, 404, 404]
    assert everything_of(ada.api, f"{path_of(clinic)}/{ObjectId()}") == [404, 404, 404]
    staff_job = db.collection("jobs").find_one({})
    db.collection("jobs").insert_one({**staff_job, "_id": ObjectId(), "kind": "patients.export"})
    other = db.collection("jobs").find_one({"kind": "patients.export"})["_id"]
    assert everything_of(ada.api, f"{path_of(clinic)}/{other}") == [404, 404, 404]
    change(other_clinic["id"], tier="tier0300")
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    elsewhere = path.replace(str(clinic["_id"]), other_clinic["id"])
    assert everything_of(ada.api, elsewhere) == [404, 404, 404]


def test_a_member_who_was_removed_or_is_no_admin_any_more_cannot_fetch(ada, dot, clinic):
    add_member({"id": str(clinic["_id"])}, dot, roles=("CLINIC_ADMIN",))
    path = ready(dot, clinic)
    member = {"clinicId": clinic["_id"], "userId": dot.user_id}
    db.collection("clinicians").update_one(member, {"$set": {"roles": ["CLINIC_MEMBER"]}})
    assert dot.api.get(f"{path}/file").status_code == 403
    db.collection("clinicians").update_one(member, {"$set": {"roles": ["CLINIC_ADMIN"]}})

    running_one = start(dot, clinic)
    removed = ada.api.delete(f"/v1/clinics/{clinic['_id']}/clinicians/{dot.user_id}")
    assert removed.status_code == 200
    assert (dot.api.get(f"{path}/file").status_code, parts()) == (403, [])
    deliver_all()
    assert parts() == []
    add_member({"id": str(clinic["_id"])}, dot, roles=("CLINIC_ADMIN",))
    assert [told(dot, one)["state"] for one in (path, running_one)] == ["expired", "canceled"]
    assert dot.api.get(f"{path}/file").status_code == 404


def test_all_of_it_goes_with_an_account(ada, dot, backend, clinic):
    add_member({"id": str(clinic["_id"])}, dot, roles=("CLINIC_ADMIN",))
    ready(dot, clinic)
    assert backend.delete(f"/v1/users/{dot.user_id}/clinics").status_code == 200
    assert parts() == []


def test_all_of_it_goes_with_the_clinic(ada, clinic):
    path, later = ready(ada, clinic), start(ada, clinic)
    db.collection("patients").delete_many({"clinicId": clinic["_id"]})
    assert ada.api.delete(f"/v1/clinics/{clinic['_id']}").status_code == 204
    assert parts() == []
    deliver_all()
    assert parts() == []
    assert {ada.api.get(f"{one}/file").status_code for one in (path, later)} == {403}


def test_all_of_it_goes_with_a_clinic_that_is_merged_into_another(
    ada, clinic, second_clinic, step_by_step, monkeypatch
):
    """One is ready, one has begun, and one waits."""
    merges.without_waiting(monkeypatch)
    paths = [ready(ada, clinic), start(ada, clinic), start(ada, clinic)]
    running._take_step(jobs.access(paths[1].rpartition("/")[2]))
    merging.request_merge(
        source_id=clinic["_id"], target_id=second_clinic["_id"], requested_by="a test"
    )
    deliveries.drain("merges")
    assert db.collection("clinics").find_one({"_id": clinic["_id"]}) is None
    assert {job["state"] for job in db.collection("jobs").find({})} == {"done", "canceled"}
    assert parts() == []
    deliver_all()
    assert parts() == []
    assert {ada.api.get(f"{one}/file").status_code for one in paths} == {403}


@pytest.mark.parametrize(
    ("state", "owner", "name"),
    [
        ("planning", list_exports, "list_ids"),
        ("running", list_exports.store, "list_exported"),
        ("writing", running, "_end"),
    ],
)
def test_a_clinic_that_is_deleted_during_a_step_of_its_export_leaves_nothing_of_it(
    ada, clinic, monkeypatch, state, owner, name
):
    start(ada, clinic)
    step_until(state)
    real = getattr(owner, name)

    def delete_first(*arguments, **options):
        monkeypatch.setattr(owner, name, real)
        db.collection("patients").delete_many({"clinicId": clinic["_id"]})
        assert ada.api.delete(f"/v1/clinics/{clinic['_id']}").status_code == 204
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, delete_first)
    deliver_all()
    assert db.collection("jobs").find_one({})["state"] == "canceled"
    assert parts() == []


# --- how long ---------------------------------------------------------------------------------------
def test_a_file_can_be_fetched_again_until_it_expires(ada, clinic):
    with time_machine.travel(NOW, tick=False) as traveller:
        path = ready(ada, clinic)
        assert {part["expiresTime"] for part in parts()} == {NOW + timedelta(days=1)}
        assert content_of(ada.api.get(f"{path}/file")) == content_of(ada.api.get(f"{path}/file"))
        assert told(ada, path)["expirationTime"] == "2026-09-15T17:05:09Z"
        traveller.shift(timedelta(hours=24))
        export = told(ada, path)
        assert (export["state"], "link" in export) == ("expired", False)
        answer = ada.api.get(f"{path}/file")
        assert (answer.status_code, answer.json()["message"]) == (404, files.EXPIRED)


def test_a_file_that_goes_while_it_is_read_is_no_whole_file(ada, clinic, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 100)
    path = ready(ada, clinic)
    answer = ada.api.get(f"{path}/file")
    db.collection("jobParts").delete_many({})
    with pytest.raises(files.NotFound):
        content_of(answer)
    assert ada.api.get(f"{path}/file").status_code == 404


def test_a_fourth_export_takes_the_place_of_the_oldest(ada, clinic):
    oldest, *others = [ready(ada, clinic) for _ in range(3)]
    last = start(ada, clinic)
    states = [told(ada, path)["state"] for path in (oldest, *others, last)]
    assert states == ["expired", "ready", "ready", "pending"]


def test_an_export_can_be_removed(ada, clinic):
    path = ready(ada, clinic)
    for state in ("expired", "canceled"):
        assert ada.api.delete(path).status_code == 204
        assert (told(ada, path)["state"], parts()) == (state, [])
        path = start(ada, clinic)
    deliver_all()
    assert told(ada, path)["state"] == "ready"


# --- many at once -----------------------------------------------------------------------------------
@pytest.fixture
def second_clinic(ada, other_clinic):
    """Another clinic of Ada's, with the same plan."""
    add_member(other_clinic, ada, roles=("CLINIC_ADMIN",))
    return change(other_clinic["id"], tier="tier0300")


@pytest.fixture
def turns(monkeypatch):
    """Which job each turn was for; a turn is one step."""
    seen, real = [], running._take_step
    monkeypatch.setattr(running, "SLICE", timedelta(0))

    def noted(job):
        seen.append(str(job["_id"]))
        real(job)

    monkeypatch.setattr(running, "_take_step", noted)
    return seen


def test_exports_of_a_clinic_take_turns_and_another_clinic_waits_for_one_of_them(
    ada, clinic, second_clinic, step_by_step, turns
):
    first, *others = [start(ada, clinic) for _ in range(3)]
    elsewhere = start(ada, second_clinic)
    ids = {path: path.rpartition("/")[2] for path in (first, *others, elsewhere)}
    deliveries.drain(jobs.QUEUE)
    of_others = [turn for turn in turns if turn != ids[elsewhere]]
    assert of_others == [ids[path] for path in (first, *others)] * 6
    while_it_worked = turns[: len(turns) - turns[::-1].index(ids[elsewhere])]
    assert while_it_worked[::2] == of_others[: len(while_it_worked) // 2]
    assert {told(ada, path)["state"] for path in ids} == {"ready"}


def test_no_mail_waits_behind_an_export(ada, clinic):
    start(ada, clinic)
    (row,) = db.collection("outbox").find({"event": "job.due"})
    assert row["queue"] not in {"default", "ehr"}


def test_an_export_whose_worker_was_killed_holds_up_the_others_until_its_lease_ends(ada, clinic):
    paths = [start(ada, clinic) for _ in range(2)]
    (due,) = db.collection("outbox").find({"event": "job.due", "waits": None})
    claiming.claim(due["_id"])
    deliveries.drain(jobs.QUEUE)
    assert [told(ada, path)["state"] for path in paths] == ["pending", "pending"]
    with time_machine.travel(clock.now() + leases.LEASE + timedelta(seconds=1)):
        deliveries.drain(jobs.QUEUE)
    assert [told(ada, path)["state"] for path in paths] == ["ready", "ready"]


def test_so_many_exports_of_a_clinic_are_at_work_and_no_more(
    ada, clinic, second_clinic, monkeypatch
):
    monkeypatch.setattr(running, "MOST_AT_WORK", 1)
    monkeypatch.setattr(kept_exports, "MOST_KEPT", 100)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ada.api.post, f"{path_of(clinic)}?period=14d") for _ in range(6)]
    answers = {one.result().status_code: one.result() for one in asked}
    assert sorted(one.result().status_code for one in asked) == [202, *[429] * 5]
    assert answers[429].json()["message"] == f"too many requests: {running.TOO_MANY}"
    assert int(answers[429].headers["Retry-After"]) > 0
    start(ada, second_clinic)
    deliver_all()
    start(ada, clinic)


# --- a worker that dies -----------------------------------------------------------------------------
def step_until(state):
    while (job := db.collection("jobs").find_one({}))["state"] != state:
        running._take_step(job)


@pytest.mark.parametrize(
    ("place", "after"),
    [("_note", 1), ("_end_of_work", 0), ("_end", 0)],
)
def test_an_export_goes_on_after_the_end_of_its_worker(
    ada, clinic, step_by_step, monkeypatch, place, after
):
    """Before a note of a step, before the file, and between the file and the note of it."""
    path = start(ada, clinic)
    real, calls = getattr(running, place), []

    def die(*arguments, **options):
        calls.append(1)
        if len(calls) == after + 1:
            raise SystemExit
        return real(*arguments, **options)

    monkeypatch.setattr(running, place, die)
    with pytest.raises(SystemExit):
        running.carry_out(path.rpartition("/")[2])
    assert told(ada, path)["state"] == "running"
    deliver_all()
    assert names(content_of(ada.api.get(f"{path}/file"))) == ["'=Bo", "Al Abel", "Cy Cole"]


def test_no_more_than_a_step_is_in_memory(ada, clinic, step_by_step, monkeypatch):
    """That holds for reading, for what is kept of it, and for the file."""
    monkeypatch.setattr(files, "PIECE", 100)
    read, real = [], list_exports.store.list_exported

    def noted(clinic_id, ids, projection):
        read.append(len(ids))
        return real(clinic_id, ids, projection)

    monkeypatch.setattr(list_exports.store, "list_exported", noted)
    path = ready(ada, clinic)
    assert read == [1, 1, 1]
    assert {len(part["data"]) <= 100 for part in parts()} == {True}
    assert len(parts()) > 5
    assert len(names(content_of(ada.api.get(f"{path}/file")))) == 3


# --- records ----------------------------------------------------------------------------------------
def test_begin_end_and_each_fetch_are_in_the_audit_trail(ada, clinic):
    path = ready(ada, clinic, "period=30d&search=al&tags=_")
    ada.api.get(f"{path}/file")
    asked = {"period": "30d", "format": "csv", "searched": True, "narrowed": ["tags"]}
    kind = {"kind": "patients.list_export"}
    assert trail() == [
        ("patients.export", "begun", asked),
        ("patients.export", "done", {**kind, "total": 1, "done": 1, "succeeded": 1}),
        ("job.file_fetched", "done", {**kind, "rows": 1}),
    ]
    (access,) = recorded(operation="FetchPatientListExport")
    assert (access["who"], access["list"]["shown"]) == (ada.user_id, 1)


def test_a_fetch_that_cannot_be_recorded_is_refused(ada, clinic, monkeypatch):
    path = ready(ada, clinic)

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    answer = ada.api.get(f"{path}/file")
    assert (answer.status_code, answer.streaming) == (500, False)


def test_what_was_searched_for_is_kept_no_longer_than_it_is_needed(ada, clinic, caplog):
    path = start(ada, clinic, "period=14d&search=Abel")
    job = db.collection("jobs").find_one({})
    assert "Abel" not in str({**job, "wanted": None}) + str(trail()) + caplog.text
    assert "Abel" not in str(list(db.collection("outbox").find({})))
    deliver_all()
    assert "Abel" not in str(db.collection("jobs").find_one({})) + caplog.text
    assert names(content_of(ada.api.get(f"{path}/file"))) == ["Al Abel"]

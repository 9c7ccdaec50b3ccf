"""Exports as tables: a spreadsheet runs no cell of any of them as a formula."""

import csv
import io
import re
import unicodedata
from dataclasses import replace
from unittest import mock

import openpyxl
import pytest
from bson import ObjectId
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinic_records.choices import Tier
from kernel import db, jobs, tables
from kernel.errors import Busy
from kernel.jobs import running
from kernel.staff import exports, pages
from tests.admin.conftest import events, messages_of, text
from tests.events import deliver_all
from tests.factories import make_clinic
from tests.services import test_held_clinics as held_clinics

NBSP, ZWSP, IDEOGRAPHIC, BOM, FILLER = "\u00a0", "\u200b", "\u3000", "\ufeff", "\u3164"
SIGNS = "=+-@|%＝＋－＠﹦﹢﹣﹫⁼⁺⁻−–—"
INVISIBLE = (
    f' \t\r\n\v\f\x00\x85{NBSP}{ZWSP}{IDEOGRAPHIC}{BOM}{FILLER}\u2800\u2028\u00ad\u2060\ufe0f"`'
)
EXPORTS = sorted(name for route, name, _ in pages.PAGES if route.endswith("/export"))


def is_neutral(text):
    """Checked without using the code: a cell begins with a letter, a number or an apostrophe."""
    first = unicodedata.normalize("NFKC", text[:1])
    if text.startswith("'") or not text:
        return "\n" not in text and "\r" not in text
    is_number = (
        text.removeprefix("-").replace(".", "", 1).isascii() and text.lstrip("-")[:1].isdigit()
    )
    return (first not in "=+-@|%" or is_number) and not any(
        c in text for c in "\n\r\t\v\f\x85\u2028\u2029"
    )


def test_a_formula_behind_invisible_characters_becomes_text():
    befores = ["", *INVISIBLE, NBSP + ZWSP, "\t \u3000"]
    formulas = [f"{before}{sign}1+1" for before in befores for sign in SIGNS]
    assert [text for text in formulas if not tables.cell(text).startswith("'")] == []


@pytest.mark.parametrize(
    "text", ["Anna\n=1+1", "Anna\r\n@SUM(A1)", "Anna\u2028=1", "Anna\t=1", "Anna\x85=1"]
)
def test_a_line_break_does_not_begin_a_second_cell(text):
    assert tables.cell(text).startswith("Anna ")
    assert len(tables.cell(text).splitlines()) == 1


@given(st.text(alphabet=st.sampled_from(INVISIBLE + SIGNS + "aé1.'"), max_size=8) | st.text())
def test_no_text_becomes_a_formula(text):
    written = tables.cell(text)
    assert is_neutral(written)


@pytest.mark.parametrize("text", ["Anna;=1+1", "Anna; @SUM(A1)", "7;-1+1;x", ";=1"])
def test_no_part_between_semicolons_becomes_a_formula(text):
    """Excel separates cells there where the decimal point is a comma."""
    assert tables.cell(text) != text
    assert all(is_neutral(part) for part in tables.cell(text).split(";"))
    assert tables.cell("Pump;-5;Type 1") == "Pump;-5;Type 1"


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=20))
def test_plain_text_is_written_unchanged(text):
    if not any(c in FILLER + "\u115f\u1160\uffa0" for c in text[:1]):
        assert tables.cell(text) == text


def hostile(clinic):
    """A formula in everything that people type and exports show."""
    evil = f"{NBSP}{ZWSP}＝1+1;=2\n=cmd()"
    for name, fields in {
        "patients": ("fullName", "mrn", "birthDate", "email"),
        "clinics": ("name", "city", "address", "country", "timezone", "tier"),
        "clinicians": ("name", "email"),
    }.items():
        where = {"_id": clinic["_id"]} if name == "clinics" else {"clinicId": clinic["_id"]}
        for document in db.collection(name).find(where):
            number = document["_id"]  # unique addresses
            changes = dict.fromkeys(fields, f"{evil}{number}")
            db.collection(name).update_one({"_id": number}, {"$set": changes})
    for kind in ("patientTags", "sites"):
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {f"{kind}.0.name": evil}}
        )


@pytest.mark.parametrize("name", EXPORTS)
def test_no_export_contains_a_formula(name, clinic, root):
    root.user.username = "=evil()"
    root.user.save()
    root.client.force_login(root.user)
    hostile(clinic)
    ids = {} if name in ("clinics_export", "audit_export") else {"clinic_id": clinic["_id"]}

    page = reverse(f"admin:{name}", kwargs=ids)
    response = root.client.post(page, {"at_once": "1", "format": "csv"})

    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode().removeprefix(BOM)
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) > 1
    assert all(is_neutral(value) for row in rows for value in row)
    assert any("'" in value for row in rows[1:] for value in row), (
        "the hostile text is in the export"
    )
    assert all(line.startswith('"') and line.endswith('"') for line in content.splitlines())
    # With another separator the cells begin and end elsewhere.
    assert all(is_neutral(part) for line in content.splitlines() for part in line.split(";"))


def test_every_list_has_the_page_of_the_staff_kit():
    assert EXPORTS == [
        "audit_export",
        "clinic_members_export",
        "clinic_patients_export",
        "clinics_export",
    ]
    assert not [route for route, _, _ in pages.PAGES if route.endswith((".csv", "/export.xlsx"))]


# --- at once, and by a job --------------------------------------------------------------------------
REASON = "TICKET-7"
# Who may export it, its kind of job, and by what the test narrows it to one row.
NARROWED = {
    "audit_export": (("auditor",), "audit.export", {"action": "clinic.tier_changed"}),
    "clinic_members_export": (("support", "destructive"), "members.export", {"q": "Ada Admin"}),
    "clinic_patients_export": (("support", "destructive"), "patients.export", {"q": "Marker"}),
    "clinics_export": (("destructive",), "clinics.export", {"q": "Harbor", "tier": "tier0200"}),
}


def path_of(name, clinic):
    ids = {} if name in ("clinics_export", "audit_export") else {"clinic_id": clinic["_id"]}
    return reverse(f"admin:{name}", kwargs=ids).removeprefix("/admin/")


@pytest.fixture
def listed(clinic, staff):
    """Every list has more than one row, and one of them is narrowed to."""
    staff("configuration").submit(f"clinics/{clinic['_id']}/settings/tier", tier="tier0200")
    for zone in ("Europe/Berlin", "Europe/Paris"):
        staff("configuration").submit(f"clinics/{clinic['_id']}/settings/timezone", timezone=zone)
    for number in range(4):
        make_clinic(name=f"Marsh {number}", tier="tier0200")
    return clinic


def job():
    return db.collection("jobs").find_one({}, sort=[("_id", -1)])


def by_job(person, path, query=None, *, chosen="csv"):
    """The rows of the file of a job, which is then fetched."""
    page = job_of(person, path, query, chosen=chosen)
    deliver_all()
    return rows_in(person.post(f"{page}file"), chosen)


def job_of(person, path, query=None, *, chosen="csv"):
    """The path of its page."""
    shown = person.get(path, query)
    assert shown.status_code == 200
    query = shown.request["QUERY_STRING"]
    answer = person.post(f"{path}?{query}", format=chosen, reason=REASON)
    assert "/jobs/" in answer.headers["Location"], messages_of(answer)
    return answer.headers["Location"].removeprefix("/admin/")


def rows_in(answer, chosen):
    assert answer.status_code == 200, messages_of(answer)
    assert answer.headers["Content-Disposition"].endswith(f'.{chosen}"')
    content = b"".join(answer.streaming_content)
    if chosen == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_job_makes_the_same_file_as_is_sent_at_once(name, listed, staff, monkeypatch):
    """In parts, in the order of the list, in both formats; the auditor sees the job, too."""
    names, kind, _ = NARROWED[name]
    person, path = staff(*names), path_of(name, listed)
    monkeypatch.setitem(jobs.KINDS, kind, replace(jobs.KINDS[kind], batch=2))
    at_once = rows_in(person.export(path), "csv")
    assert len(at_once) > 2
    files = [
        by_job(person, path),
        by_job(person, path, chosen="xlsx"),
        rows_in(person.export(path, chosen="xlsx"), "xlsx"),
    ]
    for header, *rows in files:
        assert header == at_once[0]
        shown = rows[1 - len(at_once) :] if name == "audit_export" else rows  # it has grown
        assert [list(map(bare, row)) for row in shown] == [
            list(map(bare, row)) for row in at_once[1:]
        ]
    assert job()["total"] > 2


def bare(cell):
    """As a workbook has it, whose cells need no apostrophe."""
    return cell.removeprefix("'")


@pytest.mark.parametrize("name", EXPORTS)
def test_the_scope_is_shown_first_and_recorded(name, listed, staff):
    names, kind, query = NARROWED[name]
    person, path = staff(*names), path_of(name, listed)
    page = text(person.get(path, query))
    assert "<dt>Rows</dt><dd>1</dd>" in page
    assert "Sorted by" in page
    assert job() is None
    assert not events(action=jobs.KINDS[kind].action)

    assert len(rows_in(person.export(path, query), "csv")) == 2
    assert len(by_job(person, path, query)) == 2

    at_once, begun, ended = events(action=jobs.KINDS[kind].action)
    assert [event["outcome"] for event in (at_once, begun, ended)] == ["done", "begun", "done"]
    assert (at_once["scope"]["rows"], begun["scope"]["rows"], ended["scope"]["succeeded"]) == (
        1,
        1,
        1,
    )
    assert at_once["scope"]["columns"] == begun["scope"]["columns"]
    assert (begun["reason"], ended["reason"]) == (REASON, REASON)
    (fetched,) = events(action="job.file_fetched")
    assert fetched["object"]["id"] == str(job()["_id"])
    typed = query.get("q", "no text")
    assert typed not in str(events(action=jobs.KINDS[kind].action))
    assert typed not in str(job())


@pytest.mark.parametrize("role", held_clinics.TEXTS)
@pytest.mark.parametrize("name", [name for name in EXPORTS if name.startswith("clinic_")])
def test_no_part_of_a_clinic_is_sent_while_it_is_merged(name, role, listed, staff):
    names, kind, _ = NARROWED[name]
    person, path = staff(*names), path_of(name, listed)
    held_clinics.hold(listed["_id"], role)
    page = text(person.get(path))
    assert pages.sentence(held_clinics.TEXTS[role]) in page
    assert "the whole list<" not in page
    assert "Download at once" not in page
    assert ("Begin the export" in page) == (role == held_clinics.TARGET)
    answer = person.export(path)
    assert (answer.status_code, answer.streaming) == (409, False)
    assert pages.sentence(held_clinics.TEXTS[role]) in text(answer)
    assert [event["outcome"] for event in events(action=jobs.KINDS[kind].action)] == ["refused"]
    with mock.patch.object(exports, "MOST_AT_ONCE", 1):
        long = person.export(path)
    assert pages.sentence(held_clinics.TEXTS[role]) in text(long)
    assert exports.BY_JOB not in text(long)
    held_clinics.reopen()
    page = text(person.get(path))
    assert "the whole list<" in page
    assert "Begin the export" in page
    assert len(rows_in(person.export(path), "csv")) > 2


@pytest.mark.parametrize("name", ["clinic_members_export", "clinic_patients_export"])
def test_a_merge_that_begins_while_rows_are_read_is_noticed(name, listed):
    kind = NARROWED[name][1]

    def read(task, items):
        held_clinics.hold(listed["_id"], held_clinics.SOURCE)
        return jobs.Batch(0)

    export = replace(jobs.KINDS[kind], work=read)
    task = jobs.Task(ObjectId(), listed["_id"], {}, {}, {}, "", 0)
    with pytest.raises(Busy):
        exports._read_rows(export, task, ["one"])
    held_clinics.reopen()


@pytest.mark.parametrize("name", EXPORTS)
def test_a_long_list_is_exported_by_a_job_alone(name, listed, staff, monkeypatch):
    names, kind, _ = NARROWED[name]
    person, path = staff(*names), path_of(name, listed)
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 1)
    assert "Download at once" not in text(person.get(path))
    answer = person.export(path)
    assert answer.status_code == 302
    assert messages_of(answer) == [exports.BY_JOB]
    assert not events(action=jobs.KINDS[kind].action)
    assert len(by_job(person, path)) > 2


@pytest.mark.parametrize("name", ["audit_export", "clinic_members_export", "clinics_export"])
def test_a_file_without_some_of_the_rows_is_not_made(name, listed, staff, monkeypatch):
    names, _, _ = NARROWED[name]
    person = staff(*names)
    monkeypatch.setattr(exports, "MOST", 1)
    page = job_of(person, path_of(name, listed))
    deliver_all()
    assert (job()["state"], job().get("file")) == ("failed", None)
    assert "too many for one file" in text(person.get(page))


@pytest.mark.foreign_writes
@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_gone_before_its_row_is_made_is_counted(name, listed, staff):
    names, kind, _ = NARROWED[name]
    if name == "audit_export":
        return  # no event goes
    job_of(staff(*names), path_of(name, listed))
    running._take_step(job())
    where = {
        "patients.export": "patients",
        "members.export": "clinicians",
        "clinics.export": "clinics",
    }[kind]
    name_of = {"$in": ["Maria Marker", "Ben Member", "Marsh 1"]}
    field = "fullName" if where == "patients" else "name"
    db.database()[where].delete_many({field: name_of})
    deliver_all()
    assert job()["state"] == "done"
    assert sum(entry["count"] for entry in job()["leftOut"]) == 1
    assert job()["succeeded"] == job()["total"] - 1


@pytest.mark.parametrize("name", EXPORTS)
def test_events_say_in_one_form_by_what_a_list_was_narrowed(name, listed, staff):
    names, kind, query = NARROWED[name]
    person, path = staff(*names), path_of(name, listed)
    person.export(path)
    person.export(path, query)
    whole, narrowed = (event["scope"] for event in events(action=jobs.KINDS[kind].action))
    assert (whole["narrowed"], whole["searched"]) == ([], False)
    assert narrowed["narrowed"] == sorted(query.keys() - {"q"})
    assert narrowed["searched"] is ("q" in query)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_whole_list_says_how_many_rows_it_has(name, listed, staff, monkeypatch):
    person, path = staff(*NARROWED[name][0]), path_of(name, listed)
    rows = len(rows_in(person.export(path), "csv")) - 1
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 1)
    page = person.get(path)
    assert page.context["asked"].count >= rows > 1
    assert "more than" not in re.findall("<dt>Rows</dt>.*", text(page))[0]


@pytest.mark.parametrize("name", ["clinic_members_export", "clinic_patients_export"])
def test_a_file_is_named_after_its_clinic(name, listed, staff):
    answer = staff(*NARROWED[name][0]).export(path_of(name, listed))
    assert "-Harbor-Diabetes-Center.csv" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "called"), [("Zoë / B", "Zoe-B"), ("../a", "a"), ("日本", "0123"), ('"\r\n', "0123"), ("x" * 99, "x" * 60)]
)  # fmt: skip
def test_the_name_of_a_file_is_one_everywhere(name, called):
    assert exports.name_of({"_id": "0123", "name": name}) == called


def test_codes_are_in_words_too(listed, staff):
    clinics = rows_in(staff("destructive").export("clinics/export", {"q": "Harbor"}), "csv")
    at = clinics[0].index("tier in words")
    assert clinics[1][at - 1] == "tier0200"
    assert clinics[1][at] == Tier.label_of("tier0200", unknown="")
    rows = rows_in(
        staff("support", "destructive").export(path_of("clinic_members_export", listed)), "csv"
    )
    assert {row[3]: row[4] for row in rows[1:]}["CLINIC_ADMIN"] == "Admin"


def test_members_beyond_two_thousand_are_exported_listed_and_found(clinic, staff):
    many = [
        {"_id": ObjectId(), "clinicId": clinic["_id"], "userId": f"{number:010x}", "roles": []}
        | {"name": f"Member {number:04}", "email": f"m{number}@example.org"}
        for number in range(2_100)
    ]
    db.collection("clinicians").insert_many(many)
    person = staff("support", "destructive")
    path = path_of("clinic_members_export", clinic)
    count = db.collection("clinicians").count_documents({"clinicId": clinic["_id"]})
    assert len(by_job(person, path)) == count + 1
    page = path.removesuffix("export")
    assert f"of {count}" in text(person.get(page))
    last = many[-1]
    for typed in (last["name"], last["email"], last["userId"]):
        assert last["userId"] in text(person.get(page, {"q": typed}))


def test_the_clinics_of_a_job_are_in_the_order_of_the_list(listed, staff):
    person = staff("destructive")
    newest = [row[1] for row in by_job(person, "clinics/export", {"sort": "newest"})[1:]]
    assert newest == [f"Marsh {number}" for number in (3, 2, 1, 0)] + ["Harbor Diabetes Center"]


@pytest.mark.parametrize(
    ("name", "query"),
    [("clinics_export", {"from": "today"}), ("audit_export", {"to": "today"})],
)
def test_a_day_that_cannot_be_read_leads_back_to_the_list(name, query, listed, root):
    answer = root.get(path_of(name, listed), query)
    assert messages_of(answer) == ["A day is written as 2026-11-24."]
    assert answer.headers["Location"].partition("?")[0] in ("/admin/clinics/", "/admin/audit/")
    assert "today" in answer.headers["Location"]


def test_a_job_about_no_clinic_is_shown_without_one(listed, staff):
    person = staff("auditor")
    page = job_of(person, "audit/export")
    for path in (page, "jobs/", f"{page}progress"):
        shown = text(person.get(path))
        assert "None" not in shown
        assert "/admin/clinics/" not in shown
    assert str(job()["_id"]) not in text(staff("viewer").get("jobs/"))
    (refused,) = (staff("viewer").get(page), events(outcome="denied"))[1:]
    assert [event["object"]["id"] for event in refused] == [str(job()["_id"])]
    assert "canceled" in messages_of(person.post(f"{page}cancel", reason=REASON))[0]
    (event,) = events(action="job.canceled")
    assert (event["clinicId"], event["actor"]["id"]) == (None, person.id)


def test_jobs_about_no_clinic_take_turns_and_are_as_many_as_of_a_clinic(listed, staff, monkeypatch):
    monkeypatch.setattr(running, "MOST_AT_WORK", 2)
    person = staff("auditor")
    job_of(person, "audit/export")
    second = job_of(person, "audit/export")
    assert "1 job before it" in text(person.get(second))
    answer = person.post("audit/export", format="csv", reason=REASON)
    assert answer.headers["Location"] == "/admin/jobs/"
    assert "jobs of this kind are at work" in messages_of(answer)[0]
    (event,) = events(action="audit.export", outcome="refused")
    assert event["reason"] == REASON

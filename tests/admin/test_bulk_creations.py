"""Many patients are created from a file that staff upload (rules PATIENT-216 to PATIENT-222)."""

import csv
import io
import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from bson import ObjectId
from django.core.files.base import ContentFile

from clinic_records.services import closures
from kernel import clock, db
from kernel.jobs import running
from kernel.staff import job_pages
from merges.services import merging
from patients import bulk_rows, titled_rows
from patients.admin import bulk_creations
from patients.admin.bulk_creations import OF_LINE, OF_PATIENT, WORKBOOK
from patients.services.bulk_creations import SITE_GONE, TAG_GONE, UNCHECKED_EMAIL
from tests.admin.conftest import events, messages_of, text
from tests.concurrency.test_patients_races import together
from tests.events import deliver_all, everything_due
from tests.factories import make_clinic, make_patient

REASON = "TICKET-46"
LONG = "\U0001d160"  # four bytes; twelve in its normal form
UNKNOWN_TITLES = "The titles of these columns are not known"
NO_PATIENTS = "The file has titles and no line of a patient below them."
TITLES = "Name,Birthdate,MRN,Email,Diabetes Type,Glycemic Target,Tags,Sites"
FILE = f"""{TITLES}
Al Abel,1980-01-02,0007,Al@Example.org,type1,,Pump;Study,Main
Bo Berg,1981-02-03,0008,,,adaHighRisk,,
Cy Cole,1982-03-04,known,,,,,
,,,,,,,
Di Dorn,1983-04-05,twice,,,,,
Ed Egan,1984-05-06,twice,,,,,
"""


@pytest.fixture(autouse=True)
def _bare(bare_frame, settings):
    """The frame is the same on all pages."""
    settings.TAKEN_ADDRESSES_PER_CALLER = "100/hour"


@pytest.fixture
def clinic():
    tags = [{"_id": ObjectId(), "name": name} for name in ("Pump", "Study")]
    made = make_clinic(
        name="Lakeside", patientTags=tags, sites=[{"id": ObjectId(), "name": "Main"}]
    )
    make_patient(made, fullName="Old One", mrn="known")
    return made


@pytest.fixture
def person(staff):
    return staff("support")


def path_of(clinic):
    return f"clinics/{clinic['_id']}/patients/from-file"


def upload(person, clinic, content, name="patients.csv"):
    raw = content if isinstance(content, bytes) else content.encode()
    return person.post(path_of(clinic), file=ContentFile(raw, name=name))


def check(person, clinic, content=FILE):
    """The path of the page that says what the file would do."""
    answer = upload(person, clinic, content)
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"].removeprefix("/admin/")


def seen_on(page):
    """What the form sends of the lines that the page shows; empty where there is no form."""
    found = re.search(r'name="seen" value="(\w+)"', text(page))
    return found[1] if found else ""


def begin(person, path, *, typed="Lakeside", reason=REASON, seen=None):
    seen = seen_on(person.get(path)) if seen is None else seen
    return person.post(path, typed=typed, reason=reason, seen=seen)


def left_out(page):
    """The lines that the page of a job names, each with the reason."""
    row = r'<tr><th scope="row" class="st-number">(\d+)</th><td>([^<]*)</td></tr>'
    return re.findall(row, page)


def names_in(clinic):
    found = db.collection("patients").find({"clinicId": clinic["_id"]})
    return sorted(patient["fullName"] for patient in found)


def job():
    return db.collection("jobs").find_one({}, sort=[("_id", -1)])


def faults_of(answer):
    assert answer.status_code == 400
    return answer.context_data["faults"]


def refusal(answer):
    assert answer.status_code == 400
    (error,) = answer.context_data["form"].errors["file"]
    return error


def test_the_template_is_a_file_without_patients_and_filled_in_it_is_taken(clinic, person):
    answer = person.get(f"clinics/{clinic['_id']}/patients/template")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="patients-to-create.csv"'
    template = b"".join(answer.streaming_content)
    assert refusal(upload(person, clinic, template)) == NO_PATIENTS

    path = check(person, clinic, template + b"Al Abel,1980-01-02,7\r\n")
    begin(person, path)
    deliver_all()
    assert names_in(clinic) == ["Al Abel", "Old One"]


def test_what_a_file_would_do_is_shown_by_line_before_anyone_is_created(clinic, person, written):
    written.clear()
    page = person.get(check(person, clinic))
    assert page.context_data["count"] == 2
    assert page.context_data["left_out"] == [
        {"line": 4, "name": "Cy Cole", "words": OF_PATIENT},
        {"line": 6, "name": "Di Dorn", "words": OF_LINE.format(line=7)},
        {"line": 7, "name": "Ed Egan", "words": OF_LINE.format(line=6)},
    ]
    first = page.context_data["shown"]["first"]
    assert [row["line"] for row in first] == [2, 3, 4]
    assert first[0]["cells"] == FILE.splitlines()[1].split(",")
    for shown in ("<td>Al Abel</td>", "<td>Di Dorn</td>"):  # of the first lines, and left out
        assert shown in text(page)
    assert "Unlikely birth dates" not in text(page)
    assert "1 mail with an invitation" in text(page)
    assert names_in(clinic) == ["Old One"]
    assert not written & {"patients", "users", "jobs", "accountRequests"}
    (event,) = events(action=bulk_creations.CHECKED)
    assert event["scope"] == {"rows": 5, "duplicates": 3}
    assert event["actor"]["id"] == person.id


@pytest.mark.parametrize("begin", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_called_one_with_how_to_save_it(begin, clinic, person):
    assert refusal(upload(person, clinic, begin + b"\x00" * 40, name="patients.xlsx")) == WORKBOOK


def test_all_faults_of_a_file_are_named_by_line_and_column(clinic, person):
    content = f"{TITLES}\n" + "\n".join(
        [
            "Al Abel,1980-01-02,1",
            ",5/6/1984,",
            "",
            "Cy Cole,1982-03-04,3,Cy <cy@example.org>,type9,,Study;Nowhere,East",
        ]
    )
    assert faults_of(upload(person, clinic, content)) == [
        (3, "Name", "missing name"),
        (3, "Birthdate", "invalid birthdate"),
        (3, "MRN", "missing MRN"),
        (5, "Email", "invalid email"),
        (5, "Diabetes Type", "invalid diabetes type"),
        (5, "Tags", "unknown tag: Nowhere"),
        (5, "Sites", "unknown site: East"),
    ]
    assert db.collection("jobParts").count_documents({}) == 0
    (event,) = events(action=bulk_creations.CHECKED)
    assert event["scope"] == {"rows": 3, "faults": 7}


def test_birth_dates_in_the_future_or_before_1900_are_warned_of(clinic, person):
    content = f"{TITLES}\nAl Abel,2084-01-02,1\nBo Berg,1899-12-31,2\nCy Cole,1900-01-01,3\n"
    page = person.get(check(person, clinic, content))
    assert [row["line"] for row in page.context_data["shown"]["unlikely"]] == [2, 3]
    assert "in the future or before 1900" in text(page)
    assert page.context_data["count"] == 3


def test_a_job_creates_whom_the_page_has_counted_after_the_typed_name_and_a_reason(clinic, person):
    path = check(person, clinic)
    assert begin(person, path, typed="Another").status_code == 400
    assert begin(person, path, reason="").status_code == 400
    assert job() is None

    to_job = begin(person, path).headers["Location"].removeprefix("/admin/")
    deliver_all()

    assert names_in(clinic) == ["Al Abel", "Bo Berg", "Old One"]
    al = db.collection("patients").find_one({"fullName": "Al Abel"})
    assert (al["mrn"], al["email"], al["diagnosisType"]) == ("0007", "al@example.org", "type1")
    assert al["tags"] == [tag["_id"] for tag in clinic["patientTags"]]
    assert al["sites"] == clinic["sites"]
    assert "invitedBy" not in al
    assert (job()["state"], job()["total"], job()["succeeded"]) == ("done", 5, 2)
    shown = text(person.get(to_job))
    assert REASON in shown
    assert "5 of 5" in shown
    assert left_out(shown) == [(line, "Duplicate MRN.") for line in ("4", "6", "7")]
    assert "3 lines were left out." in shown

    answer = person.post(f"{to_job}file")
    content = b"".join(answer.streaming_content).decode()
    assert content.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[6] for row in rows[1:6]] == ["", "", *["duplicate MRN"] * 3]
    assert ["Patients Created", "2"] in rows
    (part,) = db.collection("jobParts").find({})
    assert set(part["result"]) == {"clinicId", "until", "job"}


def test_the_page_of_a_job_names_the_first_lines_that_were_left_out_and_how_many_more(
    clinic, person, monkeypatch
):
    """Without anything about a patient, also while the job is at work; other kinds have no such table."""
    monkeypatch.setattr(job_pages, "_MOST_LINES", 2)
    monkeypatch.setattr(running, "MOST_NAMED", 3)
    names = "abcdef"
    doubled = "".join(f"Zoe {name},1980-01-02,{name},,,,,\n" * 2 for name in names[:3])
    path = check(person, clinic, f"{TITLES}\n{doubled}Yan Free,1980-01-02,free,,,,,\n")
    to_job = begin(person, path).headers["Location"].removeprefix("/admin/")
    for _ in range(5):  # the plan, and four lines
        running._take_step(job())
    assert "4 lines were left out." in text(person.get(f"{to_job}progress"))
    deliver_all()
    shown = text(person.get(to_job))
    assert left_out(shown) == [("2", "Duplicate MRN."), ("3", "Duplicate MRN.")]
    assert "6 lines were left out." in shown
    assert "And 4 more in the file." in shown
    assert "Zoe" not in shown
    assert "Zoe" not in str(job())
    (entry,) = job()["leftOut"]
    assert (entry["words"], entry["count"], entry["items"]) == ("duplicate MRN", 6, ["2", "3", "4"])
    assert job()["succeeded"] == 1


def test_the_largest_file_that_is_accepted_can_be_stored(person):
    """Two megabytes of lines whose texts are three times as long in their normal form, each with as many names of one
    letter as all may have together."""
    letters = [chr(ord("A") + n) for n in range(bulk_rows.MOST_NAMES_IN_ALL // bulk_rows.MOST)]
    clinic = make_clinic(
        name="Lakeside", patientTags=[], sites=[{"id": ObjectId(), "name": x} for x in letters]
    )
    end = f",1980-01-02,{{number:04}},,,,{';'.join(letters)}\n"
    room = bulk_rows.MOST_BYTES // bulk_rows.MOST - len(end.format(number=0)) - 1
    line = LONG * min(room // len(LONG.encode()), 85) + end
    rows = "".join(line.format(number=number) for number in range(bulk_rows.MOST))
    content = f"Name,Birthdate,MRN,Email,Diabetes Type,Glycemic Target,Sites\n{rows}"
    assert len(content.encode()) > 0.9 * bulk_rows.MOST_BYTES

    check(person, clinic, content)
    wanted = db.collection("jobParts").find_one({"wanted": {"$exists": True}})["wanted"]["rows"]
    assert len(wanted) == bulk_rows.MOST
    assert len(wanted[-1]["body"]["sites"]) == len(letters)


def test_a_file_with_more_names_than_can_be_stored_is_refused_in_words(clinic, person, monkeypatch):
    monkeypatch.setattr(bulk_rows, "MOST_NAMES_IN_ALL", 2)
    assert refusal(upload(person, clinic, FILE)) == "More than 50,000 names of tags and sites."
    assert db.collection("jobParts").count_documents({}) == 0


def test_begin_end_and_each_patient_are_an_event_without_values_of_patients(clinic, person):
    begin(person, check(person, clinic))
    deliver_all()
    begun, ended = events(action="patients.created_from_file")
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert begun["scope"] == {"rows": 5, "duplicates": 3}
    created = events(action="patient.created")
    ids = {p["userId"] for p in db.collection("patients").find({"mrn": {"$in": ["0007", "0008"]}})}
    assert {event["object"]["id"] for event in created} == ids
    assert {event["actor"]["id"] for event in (begun, ended, *created)} == {person.id}
    assert {event["reason"] for event in (begun, ended, *created)} == {REASON}
    for value in ("Abel", "example.org", "'0007'", "1980-01-02"):
        assert value not in str(events())
        assert value not in str(job())


def test_a_checked_file_is_used_once_and_within_an_hour(clinic, person):
    path = check(person, clinic)
    with time_machine.travel(
        clock.now() + bulk_creations.IS_KEPT + timedelta(seconds=1), tick=False
    ):
        later = type(person)("support")
        assert messages_of(later.get(path)) == [f"{bulk_creations.NOT_KEPT}."]
    to_job = begin(person, path).headers["Location"]
    for answer in (person.get(path), begin(person, path)):
        assert answer.headers["Location"] == to_job
        assert messages_of(answer)[-1] == f"{bulk_creations.CONFIRMED}."
    assert db.collection("jobs").count_documents({}) == 1
    assert (
        person.get(path.replace(str(clinic["_id"]), str(make_clinic()["_id"]))).status_code == 302
    )
    parts = db.collection("jobParts").find({})
    assert all(part["expiresTime"] for part in parts)


def test_what_would_be_done_otherwise_is_shown_before_it_begins(clinic, person):
    path = check(person, clinic)
    seen = seen_on(person.get(path))
    db.collection("patients").delete_many({"clinicId": clinic["_id"]})  # those whom lines repeat
    answer = begin(person, path, seen=seen)
    assert answer.status_code == 400
    assert messages_of(answer)[-1] == f"{bulk_creations.CHANGED}."
    assert job() is None
    assert seen_on(answer) != seen
    assert begin(person, path, seen=seen_on(answer)).status_code == 302
    assert job() is not None


def test_a_file_stays_until_its_job_has_begun(clinic, person, monkeypatch):
    path = check(person, clinic)
    monkeypatch.setattr(running, "MOST_AT_WORK", 0)
    refused = begin(person, path)
    assert refused.headers["Location"] == f"/admin/{path}"
    assert "jobs of this kind are at work" in messages_of(refused)[-1]
    assert person.get(path).context_data["count"] == 2
    monkeypatch.setattr(running, "MOST_AT_WORK", 1)
    assert "/jobs/" in begin(person, path).headers["Location"]
    deliver_all()
    assert names_in(clinic) == ["Al Abel", "Bo Berg", "Old One"]


def test_a_file_is_not_confirmed_after_a_merge_was_asked_for(clinic, person):
    path, target = check(person, clinic), make_clinic()
    merging.request_merge(source_id=clinic["_id"], target_id=target["_id"], requested_by="me")
    assert closures.REQUESTED in messages_of(begin(person, path))[-1].lower()
    assert job() is None


def test_confirmations_at_the_same_moment_lead_to_one_job(clinic, person, staff):
    path = check(person, clinic)
    people = [staff("support") for _ in range(3)]
    answers = together(*(partial(begin, one, path) for one in people))
    assert db.collection("jobs").count_documents({}) == 1
    to_job = f"/admin/jobs/{job()['_id']}/"
    assert [answer.headers["Location"] for answer in answers] == [to_job] * 3
    assert db.collection("jobParts").count_documents({"wanted": {"$exists": True}}) == 0


def test_the_page_says_what_the_file_would_do_now(clinic, person, dot):
    """The clinic has other patients, tags and sites than at the check; accounts are not asked about again."""
    rows = [
        "Al,1980-01-02,1,al@example.org,,,Pump,",
        "Bo,1980-01-02,2,bo@example.org,,,,",
        "Cy,1980-01-02,3,,,,Study,",
        "Di,1980-01-02,4,,,,,Main",
        "Ed,1980-01-02,known,,,,,",
        f"Fi,1980-01-02,6,{dot.email},,,,",
        "Gus,1980-01-02,7,,,,Pump,",
    ]
    path = check(person, clinic, f"{TITLES}\n" + "\n".join(rows) + "\n")
    assert person.get(path).context_data["count"] == 5
    assert len(events(action=bulk_creations.CHECKED)) == 1

    make_patient(clinic, mrn="1")
    make_patient(clinic, mrn="other", email="BO@example.org")
    db.collection("patients").delete_one({"clinicId": clinic["_id"], "mrn": "known"})
    kept = {"patientTags": clinic["patientTags"][:1], "sites": []}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": kept})
    page = person.get(path)
    assert [(row["line"], row["words"]) for row in page.context_data["left_out"]] == [
        (2, OF_PATIENT),
        (3, "duplicate email"),
        (4, TAG_GONE),
        (5, SITE_GONE),
        (7, "duplicate email"),
    ]
    assert page.context_data["count"] == 2
    assert [event["scope"]["duplicates"] for event in events(action=bulk_creations.CHECKED)] == [
        2,
        5,
    ]
    begin(person, path)
    deliver_all()
    assert {"Ed", "Gus"} <= set(names_in(clinic))
    assert (job()["total"], job()["succeeded"]) == (7, 2)


def test_the_same_file_again_leaves_no_line(clinic, person):
    begin(person, check(person, clinic))
    deliver_all()
    path = check(person, clinic)
    page = person.get(path)
    assert page.context_data["count"] == 0
    assert "No line is left" in text(page)
    assert begin(person, path).status_code == 400
    assert len(names_in(clinic)) == 3


@pytest.mark.parametrize(
    "content",
    [
        'MRN;Sites;Birthdate;name;Tags\n1;Main;1980-01-02;Al Abel;"Pump;Study"\n',
        'sep=;\nMRN;Sites;Birthdate;name;Tags\n1;Main;1980-01-02;Al Abel;"Pump;Study"\n',
        "mrn\tsites\tbirthdate\tname\ttags\t\n1\tMain\t1980-01-02\tAl Abel\tPump;Study\t\n",
        '\ufeff"MRN","Sites","Birthdate","Name","Tags"\r\n"1","Main","1980-01-02","Al Abel","Pump;Study"\r\n',
        'MRN;Sites;Birthdate;Name;Tags\r1;Main;1980-01-02;Al Abel;"Pump;Study"\r',
        'sep=; \rMRN;Sites;Birthdate;Name;Tags\r1;Main;1980-01-02;Al Abel;"Pump;Study"\r',
        'sep=;;;;;\nMRN;Sites;Birthdate;Name;Tags\n1;Main;1980-01-02;Al Abel;"Pump;Study"\n',
        '"sep=;",,,,\nMRN,Sites,Birthdate,Name,Tags\n1,Main,1980-01-02,Al Abel,Pump;Study\n',
        "\ufeff\n,,,,,\nMRN\tSites\tBirthdate\tName\tTags\n1\tMain\t1980-01-02\tAl Abel\tPump;Study\n",
        ' ;;\n;;;;\nMRN;Sites;Birthdate;Name;Tags\n;;;;\n1;Main;1980-01-02;Al Abel;"Pump;Study"\n',
    ],
)
def test_titles_may_be_in_any_order_and_spreadsheets_separate_in_their_way(clinic, person, content):
    begin(person, check(person, clinic, content))
    deliver_all()
    created = db.collection("patients").find_one({"mrn": "1"})
    assert (created["fullName"], created["birthDate"]) == ("Al Abel", "1980-01-02")
    assert len(created["tags"]) == 2
    assert created["sites"] == clinic["sites"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Al Abel,1980-01-02,1\n", "The first line has to name the columns"),
        ("Name,Birthdate\nAl Abel,1980-01-02\n", "The first line has to name the columns"),
        ("Name,Birthdate,MRN,name\n", "Two columns have the title name."),
        (f"{TITLES}\n\n", NO_PATIENTS),
        ("\n", "The first line has to name the columns"),
        ("", "The submitted file is empty."),
        (f'{TITLES}\n"Al', "It cannot be read; a quotation mark is not closed"),
        (
            "Name,Birth date,MRN,Phone\nAl,1980-01-02,1,2\n",
            f"{UNKNOWN_TITLES}: 2, 4. Titles are Name, Birthdate",
        ),
        (
            "Name;Birthdate;MRN\nZoë;1980-01-02;1\n".encode("latin-1"),
            "It is not in UTF-8; save it as CSV UTF-8.",
        ),
        (
            f"{TITLES}\n" + "A,1990-01-02,1\n" * (bulk_rows.MOST + 1),
            "More than 5,000 lines of patients.",
        ),
        (TITLES + " " * (2 * 1024 * 1024), bulk_creations.TOO_LARGE),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(clinic, person, content, words):
    answer = upload(person, clinic, content)
    assert refusal(answer).startswith(words)
    assert "Abel" not in text(answer)
    assert person.post(path_of(clinic)).status_code == 400


def test_who_is_told_of_too_many_accounts_is_told_of_no_more(clinic, person, ada, settings):
    settings.TAKEN_ADDRESSES_PER_CALLER = "1/hour"
    row = "Name,Birthdate,MRN,Email\nAl Abel,1980-01-02,1,{}\n"
    page = person.get(check(person, clinic, row.format(ada.email)))
    (left_out,) = page.context_data["left_out"]
    assert (left_out["line"], left_out["words"]) == (2, "duplicate email")
    for address, words in (("free@example.org", UNCHECKED_EMAIL), (ada.email, "duplicate email")):
        page = person.get(check(person, clinic, row.format(address)))
        (left_out,) = page.context_data["left_out"]
        assert (left_out["line"], left_out["words"]) == (2, words)
        assert ("Upload the file again an hour later" in text(page)) == (words == UNCHECKED_EMAIL)


def test_all_lines_with_text_outside_of_the_columns_are_named(clinic, person):
    lines = "Al,1980-01-02,1,x\n\nBo,1980-01-02,2\nCy,1980-01-02,3,,y\n"
    answer = upload(person, clinic, f"Name,Birthdate,MRN\n{lines}")
    assert faults_of(answer) == [(line, "", titled_rows.NO_TITLE) for line in (2, 5)]


def test_a_line_break_in_a_column_without_a_title_is_named(clinic, person):
    """It may have swallowed other lines."""
    for cell in ("\n", "x\nBo,1980-01-02,2\n"):
        lines = f'Al,1980-01-02,1,"{cell}"\nCy,1980-01-02,3,\n'
        answer = upload(person, clinic, f"Name,Birthdate,MRN\n{lines}")
        assert faults_of(answer) == [(2, "", bulk_rows.LINE_BREAK)], cell


@pytest.mark.parametrize("blank", ["\u00a0", "\u00a0,,,", "\f", "\u3000;"])
def test_a_line_without_text_above_the_titles_is_none_whatever_is_blank_in_it(
    clinic, person, blank
):
    rows = "Name;Birthdate;MRN\nAl;1980-01-02;1\n"
    assert person.get(check(person, clinic, f"{blank}\n{rows}")).context_data["count"] == 1


def test_a_file_beyond_all_limits_is_told_how_large_it_may_be(clinic, person, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = upload(person, clinic, TITLES + "\n" * 2000)
    assert answer.status_code == 413
    assert answer.context_data["form"].errors["file"] == [bulk_creations.TOO_LARGE]


def test_the_plan_limits_a_file_as_it_limits_single_patients(person, root):
    """All parts of the page have the same numbers, and the lines are named."""
    limit = {"hardLimit": {"plan": 1}}
    clinic = make_clinic(name="Lakeside", patientCountSettings=limit, patientTags=[], sites=[])
    rows = "".join(f"P{n},1980-01-02,{n}\n" for n in range(3))
    path = check(person, clinic, f"Name,Birthdate,MRN\n{rows}")
    page = person.get(path)
    assert [row["line"] for row in page.context_data["left_out"]] == [3, 4]
    assert (page.context_data["count"], page.context_data["number_left_out"]) == (1, 2)
    assert "The plan has room for 1 patient: 2 lines are left out." in text(page)
    assert "1 patient with an account, which" in text(page)
    assert f'<a href="/admin/clinics/{clinic["_id"]}/">Patient counts' in text(page)
    limits = f'<a href="/admin/clinics/{clinic["_id"]}/settings/limits">Patient limits'
    assert limits in text(root.get(path))
    no_room = "The plan of the clinic has no room."
    assert f"<td>{no_room}</td>" in text(page)
    to_job = begin(person, path).url.removeprefix("/admin/")
    clinics = {"patientCountSettings": {"hardLimit": {"plan": 0}}}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": clinics})
    deliver_all()
    lines = left_out(text(person.get(to_job)))
    assert lines == [(line, no_room) for line in ("2", "3", "4")]
    assert names_in(clinic) == []
    db.collection("clinics").update_one(
        {"_id": clinic["_id"]}, {"$set": {"patientCountSettings": limit}}
    )
    path = check(person, clinic, f"Name,Birthdate,MRN\n{rows}")
    begin(person, path)
    deliver_all()
    assert names_in(clinic) == ["P0"]
    assert job()["succeeded"] == 1

    path = check(person, clinic, "Name,Birthdate,MRN\nP9,1980-01-02,9\n")
    page = person.get(path)
    assert "The plan has room for no patient: 1 line is left out." in text(page)
    assert "No line is left that would create someone" in text(page)
    assert "Begin" not in text(page)
    assert begin(person, path).status_code == 400


def test_lines_are_counted_as_spreadsheets_do_also_above_the_titles(clinic, person):
    lines = [",,,", "", TITLES, ",1980-01-02,1", '"Bo\nCy",1980-01-02,2', "Di;1980-01-02;3", ",,"]
    assert faults_of(upload(person, clinic, "\r".join(lines))) == [
        (4, "Name", "missing name"),
        (5, "Name", bulk_rows.LINE_BREAK),
        (6, "", bulk_rows.MIXED),
    ]


def test_lines_that_the_page_shows_as_left_out_are_not_created_whatever_happens_meanwhile(
    clinic, person
):
    """The plan gets more room, and the MRN is free, before the job comes to them. They have their reasons in its file,
    and count."""
    rules = {
        "mrnSettings": {"required": True, "unique": True},
        "patientCountSettings": {"hardLimit": {"plan": 3}},
    }
    own = {"_id": clinic["_id"]}
    db.collection("clinics").update_one(own, {"$set": rules})
    rows = [f"P{n},1980-01-02,{mrn}" for n, mrn in enumerate(("KNOWN", "a", "a2", "c", "d", "d"))]
    path = check(person, clinic, "\n".join(["Name,Birthdate,MRN", *rows]))
    assert [row["line"] for row in person.get(path).context_data["left_out"]] == [2, 5, 6, 7]
    begin(person, path)
    db.collection("clinics").update_one(own, {"$unset": {"patientCountSettings": 1}})
    db.collection("patients").delete_one({"clinicId": clinic["_id"], "mrn": "known"})
    deliver_all()
    assert names_in(clinic) == ["P1", "P2"]
    content = b"".join(person.post(f"jobs/{job()['_id']}/file").streaming_content).decode()
    result = list(csv.reader(io.StringIO(content)))
    twice = "duplicate MRN"
    assert [row[6].partition(":")[0] for row in result[1:7]] == [
        *("bad request", "", "", "payment required", twice, twice),
    ]
    assert [row[1] for row in result[7:]] == ["6", "2", "4", "0", "2", "0"]
    assert events(action="patients.created_from_file")[0]["scope"]["duplicates"] == 2
    shown = text(person.get(f"jobs/{job()['_id']}/"))
    assert ("2", "MRN must be unique.") in left_out(shown)


def test_mrns_that_the_clinic_requires_to_be_unique_are_named_by_line(clinic, person):
    unique = {"mrnSettings": {"required": True, "unique": True}}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": unique})
    rows = "Al,1980-01-02,KNOWN\nBo,1980-01-02,x\nCy,1980-01-02,X\n"
    page = person.get(check(person, clinic, f"Name,Birthdate,MRN\n{rows}"))
    taken = "mrn must be unique"
    assert page.context_data["left_out"] == [
        {"line": 2, "name": "Al", "words": taken},
        {"line": 4, "name": "Cy", "words": taken},
    ]
    assert "MRN must be unique." in text(page)
    assert "where the clinic requires unique MRNs" in text(page)


def test_after_a_crash_each_patient_is_created_and_recorded_once(clinic, person, monkeypatch):
    begin(person, check(person, clinic))
    real, calls = running._note, []

    def die(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise SystemExit
        return real(*arguments)

    monkeypatch.setattr(running, "_note", die)
    with pytest.raises(SystemExit):
        running.carry_out(str(job()["_id"]))
    for _ in range(3):  # one ends the account that the first has left
        everything_due()
        deliver_all()
    assert names_in(clinic) == ["Al Abel", "Bo Berg", "Old One"]
    assert len(events(action="patient.created")) == 2

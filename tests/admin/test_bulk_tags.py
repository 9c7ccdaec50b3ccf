"""A tag for many patients of a clinic: whom it would be done for is shown first, and a worker does it."""

import pytest
import time_machine
from bson import ObjectId

from kernel import clock, db
from kernel.jobs import running
from patients.admin import many_patients
from tests.accesses import recorded
from tests.admin.conftest import events, text
from tests.admin.many import left_out
from tests.admin.posted_forms import form_with
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient

REASON = "TICKET-45"


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def clinic():
    tags = [{"_id": ObjectId(), "name": name} for name in ("North", "South")]
    return make_clinic(name="Lakeside", patientTags=tags, sites=[])


@pytest.fixture
def people(clinic):
    north = [clinic["patientTags"][0]["_id"]]
    named = (("Al Abel", "0007", []), ("Bo Berg", "12", north), ("Cy Cole", "12", []))
    return [make_patient(clinic, fullName=name, mrn=mrn, tags=tags) for name, mrn, tags in named]


@pytest.fixture
def person(staff):
    return staff("support")


def path_of(clinic):
    return f"clinics/{clinic['_id']}/patients/tag"


def ask(person, clinic, *, change="add", tag=0, **fields):
    """The page that names whom it would be done for."""
    chosen = str(clinic["patientTags"][tag]["_id"])
    return person.post(path_of(clinic), change=change, chosen=chosen, **fields)


def confirm(person, clinic, page, *, typed="North", reason=REASON):
    values = form_with("typed", page).values
    fields = {**values, "typed": typed, "reason": reason, "confirmed": "1"}
    return person.post(path_of(clinic), **fields)


def tag(person, clinic, *, typed="North", **asked):
    answer = confirm(person, clinic, ask(person, clinic, **asked), typed=typed)
    assert answer.status_code == 302, text(answer)
    deliver_all()
    return answer.headers["Location"].removeprefix("/admin/")


def names_with(clinic, number=0):
    holders = db.collection("patients").find({"tags": clinic["patientTags"][number]["_id"]})
    return sorted(patient["fullName"] for patient in holders)


def job():
    return db.collection("jobs").find_one({}, sort=[("_id", -1)])


def test_the_patients_are_named_before_anything_is_done_and_the_look_is_recorded(
    clinic, people, person
):
    page = text(ask(person, clinic))
    assert "Give the tag: North" in page
    assert "3 patients, all of the clinic" in page
    assert all(patient["fullName"] in page for patient in people)
    (event,) = events(action="patients.listed")
    assert set(event["scope"]["patients"]) == {patient["userId"] for patient in people}
    assert job() is None


def test_a_tag_is_given_to_the_patients_of_the_list_after_its_typed_name_and_a_reason(
    clinic, people, person
):
    page = ask(person, clinic, q="Abel")
    assert confirm(person, clinic, page, typed="South").status_code == 400
    assert confirm(person, clinic, page, reason="").status_code == 400
    assert job() is None

    path = tag(person, clinic, q="Abel")

    assert names_with(clinic) == ["Al Abel", "Bo Berg"]
    assert "Give the tag: North" in text(person.get(path))
    assert (job()["state"], job()["total"], job()["succeeded"]) == ("done", 1, 1)


def test_a_tag_is_taken_from_all_who_have_it_and_the_counts_follow(clinic, people, person):
    tag(person, clinic)
    assert len(names_with(clinic)) == 3
    assert job()["succeeded"] == 2  # one had it
    assert count_of(clinic) == 3
    tag(person, clinic, change="remove", tag=0)
    assert names_with(clinic) == []
    assert count_of(clinic) == 0


def count_of(clinic):
    from patients.services import patient_counts

    key = str(clinic["patientTags"][0]["_id"])
    return patient_counts.kept_counts(clinic["_id"])["tags"].get(key, 0)


def test_pasted_ids_and_mrns_name_the_patients_and_what_names_no_one_is_said(
    clinic, people, person
):
    other = make_patient(make_clinic(name="Other"), mrn="77")
    lines = ["0007", people[2]["userId"], "12", "no-one", "77", other["userId"], " 0007 "]
    page = ask(person, clinic, tag=1, pasted="\n".join(lines))
    shown = text(page)
    assert "2 patients" in shown
    assert f"Not found, and left out: no-one, 77, {other['userId']}" in shown
    assert "Several patients have these, left out: 12" in shown

    confirm(person, clinic, page, typed="South")
    deliver_all()
    assert names_with(clinic, 1) == ["Al Abel", "Cy Cole"]


def test_pasted_values_name_patients_as_people_write_them(clinic, people, person):
    """By id and MRN in any letter case, by address and by full name, where one patient has it; also between commas and
    semicolons, which an MRN may hold itself."""
    for number, (name, mrn, email) in enumerate((
        ("Dé Dorn", "Ab-1", "de@example.org"), ("Ed Else", "AB-1", "ed@example.org"),
        ("Fi Fox", "x,y", "fi@example.org"), ("Gu Gray", "Zz9", "gu@example.org"),
        ("Gu Gray", "8", "gray@example.org"),
    )):  # fmt: skip
        make_patient(clinic, fullName=name, mrn=mrn, email=email, userId=f"00000000a{number}")
    for pasted, found in {
        "00000000A0": ["Dé Dorn"],
        "zZ9": ["Gu Gray"],
        "AB-1": ["Ed Else"],
        "FI@Example.org": ["Fi Fox"],
        "de  dorn": ["Dé Dorn"],
        "X,Y": ["Fi Fox"],
        "0007;00000000A1, bo berg": ["Al Abel", "Ed Else", "Bo Berg"],
    }.items():
        page = ask(person, clinic, pasted=pasted)
        assert [one["fullName"] for one in page.context["named"]] == found, pasted
        assert page.context["pasted"].unknown + page.context["pasted"].ambiguous == []
    page = ask(person, clinic, pasted=", ".join(["gu gray", "ab-1x", "aB-1", *["12"] * 200]))
    assert page.context["pasted"].ambiguous == ["gu gray", "aB-1", "12"]
    assert page.context["pasted"].unknown == ["ab-1x"]


def test_the_job_says_by_what_its_patients_were_chosen(clinic, people, person):
    north = str(clinic["patientTags"][0]["_id"])
    narrowing = {
        "q": "Berg",
        "tag": north,
        "account": "custodial",
        "source": "none",
        "data": "never",
    }
    asked = person.post(path_of(clinic), change="remove", chosen=north, **narrowing)
    page = text(asked)
    answer = confirm(person, clinic, asked)
    deliver_all()
    path = answer.headers["Location"].removeprefix("/admin/")
    said = {
        "Search": "Berg", "Tag": "North", "Account": "Looked after by the clinic",
        "Data source": "No data source", "Data": "Never any",
    }  # fmt: skip
    for shown in (page, text(person.get(path)), text(person.get(f"{path}progress"))):
        assert {
            title: value in after(shown, title) for title, value in said.items()
        } == dict.fromkeys(said, True)
    assert "Berg" not in str(job())
    assert "Berg" not in str(events())
    with time_machine.travel(clock.now() + running.PARTS_LAST, tick=False):
        db.collection("jobParts").delete_many(
            {"expiresTime": {"$lte": clock.now()}}
        )  # as the index does
    assert "Search" not in facts(text(person.get(path)))


def facts(page):
    return page.partition('<dl class="st-facts">')[2].partition("</dl>")[0]


def after(page, title):
    return facts(page).partition(f"<dt>{title}</dt>")[2].partition("</dd>")[0]


def test_who_is_left_out_is_named_with_the_reason_when_the_job_has_ended(clinic, people, person):
    _, bo, cy = people
    path = f"jobs/{tag_begun(person, clinic)}/"
    running._take_step(job())  # planned
    db.collection("patients").delete_one({"userId": cy["userId"]})
    deliver_all()
    assert (job()["done"], job()["succeeded"]) == (3, 1)
    page = text(person.get(path))
    for who, why in (
        (bo["userId"], "Has the tag already"),
        (cy["userId"], "Is no patient of the clinic any more"),
    ):
        assert who in page
        assert why in page
    assert "Bo Berg" in page
    assert "Al Abel" not in page
    assert events(action="patients.listed")[-1]["scope"]["patients"] == [bo["userId"]]
    tag(person, clinic, change="remove", tag=1, typed="South")
    assert {words for _, words in left_out()} == {"does not have the tag"}


def tag_begun(person, clinic):
    answer = confirm(person, clinic, ask(person, clinic))
    assert answer.status_code == 302, text(answer)
    return job()["_id"]


def test_lines_that_name_no_one_patient_are_counted_on_the_page_of_the_job(clinic, people, person):
    lines = ("0007", "Unknown-1", "Unknown-2", "12")
    path = tag(person, clinic, pasted="\n".join(lines))
    assert [(e["words"], e["count"], e["items"]) for e in job()["leftOut"]] == [
        (many_patients.NO_PATIENT, 2, []), (many_patients.SEVERAL_PATIENTS, 1, []),
    ]  # fmt: skip
    page = text(person.get(path))
    assert "A value that names no patient" in page
    assert "Unknown-1" not in page


def test_while_it_is_at_work_no_one_is_named(clinic, people, person):
    """The page reloads itself, and each time would be a view."""
    job_id = tag_begun(person, clinic)
    running._take_step(job())
    left = [{"words": "has the tag already", "count": 1, "items": [people[1]["userId"]]}]
    db.collection("jobs").update_one({"_id": job_id}, {"$set": {"leftOut": left}})
    looks = len(events(action="patients.listed"))
    page = text(person.get(f"jobs/{job_id}/progress"))
    assert people[1]["userId"] in page
    assert "Bo Berg" not in page
    assert len(events(action="patients.listed")) == looks


def test_without_anyone_nothing_can_begin(clinic, people, person):
    page = ask(person, clinic, pasted="no-one")
    assert "There is no patient among these." in text(page)
    assert 'name="typed"' not in text(page)
    answer = ask(person, clinic, pasted="no-one", typed="North", reason=REASON, confirmed="1")
    assert answer.status_code == 400
    assert job() is None


def test_begin_and_end_are_an_event_each_with_the_patients_by_id_alone(clinic, people, person):
    tag(person, clinic, pasted="0007")
    begun, ended = events(action="patients.tagged")
    ids = [people[0]["userId"]]
    assert (begun["outcome"], ended["outcome"]) == ("begun", "done")
    assert begun["scope"]["patients"] == ended["scope"]["patients"] == ids
    assert begun["reason"] == ended["reason"] == REASON
    assert begun["actor"]["id"] == ended["actor"]["id"] == person.id
    for value in ("Abel", "0007"):
        assert value not in str(events())
        assert value not in str(job())


def test_the_work_of_the_worker_is_recorded_as_an_access(clinic, people, person):
    tag(person, clinic)
    (record,) = [one for one in recorded() if one["operation"] == "core.carry_out_job"]
    assert (record["clinic"], record["list"]["shown"]) == (clinic["_id"], 3)


def test_after_a_crash_each_patient_is_changed_and_counted_once(
    clinic, people, person, monkeypatch
):
    confirm(person, clinic, ask(person, clinic))
    real, calls = running._advance, []

    def crash(job, fields, **noted):
        real(job, fields, **noted)
        calls.append(1)
        if len(calls) == 2:  # within the transaction of the work
            raise SystemExit

    monkeypatch.setattr(running, "_advance", crash)
    with pytest.raises(SystemExit):
        running.carry_out(str(job()["_id"]))
    assert names_with(clinic) == ["Bo Berg"]
    running.carry_out(str(job()["_id"]))

    assert len(names_with(clinic)) == 3
    assert (job()["done"], job()["succeeded"]) == (3, 2)


def test_a_tag_that_is_deleted_meanwhile_ends_the_job(clinic, people, person):
    confirm(person, clinic, ask(person, clinic))
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"patientTags": []}})
    deliver_all()
    assert job()["state"] == "failed"
    assert events(action="patients.tagged")[-1]["outcome"] == "refused"


def test_too_many_values_are_refused(clinic, people, person):
    page = ask(person, clinic, pasted=",".join(map(str, range(1001))))
    assert page.status_code == 400
    assert "at most 1000 are allowed" in text(page)


def test_a_clinic_without_tags_says_so(person):
    page = text(person.get(path_of(make_clinic(name="Other", patientTags=[]))))
    assert "The clinic has no tags" in page

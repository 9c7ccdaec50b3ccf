"""Staff enrol patients at Xealth and give patients the address of their order: a dry run, a yes, and work in the
background (rules EHR-238 to EHR-246)."""

from datetime import timedelta

import pytest
import time_machine

from ehr.admin import filters
from ehr.services import bulk
from kernel import clock, db
from kernel.db import collection
from tests import ehr
from tests.admin.conftest import ROLES, events, messages_of, text
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient
from tests.tasks.test_ehr_command import custodial, order_to
from tests.xealth_peer import XealthPeer

REASON = "TICKET-31"
ENROL = {"kind": "enrol", "limit": "20", "mrn_origin": "cerner", "repeat": "none"}
ADDRESSES = {"kind": "addresses", "limit": "20"}


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def peer(settings):
    server = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **server.configuration()}
    yield server
    server.close()


@pytest.fixture
def clinic():
    program = {"createAccountAndEnableReports": "program-1"}
    return ehr.ehr_clinic(provider="xealth", sourceId="east", procedureCodes=program)


@pytest.fixture
def people(clinic):
    """In the order of their ids: A and B can be enrolled; the others have no MRN, or a subscription."""
    found = [
        ehr.ehr_patient(clinic, userId=f"000000000{n}", mrn=mrn, fullName=name)
        for n, (mrn, name) in enumerate((("A", "Al Abel"), ("B", "Bo Berg"), ("", "Cy Cole")))
    ]
    ehr.subscribe(ehr.ehr_patient(clinic, mrn="0"))
    return found[:2]


@pytest.fixture
def person(staff):
    return staff("integration")


def path_of(clinic):
    return f"clinics/{clinic['_id']}/ehr/bulk/"


def look(person, clinic, **fields):
    """Ask for a dry run, and let a worker make it. Returns the path of its page."""
    answer = person.post(path_of(clinic), **fields)
    assert answer.status_code == 302, text(answer)
    deliver_all()
    return answer.headers["Location"].removeprefix("/admin/")


def carry_out(person, path):
    answer = person.post(f"{path}begin", reason=REASON)
    deliver_all()
    return answer


def run_of(path):
    return collection("ehrBulkRuns").find_one({}, sort=[("_id", -1)])


def outcomes(path):
    return {item["userId"]: item.get("outcome") for item in run_of(path)["items"]}


def whole_database():
    kept = ("ehrBulkRuns", "outbox")
    names = db.database().list_collection_names()
    skipped = ("access", "audit", "django", "auth_")
    return {
        name: list(db.database()[name].find({}))
        for name in names
        if name not in kept and not name.startswith(skipped)
    }


def test_one_patient_is_meant_by_id_mrn_or_name(peer, clinic, people, person, staff):
    """By MRN and name for staff who see patients, and what is kept and recorded is the id."""
    both = staff("integration", "support")
    ehr.ehr_patient(clinic, userId="00000000b1", mrn="B1", fullName="Bo Bergman")
    for user, typed in (
        (both, "al ABEL"),
        (both, "a"),
        (both, "abel"),
        (person, people[0]["userId"]),
    ):
        look(user, clinic, **ENROL, user_id=typed)
        run = run_of(None)
        assert run["options"]["userId"] == people[0]["userId"], typed
        assert list(outcomes(None)) == [people[0]["userId"]]
    look(both, clinic, **ENROL, user_id="00000000B1")
    assert run_of(None)["options"]["userId"] == "00000000b1"
    for user, typed, problem in (
        (person, "Al Abel", filters.ID_ALONE),
        (both, "bo", filters.SEVERAL_PATIENTS),
        (both, "No One", filters.NO_PATIENT),
    ):
        page = user.post(path_of(clinic), **ENROL, user_id=typed)
        assert (page.status_code, problem in text(page)) == (400, True)
    assert "Abel" not in str(run_of(None)) + str(events())


# --- the dry run ----------------------------------------------------------------------------------
def test_the_dry_run_names_whom_it_would_order_and_sends_and_changes_nothing(
    peer, clinic, people, person
):
    before = whole_database()
    path = look(person, clinic, **ENROL)
    page = text(person.get(path))

    assert "2</b><span>found" in page
    assert page.count("An enrolment order is sent to Xealth") == 2
    assert (peer.orders, peer.tokens) == ([], [])
    assert whole_database() == before
    assert events(action="ehr.bulk_run_begun") == []


def test_patients_are_named_to_those_who_see_patients_and_each_look_is_recorded(
    peer, clinic, people, person, staff
):
    path = look(person, clinic, **ENROL)
    assert "Abel" not in text(person.get(path))
    assert people[0]["userId"] in text(person.get(path))
    assert events(action="patients.listed") == []

    assert "Al Abel" in text(staff("integration", "support").get(path))
    (event,) = events(action="patients.listed")
    assert event["scope"] == {"patients": sorted(p["userId"] for p in people)}


def test_the_limit_holds(peer, clinic, people, person):
    path = look(person, clinic, **{**ENROL, "limit": "1"})
    carry_out(person, path)
    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["A"]
    for limit in ("0", "501", "many", ""):
        assert person.post(path_of(clinic), **{**ENROL, "limit": limit}).status_code == 400


def test_a_search_goes_on_until_the_limit_through_a_clinic_of_any_size(
    peer, clinic, people, person, monkeypatch
):
    monkeypatch.setattr("patients.services.ehr_patients.MOST_EXAMINED", 2)
    monkeypatch.setattr("xealth.services.enrolment_runs._STRETCH", 1)
    for number in range(5):
        make_patient(clinic, userId=f"1{number:09}", mrn=f"M{number}" if number == 4 else "")
    path = look(person, clinic, **ENROL)
    assert [item["userId"] for item in run_of(path)["items"]] == [
        *(patient["userId"] for patient in people),
        "1000000004",
    ]


def test_one_patient_is_enough(peer, clinic, people, person):
    look(person, clinic, **ENROL, user_id=people[1]["userId"])
    assert list(outcomes("")) == [people[1]["userId"]]


def test_without_anyone_it_says_so_and_cannot_begin(peer, clinic, person):
    path = look(person, clinic, **ENROL)
    page = text(person.get(path))
    assert "There is no patient for whom there is anything to do." in page
    assert "Carry it out" not in page


def test_a_dry_run_of_yesterday_is_made_again(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
        person = type(person)("integration")
        assert "The dry run is older than a day" in text(person.get(path))
        answer = person.post(f"{path}begin", reason=REASON)
        assert messages_of(answer) == ["The dry run is older than a day; make another one."]
    (event,) = events(action="ehr.bulk_run_begun")
    assert event["outcome"] == "refused"


# --- carrying out -----------------------------------------------------------------------------------
def test_patients_are_ordered_after_a_yes_with_a_reason(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    assert messages_of(person.post(f"{path}begin", reason="")) == [
        "A reason or ticket number is needed."
    ]
    assert peer.orders == []

    carry_out(person, path)

    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["A", "B"]
    assert set(outcomes(path).values()) == {"Enrolled"}
    assert "2 done" in text(person.get(path))


def test_it_is_one_event_with_the_scope_and_each_order_names_who_asked(
    peer, clinic, people, person, staff
):
    carry_out(person, look(person, clinic, **ENROL))

    (event,) = events(action="ehr.bulk_run_begun")
    assert event["clinicId"] == clinic["_id"]
    assert event["reason"] == REASON
    assert event["actor"]["id"] == person.id
    assert event["scope"]["patients"] == [patient["userId"] for patient in people]
    ordered = events(action="ehr.enrolment_ordered")
    assert [one["object"]["id"] for one in ordered] == [patient["userId"] for patient in people]
    assert {one["actor"]["id"] for one in ordered} == {person.id}
    assert "Abel" not in str(events())
    assert "Began work on many patients for the health record" in text(
        staff("viewer").get(f"clinics/{clinic['_id']}/history")
    )


def test_who_was_ordered_before_is_left_out_and_ordered_again_only_when_asked(
    peer, clinic, people, person
):
    carry_out(person, look(person, clinic, **ENROL))
    look(person, clinic, **ENROL)
    assert (run_of("")["planned"], run_of("")["leftOut"]) == (0, 2)
    carry_out(person, look(person, clinic, **{**ENROL, "repeat": "all"}))
    assert len(peer.orders) == 4


def test_an_outage_stops_it_and_names_the_order_that_may_have_arrived(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    peer.answers = ["close"]
    carry_out(person, path)

    assert list(outcomes(path).values()) == ["No answer", None]
    assert "Xealth cannot be reached. What was done stays" in text(person.get(path))
    assert peer.orders == []


def test_a_patient_who_has_got_a_subscription_meanwhile_is_left_out(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    ehr.subscribe(people[0])
    carry_out(person, path)
    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["B"]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_crash_it_goes_on_and_orders_no_one_twice(
    when, peer, clinic, people, person, monkeypatch
):
    path = look(person, clinic, **ENROL)
    order = bulk.WORKS["enrol"].carry_out

    def killed(task, user_id):
        if when == "after":
            order(task, user_id)
        raise Killed

    work = bulk.WORKS["enrol"]
    cut = bulk.Work(work.kind, work.provider, work.title, work.check, work.find, killed)
    monkeypatch.setitem(bulk.WORKS, "enrol", cut)
    person.post(f"{path}begin", reason=REASON)
    run_id = str(run_of(path)["_id"])
    with pytest.raises(Killed):
        bulk.carry_out(run_id)
    monkeypatch.setitem(bulk.WORKS, "enrol", work)
    bulk.carry_out(run_id)

    assert [sent["patientId"]["id"] for _, sent in peer.orders] == ["A", "B"]
    assert set(outcomes(path).values()) == {"Enrolled"}


def test_it_can_be_stopped_and_the_stop_is_recorded(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    person.post(f"{path}begin", reason=REASON)
    person.post(f"{path}stop", reason="wrong clinic")
    deliver_all()

    assert peer.orders == []
    assert "It was stopped." in text(person.get(path))
    (event,) = events(action="ehr.bulk_run_stopped")
    assert event["reason"] == "wrong clinic"
    answer = person.post(f"{path}stop", reason="again")
    assert messages_of(answer)[-1] == "It has ended already."


def test_two_who_say_yes_begin_it_once(peer, clinic, people, person, staff):
    path = look(person, clinic, **ENROL)
    person.post(f"{path}begin", reason=REASON)
    answer = staff("integration", "viewer").post(f"{path}begin", reason="me too")
    deliver_all()
    assert messages_of(answer) == ["It was begun or stopped already."]
    assert len(peer.orders) == 2


def test_what_gives_up_says_so(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    person.post(f"{path}begin", reason=REASON)
    bulk.give_up(str(run_of(path)["_id"]), "Broken")
    assert "It failed (Broken)." in text(person.get(path))


def test_a_connection_that_is_switched_off_ends_it(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    off = {"$set": {"ehrSettings.enabled": False}}
    collection("clinics").update_one({"_id": clinic["_id"]}, off)
    carry_out(person, path)
    assert peer.orders == []
    assert "does not have an active EHR integration" in text(person.get(path))
    answer = person.post(path_of(clinic), **ENROL)
    assert messages_of(answer)[-1] == "The clinic does not have an active EHR integration."


# --- addresses --------------------------------------------------------------------------------------
def test_addresses_are_filled_in_for_those_whom_the_dry_run_has_found(person):
    clinic = ehr.ehr_clinic()
    good, bad = custodial(clinic, mrn="1"), custodial(clinic, mrn="2")
    ehr.subscribe(good, order_to("good@example.org"))
    ehr.subscribe(bad, order_to("no address"))

    path = look(person, clinic, **ADDRESSES)
    page = text(person.get(path))
    assert "Gets the address of the order" in page
    assert "The order has no address that can be used, or is gone: left out" in page
    assert "good@example.org" not in page + str(run_of(path))
    assert {p["email"] for p in collection("patients").find({})} == {None}

    carry_out(person, path)

    emails = {p["userId"]: p["email"] for p in collection("patients").find({})}
    assert emails == {good["userId"]: "good@example.org", bad["userId"]: None}
    assert outcomes(path)[good["userId"]] == "Has the address now"


# --- who, and which clinic --------------------------------------------------------------------------
def test_the_pages_open_for_the_integration_role_alone(peer, clinic, people, staff, person):
    path = look(person, clinic, **ENROL)
    patients = f"clinics/{clinic['_id']}/ehr/patients"
    for role in ROLES:
        expected = 200 if role == "integration" else 403
        for page in (path_of(clinic), path, f"{path}progress", patients):
            assert staff(role).get(page).status_code == expected, (role, page)
        if role != "integration":
            assert staff(role).post(f"{path}begin", reason=REASON).status_code == 403
            assert staff(role).post(f"{path}stop", reason=REASON).status_code == 403


def test_a_run_belongs_to_its_clinic(peer, clinic, people, person):
    path = look(person, clinic, **ENROL)
    other = make_clinic()
    assert person.get(path.replace(str(clinic["_id"]), str(other["_id"]))).status_code == 404
    page = text(person.get(path_of(other)))
    assert "Nothing to do here" in page


# --- patients with and without ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 4),
        ({"mrn": "with"}, 3),
        ({"mrn": "without"}, 1),
        ({"subscription": "with"}, 1),
        ({"subscription": "without"}, 3),
        ({"subscription": "without", "mrn": "with"}, 2),
    ],
)
def test_patients_are_filtered_by_mrn_and_subscription(query, expected, clinic, people, person):
    answer = person.get(f"clinics/{clinic['_id']}/ehr/patients", query)
    assert len(answer.context["rows"]) == expected


def test_the_list_is_read_page_by_page_and_names_patients_to_those_who_see_them(
    clinic, people, staff
):
    for number in range(12):
        make_patient(clinic, userId=f"2{number:09}", fullName=f"Person {number}", mrn="")
    page, seen = f"clinics/{clinic['_id']}/ehr/patients", []
    person, query = staff("integration", "support"), "size=10"
    while query:
        answer = person.get(f"{page}?{query}")
        seen += [row["user_id"] for row in answer.context["rows"]]
        query = answer.context["following"]
    assert len(seen) == len(set(seen)) == 16
    assert "Al Abel" in text(person.get(page))
    assert "Al Abel" not in text(staff("integration").get(page))
    assert ">A<" not in text(staff("integration").get(page))

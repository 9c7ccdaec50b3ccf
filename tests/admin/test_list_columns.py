"""Staff choose the columns of a clinic's list of patients (rules PATIENT-223 and PATIENT-234 to PATIENT-235)."""

import re
from datetime import UTC, datetime

import pytest
from bson import ObjectId

from patients.admin.list_columns import COLUMNS
from tests import ehr
from tests.admin.conftest import events, text
from tests.admin.posted_forms import form_with
from tests.factories import make_clinic, make_patient

ALL = [column.name for column in COLUMNS]
USUAL = ["Birth date", "MRN", "Tags", "Data sources", "Last data"]
MOMENT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _bare(bare_frame):
    """The frame is the same on all pages."""


@pytest.fixture
def clinic():
    tag, site = {"_id": ObjectId(), "name": "North"}, {"id": ObjectId(), "name": "Pier"}
    made = make_clinic(patientTags=[tag], sites=[site])
    make_patient(
        made, fullName="Al Abel", email="al@example.org", birthDate="1980-02-03", mrn="M-7",
        tags=[tag["_id"]], sites=[site], permissions={"custodian": {}}, createdTime=MOMENT,
        dataSources=[{"providerName": "dexcom", "state": "error"}], reviews=[{"clinicianId": "c", "time": MOMENT}],
        summary={**ehr.summary(uploaded=MOMENT), **ehr.summary(uploaded=MOMENT, bgm=True)},
        ehrSubscriptions={"summaryAndReports": {"active": True, "matchedMessages": []}},
        connectionIssueSource="dexcom", connectionIssue={"cause": "error", "hidden": True},
    )  # fmt: skip
    zeros = {"glucoseManagementIndicator": 0, "timeInTargetPercent": 0, "hasTimeInTargetPercent": True}  # fmt: skip
    make_patient(
        made, fullName="Bo Berg", email=None, birthDate=None, mrn=None, permissions={"view": {}}, createdTime=None,
        summary={"cgmStats": {"periods": {"14d": zeros}}},
    )  # fmt: skip
    return made


@pytest.fixture
def person(staff):
    return staff("support")


def listed(person, clinic, **query):
    return person.get(f"clinics/{clinic['_id']}/patients/", query)


def titles(answer):
    return re.findall(r"<th scope=\"col\"[^>]*>([^<]+)", text(answer))[1:]


def cells(answer, name):
    """Title -> what is read there, of the patient of this name."""
    (row,) = (row for row in answer.context["patients"] if row["fullName"] == name)
    return {column.title: re.sub(r"<[^>]+>", "", cell).strip() for column, cell in row["cells"]}


def test_what_is_chosen_is_shown_in_the_order_of_the_table_and_the_usual_otherwise(clinic, person):
    usual = listed(person, clinic)
    assert titles(usual) == USUAL
    assert "al@example.org" in text(usual)
    assert titles(listed(person, clinic, columns=["gmi", "sites"])) == ["Sites", "GMI, 14 days"]
    assert "al@example.org" not in text(listed(person, clinic, columns=["sites"]))
    assert titles(listed(person, clinic, columns=["name"])) == []
    assert titles(listed(person, clinic, columns=["mrn", "nonsense"])) == ["MRN"]
    assert titles(listed(person, clinic, columns=["nonsense"])) == USUAL


def test_each_column_says_what_the_record_and_its_row_have(clinic, person):
    answer = listed(person, clinic, columns=ALL)
    then = "4 Mar 2026, 05:06 UTC"
    assert cells(answer, "Al Abel") == {
        "Birth date": "1980-02-03", "MRN": "M-7", "Tags": "North", "Sites": "Pier", "Data sources": "Dexcom error",
        "Connection issue": "Connection failed (hidden)", "Last data": then, "Last CGM data": then, "Last BGM data": then,
        "Time in range, 14 days": "71%", "GMI, 14 days": "6.9%", "Reports to the EHR": "on", "Last review": then, "Added": then,
    }  # fmt: skip
    filled = {title: value for title, value in cells(answer, "Bo Berg").items() if value != "—"}
    assert filled == {"Time in range, 14 days": "0%"}  # the other zero is not said to be a value
    assert text(answer).count("al@example.org") == text(answer).count(">custodial<") == 1


def test_columns_stay_with_a_search_the_next_page_and_a_filter_until_they_are_as_usual(
    clinic, person
):
    at = f"/admin/clinics/{clinic['_id']}/patients/"
    form = form_with("columns", listed(person, clinic, columns=["mrn", "gmi"]))
    assert form.values["columns"] == "name"
    for number in range(10):
        make_patient(clinic, fullName=f"Abel {number}")
    sent = {**form.values, "q": "abel", "size": "10", "columns": ["name", "mrn", "gmi"]}
    page = person.client.get(person.client.post(at, sent).headers["Location"])
    further = person.client.get(f"{at}{page.context['paging'].next}")
    assert [len(answer.context["patients"]) for answer in (page, further)] == [10, 1]
    assert titles(page) == titles(further) == ["MRN", "GMI, 14 days"]
    usual = person.client.get(f"{at}?{further.context['usual_query']}")
    assert (titles(usual), usual.context["choice"].search) == (USUAL, "abel")


def test_no_choice_of_columns_makes_the_list_read_more_or_record_less(
    clinic, person, mongo_commands
):
    def reads(**query):
        with mongo_commands() as commands:
            listed(person, clinic, **query)
        return sorted(name for name in commands if name in ("find", "aggregate", "getMore"))

    listed(person, clinic)
    assert reads(columns=ALL) == reads(columns=["name"]) == reads()
    looks = [event["scope"] for event in events(action="patients.listed")]
    assert len(looks) == 4
    assert all(look == looks[0] for look in looks)

"""The box that says why no data arrives, and what to do next (docs/admin.md, "No data arrives")."""

from datetime import timedelta

import pytest
from bson import ObjectId

from kernel import clock, db
from notifications.services import mailer
from patients.admin import arrivals
from patients.choices import Finding
from patients.services import connection_sweeps, patient_counts
from patients.store import derivations
from tests.admin.conftest import events, text
from tests.factories import make_patient

ADDRESS = "dora@example.org"


@pytest.fixture
def page(clinic, staff):
    person = staff("support")

    def open_page(**fields):
        patient = make_patient(clinic, fullName="Dora Detail", **{"email": ADDRESS, **fields})
        return person.get(f"clinics/{clinic['_id']}/patients/{patient['userId']}/")

    return open_page


def rows_of(response):
    return {row["name"]: row for row in response.context["arrivals"]}


def source(state, **fields):
    return {"providerName": "dexcom", "state": state, **fields}


def requested(asked):
    return {"dexcom": [{"providerName": "dexcom", "createdTime": asked}]}


def mail(state, time, template="request_dexcom_connect_custodial"):
    record = {"_id": ObjectId(), "template": template, "state": state, "time": time, "tries": 1}
    recipient = {"recipientHash": mailer.recipient_hash(ADDRESS)}
    db.collection("sentMails").insert_one({**record, **recipient})


def test_every_finding_has_words():
    assert set(arrivals._WORDS) == set(Finding)


def test_each_provider_has_its_state_its_meaning_and_the_next_step(page):
    moment = clock.now() - timedelta(days=3)
    sources = [
        source("error", modifiedTime=moment),
        {"providerName": "abbott", "state": "connected", "latestDataTime": moment},
    ]
    response = page(dataSources=sources)
    dexcom, abbott = rows_of(response)["Dexcom"], rows_of(response)["FreeStyle Libre"]
    assert (dexcom["words"].state, dexcom["since"]) == ("failed", moment)
    assert (abbott["words"].state, abbott["since"]) == ("no new data", moment)
    assert "log in at the provider again" in text(response)
    assert text(response).count("Send request") == 2
    assert [event["object"]["type"] for event in events(action="patient.viewed")] == ["patient"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("sent", "sent"), ("failed", "failed"), ("sending", "being sent"), ("unclear", "unclear, an operator decides")],
)  # fmt: skip
def test_the_mail_of_the_last_request_is_shown_with_what_became_of_it(page, state, words):
    asked = clock.now() - timedelta(hours=3)
    mail("sent", asked - timedelta(days=2))
    mail(state, asked + timedelta(seconds=2))
    mail("failed", asked + timedelta(hours=1), template="request_abbott_connect")
    row = rows_of(page(providerConnectionRequests=requested(asked)))["Dexcom"]
    assert (row["mail"].state, row["mail"].changed) == (words, asked + timedelta(seconds=2))


def test_a_mail_before_the_request_is_not_its_mail(page):
    asked = clock.now() - timedelta(hours=3)
    mail("sent", asked - timedelta(days=2))
    response = page(providerConnectionRequests=requested(asked))
    assert rows_of(response)["Dexcom"]["mail"] is None
    assert "no mail to this address since" in text(response)


def test_an_expired_link_is_called_expired(page):
    asked = clock.now() - timedelta(days=31)
    assert "link expired" in text(page(providerConnectionRequests=requested(asked)))


def test_a_request_is_offered_only_where_the_service_would_send_it(page):
    for fields, word in (
        ({"dataSources": [source("error")], "email": None}, "has no e-mail address"),
        ({"email": None}, "has no e-mail address"),
    ):
        created = clock.now() - timedelta(days=5)
        response = page(**{"createdTime": created, **fields})
        assert word in text(response), fields
        assert "/connect" not in text(response), fields
        steps = [row["next_step"] for row in response.context["arrivals"]]
        assert steps
        assert all(step == arrivals._NO_ADDRESS for step in steps), fields


def test_a_row_offers_a_request_only_where_one_helps(page):
    for fields, word in (
        ({"dataSources": [{"providerName": "pigeon", "state": "error"}]}, "no request can be sent"),
        ({"dataSources": [source("connected", latestDataTime=clock.now())]}, "Nothing to do"),
        ({}, "general invitation"),
    ):
        created = clock.now() - timedelta(days=5)
        response = page(**{"createdTime": created, **fields})
        assert word in text(response), fields
        assert [row["can_ask"] for row in response.context["arrivals"]] == [False], fields


def test_providers_that_the_record_does_not_name_can_be_asked_for(page):
    response = page(dataSources=[source("error")], providerConnectionRequests={})
    assert [other["provider"] for other in response.context["others"]] == ["twiist", "abbott"]
    assert page(email=None).context["others"] == []


def test_last_upload_and_summary_are_the_newest_of_both_kinds(page):
    older, newer = clock.now() - timedelta(days=9), clock.now() - timedelta(days=2)
    kinds = {
        "cgmStats": {"dates": {"lastUploadDate": older, "lastUpdatedDate": newer}},
        "bgmStats": {"dates": {"lastUploadDate": newer, "lastUpdatedDate": "x"}},
    }
    response = page(summary=kinds)
    assert response.context["last_upload"] == response.context["last_summary"] == newer
    assert "No summary has arrived yet" in text(page())


def test_staff_see_connection_issues_and_narrow_lists_by_them(clinic, staff):
    person, failed = staff("support"), {"dataSources": [source("error")]}
    for name, fields, issue in (
        ("Ann", failed, {"cause": "error"}),
        ("Bob", failed, {"cause": "error", "hidden": True}),
        ("Cleo", {}, None),
    ):
        extra = {"connectionIssue": issue} if issue else {}
        tracked = make_patient(
            clinic, fullName=name, connectionIssueSource="dexcom", **fields, **extra
        )
        page = text(person.get(f"clinics/{clinic['_id']}/patients/{tracked['userId']}/"))
        assert ("No issue with what was asked for or connected last (Dexcom)" in page) == (
            issue is None
        ), name
        assert ("hidden by the clinic" in page) == ("hidden" in (issue or {})), name
    patient_counts.kept_counts(clinic["_id"])
    overview = person.get(f"clinics/{clinic['_id']}/")
    assert overview.context["issues"] == [("error", "Connection failed", 1, 1)]
    assert ">Connection failed</th>" in text(overview)
    narrowed = f'href="/admin/clinics/{clinic["_id"]}/patients/?issue=error">1</a>'
    assert narrowed in text(overview)
    assert narrowed in text(person.get(f"clinics/{clinic['_id']}/count"))
    assert narrowed not in text(staff("viewer").get(f"clinics/{clinic['_id']}/"))
    for issue, names in (
        ("any", ["Ann"]),
        ("error", ["Ann"]),
        ("staleData", []),
        ("hidden", ["Bob"]),
    ):
        page = person.get(f"clinics/{clinic['_id']}/patients/?issue={issue}&order=name")
        shown = [row["fullName"] for row in page.context["patients"]]
        assert [name for name in shown if name in ("Ann", "Bob", "Cleo")] == names, issue


def test_staff_are_told_that_no_one_sweeps_connection_issues(staff):
    person, late = staff("support"), "Connection issues of patients were last brought up to date"
    connection_sweeps.sweep()
    assert late not in text(person.get(""))
    long_ago = {"last.time": clock.now() - timedelta(hours=1)}
    db.collection("derivations").update_one({"_id": derivations.ISSUES}, {"$set": long_ago})
    assert late in text(person.get(""))


def test_a_failed_source_for_which_a_request_is_sent_is_asked_for_once_more(clinic, staff):
    person, sources = staff("support"), [source("error", modifiedTime=clock.now())]
    tracked = {"connectionIssueSource": "dexcom", "connectionIssue": {"cause": "error"}}
    patient = make_patient(clinic, email=ADDRESS, dataSources=sources, **tracked)
    path = f"clinics/{clinic['_id']}/patients/{patient['userId']}/"
    assert rows_of(person.get(path))["Dexcom"]["words"].state == "failed"
    person.post(f"{path}connect", provider="dexcom")
    page = person.get(path)
    words = rows_of(page)["Dexcom"]["words"]
    assert (words.state, words.meaning) == ("asked", arrivals._AGAIN)
    assert "No issue with what was asked for or connected last (Dexcom)" in text(page)

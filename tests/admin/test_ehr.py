"""EHR messages, scheduled sends, processing and runs for staff (ehr note 3 and 9.3; issue 6, admin)."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId

from clinics_site.core import clock, db
from tests.admin.conftest import events, text
from tests.factories import make_clinic, make_patient

PAGES = ("ehr/messages/", "ehr/scheduled/", "ehr/processing/", "ehr/runs/")
EHR = {
    "enabled": True,
    "provider": "redox",
    "sourceId": "s",
    "destinationIds": {"flowsheet": "f", "notes": "n", "results": "r"},
}


@pytest.fixture
def clinic():
    return make_clinic(name="Harbor Diabetes Center", ehrSettings=EHR, admins=["x"])


def message(**fields):
    document = {
        "_id": ObjectId(),
        "meta": {
            "DataModel": "Order",
            "EventType": "New",
            "Source": {"ID": "s", "Name": "Epic Test"},
        },
        "message": {"Patient": {"Demographics": {"LastName": "Marker"}}},
        **fields,
    }
    db.collection("redox").insert_one(document)
    return document


def send(clinic, patient, created, **fields):
    document = {
        "_id": ObjectId(),
        "clinicId": clinic["_id"],
        "userId": patient["userId"],
        "createdTime": created,
        "lastMatchedOrder": {
            "_id": ObjectId(),
            "meta": {"DataModel": "Order", "EventType": "New"},
            "message": {"Secret": "Marker"},
        },
        **fields,
    }
    db.collection("scheduledSummaryAndReportsOrders").insert_one(document)
    return document


def record(kind, document, state, **fields):
    found = {
        "_id": ObjectId(),
        "kind": kind,
        "documentId": document["_id"],
        "state": state,
        "attempts": 1,
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }
    db.collection("ehrProcessing").insert_one(found)
    return found


def ids_on(response):
    return [row["id"] for row in response.context["rows"]]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_integration_role_opens_the_pages(page, staff):
    for role in ("viewer", "support", "configuration", "destructive", "auditor"):
        assert staff(role).get(page).status_code == 403
    assert staff("integration").get(page).status_code == 200


def test_messages_are_listed_with_what_became_of_them(clinic, staff):
    waiting, failed = message(), message()
    record(
        "message",
        failed,
        "failed",
        outcome="noMatchingClinic",
        lastError="no clinic",
        clinicId=clinic["_id"],
        userId="u1",
    )
    person = staff("integration")
    page = person.get("ehr/messages/")
    assert ids_on(page) == [str(failed["_id"]), str(waiting["_id"])]
    assert [row["state"] for row in page.context["rows"]] == ["failed", "pending"]
    assert "Epic Test" not in text(page)
    assert "Marker" not in text(page)
    assert ids_on(person.get("ehr/messages/", {"state": "failed"})) == [str(failed["_id"])]
    assert ids_on(person.get("ehr/messages/", {"clinic": str(clinic["_id"])})) == [
        str(failed["_id"])
    ]
    assert ids_on(person.get("ehr/messages/", {"user": "u1"})) == [str(failed["_id"])]
    assert ids_on(person.get("ehr/messages/", {"user": "u2"})) == []
    today = clock.now().date().isoformat()
    assert len(ids_on(person.get("ehr/messages/", {"from": today, "to": today}))) == 2
    assert ids_on(person.get("ehr/messages/", {"to": "2001-01-01"})) == []
    assert "24 hexadecimal digits" in text(person.get("ehr/messages/", {"clinic": "x"}))


def test_the_page_of_a_message_shows_its_processing_but_not_its_payload(clinic, staff):
    found = message()
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    record(
        "message",
        found,
        "failed",
        outcome="noMatchingClinic",
        sends={"results": moment},
        clinicId=clinic["_id"],
    )
    page = text(staff("integration").get(f"ehr/messages/{found['_id']}/"))
    assert "no matching clinic" in page
    assert "4 Mar 2026, 05:06 UTC" in page
    assert "Marker" not in page
    assert not events(action="ehr.payload_viewed")


@pytest.mark.parametrize("kind", ["message", "scheduled"])
def test_every_look_at_a_payload_is_recorded(kind, clinic, staff):
    if kind == "message":
        found, path = message(), "ehr/messages"
    else:
        found = send(clinic, make_patient(clinic), clock.now())
        path = "ehr/scheduled"
    record(kind, found, "done", clinicId=clinic["_id"], userId="u1")
    person = staff("integration")
    page = person.get(f"{path}/{found['_id']}/payload")
    assert "Marker" in text(page)
    (event,) = events(action="ehr.payload_viewed")
    assert event["object"]["id"] == str(found["_id"])
    assert event["clinicId"] == clinic["_id"]
    assert event["scope"] == {"patient": "u1"}
    assert "Marker" not in str(event)
    assert staff("support").get(f"{path}/{found['_id']}/payload").status_code == 403
    assert person.get(f"{path}/{ObjectId()}/payload").status_code == 404


def test_processing_lists_both_kinds_by_state_and_kind(clinic, staff):
    one, two = message(), send(clinic, make_patient(clinic), clock.now())
    record("message", one, "done")
    record("scheduled", two, "ignored", clinicId=clinic["_id"])
    person = staff("integration")
    assert len(ids_on(person.get("ehr/processing/"))) == 2
    assert ids_on(person.get("ehr/processing/", {"kind": "scheduled"})) == [str(two["_id"])]
    assert ids_on(person.get("ehr/processing/", {"state": "done"})) == [str(one["_id"])]


@pytest.fixture
def run(clinic):
    """Five sends of one sync: two done, one ignored, one failed, one waiting; and one of an older run."""
    moment = clock.now()
    sends = [send(clinic, make_patient(clinic), moment) for _ in range(5)]
    for document, state in zip(sends, ("done", "done", "ignored", "failed"), strict=False):
        record("scheduled", document, state, clinicId=clinic["_id"])
    send(clinic, make_patient(clinic), moment - timedelta(days=3))
    return sends


def test_a_run_counts_its_sends_by_what_became_of_them(clinic, run, staff):
    person = staff("integration")
    newest, older = person.get("ehr/runs/").context["rows"]
    assert (
        newest["total"],
        newest["done"],
        newest["ignored"],
        newest["failed"],
        newest["waiting"],
    ) == (5, 2, 1, 1, 1)
    assert (older["total"], older["waiting"]) == (1, 1)
    page = person.get(f"ehr/runs/{newest['id']}/")
    assert "Sync of Harbor Diabetes Center" in text(page)
    assert 'aria-valuenow="4"' in text(page)
    assert len(ids_on(page)) == 5
    assert ids_on(person.get(f"ehr/runs/{newest['id']}/", {"state": "failed"})) == [
        str(run[3]["_id"])
    ]
    assert [
        r["id"] for r in person.get("ehr/runs/", {"clinic": str(ObjectId())}).context["rows"]
    ] == []


def test_the_moving_part_says_when_it_has_ended(clinic, run, staff):
    person = staff("integration")
    run_id = person.get("ehr/runs/").context["rows"][0]["id"]
    assert "data-finished" not in text(person.get(f"ehr/runs/{run_id}/progress"))
    record("scheduled", run[4], "done", clinicId=clinic["_id"])
    moved = text(person.get(f"ehr/runs/{run_id}/progress"))
    assert "data-finished" in moved
    assert "finished with failures" in moved
    assert "<html" not in moved


@pytest.mark.parametrize(
    "run_id",
    [
        "x",
        "-",
        "6b0553fbbafa75e9de76e4d1-zz",
        "6b0553fbbafa75e9de76e4d1-1",
        f"{ObjectId()}-{'f' * 40}",
    ],
)
def test_an_unknown_run_is_not_found(run_id, staff):
    assert staff("integration").get(f"ehr/runs/{run_id}/").status_code == 404


def test_the_clinic_page_tells_of_the_sync(clinic, run, staff):
    make_patient(
        clinic, ehrSubscriptions={"summaryAndReports": {"active": True, "provider": "redox"}}
    )
    page = text(staff("integration").get(f"clinics/{clinic['_id']}/"))
    assert "EHR sync" in page
    assert "<b>1</b> subscribed" in page
    assert "<b>4</b> of 5" in page
    plain = make_clinic(name="No EHR")
    assert "EHR sync" not in text(staff("integration").get(f"clinics/{plain['_id']}/"))

"""EHR messages, scheduled sends, processing and runs for staff (rules EHR-108 to EHR-112)."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from django.conf import settings

from ehr.admin import filters, outcomes
from kernel import clock, db
from redox.admin import runs
from redox.services import admin_reads, scheduling
from tests import ehr
from tests.admin.conftest import events, messages_of, text
from tests.events import deliver_all, emitted
from tests.factories import make_clinic, make_patient

PAGES = ("ehr/messages/", "ehr/scheduled/", "ehr/processing/", "ehr/runs/", "ehr/deliveries/")
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
    fields = {
        "_id": ObjectId(),
        "kind": kind,
        "documentId": document["_id"],
        "documentTime": document.get("createdTime", clock.now()),
        "state": state,
        "attempts": 1,
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }
    db.collection("ehrProcessing").insert_one(fields)
    return fields


def ids_on(response):
    return [row["id"] for row in response.context["rows"]]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_integration_role_opens_the_pages(page, staff):
    for role in ("viewer", "support", "configuration", "destructive", "auditor"):
        assert staff(role).get(page).status_code == 403
    assert staff("integration").get(page).status_code == 200


@pytest.mark.parametrize(
    ("raw", "displayed"),
    [
        (b'{"name": "Marker', '{\\"name\\": \\"Marker'),
        ("<Marker ë>".encode("cp1252"), "<Marker \N{REPLACEMENT CHARACTER}>"),
        ('{"Marker'.encode("utf-16-le"), '{\\"Marker'),
    ],
)
def test_an_unreadable_message_is_shown_as_it_came_and_the_view_is_recorded(
    anonymous, staff, raw, displayed
):
    headers = {"verification-token": "redox-test-token"}
    assert anonymous.post("/v1/redox", raw, headers=headers).status_code == 200
    deliver_all()
    (stored,) = db.collection("redox").find({})
    person = staff("integration")

    listed = person.get("ehr/messages/", {"state": "failed"})
    page = person.get(f"ehr/messages/{stored['_id']}/")
    assert ids_on(listed) == [str(stored["_id"])]
    for response in (listed, page):
        assert "The message cannot be read, so nothing was done: " in text(response)
        assert "Marker" not in text(response)
    assert events(action="ehr.payload_viewed") == []

    payload = person.get(f"ehr/messages/{stored['_id']}/payload")

    assert displayed in html.unescape(payload.content.decode())
    assert len(events(action="ehr.payload_viewed")) == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("order_unreadable: Order.Provider must be an object",
         "The order cannot be read, so nothing was done: Order.Provider must be an object."),
        ("no_clinic", "No clinic with an active Redox connection has this source."),
        ("redox_message_refused_403", "Redox refuses the message, status 403."),
        ("redox_message_503", "Redox answered with status 503."),
        ("redox_token_refused_400", "Redox refuses our credentials, status 400."),
        ("report_503", "The report service answered with status 503."),
        ("user_service_400", "The user service answered with status 400."),
        ("change_refused_422", "A rule of this service refuses the change, status 422."),
        ("AttributeError", "A fault of the program: AttributeError."),
    ],
)  # fmt: skip
def test_the_reason_of_a_failed_message_is_shown_in_words(staff, reason, words):
    failed = message()
    record("message", failed, "failed", lastError=reason)

    assert words in text(staff("integration").get(f"ehr/messages/{failed['_id']}/"))


@pytest.mark.foreign_documents
@pytest.mark.parametrize("meta", [None, "x", [], {"Source": "x", "Test": "true"}, {"Source": []}])
def test_malformed_metadata_do_not_break_a_list(staff, meta):
    document = message(meta=meta)

    assert ids_on(staff("integration").get("ehr/messages/")) == [str(document["_id"])]


@pytest.mark.parametrize(
    ("outcome", "colour"), [("no_patient", "warn"), ("enabled_and_sent", "good")]
)
def test_an_order_that_brought_nothing_does_not_look_like_a_success(staff, outcome, colour):
    document = message()
    record("message", document, "done", outcome=outcome)
    person = staff("integration")
    for page in ("ehr/messages/", f"ehr/messages/{document['_id']}/"):
        assert (
            f'<span class="st-badge st-{colour}">done</span>' in person.get(page).content.decode()
        )


def test_messages_are_listed_with_their_outcome(clinic, staff):
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
    for typed in (str(clinic["_id"]), clinic["canonicalShareCode"]):
        assert ids_on(person.get("ehr/messages/", {"clinic": typed})) == [str(failed["_id"])]
    assert ids_on(person.get("ehr/messages/", {"user": "u1"})) == [str(failed["_id"])]
    assert ids_on(person.get("ehr/messages/", {"user": "u2"})) == []
    today = clock.now().date().isoformat()
    assert len(ids_on(person.get("ehr/messages/", {"from": today, "to": today}))) == 2
    assert ids_on(person.get("ehr/messages/", {"to": "2001-01-01"})) == []
    assert filters.NO_CLINIC in text(person.get("ehr/messages/", {"clinic": "no such name"}))
    for day in ("2026", "0001-01-01", "9999-12-31"):
        assert filters.NO_DAY in text(person.get("ehr/messages/", {"to": day}))


def test_the_page_of_a_message_shows_its_processing_but_not_its_payload(clinic, staff):
    document = message()
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    record(
        "message",
        document,
        "failed",
        outcome="noMatchingClinic",
        sends={"results": moment},
        clinicId=clinic["_id"],
    )
    page = text(staff("integration").get(f"ehr/messages/{document['_id']}/"))
    assert "no matching clinic" in page
    assert "4 Mar 2026, 05:06 UTC" in page
    assert "Marker" not in page
    assert not events(action="ehr.payload_viewed")


@pytest.mark.yardstick("A1")
@pytest.mark.parametrize("kind", ["message", "scheduled"])
def test_every_view_of_a_payload_is_recorded(kind, clinic, staff):
    if kind == "message":
        scheduled_id, path = message(), "ehr/messages"
    else:
        scheduled_id = send(clinic, make_patient(clinic), clock.now())
        path = "ehr/scheduled"
    record(kind, scheduled_id, "done", clinicId=clinic["_id"], userId="u1")
    person = staff("integration")
    page = person.get(f"{path}/{scheduled_id['_id']}/payload")
    assert "Marker" in text(page)
    (event,) = events(action="ehr.payload_viewed")
    assert event["object"]["id"] == str(scheduled_id["_id"])
    assert event["clinicId"] == clinic["_id"]
    assert event["scope"] == {"patient": "u1"}
    assert "Marker" not in str(event)
    assert staff("support").get(f"{path}/{scheduled_id['_id']}/payload").status_code == 403
    assert person.get(f"{path}/{ObjectId()}/payload").status_code == 404


def test_processing_is_filtered_by_state_and_kind(clinic, staff):
    order, scheduled_send = message(), send(clinic, make_patient(clinic), clock.now())
    record("message", order, "done")
    record("scheduled", scheduled_send, "ignored", clinicId=clinic["_id"])
    person = staff("integration")
    assert len(ids_on(person.get("ehr/processing/"))) == 2
    assert ids_on(person.get("ehr/processing/", {"kind": "scheduled"})) == [
        str(scheduled_send["_id"])
    ]
    assert ids_on(person.get("ehr/processing/", {"state": "done"})) == [str(order["_id"])]


@pytest.fixture
def run(clinic):
    """Five sends of one sync: two done, one ignored, one failed, one waiting; and one of an older run."""
    moment = clock.now()
    older = send(clinic, make_patient(clinic), moment - timedelta(days=3))
    record("scheduled", older, "running", clinicId=clinic["_id"])
    sends = [send(clinic, make_patient(clinic), moment) for _ in range(5)]
    for document, state in zip(
        sends, ("done", "done", "ignored", "failed", "pending"), strict=True
    ):
        record("scheduled", document, state, clinicId=clinic["_id"])
    for begun, count in ((older["createdTime"], 1), (moment, 5)):
        sync = {"clinicId": clinic["_id"], "createdTime": begun, "after": None, "count": count}
        db.collection("ehrSyncs").insert_one({"_id": ObjectId(), **sync})
    return sends


def test_a_run_counts_its_sends_by_outcome(clinic, run, staff, monkeypatch):
    monkeypatch.setattr(runs, "MOST_FAILED", 1)
    person = staff("integration")
    newest, older = person.get("ehr/runs/").context["rows"]
    assert (newest["total"], newest["failed"], newest["is_finished"]) == (5, 1, False)
    assert newest["failed_or_more"]
    assert (older["total"], older["failed"], older["is_finished"]) == (1, 0, False)
    page = person.get(f"ehr/runs/{newest['id']}/")
    row = page.context["row"]
    numbers = [row[name] for name in ("total", "done", "ignored", "failed", "waiting")]
    assert numbers == [5, 2, 1, 1, 1]
    assert "Sync of Harbor Diabetes Center" in text(page)
    assert 'aria-valuenow="4"' in text(page)
    assert len(ids_on(page)) == 5
    assert ids_on(person.get(f"ehr/runs/{newest['id']}/", {"state": "failed"})) == [
        str(run[3]["_id"])
    ]
    assert [
        r["id"] for r in person.get("ehr/runs/", {"clinic": str(ObjectId())}).context["rows"]
    ] == []


def test_the_progress_says_when_the_run_has_ended(clinic, run, staff):
    person = staff("integration")
    run_id = person.get("ehr/runs/").context["rows"][0]["id"]
    assert "data-finished" not in text(person.get(f"ehr/runs/{run_id}/progress"))
    db.collection("ehrProcessing").update_one(
        {"documentId": run[4]["_id"]}, {"$set": {"state": "done"}}
    )
    moved = text(person.get(f"ehr/runs/{run_id}/progress"))
    assert "data-finished" in moved
    assert "finished with failures" in moved
    assert "<html" not in moved


def states_of(answer):
    rows = re.findall(r"<tr>\s*(?:<td|<th scope=.row).*?</tr>", text(answer), re.DOTALL)
    return sorted(re.search(r"pending|running|done|ignored|failed", row)[0] for row in rows)


def test_the_progress_of_a_run_has_the_rows_of_the_query(clinic, run, staff):
    person = staff("integration")
    run_id = person.get("ehr/runs/").context["rows"][0]["id"]
    page = person.get(f"ehr/runs/{run_id}/", {"state": "failed", "size": "10"})
    assert f"/admin/ehr/runs/{run_id}/progress?state=failed&amp;size=10" in text(page)
    progress = f"ehr/runs/{run_id}/progress"
    assert states_of(person.get(progress)) == ["done", "done", "failed", "ignored", "pending"]
    assert states_of(person.get(progress, {"state": "failed"})) == ["failed"]
    row = {"documentId": run[4]["_id"]}
    db.collection("ehrProcessing").update_one(row, {"$set": {"state": "done"}})
    moved = person.get(progress)
    assert states_of(moved) == ["done", "done", "done", "failed", "ignored"]
    assert "data-finished" in text(moved)
    assert re.findall(r'data-part="(\w+)"', text(moved)) == ["progress", "sends"]
    assert {"progress", "sends"} == set(re.findall(r'data-part="(\w+)"', text(page)))


@pytest.mark.parametrize("part", ["", "progress"])
def test_below_a_full_bar_no_row_is_waiting_whenever_the_last_send_ends(
    part, clinic, run, staff, monkeypatch
):
    """The page stops polling once the bar is full, so the rows of that response stay on the page."""
    person = staff("integration")
    run_id = person.get("ehr/runs/").context["rows"][0]["id"]
    read = admin_reads.list_items_of_run

    def read_just_before_the_end(*args, **options):
        items = read(*args, **options)
        row = {"documentId": run[4]["_id"]}
        db.collection("ehrProcessing").update_one(row, {"$set": {"state": "done"}})
        return items

    monkeypatch.setattr(admin_reads, "list_items_of_run", read_just_before_the_end)
    answer = person.get(f"ehr/runs/{run_id}/{part}")
    assert "pending" in states_of(answer)
    assert "data-finished" not in text(answer)


@pytest.mark.parametrize(
    "run_id",
    [
        "x",
        "-",
        "6b0553fbbafa75e9de76e4d1-zz",
        "6b0553fbbafa75e9de76e4d1-1",
        f"{'a' * 24}-{'f' * 40}",
    ],
)
def test_an_unknown_run_is_not_found(run_id, staff):
    assert staff("integration").get(f"ehr/runs/{run_id}/").status_code == 404


def test_the_clinic_page_shows_the_sync(clinic, run, staff):
    make_patient(
        clinic, ehrSubscriptions={"summaryAndReports": {"active": True, "provider": "redox"}}
    )
    page = text(staff("integration").get(f"clinics/{clinic['_id']}/"))
    assert "<h2>Health record</h2>" in page
    assert re.search(r'st-badge[^>]*">Redox<', page)
    assert "<b>1</b> subscribed" in page
    assert re.search(r"last run .*: 5 patients", page)
    plain = make_clinic(name="No EHR")
    without = text(staff("integration").get(f"clinics/{plain['_id']}/"))
    assert "<h2>Health record</h2>" not in without


# --- starting ---------------------------------------------------------------------------------------
def subscribe(clinic, **fields):
    order = message()
    matched = [{"id": order["_id"], "dataModel": "Order", "eventType": "New"}]
    subscription = {"active": True, "provider": "redox", "matchedMessages": matched}
    return make_patient(clinic, ehrSubscriptions={"summaryAndReports": subscription}, **fields)


def test_a_sync_is_started_through_the_service_and_leads_to_its_run(clinic, staff):
    for _ in range(3):
        subscribe(clinic)
    person = staff("integration")
    review = person.get(f"clinics/{clinic['_id']}/sync")
    assert "3 patients of the clinic are subscribed" in text(review)
    assert person.post(f"clinics/{clinic['_id']}/sync", reason="").status_code == 400
    assert emitted("ehr.order_scheduled") == []
    response = person.post(f"clinics/{clinic['_id']}/sync", reason="T-1")
    assert response.headers["Location"].startswith(f"/admin/ehr/runs/{clinic['_id']}-")
    page = person.client.get(response.headers["Location"])
    assert (page.context["row"]["total"], page.context["row"]["waiting"]) == (3, 3)
    assert len(emitted("ehr.order_scheduled")) == 3
    (recorded,) = events(action="clinic.sync_started")
    assert recorded["outcome"] == "done"
    assert (recorded["scope"], recorded["reason"]) == ({"sends": 3}, "T-1")


def test_of_a_large_sync_the_page_schedules_a_part_and_a_worker_the_rest(
    clinic, staff, monkeypatch
):
    monkeypatch.setattr(scheduling, "FIRST", 2)
    for _ in range(5):
        subscribe(clinic)
    person = staff("integration")
    answer = person.post(f"clinics/{clinic['_id']}/sync", reason="T-1")
    page = answer.headers["Location"].removeprefix("/admin/")
    assert person.get(page).context["row"]["total"] == 2
    (recorded,) = events(action="clinic.sync_started")
    assert recorded["scope"] == {"sends": 2, "more": "by a worker"}

    sent = {"$set": {"state": "done"}}
    db.collection("ehrProcessing").update_many({}, sent)
    assert "data-finished" not in text(person.get(f"{page}progress"))
    scheduling.carry_out(emitted("ehr.sync_begun")[0]["syncId"])
    assert person.get(page).context["row"]["total"] == 5
    db.collection("ehrProcessing").update_many({}, sent)
    assert "data-finished" in text(person.get(f"{page}progress"))
    assert len(emitted("ehr.order_scheduled")) == 5


def test_a_refused_sync_is_reported_and_recorded(staff):
    plain = make_clinic(name="No EHR")
    person = staff("integration")
    assert "nothing can be synced" in text(person.get(f"clinics/{plain['_id']}/sync"))
    response = person.post(f"clinics/{plain['_id']}/sync", reason="T-1")
    assert "Couldn't find a matching clinic." in messages_of(response)
    assert [e["outcome"] for e in events(action="clinic.sync_started")] == ["refused"]
    assert staff("support").post(f"clinics/{plain['_id']}/sync").status_code == 403


def test_a_sync_without_subscribed_patients_says_so(clinic, staff):
    response = staff("integration").post(f"clinics/{clinic['_id']}/sync", reason="T-1")
    assert messages_of(response) == [
        "No patient of this clinic is subscribed: there is nothing to sync."
    ]


# --- starting again ---------------------------------------------------------------------------------
def state_of(document):
    return db.collection("ehrProcessing").find_one({"documentId": document["_id"]})["state"]


def test_failed_work_is_started_again_once_and_needs_a_reason(clinic, staff):
    failed_message, failed_send, done_message = (
        message(),
        send(clinic, make_patient(clinic), clock.now()),
        message(),
    )
    record("message", failed_message, "failed")
    record("scheduled", failed_send, "failed")
    record("message", done_message, "done")
    rows = [
        f"message:{failed_message['_id']}",
        f"scheduled:{failed_send['_id']}",
        f"message:{done_message['_id']}",
        "nonsense",
        "x:y",
    ]
    person = staff("integration")
    assert messages_of(person.post("ehr/start-again", row=rows, reason=" ")) == [
        "A reason or ticket number is needed."
    ]
    assert state_of(failed_message) == "failed"
    response = person.post("ehr/start-again", row=rows, reason="T-3")
    assert "2 of 3 chosen ones are processed again." in messages_of(response)
    assert (state_of(failed_message), state_of(failed_send), state_of(done_message)) == (
        "pending",
        "pending",
        "done",
    )
    assert len(emitted()) == 2
    assert {e["object"]["id"] for e in events(action="ehr.requeued", reason="T-3")} == {
        str(failed_message["_id"]),
        str(failed_send["_id"]),
    }
    person.post("ehr/start-again", row=rows, reason="T-4")
    assert len(emitted()) == 2
    assert staff("support").post("ehr/start-again", row=rows, reason="T").status_code == 403


def test_after_starting_again_the_redirect_stays_on_the_site(clinic, staff):
    person = staff("integration")
    for page, expected in (
        ("/admin/ehr/messages/?state=failed", "/admin/ehr/messages/?state=failed"),
        ("https://evil.example/", "/admin/ehr/processing/"),
        ("//evil.example/", "/admin/ehr/processing/"),
        ("javascript:alert(1)", "/admin/ehr/processing/"),
    ):
        assert person.post("ehr/start-again", back=page, reason="T").headers["Location"] == expected


# --- deliveries -------------------------------------------------------------------------------------
def delivery(clinic, kind="notes", **fields):
    document = {
        "_id": ObjectId(), "kind": kind, "documentId": ObjectId(), "clinicId": clinic["_id"], "userId": "u1",
        "time": clock.now(), "dataModel": "Notes", "eventType": "New", "destination": "dest-n", "embedded": True,
        "payload": {"Patient": {"LastName": "Marker"}}, "report": b"%PDF-1.7 content", **fields,
    }  # fmt: skip
    db.collection("redoxDeliveries").insert_one(document)
    return document


def test_deliveries_are_listed_and_filtered_without_their_content(clinic, staff):
    note = delivery(clinic)
    sheet = delivery(clinic, "flowsheet", userId="u2")
    person = staff("integration")
    page = person.get("ehr/deliveries/")
    assert ids_on(page) == [str(sheet["_id"]), str(note["_id"])]
    assert "kept, not sent" in text(page)
    assert "Marker" not in text(page)
    assert ids_on(person.get("ehr/deliveries/", {"kind": "notes"})) == [str(note["_id"])]
    assert ids_on(person.get("ehr/deliveries/", {"user": "u2"})) == [str(sheet["_id"])]
    assert ids_on(person.get("ehr/deliveries/", {"document": str(note["documentId"])})) == [
        str(note["_id"])
    ]
    assert not events(action="ehr.payload_viewed")


@pytest.mark.yardstick("A1")
def test_a_delivery_shows_payload_and_pdf_and_records_both_looks(clinic, staff):
    note = delivery(clinic)
    person = staff("integration")
    page = person.get(f"ehr/deliveries/{note['_id']}/")
    assert "Marker" in text(page)
    assert f"/admin/ehr/deliveries/{note['_id']}/report.pdf" in text(page)
    pdf = person.get(f"ehr/deliveries/{note['_id']}/report.pdf")
    assert pdf.content == b"%PDF-1.7 content"
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in pdf.headers["Content-Security-Policy"]
    assert "no-store" in pdf.headers["Cache-Control"]
    looks = events(**{"object.id": str(note["_id"])})
    assert [e["action"] for e in looks] == ["ehr.payload_viewed", "ehr.report_viewed"]
    assert looks[0]["scope"] == {"patient": "u1", "kind": "notes"}
    assert staff("support").get(f"ehr/deliveries/{note['_id']}/report.pdf").status_code == 403


def test_the_health_record_of_a_clinic_is_on_one_page(clinic, run, staff):
    patient, other = make_patient(clinic, fullName="Dora Detail"), make_clinic()
    order, of_other = message(), message()
    record("message", order, "failed", clinicId=clinic["_id"], userId=patient["userId"])
    record("message", of_other, "failed", clinicId=other["_id"])
    note = delivery(clinic, documentId=order["_id"], userId=patient["userId"])
    path = f"clinics/{clinic['_id']}/ehr/"
    page = text(staff("integration", "support").get(path))
    for shown in (
        order["_id"],
        run[0]["_id"],
        note["_id"],
        "Dora Detail",
        "Sync runs",
        f"?clinic={clinic['_id']}",
    ):
        assert str(shown) in page, shown
    assert str(of_other["_id"]) not in page
    assert 'name="row"' not in page  # there is no form to send it
    assert patient["userId"] in events(action="patients.listed")[-1]["scope"]["patients"]
    assert "Dora Detail" not in text(staff("integration").get(path))
    assert staff("support").get(path).status_code == 403
    empty = text(staff("integration").get(f"clinics/{make_clinic()['_id']}/ehr/"))
    assert "No connection" in empty
    assert "Nothing yet" in empty


def test_support_sees_the_orders_of_a_patient_and_the_reports_that_were_sent(clinic, staff):
    older, newer = ObjectId(), ObjectId()
    subscription = {
        "active": True,
        "provider": "redox",
        "matchedMessages": [{"id": older}, {"id": newer}],
    }
    patient = make_patient(clinic, ehrSubscriptions={"summaryAndReports": subscription})
    note = delivery(clinic, documentId=newer, userId=patient["userId"])
    delivery(clinic, "flowsheet", documentId=newer, userId=patient["userId"], report=b"")
    of_another = delivery(clinic, "results", documentId=newer, userId="another")
    base = f"clinics/{clinic['_id']}/patients/{patient['userId']}/"
    page = text(staff("support").get(base))
    assert page.index(str(newer)) < page.index(str(older))
    assert f"/admin/{base}reports/{note['_id']}.pdf" in page
    assert f"{of_another['_id']}" not in page
    assert "/admin/ehr/" not in page
    assert f"/admin/ehr/deliveries/{note['_id']}/" in text(
        staff("support", "integration").get(base)
    )

    pdf = staff("support").get(f"{base}reports/{note['_id']}.pdf")
    assert pdf.content == b"%PDF-1.7 content"
    (look,) = events(action="ehr.report_viewed")
    assert look["scope"]["patient"] == patient["userId"]
    assert staff("support").get(f"{base}reports/{of_another['_id']}.pdf").status_code == 404
    for role in ("viewer", "integration"):
        assert staff(role).get(f"{base}reports/{note['_id']}.pdf").status_code == 403


def test_a_delivery_without_a_report_has_no_pdf(clinic, staff):
    sheet = delivery(clinic, "flowsheet")
    db.collection("redoxDeliveries").update_one({"_id": sheet["_id"]}, {"$unset": {"report": ""}})
    person = staff("integration")
    assert "iframe" not in text(person.get(f"ehr/deliveries/{sheet['_id']}/"))
    assert person.get(f"ehr/deliveries/{sheet['_id']}/report.pdf").status_code == 404
    assert person.get(f"ehr/deliveries/{ObjectId()}/").status_code == 404


# --- what the outcome of an order means ------------------------------------------------------------------
OUTCOME = re.compile(r"(?:ignored|done)\(([^()]*)\)")
SOURCES = {
    "message": "redox/services/orders.py",
    "scheduled": "redox/services/scheduled_sends.py",
    "xealth_order": "xealth/services/orders.py",
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_outcome_says_what_it_means(kind):
    """Also those that a later version adds."""
    source = (settings.BASE_DIR / SOURCES[kind]).read_text()
    codes = {code for call in OUTCOME.findall(source) for code in re.findall(r'"(\w+)"', call)}
    assert len(codes) > 5
    assert outcomes.known(kind) == codes


def test_the_page_of_an_order_with_an_unknown_code_compares_it_with_the_settings(staff):
    clinic = ehr.ehr_clinic()
    document = message(message=ehr.order("BLOOD"))
    record("message", document, "ignored", outcome="procedure_unknown", clinicId=clinic["_id"])
    page = text(staff("integration").get(f"ehr/messages/{document['_id']}/"))
    assert "<h1>Message: procedure unknown" in page
    assert "no procedure with the code of this order" in page
    assert re.search(r"Code of the order</dt><dd>.*BLOOD.*</dd>", page)
    assert re.search(r"Codes of the settings</dt><dd>.*: ENABLE; .*: CREATE-ENABLE</dd>", page)
    for target in ("test-match", "settings/ehr"):
        assert f'href="/admin/clinics/{clinic["_id"]}/{target}"' in page


def test_the_page_of_an_order_without_a_patient_names_the_rule_and_no_one(staff):
    clinic = ehr.ehr_clinic()
    document = message(message=ehr.order())
    record("message", document, "done", outcome="no_patient", clinicId=clinic["_id"])
    path = f"ehr/messages/{document['_id']}/"
    page = text(staff("integration").get(path))
    assert "<h1>Message: no patient" in page
    assert "the MRN and the birth date of the order" in page
    assert "the identifier of the type" in page
    assert "0 patients of the clinic would match." in page
    ehr.ehr_patient(clinic)
    page = text(staff("integration").get(path))
    assert "1 patient of the clinic would match." in page
    assert not [value for value in ("Mara", "Quill", "QX-1", "1991") if value in page]
    assert not events(action="ehr.payload_viewed")


def test_a_message_that_cannot_be_read_says_why_nothing_is_compared(staff):
    document = message(message={"Patient": "?"})
    record("message", document, "failed", lastError="order_unreadable")
    assert staff("integration").get(f"ehr/messages/{document['_id']}/").status_code == 200

"""Lists of EHR work name clinics and patients; patients' names are for staff who may see patients, and recorded."""

import re

import pytest
from bson import ObjectId

from kernel import clock, db
from tests.admin.conftest import events, text
from tests.admin.test_ehr import delivery, ids_on, message, record, send
from tests.factories import make_clinic, make_patient

LISTS = ("ehr/messages/", "ehr/processing/", "ehr/deliveries/")


@pytest.fixture
def clinic():
    return make_clinic(name="Harbor Diabetes Center")


@pytest.fixture
def patient(clinic):
    return make_patient(clinic, fullName="Mara Quill", mrn="QX-1", birthDate="1964-05-14")


@pytest.fixture
def work(clinic, patient):
    """A message, a send and a delivery for the patient."""
    received, sent = message(), send(clinic, patient, clock.now())
    for kind, document in (("message", received), ("scheduled", sent)):
        record(kind, document, "done", clinicId=clinic["_id"], userId=patient["userId"])
    moment = sent["createdTime"]
    sync = {"clinicId": clinic["_id"], "createdTime": moment, "after": None, "count": 1}
    db.collection("ehrSyncs").insert_one({"_id": ObjectId(), **sync})
    kept = delivery(clinic, "notes")
    db.collection("redoxDeliveries").update_one(
        {"_id": kept["_id"]}, {"$set": {"userId": patient["userId"]}}
    )
    return received


@pytest.mark.parametrize("path", LISTS)
def test_the_clinic_is_named_and_the_patient_only_for_staff_who_may_see_patients(
    path, work, patient, clinic, staff
):
    page = text(staff("integration").get(path))
    assert "Harbor Diabetes Center" in page
    assert "Mara Quill" not in page
    assert events(action="patients.listed") == []

    page = text(staff("integration", "support").get(path))

    assert "Mara Quill" in page
    (event,) = events(action="patients.listed")
    assert event["scope"] == {"patients": [patient["userId"]]}
    assert event["clinicId"] == clinic["_id"]
    assert "Quill" not in str(event)


def test_the_page_of_a_message_names_them_too(work, staff):
    page = text(staff("integration", "support").get(f"ehr/messages/{work['_id']}/"))

    assert "Mara Quill" in page
    assert "Harbor Diabetes Center" in page
    assert len(events(action="patients.listed")) == 1


def test_patients_of_several_clinics_are_recorded_in_one_event_without_a_clinic(work, staff):
    other = make_clinic(name="Elsewhere")
    person = make_patient(other, fullName="Bo Berg")
    record("message", message(), "done", clinicId=other["_id"], userId=person["userId"])

    staff("integration", "support").get("ehr/messages/")

    (event,) = events(action="patients.listed")
    assert (event["clinicId"], len(event["scope"]["patients"])) == (None, 2)


def test_a_run_that_refreshes_itself_records_a_patient_once(work, clinic, staff):
    person = staff("integration", "support")
    (run,) = person.get("ehr/runs/").context["rows"]
    page = text(person.get(f"ehr/runs/{run['id']}/"))
    assert "Mara Quill" in page
    poll = re.search(r'data-poll="([^"]+)"', page)[1].replace("&amp;", "&")
    for _ in range(2):
        assert "Mara Quill" in text(person.client.get(poll))
    assert len(events(action="patients.listed")) == 1

    for forged in ("", "?seen=x", f"?{poll.partition('?')[2]}x"):
        person.get(f"ehr/runs/{run['id']}/progress{forged}")
    assert len(events(action="patients.listed")) == 4


def test_lists_are_filtered_by_the_name_of_a_clinic(work, staff):
    make_clinic(name="Elsewhere")
    person = staff("integration")

    for path in LISTS[:2]:
        assert str(work["_id"]) in ids_on(person.get(path, {"clinic": "harbor"}))
        assert ids_on(person.get(path, {"clinic": "elsewhere"})) == []


@pytest.mark.parametrize("typed", ["quill", "QX-1", "14.05.1964"])
def test_in_one_clinic_a_patient_is_found_by_name_or_mrn_by_staff_who_may_see_patients(
    typed, work, staff
):
    both, query = staff("integration", "support"), {"clinic": "harbor", "user": typed}

    assert ids_on(both.get("ehr/messages/", query)) == [str(work["_id"])]
    assert ids_on(both.get("ehr/messages/", {"user": typed})) == []
    assert ids_on(both.get("ehr/messages/", {**query, "user": "berg"})) == []
    assert ids_on(staff("integration").get("ehr/messages/", query)) == []


@pytest.mark.foreign_documents
def test_ids_that_cannot_be_read_do_not_break_a_list(work, staff):
    record("message", message(), "failed", clinicId=["x"], userId={"y": 1})

    page = staff("integration", "support").get("ehr/messages/")

    assert [row["patient_name"] for row in page.context["rows"]] == ["", "Mara Quill"]


@pytest.mark.parametrize("path", LISTS)
def test_more_rows_need_no_more_queries(path, work, clinic, root, mongo_commands):
    def reads():
        with mongo_commands() as commands:
            assert root.client.get(f"/admin/{path}").status_code == 200
        return sum(name in ("find", "aggregate", "count", "getMore") for name in commands)

    reads()
    few = reads()
    for number in range(20):
        other = make_clinic(name=f"Clinic {number}")
        person = make_patient(other, fullName=f"Person {number}")
        record("message", message(), "done", clinicId=other["_id"], userId=person["userId"])
        delivery(other, "results")

    assert reads() <= few


@pytest.mark.parametrize(
    ("settings", "badges"),
    [
        ({"provider": "redox", "enabled": True}, ["Redox", "on"]),
        ({"provider": "xealth", "enabled": True}, ["Xealth", "on"]),
        ({"provider": "xealth", "enabled": False}, ["Xealth", "off"]),
    ],
)
def test_the_page_of_a_clinic_names_its_way_into_the_health_record(settings, badges, staff):
    clinic = make_clinic(name="Harbor", ehrSettings={**settings, "sourceId": "s"})

    page = text(staff("viewer").get(f"clinics/{clinic['_id']}/"))

    panel = page[page.index('id="ehr-sync"') :]
    assert re.findall(r'st-badge[^>]*">([^<]*)<', panel)[:2] == badges
    assert "Processing</a>" not in panel
    links = text(staff("integration").get(f"clinics/{clinic['_id']}/"))
    assert f"/admin/ehr/processing/?clinic={clinic['_id']}" in links

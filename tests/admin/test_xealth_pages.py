"""Orders and pre-orders of Xealth for staff: by clinic and name, the form as the clinician saw it (rules EHR-180, EHR-187
and EHR-188)."""

import re
from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from kernel import clock, db
from tests.admin.conftest import events, text
from tests.admin.test_ehr import ids_on, record
from tests.events import emitted
from tests.factories import make_clinic, make_patient
from tests.xealth import xealth_clinic

LIST = "ehr/xealth-preorders/"
TRACKING_ID = "7a1e2f5c-4b6d-4f0e-9c55-2f0a9b7d1e33"


@pytest.fixture
def clinic():
    clinic = xealth_clinic()
    tags = [{"_id": ObjectId(), "name": name} for name in ("Pump", "Study")]
    fields = {"name": "Rivertown Diabetes Center", "patientTags": tags}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})
    return clinic | fields


def preorder(clinic, **fields):
    document = {
        "_id": ObjectId(),
        "dataTrackingId": TRACKING_ID,
        "clinicId": clinic["_id"],
        "fullName": "Tomas Weir",
        "patient": {"email": "tomas@example.org", "connectDexcom": True},
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }
    db.collection("xealth_preorder").insert_one(document)
    return document


def fields_of(page):
    return {field.name: field for field in page.context["form"].fields}


def chosen(field):
    return {choice.label: choice.is_chosen for choice in field.choices}


def test_only_the_integration_role_opens_the_pages(clinic, staff):
    path = f"{LIST}{preorder(clinic)['_id']}/"
    for role in ("viewer", "support", "configuration", "destructive", "auditor"):
        for page in (LIST, path):
            assert staff(role).get(page).status_code == 403
    for page in (LIST, path):
        assert staff("integration").get(page).status_code == 200
    assert staff("integration").get(f"{LIST}{ObjectId()}/").status_code == 404
    assert staff("integration").get(f"{LIST}x/").status_code == 404


def test_the_list_names_the_clinic_and_the_patient_for_staff_who_may_see_patients(clinic, staff):
    kept = preorder(clinic)

    page = text(staff("integration").get(LIST))
    assert "Rivertown Diabetes Center" in page
    assert "Weir" not in page
    assert "tomas@example.org" not in page
    assert events(action="patients.listed") == []

    page = text(staff("integration", "support").get(LIST))
    assert "Tomas Weir" in page
    (event,) = events(action="patients.listed")
    assert event["scope"] == {"preorders": [str(kept["_id"])]}
    assert "Weir" not in str(event)


def test_the_list_is_filtered_by_clinic_day_and_name(clinic, staff):
    one = preorder(clinic)
    other = preorder(
        make_clinic(name="Elsewhere"), dataTrackingId="other", fullName="B\u00e9la Kun"
    )
    person = staff("integration", "support")
    for query, expected in (
        ({}, [other, one]),
        ({"clinic": "rivertown"}, [one]),
        ({"clinic": str(clinic["_id"])}, [one]),
        ({"name": "bela"}, [other]),
        ({"name": "weir tom"}, [one]),
        ({"clinic": "rivertown", "name": "bela"}, []),
        ({"to": "2001-01-01"}, []),
    ):
        listed = ids_on(person.get(LIST, query))
        assert listed == [str(document["_id"]) for document in expected], query
    assert len(ids_on(staff("integration").get(LIST, {"name": "bela"}))) == 2


def test_the_form_is_shown_as_the_clinician_saw_it_and_the_view_is_recorded(clinic, staff):
    pump, _ = clinic["patientTags"]
    kept = preorder(clinic, tags={"ids": [str(pump["_id"])]})

    page = staff("integration").get(f"{LIST}{kept['_id']}/")

    form, fields = page.context["form"], fields_of(page)
    assert form.title == "Add Tomas Weir to Tidepool"
    assert list(fields) == ["email", "connectAbbott", "connectDexcom", "tags"]
    assert fields["email"].title == "Patient's Email"
    assert fields["email"].value == "tomas@example.org"
    assert (fields["connectAbbott"].value, fields["connectDexcom"].value) == (False, True)
    assert "For US Dexcom Users Only" in fields["connectDexcom"].help
    assert chosen(fields["tags"]) == {"Pump": True, "Study": False}
    assert 'value="tomas@example.org" readonly' in text(page)
    inputs = re.findall(r'<input[^>]* id="form-[^>]*>', text(page))
    assert len(inputs) == 5
    assert all("readonly" in field or "disabled" in field for field in inputs)
    (event,) = events(action="ehr.payload_viewed")
    assert event["object"]["type"] == "ehr_xealth_preorder"
    assert event["object"]["id"] == str(kept["_id"])
    assert event["clinicId"] == clinic["_id"]
    assert "tomas" not in str(event).lower()


def test_the_form_of_a_guardian_has_the_names(clinic, staff):
    guardian = {"firstName": "Ida", "lastName": "Weir"}
    kept = preorder(clinic, patient=None, guardian=guardian)

    fields = fields_of(staff("integration").get(f"{LIST}{kept['_id']}/"))

    assert [fields[name].value for name in ("firstName", "lastName", "email")] == [
        "Ida",
        "Weir",
        "",
    ]
    assert "connectDexcom" not in fields  # it is offered only with an address


def test_a_clinic_without_tags_shows_none_and_a_deleted_tag_is_shown_by_its_id(clinic, staff):
    gone = str(ObjectId())
    kept = preorder(clinic, tags={"ids": [gone]})
    bare = preorder(make_clinic(), dataTrackingId="bare")
    person = staff("integration")

    fields = fields_of(person.get(f"{LIST}{kept['_id']}/"))
    assert chosen(fields["tags"]) == {"Pump": False, "Study": False, f"deleted tag {gone}": True}
    assert "tags" not in fields_of(person.get(f"{LIST}{bare['_id']}/"))


@pytest.mark.foreign_documents
@pytest.mark.parametrize(
    "broken",
    [
        {"patient": "x"},
        {"patient": {"email": 5, "connectDexcom": "yes"}},
        {"clinicId": "x", "fullName": 7, "tags": [1]},
        {"tags": {"ids": [1, None]}, "patient": {}, "dataTrackingId": None},
        {"guardian": ["x"]},
    ],
)
def test_a_pre_order_that_cannot_be_read_is_shown_as_far_as_it_can(clinic, staff, broken):
    kept = preorder(clinic, **broken)
    person = staff("integration", "support")

    assert ids_on(person.get(LIST)) == [str(kept["_id"])]
    assert person.get(f"{LIST}{kept['_id']}/").status_code == 200


def test_one_of_the_earlier_service_is_shown_without_clinic_and_name(staff):
    kept = {"_id": ObjectId(), "dataTrackingId": TRACKING_ID, "patient": {"connectAbbott": True}}
    db.collection("xealth_preorder").insert_one(kept)
    person = staff("integration", "support")

    assert ids_on(person.get(LIST)) == [str(kept["_id"])]
    assert events(action="patients.listed") == []
    page = person.get(f"{LIST}{kept['_id']}/")
    assert page.context["form"].title == "Add a patient to Tidepool"


def test_more_pre_orders_need_no_more_queries(clinic, root, mongo_commands):
    def reads():
        with mongo_commands() as commands:
            assert root.client.get(f"/admin/{LIST}").status_code == 200
        return sum(name in ("find", "aggregate", "count", "getMore") for name in commands)

    preorder(clinic)
    reads()
    few = reads()
    for number in range(20):
        preorder(make_clinic(name=f"Clinic {number}"), dataTrackingId=str(number))

    assert reads() <= few


def test_the_page_of_a_clinic_shows_its_program_and_leads_to_its_pre_orders(clinic, staff):
    page = text(staff("integration").get(f"clinics/{clinic['_id']}/"))

    assert "deployment rivertown" in page
    assert "program tp-program-7" in page
    assert f"/admin/{LIST}?clinic={clinic['_id']}" in page


# --- orders -----------------------------------------------------------------------------------------
ORDERS = "ehr/xealth-orders/"


def order(state="done", **record_fields):
    document = {
        "_id": ObjectId(),
        "eventNotification": {
            "deployment": "rivertown",
            "orderId": "ord-1",
            "eventType": "order",
            "eventContext": "new",
            "eventTimeStamp": clock.now(),
            "patientIdentity": {"ids": [{"id": "Marker"}]},
        },
        "orderData": {
            "preorder": {"dataTrackingId": TRACKING_ID},
            "datasets": {"demographicsV1": {"name": {"family": ["Marker"]}}},
        },
    }
    db.collection("xealth_order").insert_one(document)
    record("xealth_order", document, state, **record_fields)
    return document


def test_orders_are_listed_by_clinic_and_patient_beside_those_of_redox(clinic, staff):
    patient = make_patient(clinic, fullName="Tomas Weir")
    kept = order(clinicId=clinic["_id"], userId=patient["userId"])
    order("failed", lastError="no_clinic")

    for path in (ORDERS, "ehr/processing/"):
        page = staff("integration", "support").get(path, {"clinic": "rivertown"})
        assert ids_on(page) == [str(kept["_id"])]
        for name in ("Tomas Weir", "Rivertown Diabetes Center"):
            assert name in text(page)
        assert "Weir" not in text(staff("integration").get(path))
    kinds = {"kind": "xealth_order"}
    assert len(ids_on(staff("integration").get("ehr/processing/", kinds))) == 2
    assert staff("support").get(ORDERS).status_code == 403


def test_an_order_and_its_pre_order_lead_to_each_other_without_patient_data(clinic, staff):
    entered, kept = preorder(clinic), order()
    person = staff("integration")

    page = text(person.get(f"{ORDERS}{kept['_id']}/"))
    assert f"/admin/{LIST}{entered['_id']}/" in page
    assert "Marker" not in page
    assert "Weir" not in page
    assert f"/admin/{ORDERS}{kept['_id']}/" in text(person.get(f"{LIST}{entered['_id']}/"))


def test_an_order_without_a_pre_order_is_shown(staff):
    kept = order()

    assert "Pre-order" in text(staff("integration").get(f"{ORDERS}{kept['_id']}/"))


def test_every_view_of_the_payload_of_an_order_is_recorded(clinic, staff):
    kept = order(clinicId=clinic["_id"], userId="u1")

    page = text(staff("integration").get(f"{ORDERS}{kept['_id']}/payload"))

    assert page.count("Marker") == 2
    (event,) = events(action="ehr.payload_viewed")
    assert event["object"]["type"] == "ehr_xealth_order"
    assert (event["object"]["id"], event["scope"]) == (str(kept["_id"]), {"patient": "u1"})
    assert staff("support").get(f"{ORDERS}{kept['_id']}/payload").status_code == 403


def test_a_failed_order_is_started_again_with_a_reason(staff):
    kept = order("failed", lastError="xealth_order_refused_400")
    person = staff("integration")
    assert "Process again" in text(person.get(f"{ORDERS}{kept['_id']}/"))

    person.post("ehr/start-again", row=f"xealth_order:{kept['_id']}", reason="TICKET-1")

    assert db.collection("ehrProcessing").find_one({})["state"] == "pending"
    (event,) = events(action="ehr.requeued")
    assert (event["object"]["type"], event["reason"]) == ("ehr_xealth_order", "TICKET-1")
    assert emitted("xealth.order_notified") == [{"documentId": str(kept["_id"])}]


def test_the_commands_know_orders_too():
    kept = order("failed", lastError="xealth_order_refused_400")

    def run(*words):
        out = StringIO()
        call_command("ehr", *map(str, words), stdout=out)
        return out.getvalue().splitlines()

    assert run("show-message", kept["_id"])[:2] == ["kind: xealth_order", "state: failed"]
    assert run("requeue-failed", "--kind", "xealth_order", "--dry-run") == [
        f"xealth_order {kept['_id']} - xealth_order_refused_400",
        "1 would be requeued",
    ]
    with pytest.raises(CommandError, match="no message and no scheduled send and no Xealth order"):
        run("show-message", ObjectId())

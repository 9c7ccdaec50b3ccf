"""XealthPreorder: forms, and what comes back in them (rules EHR-146 to EHR-153)."""

import threading
import uuid
from datetime import date

import pytest
from bson import ObjectId

from kernel import clock, db
from kernel.http import ServiceError, ServiceUnavailable
from patients import ages
from tests import xealth
from tests.cast import make_person
from tests.xealth import (
    ABSENT,
    TRACKING_ID,
    ask,
    changed,
    child,
    initial,
    refused,
    request,
    stored_preorders,
    subsequent,
    xealth_clinic,
    xealth_patient,
)

TITLE = "There Was a Problem Adding Patient To Tidepool"
AGAIN = "If you continue experiencing difficulties, please contact support@tidepool.org."
NOT_CREATED = [
    "Something went wrong when we tried to create a new patient account in Tidepool. Please click “Cancel” and try "
    f"again. {AGAIN}"
]
EMAIL_TAKEN = [
    "The email address you chose is already in use with another account in Tidepool. You could click “Cancel” and try "
    "to create the patient with a different email address.",
    "If you think the patient already exists in Tidepool and would like to enroll that account for monitoring in "
    "Xealth, you could go to Tidepool and look for the account with the email you are trying to create. If it is the "
    "same patient, make sure the MRN and date of birth associated with the account in Tidepool match those values in "
    "this patient’s record in Xealth. If you change them in Tidepool to match and return to the patient’s record in "
    "Xealth, you can enter another order and it will enroll their existing Tidepool account for monitoring.",
    "If you can’t find the patient in your Tidepool clinic account, you can invite the patient to share their data "
    "using your clinic share code. Once they do so and you accept the invite, then you can enroll the patient for "
    "monitoring in Xealth.",
    AGAIN,
]
BIRTH_DATE_DIFFERS = [
    "The patient's Medical Record Number (MRN) you're trying to add to Tidepool is already in use, but there's a "
    "mismatch with the patient's date of birth between Tidepool and the Electronic Health Record (EHR). To proceed "
    "with enrolling this patient in Xealth for monitoring, please do one of the following:",
    "1. Access Tidepool, locate the patient using the same MRN, and update their date of birth to align with what's "
    "recorded in the EHR.",
    "2. Alternatively, modify the patient's date of birth in the EHR to match the existing data in Tidepool.",
    AGAIN,
]
CONNECT = {
    "connectAbbott": {
        "title": "Connect with FreeStyle Libre", "description": "", "type": "boolean",
    },
    "connectDexcom": {"title": "Connect with Dexcom", "description": "", "type": "boolean"},
}  # fmt: skip
HELP = {
    name: {
        "ui:help": "If this box is checked, patient will receive an email to authorize sharing "
        f"{device} data with Tidepool. For US {device} Users Only"
    }
    for name, device in (("connectAbbott", "FreeStyle Libre"), ("connectDexcom", "Dexcom"))
}
HIDDEN = {"ids": {"ui:widget": "CheckboxesWidget"}, "ui:widget": "hidden"}


def error_form(paragraphs, tags=None):
    names = [f"error_{number}" for number in range(len(paragraphs))]
    return {
        "formId": "error_form",
        "formSchema": {
            "type": "object",
            "title": TITLE,
            "definitions": {"tags": tags or {}},
            "properties": {
                name: {"type": "null", "title": " ", "description": text}
                for name, text in zip(names, paragraphs, strict=True)
            },
        },
        "uiSchema": {"tags": {}, "ui:order": names},
    }


def check_error(shown, paragraphs, data, tags=None):
    assert shown["notOrderable"] is True
    assert shown["preorderFormInfo"] == {**error_form(paragraphs, tags), "formData": data}


@pytest.fixture
def clinic():
    return xealth_clinic()


class TestInitial:
    def test_a_patient_with_this_number_and_birth_date_needs_no_form(self, clinic):
        xealth_patient(clinic)

        assert ask(initial()) == {}

    @pytest.mark.parametrize("birth_date", ["1979-09-29", "", None])
    @pytest.mark.foreign_documents
    def test_a_birth_date_that_differs_cannot_be_ordered(self, clinic, birth_date):
        xealth_patient(clinic, birthDate=birth_date)

        shown = ask(initial())

        check_error(shown, BIRTH_DATE_DIFFERS, {"patient": {"email": "tomas@example.org"}})
        assert uuid.UUID(shown["dataTrackingId"]).version == 4

    def test_a_birth_date_that_differs_in_the_guardian_flow(self, clinic):
        xealth_patient(clinic)

        check_error(ask(child(initial())), BIRTH_DATE_DIFFERS, {"guardian": {}})

    def test_an_adult_gets_the_form_for_patients(self, clinic):
        first, second = ask(initial()), ask(initial())

        assert first["dataTrackingId"] != second["dataTrackingId"]
        assert uuid.UUID(first["dataTrackingId"]).version == 4
        assert first["notOrderable"] is False
        assert first["preorderFormInfo"] == {
            "formId": "patient_enrollment_form",
            "formData": {"patient": {"email": "tomas@example.org"}},
            "formSchema": {
                "type": "object",
                "title": "Add Tomas B. Weir to Tidepool",
                "description": "Please confirm a few details to complete set up.",
                "definitions": {"tags": {}},
                "properties": {
                    "patient": {
                        "type": "object",
                        "title": "",
                        "properties": {
                            "email": {
                                "title": "Patient's Email",
                                "description": "Email allows your patient to claim their account and upload their "
                                "data from home.",
                                "type": "string",
                                "format": "email",
                            }
                        },
                        "dependencies": {"email": {"properties": CONNECT}},
                    },
                    "tags": tags_property("null"),
                },
            },
            "uiSchema": {"ui:order": ["patient", "tags"], "patient": HELP, "tags": HIDDEN},
        }
        assert stored_preorders() == []

    def test_a_child_gets_the_form_for_guardians(self, clinic):
        shown = ask(child(initial()))

        assert shown["notOrderable"] is False
        assert shown["preorderFormInfo"] == {
            "formId": "guardian_enrollment_form",
            "formData": {"guardian": {}},
            "formSchema": {
                "type": "object",
                "title": "Add Tomas B. Weir to Tidepool",
                "description": "Please confirm a few details to complete set up. A parent or guardian is required "
                "to claim this patient's accounts because the patient is under 13 years of age.",
                "definitions": {"tags": {}},
                "properties": {
                    "guardian": {
                        "type": "object",
                        "title": "",
                        "required": ["firstName", "lastName"],
                        "properties": {
                            "firstName": {"title": "Parent/Guardian First Name", "type": "string"},
                            "lastName": {"title": "Parent/Guardian Last Name", "type": "string"},
                            "email": {
                                "title": "Parent/Guardian Email",
                                "description": "Email allows your patient’s parent/guardian to claim their account "
                                "and upload their data from home.",
                                "type": "string",
                                "format": "email",
                            },
                        },
                        "dependencies": {"email": {"properties": CONNECT}},
                    },
                    "tags": tags_property("null"),
                },
            },
            "uiSchema": {
                "ui:order": ["guardian", "tags"],
                "guardian": {
                    "ui:order": [
                        "firstName", "lastName", "email", "connectAbbott", "connectDexcom",
                    ],
                    **HELP,
                },
                "tags": HIDDEN,
            },
        }  # fmt: skip

    @pytest.mark.parametrize(
        "telecom", [[], None, [{"system": "phone", "value": "1"}], [{"system": "email"}]]
    )
    def test_without_an_address_the_form_is_empty(self, clinic, telecom):
        body = changed(initial(), "datasets.demographicsV1.telecom", telecom)

        assert ask(body)["preorderFormInfo"]["formData"] == {"patient": {}}

    @pytest.mark.foreign_documents
    def test_the_clinics_tags_are_shown_in_byte_order_without_broken_ones(self):
        names = ["b", "Ä", "a", "Z", "é"]
        tags = [{"_id": ObjectId(), "name": name} for name in names]
        broken = [{"name": "no id"}, {"_id": ObjectId()}, None]
        ids = {tag["name"]: str(tag["_id"]) for tag in tags}
        clinic = xealth_clinic()
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"patientTags": [*broken, *tags]}}
        )

        shown = ask(initial())["preorderFormInfo"]

        ordered = ["Z", "a", "b", "Ä", "é"]
        definition = {"enum": [ids[name] for name in ordered], "enumNames": ordered}
        assert shown["formSchema"]["definitions"] == {"tags": definition}
        assert shown["formSchema"]["properties"]["tags"] == tags_property("object")
        assert shown["uiSchema"]["tags"] == {**HIDDEN, "ui:widget": "object"}


def tags_property(kind):
    return {
        "type": kind,
        "title": "",
        "properties": {
            "ids": {
                "title": "Patient Tags",
                "description": "",
                "type": "array",
                "uniqueItems": True,
                "items": {"$ref": "#/definitions/tags"},
            }
        },
    }


class TestAge:
    """Thirteenth birthday on the clinic's day, not on the server's (rule EHR-147)."""

    @pytest.mark.parametrize(
        ("moment", "zone", "is_child"),
        [
            ("2026-03-10T04:59:00Z", "US/Central", True),  # still the 9th there
            ("2026-03-10T05:00:00Z", "US/Central", False),
            ("2026-03-09T11:00:00Z", "Pacific/Auckland", False),  # the 10th already
            ("2026-03-09T23:59:00Z", None, True),
            ("2026-03-10T00:00:00Z", "Nowhere/Land", False),
        ],
    )
    def test_the_flow_goes_by_the_clinics_day(self, monkeypatch, moment, zone, is_child):
        clinic = xealth_clinic()
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": {"timezone": zone}})
        monkeypatch.setattr(ages.clock, "now", lambda: clock.parse_time(moment))

        shown = ask(xealth.with_birth_date(initial(), "2013-03-10"))["preorderFormInfo"]

        form_id = "guardian_enrollment_form" if is_child else "patient_enrollment_form"
        assert shown["formId"] == form_id

    def test_a_birthday_on_29_february(self):
        assert ages.is_under_13(date(2012, 2, 29), date(2025, 2, 28))
        assert not ages.is_under_13(date(2012, 2, 29), date(2025, 3, 1))
        assert not ages.is_under_13(date(2011, 2, 28), date(2024, 2, 29))
        assert ages.is_under_13(date(2011, 3, 1), date(2024, 2, 29))


class TestSubsequent:
    def test_what_a_clinician_entered_is_kept(self, clinic):
        tags = {"ids": ["65f0ab00bb22cc33dd44ee01"]}
        entered = {"patient": {"email": " Tomas@Example.org", "connectDexcom": True}, "tags": tags}

        assert ask(subsequent(entered)) == {}

        (document,) = stored_preorders()
        assert (document["dataTrackingId"], document["tags"]) == (TRACKING_ID, tags)
        assert document["patient"] == {"email": "tomas@example.org", "connectDexcom": True}
        assert document["clinicId"] == clinic["_id"]
        assert "guardian" not in document

    def test_what_a_guardian_entered_is_kept(self, clinic):
        guardian = {
            "firstName": " Ida ", "lastName": "Weir", "email": "Ida Weir <ida@example.org>",
            "connectAbbott": True, "connectDexcom": False,
        }  # fmt: skip

        assert ask(child(subsequent({"guardian": guardian}))) == {}

        (document,) = stored_preorders()
        assert document["guardian"] == {
            "firstName": "Ida",
            "lastName": "Weir",
            "email": "ida@example.org",
            "connectAbbott": True,
        }
        assert not {"patient", "tags"} & document.keys()

    @pytest.mark.parametrize(
        "entered", [ABSENT, None, {}, {"patient": {}}, {"guardian": {"firstName": "x"}}]
    )
    def test_an_adult_may_leave_everything_empty(self, clinic, entered):
        assert ask(subsequent(entered)) == {}
        assert stored_preorders()[0]["patient"] == {}

    @pytest.mark.parametrize("email", ["", " ", None])
    def test_without_an_address_no_one_is_asked_to_connect(self, clinic, email):
        entered = {"patient": {"email": email, "connectAbbott": True, "connectDexcom": True}}

        assert ask(subsequent(entered)) == {}
        assert stored_preorders()[0]["patient"] == {}

    def test_names_are_read_in_any_case_and_unknown_ones_ignored(self, clinic):
        entered = {
            "PATIENT": {"Email": "a@example.org", "CONNECTABBOTT": True, "x": {}},
            "Tags": {"IDS": []},
        }

        assert ask(subsequent(entered)) == {}

        (document,) = stored_preorders()
        assert document["patient"] == {"email": "a@example.org", "connectAbbott": True}
        assert document["tags"] == {"ids": []}

    def test_the_flow_goes_by_the_age_and_not_by_the_form(self, clinic):
        shown = ask(child(subsequent({"patient": {"email": "a@example.org"}})))

        check_error(shown, NOT_CREATED, {"guardian": {}})

    def test_a_repeated_form_replaces_the_earlier_one(self, clinic):
        first = {
            "patient": {"email": "a@example.org", "connectAbbott": True},
            "tags": {"ids": ["1"]},
        }
        ask(subsequent(first))
        (before,) = stored_preorders()

        ask(subsequent({"patient": {"email": "b@example.org"}}))

        (document,) = stored_preorders()
        assert document["patient"] == {"email": "b@example.org"}
        assert document["_id"] == before["_id"]
        assert "tags" not in document

    @pytest.mark.parametrize("other", ["person", "clinic"])
    def test_the_form_of_another_person_or_clinic_is_not_replaced(self, clinic, other):
        ask(subsequent({"patient": {"email": "a@example.org"}}))
        before = stored_preorders()
        foreign = subsequent({"patient": {"email": "b@example.org "}})
        if other == "person":
            foreign["patientIdentity"]["ids"][1]["id"] = "RT-OTHER"
        else:
            xealth_clinic(sourceId="elsewhere")
            foreign["deployment"] = "elsewhere"

        check_error(ask(foreign), NOT_CREATED, {"patient": {"email": "b@example.org "}})
        assert stored_preorders() == before

    def test_a_form_that_comes_back_for_a_child_now_replaces_the_adults(self, clinic):
        ask(subsequent({"patient": {"email": "a@example.org"}}))

        ask(child(subsequent({"guardian": {"firstName": "Ida", "lastName": "Weir"}})))

        (document,) = stored_preorders()
        assert "patient" not in document
        assert document["guardian"] == {"firstName": "Ida", "lastName": "Weir"}

    def test_the_same_form_many_times_at_once_is_kept_once(self, clinic):
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(ask(subsequent({"patient": {}}))))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == [{}] * 8
        assert len(stored_preorders()) == 1

    def test_a_patient_who_is_there_by_now_is_answered_as_at_first(self, clinic):
        patient = xealth_patient(clinic)
        entered = subsequent({"patient": {"email": "not an address"}})
        assert ask(entered) == {}

        db.collection("patients").update_one(
            {"_id": patient["_id"]}, {"$set": {"birthDate": "1980-01-01"}}
        )
        shown = ask(entered)

        check_error(shown, BIRTH_DATE_DIFFERS, {"patient": {"email": "tomas@example.org"}})
        assert shown["dataTrackingId"] == TRACKING_ID
        assert stored_preorders() == []

    @pytest.mark.parametrize("tracking_id", ["", " ", None])
    def test_a_tracking_id_is_required(self, clinic, tracking_id):
        for entered in ({"patient": {}}, {"patient": {"email": "x"}}):
            words = refused(subsequent(entered, tracking_id), 400)
            assert words == "bad request: dataTrackingId is required"
        assert refused(request(eventType="preorder", eventContext="subsequent"), 400)
        assert stored_preorders() == []

    @pytest.mark.parametrize(
        "email",
        [
            "tomas",
            "a@b",
            "a b@example.org",
            "a@example.org, b@example.org",
            "a@-.org",
            "é@example.org",
        ],
    )
    def test_an_invalid_address_is_shown_again(self, clinic, email):
        tags = {"ids": ["65f0ab00bb22cc33dd44ee01"]}

        shown = ask(subsequent({"patient": {"email": email, "connectDexcom": True}, "tags": tags}))

        data = {"patient": {"email": email, "connectDexcom": True}, "tags": tags}
        check_error(shown, NOT_CREATED, data)
        assert shown["dataTrackingId"] == TRACKING_ID
        assert stored_preorders() == []

    @pytest.mark.parametrize(
        "guardian",
        [
            {},
            {"firstName": "Ida"},
            {"lastName": "Weir"},
            {"firstName": "Ida", "lastName": " "},
            {"firstName": "", "lastName": "Weir", "email": "taken@example.org"},
        ],
    )
    def test_a_guardian_needs_both_names(self, clinic, guardian):
        make_person("taken")

        shown = ask(child(subsequent({"guardian": guardian})))

        kept = {name: value for name, value in guardian.items() if value}
        check_error(shown, NOT_CREATED, {"guardian": kept})
        assert stored_preorders() == []

    def test_an_address_that_an_account_has_is_explained(self, clinic):
        make_person("taken")

        shown = ask(subsequent({"patient": {"email": "Taken@example.org"}}))

        check_error(shown, EMAIL_TAKEN, {"patient": {"email": "Taken@example.org"}})
        assert stored_preorders() == []

    def test_the_error_form_carries_the_clinics_tags(self):
        tag = {"_id": ObjectId(), "name": "Pump"}
        clinic = xealth_clinic()
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {"patientTags": [tag]}}
        )

        shown = ask(subsequent({"patient": {"email": "x"}}))

        tags = {"enum": [str(tag["_id"])], "enumNames": ["Pump"]}
        check_error(shown, NOT_CREATED, {"patient": {"email": "x"}}, tags)

    @pytest.mark.parametrize("status", [500, None])
    def test_an_outage_of_the_user_service_is_503(self, clinic, monkeypatch, status):
        class Failing:
            def get_user(self, _):
                raise ServiceError("users", status) if status else ServiceUnavailable("users")

        monkeypatch.setattr("users.services.people.user_service", Failing)

        assert (
            refused(subsequent({"patient": {"email": "a@example.org"}}), 503)
            == "service unavailable"
        )
        assert stored_preorders() == []

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("eventType", "order", "expected eventType='preorder' got order"),
            ("eventType", None, "expected eventType='preorder' got "),
            ("eventContext", "final", "invalid event context final"),
            ("eventContext", None, "invalid event context "),
        ],
    )
    def test_another_event_is_refused(self, clinic, field, value, words):
        body = {**initial(), field: value}

        assert refused(body, 400) == f"bad request: {words}"

"""Staff change a clinic's settings: seen before saved, guarded, audited (docs/admin.md)."""

from datetime import UTC, datetime

import pytest

from clinics_site import checks
from kernel import db
from patients.services import patients
from tests.admin.conftest import events, messages_of, opened_on, stored, text
from tests.admin.posted_forms import form_with

SOURCE, FLOWSHEET, NOTES, RESULTS = (f"0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d1{n}" for n in range(4))
EHR = {
    "enabled": "on",
    "provider": "redox",
    "source_id": SOURCE,
    "mrn_id_type": "MRN",
    "flowsheet": FLOWSHEET,
    "notes": NOTES,
    "results": RESULTS,
    "enable_reports": "CODE1",
    "cadence": "7d",
    "tag_codes": "TAGS, MORE",
    "tag_separator": "|",
}


def path(clinic, kind):
    return f"clinics/{clinic['_id']}/settings/{kind}"


CHANGES = {
    "profile": (
        "configuration",
        {
            "name": "Harbor Center",
            "city": "Bay",
            "country": "US",
            "units": "mmol/L",
            "clinic_type": "researcher",
            "phones": "Office: +1 555 0199\r\n+1 555 0100",
        },
        lambda c: (
            (c["name"], c["city"], c["PreferredBgUnits"], c["clinicType"])
            == ("Harbor Center", "Bay", "mmol/L", "researcher")
            and c["phoneNumbers"]
            == [{"type": "Office", "number": "+1 555 0199"}, {"number": "+1 555 0100"}]
            and c["timezone"] == "US/Pacific"
        ),
        "clinic.profile_changed",
    ),
    "limits": (
        "configuration",
        {
            "hard_plan": "40",
            "soft_plan": "30",
            "hard_start": "2026-01-01",
            "hard_end": "2026-12-31",
        },
        lambda c: (
            c["patientCountSettings"]["hardLimit"]["plan"] == 40
            and c["patientCountSettings"]["softLimit"] == {"plan": 30}
        ),
        "clinic.limits_changed",
    ),
    "tier": (
        "configuration",
        {"tier": "tier0300"},
        lambda c: c["tier"] == "tier0300",
        "clinic.tier_changed",
    ),
    "mrn": (
        "configuration",
        {"required": "on"},
        lambda c: c["mrnSettings"] == {"required": True, "unique": False},
        "clinic.mrn_changed",
    ),
    "timezone": (
        "configuration",
        {"timezone": "Europe/Berlin"},
        lambda c: (
            c["timezone"] == "Europe/Berlin" and c["phoneNumbers"] == [{"number": "+1 555 0100"}]
        ),
        "clinic.timezone_changed",
    ),
    "notifications": (
        "configuration",
        {"patient_invitation": "on"},
        lambda c: c["suppressedNotifications"] == {"patientClinicInvitation": True},
        "clinic.notifications_changed",
    ),
    "restrictions": (
        "integration",
        {"restrictions": "example.org\nclinic.example okta"},
        lambda c: (
            c["membershipRestrictions"]
            == [
                {"emailDomain": "example.org"},
                {"emailDomain": "clinic.example", "requiredIdp": "okta"},
            ]
        ),
        "clinic.restrictions_changed",
    ),
    "ehr": (
        "integration",
        EHR,
        lambda c: (
            c["ehrSettings"]["destinationIds"]
            == {"flowsheet": FLOWSHEET, "notes": NOTES, "results": RESULTS}
            and c["ehrSettings"]["tags"] == {"codes": ["TAGS", "MORE"], "separator": "|"}
        ),
        "clinic.ehr_changed",
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_goes_through_the_service_and_records_before_and_after(kind, clinic, staff):
    role, fields, is_stored, action = CHANGES[kind]
    person = staff(role)
    response = person.submit(path(clinic, kind), reason="TICKET-7", **fields)
    assert response.status_code == 302, text(response)
    document = stored(clinic)
    assert is_stored(document)
    assert document["updatedTime"] > clinic["updatedTime"]
    (event,) = events(action=action)
    assert event["actor"] == {"id": person.id, "kind": "staff", "name": role}
    assert event["object"] == {"type": "clinic", "id": str(clinic["_id"]), "name": clinic["name"]}
    assert event["clinicId"] == clinic["_id"]
    assert event["before"] != event["after"]
    assert (event["reason"], event["outcome"]) == ("TICKET-7", "done")
    assert event["requestId"]


@pytest.mark.parametrize("kind", CHANGES)
def test_other_roles_can_neither_open_nor_save_a_setting(kind, clinic, staff):
    allowed, fields, _, action = CHANGES[kind]
    for role in {"viewer", "support", "configuration", "integration", "destructive"} - {allowed}:
        assert staff(role).get(path(clinic, kind)).status_code == 403
        response = staff(role).post(path(clinic, kind), confirmed="1", opened_on="x", **fields)
        assert response.status_code == 403
    assert stored(clinic)["updatedTime"] == clinic["updatedTime"]
    assert not events(action=action)
    assert len(events(outcome="denied")) == 8


@pytest.mark.parametrize("kind", CHANGES)
def test_the_difference_is_shown_before_anything_is_saved(kind, clinic, staff):
    role, fields, *_ = CHANGES[kind]
    person = staff(role)
    token = opened_on(person.get(path(clinic, kind)))
    review = person.post(path(clinic, kind), opened_on=token, **fields)
    assert "what changes" in text(review)
    assert "<ins>" in text(review)
    assert stored(clinic)["updatedTime"] == clinic["updatedTime"]


def test_saving_unchanged_values_changes_nothing(clinic, staff):
    response = staff("configuration").submit(path(clinic, "tier"), tier="tier0100")
    assert messages_of(response) == ["Nothing to save: these are the present values."]
    assert not events(action="clinic.tier_changed")


INVALID = [
    ("limits", {"hard_plan": "-1"}, "A plan is a whole number of patients, 0 or more."),
    ("limits", {"hard_plan": "many"}, "A plan is a whole number of patients, 0 or more."),
    ("limits", {"hard_plan": "9" * 20}, "No clinic has more than 9,007,199,254,740,991 patients."),
    ("limits", {"soft_plan": "9" * 20}, "No clinic has more than 9,007,199,254,740,991 patients."),
    (
        "limits",
        {"hard_plan": "5", "hard_start": "2026-02-02", "hard_end": "2026-02-01"},
        "The start is after the end: put the earlier day first.",
    ),
    (
        "limits",
        {"soft_plan": "5", "soft_start": "2026-02-02", "soft_end": "2026-02-01"},
        "The start is after the end: put the earlier day first.",
    ),
    ("limits", {"hard_start": "2026-02-02"}, "Give the number of patients, or clear the dates"),
    ("profile", {"name": " ", "units": "mg/dL"}, "This field is required"),
    ("profile", {"name": "Harbor", "units": ""}, "Once chosen, the units can be changed"),
    ("profile", {"name": "Harbor", "units": "mg/dL", "phones": "1\n1"}, "phones_error"),
    *(
        ("profile", {"name": "Harbor", "units": "mg/dL", "website": site}, "begins with https://")
        for site in ("harbor", "javascript:alert(1)", "ftp://harbor.example.org")
    ),
    (
        "profile",
        {"name": "Harbor", "units": "mg/dL", "clinic_type": "zoo"},
        "Select a valid choice",
    ),
    ("tier", {"tier": "tier9999"}, "Select a valid choice"),
    ("timezone", {"timezone": "Mars/Olympus"}, "Select a valid choice"),
    ("restrictions", {"restrictions": "someone@example.org"}, "is not a domain like example.org"),
    ("ehr", EHR | {"notes": ""}, "Give all three destinations, or none"),
    ("ehr", EHR | {"source_id": ""}, "Needed while the connection is on"),
    ("ehr", EHR | {"source_id": "x"}, "Not an id of Redox"),
    ("ehr", EHR | {"flowsheet": "not a uuid"}, "Not an id of Redox"),
    ("ehr", EHR | {"results": RESULTS + "0"}, "Not an id of Redox"),
    ("ehr", EHR | {"mrn_id_type": ""}, "This field is required"),
    (
        "ehr",
        EHR | {"flowsheet": "", "notes": "", "results": ""},
        "without destinations nothing can be sent",
    ),
    ("ehr", EHR | {"provider": "xealth"}, "it is the program id"),
    ("ehr", EHR | {"cadence": "2d"}, "Select a valid choice"),
]


@pytest.mark.parametrize(("kind", "fields", "sentence"), INVALID)
def test_a_wrong_value_is_refused_with_a_sentence(kind, fields, sentence, clinic, root):
    response = root.submit(path(clinic, kind), **fields)
    assert response.status_code == 400
    assert sentence in text(response)
    assert stored(clinic) == clinic


def test_ids_that_redox_cannot_have_given_stay_while_something_else_is_corrected(clinic, staff):
    """The API stores any text. Ids of Xealth are names."""
    person, page = staff("integration"), path(clinic, "ehr")
    odd = EHR | {"source_id": "x", "notes": "n"}
    xealth = odd | {"provider": "xealth", "create_and_enable": "P1"}
    assert person.submit(page, **xealth, reason="T-1").status_code == 302
    assert person.submit(page, **odd, reason="T-1").status_code == 302
    assert stored(clinic)["ehrSettings"]["provider"] == "redox"
    assert person.submit(page, **odd | {"results": "r"}, reason="T-1").status_code == 400


@pytest.mark.parametrize(
    ("hard", "soft", "warnings"),
    [
        ("1", "", ["The hard limit of 1 is below the present number: 2 plan patients."]),
        ("3", "1", ["The soft limit of 1 is below the present number: 2 plan patients."]),
        ("3", "4", ["The soft limit of 4 is above the hard limit of 3."]),
        ("2", "2", []),
    ],
)
def test_the_review_warns_of_limits_that_are_rather_a_slip(hard, soft, warnings, clinic, root):
    counted = {"$set": {"patientCount.plan": 2}}
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, counted)
    token = opened_on(root.get(path(clinic, "limits")))
    review = root.post(path(clinic, "limits"), opened_on=token, hard_plan=hard, soft_plan=soft)
    assert review.context["preview"]["warnings"] == warnings
    assert all(warning in text(review) for warning in warnings)


def test_a_corrected_profile_changes_nothing_else_of_the_clinic(clinic, staff):
    """Neither what was not touched and is stored in another form, nor what the form does not show."""
    odd = {
        "city": " Bay  City ",
        "website": "harbor.example",
        "address": None,
        "phoneNumbers": [{"number": "5 "}],
    }
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, {"$set": odd})
    before, person = stored(clinic), staff("configuration")
    values = form_with("opened_on", person.get(path(clinic, "profile"))).values
    person.post(path(clinic, "profile"), **{**values, "name": "Harbor Center", "confirmed": "1"})
    after = stored(clinic)
    assert {name for name in after if after[name] != before[name]} == {"name", "updatedTime"}
    (event,) = events(action="clinic.profile_changed")
    assert event["after"] == {**event["before"], "name": "Harbor Center"}


def test_what_is_wrong_in_a_profile_can_be_removed(clinic, ada, staff):
    more = {"city": "Bay", "website": "harbor.example", "clinicSize": "1000+"}
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, {"$set": more})
    staff("configuration").submit(
        path(clinic, "profile"), name=clinic["name"], country="US", units="mg/dL"
    )
    shown = ada.api.get(f"/v1/clinics/{clinic['_id']}").json()
    assert not {"city", "website", "clinicSize", "phoneNumbers"} & shown.keys()
    assert (shown["country"], shown["timezone"]) == ("US", "US/Pacific")


def test_equal_start_and_end_days_are_accepted(clinic, root):
    day = {"hard_start": "2026-02-02", "hard_end": "2026-02-02"}
    root.submit(path(clinic, "limits"), hard_plan="5", **day)
    limit = stored(clinic)["patientCountSettings"]["hardLimit"]
    assert limit["startDate"] == datetime(2026, 2, 2, tzinfo=UTC)
    assert limit["endDate"] == datetime(2026, 2, 2, 23, 59, 59, 999000, tzinfo=UTC)


def test_an_unchanged_day_keeps_its_stored_time(clinic, root):
    moment = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    limits = {"hardLimit": {"plan": 5, "endDate": moment}}
    db.database()["clinics"].update_one(
        {"_id": clinic["_id"]}, {"$set": {"patientCountSettings": limits}}
    )
    root.submit(path(clinic, "limits"), hard_plan="6", hard_end="2026-05-06")
    assert stored(clinic)["patientCountSettings"]["hardLimit"] == {"plan": 6, "endDate": moment}


def test_empty_fields_remove_the_limits(clinic, root):
    root.submit(path(clinic, "limits"))
    assert stored(clinic)["patientCountSettings"] == {}
    (event,) = events(action="clinic.limits_changed")
    assert event["before"] == {"hardLimit": {"plan": 250}}


@pytest.mark.yardstick("C1")
def test_two_people_with_one_form_do_not_overwrite_each_other(clinic, root, staff):
    late = staff("configuration")
    token = opened_on(late.get(path(clinic, "limits")))
    root.submit(path(clinic, "limits"), hard_plan="40")
    response = late.post(
        path(clinic, "limits"), opened_on=token, confirmed="1", hard_plan="300", reason="T-1"
    )
    assert messages_of(response) == [
        "Someone changed this meanwhile; check the present values and try again."
    ]
    assert stored(clinic)["patientCountSettings"]["hardLimit"]["plan"] == 40
    assert len(events(action="clinic.limits_changed")) == 1


def test_a_patient_added_meanwhile_is_no_conflict(clinic, staff):
    """A new patient changes the clinic's updatedTime, which is not a conflict about its limits."""
    person = staff("configuration")
    token = opened_on(person.get(path(clinic, "limits")))
    user_id = db.collection("patients").find_one({"clinicId": clinic["_id"]})["userId"]
    patients.remove_patient(clinic_id=clinic["_id"], user_id=user_id)
    assert stored(clinic)["updatedTime"] > clinic["updatedTime"]
    person.post(
        path(clinic, "limits"), opened_on=token, confirmed="1", hard_plan="40", reason="T-1"
    )
    assert stored(clinic)["patientCountSettings"]["hardLimit"]["plan"] == 40


def test_a_refusal_of_the_service_is_reported_and_recorded(clinic, staff):
    db.collection("patients").update_many({"clinicId": clinic["_id"]}, {"$set": {"mrn": "SAME"}})
    response = staff("configuration").submit(path(clinic, "mrn"), unique="on", reason="R-1")
    assert messages_of(response) == ["The clinic has patients with the same mrn."]
    assert response.status_code == 409
    assert 'value="R-1"' in text(response) or ">R-1<" in text(response)
    (group,) = response.context["preview"]["equal"]
    assert {patient["id"] for patient in group} == {
        patient["userId"] for patient in db.collection("patients").find({"mrn": "SAME"})
    }
    assert "mrnSettings" not in stored(clinic)
    (event,) = events(action="clinic.mrn_changed")
    assert (event["outcome"], event["reason"]) == ("refused", "R-1")
    assert event["scope"] == {
        "status": 409,
        "refused": "The clinic has patients with the same mrn.",
        "wanted": {"unique": True},
    }


@pytest.mark.parametrize(
    ("kind", "fields", "is_refused"),
    [
        ("tier", {"tier": "tier0400"}, True),
        ("limits", {"hard_plan": "7"}, True),
        ("timezone", {"timezone": "Europe/Berlin"}, False),
    ],
)
def test_tier_limits_and_the_connection_are_changed_with_a_reason_only(
    kind, fields, is_refused, clinic, root, settings
):
    answer = root.submit(path(clinic, kind), reason=" ", **fields)
    assert (answer.status_code == 400) == is_refused
    assert ("A reason or ticket number is needed." in text(answer)) == is_refused
    assert (stored(clinic) == clinic) == is_refused
    settings.STAFF_REASONS = []
    assert root.submit(path(clinic, "tier"), reason="", tier="tier0200").status_code == 302


def test_a_setting_that_does_not_exist_cannot_need_a_reason(settings):
    assert checks.reasons_name_settings() == []
    settings.STAFF_REASONS = ["tier", "colour"]
    (message,) = checks.reasons_name_settings()
    assert "'colour'" in message.msg


@pytest.mark.yardstick("A4")
def test_a_change_that_cannot_be_recorded_is_not_made(clinic, root, monkeypatch):
    from kernel import audit

    def fail(**_):
        raise RuntimeError

    token = opened_on(root.get(path(clinic, "tier")))
    monkeypatch.setattr(audit, "record", fail)
    root.client.raise_request_exception = False
    response = root.post(
        path(clinic, "tier"), opened_on=token, confirmed="1", tier="tier0400", reason="T-1"
    )
    assert response.status_code == 500
    assert stored(clinic) == clinic


def test_a_foreign_or_unknown_clinic_is_not_found(root):
    for clinic_id in ("6b0553fbbafa75e9de76e4d1", "nonsense"):
        assert root.get(f"clinics/{clinic_id}/settings/tier").status_code == 404
        assert root.get(f"clinics/{clinic_id}/").status_code == 404


def test_an_unknown_kind_of_settings_is_not_found(clinic, root):
    assert root.get(path(clinic, "colour")).status_code == 404

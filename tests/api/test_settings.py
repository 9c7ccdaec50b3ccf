"""EHR and MRN settings (rules CLINIC-44 to CLINIC-56)."""

import pytest
from bson import ObjectId

from kernel import clock, db

EHR = {
    "enabled": True,
    "provider": "redox",
    "sourceId": "source-1",
    "mrnIdType": "MRN",
    "destinationIds": {"flowsheet": "f", "results": "r", "notes": "n"},
    "procedureCodes": {"enableSummaryReports": "E1", "createAccountAndEnableReports": ""},
    "scheduledReports": {"onUploadEnabled": True, "cadence": "14d"},
    "tags": {},
    "flowsheets": {"icode": True},
    "notes": {"includeGMI": True},
}


def ehr(clinic):
    return f"/v1/clinics/{clinic['id']}/settings/ehr"


def mrn(clinic):
    return f"/v1/clinics/{clinic['id']}/settings/mrn"


def stored(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})


def add_patient(clinic, mrn_value, user_id):
    moment = clock.now()
    db.collection("patients").insert_one(
        {
            "clinicId": ObjectId(clinic["id"]),
            "userId": user_id,
            "mrn": mrn_value,
            "createdTime": moment,
            "updatedTime": moment,
        }
    )


UNKNOWN = {"id": "0" * 24}


@pytest.mark.parametrize("place", [ehr, mrn])
def test_settings_never_made_are_not_found_and_neither_is_their_clinic(clinic, backend, place):
    missing, unknown = backend.get(place(clinic)), backend.get(place(UNKNOWN))
    assert (missing.status_code, missing.json()) == (404, {"message": "not found"})
    assert (unknown.status_code, unknown.json()) == (404, {"message": "clinic not found"})


@pytest.mark.parametrize(
    ("place", "body"), [(ehr, EHR), (mrn, {"required": True, "unique": False})]
)
def test_settings_of_an_unknown_clinic_cannot_be_made(backend, place, body):
    response = backend.put(place(UNKNOWN), body)
    assert (response.status_code, response.json()) == (404, {"message": "clinic not found"})


@pytest.mark.parametrize("place", [ehr, mrn])
def test_settings_need_a_body(clinic, backend, place):
    assert backend.put(place(clinic)).status_code == 400
    assert backend.put(place(clinic), {}).status_code == 400
    assert "ehrSettings" not in stored(clinic)
    assert "mrnSettings" not in stored(clinic)


def test_members_read_ehr_settings_and_services_write_them(clinic, ada, ben, eve, backend):
    answer = backend.put(ehr(clinic), EHR)
    assert answer.status_code == 200
    assert answer.json() == ben.api.get(ehr(clinic)).json()
    assert ada.api.put(ehr(clinic), EHR).status_code == 403
    assert eve.api.get(ehr(clinic)).status_code == 403


def test_ehr_settings_come_back_with_their_defaults(clinic, backend):
    assert backend.put(ehr(clinic), EHR).json() == {
        **EHR,
        "scheduledReports": {
            "onUploadEnabled": True,
            "onUploadNoteEventType": "New",
            "cadence": "14d",
        },
        "tags": {"codes": None},
    }


def test_ehr_settings_are_stored_as_other_readers_know_them(clinic, backend):
    backend.put(ehr(clinic), EHR)
    ehr_settings = stored(clinic)["ehrSettings"]
    assert ehr_settings["notes"] == {"includeGmi": True}
    assert ehr_settings["flowsheets"] == {"icode": True}
    assert ehr_settings["tags"] == {"codes": None}
    assert ehr_settings["procedureCodes"] == EHR["procedureCodes"]


def test_ehr_settings_that_are_off_are_stored_by_their_absence(clinic, backend):
    quiet = {
        **EHR,
        "provider": "xealth",
        "scheduledReports": {
            "onUploadEnabled": False,
            "onUploadNoteEventType": "Replace",
            "cadence": "DISABLED",
        },
        "flowsheets": {"icode": False},
        "notes": {"includeGMI": False},
    }
    del quiet["destinationIds"]
    settings = backend.put(ehr(clinic), quiet).json()
    ehr_settings = stored(clinic)["ehrSettings"]
    assert (ehr_settings["flowsheets"], ehr_settings["notes"], ehr_settings["destinationIds"]) == (
        {},
        {},
        None,
    )
    assert ehr_settings["scheduledReports"]["onUploadNoteEventType"] is None
    assert "notes" not in settings
    assert "destinationIds" not in settings
    assert "onUploadNoteEventType" not in settings["scheduledReports"]
    assert settings["flowsheets"] == {"icode": False}


def test_old_ehr_settings_read_with_defaults_for_what_is_empty(clinic, backend):
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic["id"])},
        {"$set": {"ehrSettings": {"enabled": True, "provider": "redox", "mrnIdType": ""}}},
    )
    settings = backend.get(ehr(clinic)).json()
    assert settings["mrnIdType"] == "MRN"
    assert settings["scheduledReports"] == {"onUploadEnabled": False, "cadence": "14d"}


def test_a_redox_connection_without_destinations_cannot_be_enabled(clinic, backend):
    body = {name: value for name, value in EHR.items() if name != "destinationIds"}
    refused = backend.put(ehr(clinic), body)
    assert refused.status_code == 400
    assert "destinationIds" in refused.json()["message"]
    assert "ehrSettings" not in stored(clinic)
    assert backend.put(ehr(clinic), {**body, "enabled": False}).status_code == 200
    assert backend.put(ehr(clinic), {**body, "provider": "xealth"}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "epic"},
        {"mrnIdType": ""},
        {"destinationIds": {"flowsheet": "f"}},
        {"scheduledReports": {"onUploadEnabled": True, "cadence": "2d"}},
        {"flowsheets": {}},
        {"enabled": "yes"},
        {"tags": {"separator": ""}},
        {"procedureCodes": {"createAccount": ""}},
    ],
)
def test_wrong_ehr_settings_are_refused(clinic, backend, wrong):
    assert backend.put(ehr(clinic), {**EHR, **wrong}).status_code == 400
    assert "ehrSettings" not in stored(clinic)


def test_clinics_are_found_by_their_ehr_source(clinic, other_clinic, backend):
    from clinics.services.ehr_settings import find_ehr_clinics, list_redox_clinic_ids

    backend.put(ehr(clinic), EHR)
    backend.put(ehr(other_clinic), {**EHR, "enabled": False})
    assert [c["_id"] for c in find_ehr_clinics(provider="redox", source_id="source-1")] == [
        ObjectId(clinic["id"])
    ]
    assert find_ehr_clinics(provider="xealth", source_id="source-1") == []
    assert list_redox_clinic_ids(on_upload=True) == [ObjectId(clinic["id"])]
    assert list_redox_clinic_ids(on_upload=False) == []


def test_mrn_settings_are_stored(clinic, backend, ben):
    answer = backend.put(mrn(clinic), {"required": True, "unique": True})
    assert (answer.status_code, answer.json()) == (200, {"required": True, "unique": True})
    assert ben.api.get(mrn(clinic)).json() == {"required": True, "unique": True}
    assert backend.put(mrn(clinic), {"required": True}).status_code == 400


@pytest.mark.parametrize(
    ("one", "other"), [("A-1", "A-1"), ("a-1", "A-1"), ("é1", "E1"), (" A-1 ", "a-1")]
)
def test_uniqueness_cannot_be_switched_on_where_two_patients_share_an_mrn(
    clinic, backend, one, other
):
    add_patient(clinic, one, "0000000001")
    add_patient(clinic, other, "0000000002")
    refused = backend.put(mrn(clinic), {"required": False, "unique": True})
    assert refused.status_code == 409
    assert refused.json() == {"message": "conflict: the clinic has patients with the same mrn"}
    assert "mrnSettings" not in stored(clinic)
    assert backend.put(mrn(clinic), {"required": True, "unique": False}).status_code == 200


def test_missing_mrns_and_other_clinics_do_not_stand_in_the_way(clinic, other_clinic, backend):
    for number, value in enumerate([None, None, "", "", "A-1"]):
        add_patient(clinic, value, f"000000000{number}")
    add_patient(other_clinic, "A-1", "0000000009")
    answer = backend.put(mrn(clinic), {"required": False, "unique": True})
    assert answer.status_code == 200

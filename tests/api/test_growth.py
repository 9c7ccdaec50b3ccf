"""No stored document grows without end, however often something is called (MongoDB keeps 16 MB in one)."""

import pytest
from bson import ObjectId
from bson.errors import InvalidDocument
from pymongo.errors import DocumentTooLarge, OperationFailure

from clinic_records.store import clinics as record_store
from clinics.services import clinicians
from clinics.store import clinicians as clinician_store
from clinics.store import clinics as clinic_store
from kernel import clock, db
from patients import kept
from patients.services import patient_counts, patients
from patients.store import patient_matching
from patients.store import patients as patient_store
from tests.cast import add_member
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient
from users.store import profiles


@pytest.fixture
def lakeside(ben):
    document = make_clinic()
    make_clinician(document, ben)
    return document


# --- lists that a call adds to ----------------------------------------------------------------------------------------
def test_history_of_roles_keeps_a_limited_number(clinic, ada, ben, monkeypatch):
    monkeypatch.setattr(clinician_store, "MOST_UPDATES", 3)
    url = f"/v1/clinics/{clinic['id']}/clinicians/{ben.user_id}"
    for number in range(5):
        roles = ["CLINIC_ADMIN"] if number % 2 else ["CLINIC_MEMBER", "PRESCRIBER"]
        body = {"email": ben.email, "roles": roles, "name": "Ben"}
        assert ada.api.put(url, body).status_code == 200

    stored = db.collection("clinicians").find_one({"userId": ben.user_id})
    assert [len(entry["roles"]) for entry in stored["rolesUpdates"]] == [2, 1, 2]


def test_connection_requests_keep_a_limited_number(lakeside, ben, monkeypatch):
    monkeypatch.setattr(patient_store, "MOST_REQUESTS", 3)
    sources = [{"providerName": "dexcom", "state": "pending"}]
    patient = make_patient(lakeside, dataSources=sources)
    url = f"/v1/clinics/{lakeside['_id']}/patients/{patient['userId']}"
    for _ in range(5):
        assert ben.api.post(f"{url}/connect/dexcom").status_code == 204

    assert len(ben.api.get(url).json()["connectionRequests"]["dexcom"]) == 3


def test_orders_of_a_subscription_keep_a_limited_number(lakeside, monkeypatch):
    monkeypatch.setattr(patient_matching, "MOST_MESSAGES", 3)
    patient = make_patient(lakeside)
    orders = [{"id": ObjectId(), "dataModel": "Order", "eventType": "New"} for _ in range(5)]
    for order in orders:
        patient_matching.set_subscription(
            lakeside["_id"],
            patient["userId"],
            name=patient_matching.REPORTS,
            fields={"active": True},
            message=order,
            moment=clock.now(),
        )

    stored = stored_patient(lakeside, patient["userId"])["ehrSubscriptions"]
    assert stored[patient_matching.REPORTS]["matchedMessages"] == orders[2:]


def test_legacy_clinicians_of_a_patient_are_limited(lakeside, backend, dot, monkeypatch):
    monkeypatch.setattr(patient_store, "MOST_LEGACY_CLINICIANS", 2)
    make_patient(lakeside, userId=dot.user_id)
    url = f"/v1/clinics/{lakeside['_id']}/patients/{dot.user_id}"
    answers = [
        backend.post(url, {"legacyClinicianId": f"00000000{number}{number}"}).status_code
        for number in (1, 2, 3, 1)
    ]

    assert answers == [200, 200, 422, 200]
    assert (
        patients.TOO_MANY_LEGACY
        in backend.post(url, {"legacyClinicianId": "0000000033"}).json()["message"]
    )


def test_admins_of_a_clinic_are_limited(clinic, ada, ben, cy, monkeypatch):
    monkeypatch.setattr(clinic_store, "MOST_ADMINS", 2)
    add_member(clinic, cy)
    url = f"/v1/clinics/{clinic['id']}/clinicians"
    answers = [
        ada.api.put(f"{url}/{person.user_id}", {"email": person.email, "roles": ["CLINIC_ADMIN"]})
        for person in (ben, cy, ben)
    ]

    assert [answer.status_code for answer in answers] == [200, 422, 200]
    assert clinicians.TOO_MANY_ADMINS in answers[1].json()["message"]
    assert db.collection("clinicians").find_one({"userId": cy.user_id})["roles"] == [
        "CLINIC_MEMBER"
    ]


class TestProviders:
    """They are counted by name, and the names are the clients'."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(patient_counts, "MOST_PROVIDERS", 3)

    def put(self, lakeside, ben, patient, *providers):
        sources = [{"providerName": name, "state": "pending"} for name in providers]
        body = {"fullName": "Iris Example", "birthDate": "1984-05-06", "dataSources": sources}
        url = f"/v1/clinics/{lakeside['_id']}/patients/{patient['userId']}"
        return ben.api.put(url, body)

    def test_providers_without_patients_are_forgotten(self, lakeside, ben):
        patient = make_patient(lakeside)
        for number in range(20):
            assert self.put(lakeside, ben, patient, f"provider{number}").status_code == 200

        stored = db.collection(kept.COUNTS).find_one({"_id": lakeside["_id"]})
        assert len(stored["sources"]) <= 4
        returned_body = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count").json()
        assert returned_body["providers"] == {"provider19": {"states": {"pending": 1}, "total": 1}}

    def test_services_and_connection_requests_are_refused_alike(
        self, lakeside, ben, backend, monkeypatch
    ):
        source = {"providerName": "dexcom", "state": "connected"}
        patient = make_patient(lakeside, email="iris@example.org", dataSources=[source])
        four = [{"providerName": name, "state": "pending"} for name in "abcd"]
        path = f"/v1/patients/{patient['userId']}/data_sources"
        assert backend.put(path, four).status_code == 422

        monkeypatch.setattr(patient_counts, "MOST_PROVIDERS", 0)
        path = f"/v1/clinics/{lakeside['_id']}/patients/{patient['userId']}/connect/abbott"
        assert ben.api.post(path).status_code == 422
        stored = stored_patient(lakeside, patient["userId"])
        assert stored["dataSources"] == [source]
        assert "providerConnectionRequests" not in stored

    def test_one_provider_too_many_is_refused_and_changes_nothing(self, lakeside, ben):
        patient, other = make_patient(lakeside), make_patient(lakeside)
        assert self.put(lakeside, ben, patient, "a", "b", "c").status_code == 200
        refused = self.put(lakeside, ben, other, "a", "d")

        assert refused.status_code == 422
        assert patient_counts.TOO_MANY_PROVIDERS in refused.json()["message"]
        assert "dataSources" not in stored_patient(lakeside, other["userId"])
        assert self.put(lakeside, ben, other, "a", "c").status_code == 200


# --- objects of any content -------------------------------------------------------------------------------------------
def test_profile_beyond_its_size_is_refused(dot, monkeypatch):
    monkeypatch.setattr(profiles, "LARGEST", 2000)
    url = f"/metadata/{dot.user_id}/profile"
    answers = [dot.api.put(url, {f"note{n}": {"x": "x" * 400}}).status_code for n in range(6)]

    assert answers == [200, 200, 200, 200, 413, 413]
    assert dot.api.get(url).json().keys() == {"fullName", "note0", "note1", "note2", "note3"}
    assert dot.api.put(url, {"note0": {}}).status_code == 200


def test_profile_with_any_values_makes_a_valid_patient(lakeside, backend, dot):
    odd = {"fullName": ["x"], "birthday": {"y": 1}, "mrn": 7, "targetDevices": {"a": 1}}
    assert dot.api.put(f"/metadata/{dot.user_id}/profile", {"patient": odd}).status_code == 200
    answer = backend.post(f"/v1/clinics/{lakeside['_id']}/patients/{dot.user_id}", {})

    assert answer.status_code == 200
    assert answer.json()["fullName"] == "Dot Patient"


def test_undeclared_properties_are_not_stored(ada, backend, clinic):
    number = {"type": "Office", "number": "1", "more": {"a": "x" * 500}}
    body = {"name": "Lakeside", "preferredBgUnits": "mg/dL", "phoneNumbers": [number]}
    returned_body = ada.api.put(f"/v1/clinics/{clinic['id']}", body).json()
    assert returned_body["phoneNumbers"] == [{"type": "Office", "number": "1"}]

    rule = {"emailDomain": "example.org", "requiredIdp": "x", "more": 1}
    url = f"/v1/clinics/{clinic['id']}/membership_restrictions"
    returned_body = backend.put(url, {"restrictions": [rule]}).json()
    assert returned_body == {"restrictions": [{"emailDomain": "example.org", "requiredIdp": "x"}]}


# --- the last net -----------------------------------------------------------------------------------------------------
NET = [
    (DocumentTooLarge("secret detail"), 413),
    (OperationFailure("secret detail", 17419), 413),
    (OperationFailure("secret detail", 10334), 413),
    (OperationFailure("secret detail", 15), 400),
    (InvalidDocument("secret detail"), 400),
    (OverflowError("secret detail"), 400),
    (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "secret detail"), 400),
]


@pytest.mark.parametrize(("error", "status"), NET)
def test_values_mongodb_cannot_store_are_answered_with_4xx(
    clinic, backend, monkeypatch, error, status, caplog
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(record_store, "set_fields", fail)
    answer = backend.post(f"/v1/clinics/{clinic['id']}/tier", {"tier": "tier0200"})

    assert answer.status_code == status
    assert b"secret" not in answer.content

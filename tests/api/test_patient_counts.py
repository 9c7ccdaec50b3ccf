"""Counts of patients and their limits (rules PATIENT-122 to PATIENT-137)."""

from datetime import timedelta

import pytest

from kernel import clock, db
from tests.factories import make_clinic, make_clinician, make_patient, make_patients
from users.services import neighbours

BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
DEMO = "0000000001"
FULL = {"message": "payment required: patient count exceeds limit"}


@pytest.fixture
def lakeside(ada, ben, settings):
    settings.DEMO_PATIENT_USER_ID = DEMO
    clinic = make_clinic()
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben)
    return clinic


def url(clinic, rest=""):
    return f"/v1/clinics/{clinic['_id']}{rest}"


def count(api, clinic):
    return api.get(url(clinic, "/patient_count")).json()


def stored_clinic(clinic):
    return db.collection("clinics").find_one({"_id": clinic["_id"]})


def source(provider, state="connected"):
    return {"providerName": provider, "state": state}


# --- counts ---------------------------------------------------------------------------------------
def test_an_empty_clinic_counts_nothing(lakeside, ben):
    assert count(ben.api, lakeside) == {"total": 0, "demo": 0, "plan": 0}


def test_which_patients_count_as_total_demo_and_plan(lakeside, ben):
    make_patients(
        lakeside,
        [
            {"userId": DEMO, "dataSources": [source("dexcom")]},
            {"dataSources": [source("dexcom"), source("dexcom", "error")]},
            {"dataSources": [source("twiist", "disconnected"), source("dexcom")]},
            {"permissions": {"view": {}}},
        ],
    )
    make_patient(make_clinic())
    assert count(ben.api, lakeside) == {
        "total": 4,
        "demo": 1,
        "plan": 2,
        "providers": {
            "dexcom": {"states": {"connected": 2, "error": 1}, "total": 3},
            "twiist": {"states": {"disconnected": 1}, "total": 1},
        },
    }


def test_every_write_shows_on_the_next_read(lakeside, ada, backend):
    patients = url(lakeside, "/patients")
    first = ada.api.post(patients, {**BODY, "dataSources": [source("dexcom", "pending")]}).json()
    second = ada.api.post(patients, BODY).json()
    assert count(ada.api, lakeside)["total"] == 2
    one = f"{patients}/{second['id']}"
    ada.api.put(one, {**BODY, "dataSources": [source("twiist", "pending")]})
    counts = count(ada.api, lakeside)
    assert (counts["total"], counts["plan"]) == (2, 1)
    backend.put(f"/v1/patients/{first['id']}/data_sources", [source("dexcom")])
    assert count(ada.api, lakeside)["providers"]["dexcom"]["states"] == {"connected": 1}
    backend.put(f"/v1/patients/{first['id']}/data_sources", [source("dexcom", "error")])
    ada.api.post(f"{patients}/{first['id']}/connect/dexcom")
    assert count(ada.api, lakeside)["providers"]["dexcom"]["states"] == {"pending": 1}
    ada.api.delete(f"{patients}/{first['id']}")
    counts = count(ada.api, lakeside)
    assert counts == {
        "total": 1,
        "demo": 0,
        "plan": 0,
        "providers": {"twiist": {"states": {"pending": 1}, "total": 1}},
    }
    assert stored_clinic(lakeside)["patientCount"] == counts
    assert ada.api.get(patients).json()["meta"] == {"count": 1, "totalCount": 1}


def test_a_providers_name_may_look_like_a_path(lakeside, ben):
    body = {**BODY, "dataSources": [source("my.$device", "connected")]}
    ben.api.post(url(lakeside, "/patients"), body)
    expected = {"states": {"connected": 1}, "total": 1}
    assert count(ben.api, lakeside)["providers"] == {"my.$device": expected}


def test_refresh_counts_again_what_others_have_written(lakeside, ben, backend):
    ben.api.post(url(lakeside, "/patients"), BODY)
    document = db.collection("patients").find_one({})
    stranger = {**document, "_id": None, "userId": "2222222222"}
    del stranger["_id"]
    db.collection("patients").insert_one(stranger)
    before = stored_clinic(lakeside)["updatedTime"]
    answer = backend.post(url(lakeside, "/patient_count/refresh"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert count(ben.api, lakeside)["total"] == 2
    assert stored_clinic(lakeside)["patientCount"] == {"total": 2, "demo": 0, "plan": 2}
    assert stored_clinic(lakeside)["updatedTime"] > before


def test_a_clinic_of_an_older_database_is_counted_on_first_use(lakeside, ben):
    make_patients(lakeside, [{}, {}])
    ben.api.post(url(lakeside, "/patients"), BODY)
    assert count(ben.api, lakeside) == {"total": 3, "demo": 0, "plan": 3}


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_clinic_is_404(backend, method):
    path = "/v1/clinics/" + "a" * 24 + "/patient_count"
    path += "/refresh" if method == "post" else ""
    answer = backend.request(method, path)
    assert answer.status_code == 404
    assert answer.json() == {"message": "clinic not found"}


def test_refresh_is_for_services(lakeside, ada):
    assert ada.api.post(url(lakeside, "/patient_count/refresh")).status_code == 403


# --- settings -------------------------------------------------------------------------------------
SETTINGS = "/settings/patient_count"
LIMIT = {"hardLimit": {"plan": 3, "startDate": "2025-01-01T00:00:00Z"}, "softLimit": {"plan": 2}}


def test_limits_are_stored_and_answered(lakeside, backend, ben):
    answer = backend.put(url(lakeside, SETTINGS), LIMIT)
    assert (answer.status_code, answer.json()) == (200, LIMIT)
    assert ben.api.get(url(lakeside, SETTINGS)).json() == LIMIT
    assert backend.put(url(lakeside, SETTINGS), {}).json() == {}
    assert ben.api.get(url(lakeside, SETTINGS)).json() == {}


@pytest.mark.parametrize(
    ("fields", "is_limited"),
    [
        ({}, True),
        ({"country": None}, True),
        ({"country": ""}, True),
        ({"country": "USA"}, False),
        ({"country": "DE"}, False),
        ({"tier": None}, True),
        ({"tier": "tier0200"}, False),
    ],
)
def test_only_us_clinics_on_the_free_tier_are_limited(lakeside, backend, fields, is_limited):
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": {"name": "x", **fields}})
    assert backend.put(url(lakeside, SETTINGS), LIMIT).json() == (LIMIT if is_limited else {})
    assert stored_clinic(lakeside)["patientCountSettings"]["softLimit"] == {"plan": 2}


@pytest.mark.parametrize(
    "body",
    [
        None,
        {"hardLimit": {}},
        {"hardLimit": {"plan": -1}},
        {"hardLimit": {"plan": 1.5}},
        {"hardLimit": {"plan": 1, "startDate": "2025-01-01T00:00:00"}},
        {
            "hardLimit": {
                "plan": 1,
                "startDate": "2025-01-02T00:00:00Z",
                "endDate": "2025-01-01T00:00:00Z",
            }
        },
    ],
)
def test_limits_that_end_before_they_begin_are_400(lakeside, backend, body):
    assert backend.put(url(lakeside, SETTINGS), body).status_code == 400
    assert "patientCountSettings" not in stored_clinic(lakeside)


def test_limit_may_begin_and_end_at_the_same_time(lakeside, backend):
    day = "2025-01-01T00:00:00Z"
    body = {"hardLimit": {"plan": 1, "startDate": day, "endDate": day}}
    assert backend.put(url(lakeside, SETTINGS), body).json() == body


@pytest.mark.foreign_documents
def test_an_older_limit_reads_as_a_plan(lakeside, ben):
    old = {"hardLimit": {"plan": 0, "patientCount": 7}}
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$set": {"patientCountSettings": old}}
    )
    assert ben.api.get(url(lakeside, SETTINGS)).json() == {"hardLimit": {"plan": 7}}


def test_who_may_see_and_set_limits(lakeside, ada, eve):
    assert ada.api.put(url(lakeside, SETTINGS), LIMIT).status_code == 403
    assert eve.api.get(url(lakeside, SETTINGS)).status_code == 403


# --- the limit ------------------------------------------------------------------------------------
def limit(clinic, **fields):
    db.collection("clinics").update_one(
        {"_id": clinic["_id"]},
        {"$set": {"patientCountSettings": {"hardLimit": {"plan": 1, **fields}}}},
    )


def test_a_full_plan_refuses_before_an_account_is_made(lakeside, ben, dot):
    limit(lakeside)
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 200
    address = "second@example.org"
    refused = ben.api.post(url(lakeside, "/patients"), {**BODY, "email": address})
    assert (refused.status_code, refused.json()) == (402, FULL)
    assert neighbours.user_service().get_user(address) is None


def test_the_demo_patient_and_exempt_providers_do_not_fill_the_plan(lakeside, ben):
    limit(lakeside)
    make_patients(lakeside, [{"userId": DEMO}, {"dataSources": [source("twiist")]}])
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 200
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 402


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [(1, None, 200), (None, -1, 200), (-1, 1, 402), (-1, None, 402), (None, 1, 402)],
)
def test_the_limit_is_in_force_between_its_dates(lakeside, ben, start, end, status):
    make_patient(lakeside)
    dates = {"startDate": start, "endDate": end}
    limit(lakeside, **{n: clock.now() + timedelta(days=d) for n, d in dates.items() if d})
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == status


def test_a_plan_of_zero_blocks_everyone(lakeside, ben):
    limit(lakeside, plan=0)
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 402


@pytest.mark.parametrize(
    ("permissions", "status"), [({"view": {}}, 200), ({"custodian": {}, "view": {}}, 402)]
)
def test_existing_users_are_refused_only_as_custodial(lakeside, backend, dot, permissions, status):
    limit(lakeside)
    make_patient(lakeside)
    answer = backend.post(url(lakeside, f"/patients/{dot.user_id}"), {"permissions": permissions})
    assert answer.status_code == status


def test_mrn_rules_come_before_the_limit(lakeside, ben):
    limit(lakeside, plan=0)
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$set": {"mrnSettings": {"required": True, "unique": False}}}
    )
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 400


# --- limits that other writers have broken ----------------------------------------------------------
BROKEN_LIMITS = [
    "x",
    5,
    [5],
    {"plan": "x"},
    {"plan": None},
    {"plan": True},
    {"plan": -1},
    {"plan": 2.5},
    {"plan": 1e20},
    {"plan": float("nan")},
    {"plan": [5]},
    {"plan": "x", "patientCount": "y"},
    {"plan": 0, "startDate": "2025-01-01"},
    {"plan": 0, "endDate": 5},
]


@pytest.mark.parametrize("limit", [*BROKEN_LIMITS, None], ids=repr)
@pytest.mark.foreign_documents
def test_a_limit_that_cannot_be_read_blocks_no_one(lakeside, ben, limit):
    """Taken for 0 it would refuse every new patient."""
    stored = {"hardLimit": limit, "softLimit": {"plan": 7.0}}
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$set": {"patientCountSettings": stored}}
    )
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 200
    settings = ben.api.get(url(lakeside, SETTINGS)).json()
    assert settings["softLimit"] == {"plan": 7}


@pytest.mark.parametrize("stored", ["x", 5, [5], None], ids=repr)
@pytest.mark.parametrize("name", ["patientCountSettings", "mrnSettings"])
@pytest.mark.foreign_documents
def test_settings_that_cannot_be_read_refuse_no_one(lakeside, ben, name, stored):
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": {name: stored}})
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 200


@pytest.mark.parametrize("stored", ["false", 1, [True], None], ids=repr)
@pytest.mark.foreign_documents
def test_an_mrn_rule_that_cannot_be_read_refuses_no_one(lakeside, ben, stored):
    rules = {"required": stored, "unique": stored}
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": {"mrnSettings": rules}})
    assert ben.api.post(url(lakeside, "/patients"), BODY).status_code == 200

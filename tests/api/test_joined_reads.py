"""What is read together with a member's roles is what a service reads by itself (decision 0003)."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId

from kernel import db
from kernel.api.operations import REGISTRY
from patients.services import patient_counts
from tests.api.test_summaries import stats
from tests.factories import make_clinic, make_clinician, make_patient

MOMENT = datetime(2026, 2, 3, 4, 5, 6, 100_000, UTC)
READS = {
    "GetPatientCount": "/patient_count",
    "GetPatientCountSettings": "/settings/patient_count",
    "GetEHRSettings": "/settings/ehr",
    "GetMRNSettings": "/settings/mrn",
    "ListMembershipRestrictions": "/membership_restrictions",
    "GetPatient": "/patients/{patient}",
}


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic(
        patientTags=[{"_id": ObjectId(), "name": "Toddlers"}],
        mrnSettings={"required": True, "unique": False},
        ehrSettings={"enabled": False, "sourceId": "lakeside", "provider": "redox"},
        patientCountSettings={"hardLimit": {"plan": 10, "startDate": MOMENT}},
        membershipRestrictions=[{"emailDomain": "lakeside.example"}],
    )
    make_clinician(clinic, ben, "CLINIC_ADMIN")
    return clinic


@pytest.fixture
def iris(lakeside, backend):
    """With a summary, times and reviews, whose text is kept."""
    patient = make_patient(
        lakeside,
        tags=[lakeside["patientTags"][0]["_id"]],
        reviews=[{"clinicianId": "0123456789", "time": MOMENT}],
        dataSources=[{"providerName": "dexcom", "state": "connected", "modifiedTime": MOMENT}],
    )
    body = {"cgmStats": stats("cgm"), "bgmStats": stats("bgm")}
    assert backend.post(f"/v1/patients/{patient['userId']}/summary", body).status_code == 200
    patient_counts.kept_counts(lakeside["_id"])  # as a worker makes them
    return patient


def read(api, clinic, name, patient):
    response = api.get(f"/v1/clinics/{clinic['_id']}" + READS[name].format(patient=patient))
    return response.status_code, response.json()


def test_every_operation_with_a_join_is_tried_here():
    assert {name for name, operation in REGISTRY.items() if operation.join} == set(READS)


@pytest.mark.parametrize("name", READS)
def test_a_member_reads_what_a_service_reads(name, backend, ben, lakeside, iris, mongo_commands):
    status_and_body = read(ben.api, lakeside, name, iris["userId"])
    assert status_and_body[0] == 200
    assert status_and_body == read(backend, lakeside, name, iris["userId"])
    with mongo_commands() as commands:
        assert status_and_body == read(ben.api, lakeside, name, iris["userId"])
    assert commands == ["find", "aggregate"]  # the token; the roles and what was asked for


def test_a_summary_of_another_writer_is_read_whole(backend, ben, lakeside, iris):
    later_read = read(ben.api, lakeside, "GetPatient", iris["userId"])
    assert later_read[1]["summary"]["cgmStats"]["periods"]["14d"]
    drop = {"$unset": {"summary.cgmStats.answer": "", "summary.bgmStats.answer": ""}}
    db.collection("patients").update_one({"_id": iris["_id"]}, drop)
    assert read(ben.api, lakeside, "GetPatient", iris["userId"]) == later_read


def test_refused_caller_causes_no_further_reads(ada, lakeside, mongo_commands):
    make_clinician(lakeside, ada, "PRESCRIBER")
    patient = make_patient(
        lakeside, summary={"cgmStats": {"id": "", "periods": {}}}
    )  # without text
    with mongo_commands() as commands:
        assert read(ada.api, lakeside, "GetPatient", patient["userId"])[0] == 403
    assert commands == ["find", "aggregate"]


@pytest.mark.parametrize("name", READS)
def test_refused_caller_learns_nothing(name, ada, eve, lakeside, iris):
    make_clinician(lakeside, eve, "PRESCRIBER")
    for stranger in (ada, eve):
        status, body = read(stranger.api, lakeside, name, iris["userId"])
        assert status == 403
        assert set(body) == {"message"}


def test_missing_records_get_one_answer(backend, ben, lakeside):
    missing = (404, {"message": "patient not found"})
    assert read(ben.api, lakeside, "GetPatient", "0123456789") == missing
    assert read(backend, lakeside, "GetPatient", "0123456789") == missing
    db.collection("clinics").delete_one({"_id": lakeside["_id"]})  # its members are still on record
    for name in READS.keys() - {"GetPatient"}:
        status_and_body = read(ben.api, lakeside, name, "")
        assert status_and_body == (404, {"message": "clinic not found"})
        assert status_and_body == read(backend, lakeside, name, "")


@pytest.mark.parametrize("name", READS)
def test_a_malformed_clinic_id_is_refused_as_a_strange_clinic_is(name, ben):
    assert read(ben.api, {"_id": "lakeside"}, name, "0123456789")[0] == 403

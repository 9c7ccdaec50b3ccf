"""Patients under parallel requests, with real threads (rules PATIENT-28, PATIENT-31 to PATIENT-51, PATIENT-133)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId

from kernel import db
from kernel.errors import BadRequest, Duplicate, PaymentRequired
from patients import kept
from patients.services import patients
from patients.services.patient_counts import access_counted_clinic, patient_count_of
from patients.services.patient_details import PatientDetails, SharedPatient
from tests import following
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient, stored_patient

THREADS = 6


def together(*calls):
    """Run the calls at the same moment, and return their results or the errors that they raised."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 (the error is the answer)
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def details(**fields):
    return PatientDetails({"fullName": "Iris", "birthDate": "1990-01-01", **fields})


def create(clinic, **fields):
    return lambda: patients.create_custodial_patient(
        clinic_id=clinic["_id"], details=details(**fields)
    )


def count(clinic):
    return patient_count_of(access_counted_clinic(str(clinic["_id"])))


@pytest.mark.yardstick("C2")
def test_parallel_creations_for_one_user_make_one_record(dot):
    clinic = make_clinic()
    results = together(
        *[
            lambda: patients.create_patient_from_user(
                clinic_id=clinic["_id"], user_id=dot.user_id, shared=SharedPatient(("view",))
            )
        ]
        * THREADS
    )
    assert kinds(results) == ["Duplicate"] * (THREADS - 1) + ["dict"]
    assert all(isinstance(r, (dict, Duplicate)) for r in results)
    assert count(clinic)["total"] == 1


def test_a_creation_that_forbids_equal_names_sees_a_parallel_one():
    clinic = make_clinic()

    def check():
        if patients.match_patients(clinic_ids=[clinic["_id"]], full_name="Iris"):
            raise Duplicate

    def create_only_one():
        return patients.create_custodial_patient(
            clinic_id=clinic["_id"], details=details(), check=check
        )

    results = together(*[create_only_one] * THREADS)
    assert kinds(results) == ["Duplicate"] * (THREADS - 1) + ["dict"]


@pytest.mark.yardstick("C2")
def test_parallel_creations_with_one_address_make_one_account_and_patient():
    clinic = make_clinic()
    results = together(*[create(clinic, email="iris@example.org")] * THREADS)
    assert kinds(results) == ["AddressTaken"] * (THREADS - 1) + ["dict"]
    assert count(clinic)["total"] == 1


@pytest.mark.yardstick("C2")
@pytest.mark.parametrize("mrns", [["A1"] * THREADS, ["a1", "A1"] * (THREADS // 2)])
def test_one_of_many_parallel_creations_gets_a_unique_mrn(mrns):
    clinic = make_clinic(mrnSettings={"required": False, "unique": True})
    results = together(*[create(clinic, mrn=mrn) for mrn in mrns])
    assert kinds(results) == ["BadRequest"] * (THREADS - 1) + ["dict"]
    refusals = {r.message for r in results if isinstance(r, BadRequest)}
    assert refusals == {"bad request: mrn must be unique"}
    assert count(clinic) == {"total": 1, "demo": 0, "plan": 1}
    deliver_all()
    assert db.collection("accounts").count_documents({}) == 1


@pytest.mark.yardstick("C2")
def test_one_of_many_parallel_updates_gets_a_unique_mrn():
    clinic = make_clinic(mrnSettings={"required": False, "unique": True})
    created = [make_patient(clinic, permissions={"view": {}}) for _ in range(THREADS)]
    results = together(
        *[
            lambda patient=patient: patients.update_patient(
                clinic_id=clinic["_id"], user_id=patient["userId"], details=details(mrn="A1")
            )
            for patient in created
        ]
    )
    assert kinds(results) == ["BadRequest"] * (THREADS - 1) + ["dict"]
    assert db.collection("patients").count_documents({"mrn": "A1"}) == 1


@pytest.mark.yardstick("C2")
def test_parallel_creations_do_not_exceed_the_plan_limit():
    limits = {"hardLimit": {"plan": 3}}
    clinic = make_clinic(patientCountSettings=limits)
    results = together(*[create(clinic)] * (THREADS + 2))
    assert kinds(results) == ["PaymentRequired"] * (THREADS - 1) + ["dict"] * 3
    refusals = {r.message for r in results if isinstance(r, PaymentRequired)}
    assert refusals == {"payment required: patient count exceeds limit"}
    assert db.collection("patients").count_documents({"clinicId": clinic["_id"]}) == 3
    assert count(clinic)["plan"] == 3


def test_counts_stay_exact_under_parallel_creations_and_removals():
    clinic = make_clinic()
    created = [make_patient(clinic) for _ in range(THREADS)]
    remove = [
        lambda patient=patient: patients.remove_patient(
            clinic_id=clinic["_id"], user_id=patient["userId"]
        )
        for patient in created[:4]
    ]
    results = together(*remove, *[create(clinic)] * 4)
    assert not [r for r in results if isinstance(r, Exception)]
    stored = db.collection("patients").count_documents({"clinicId": clinic["_id"]})
    assert stored == THREADS
    assert count(clinic) == {"total": stored, "demo": 0, "plan": stored}
    published = db.collection("clinics").find_one({"_id": clinic["_id"]})["patientCount"]
    assert published["total"] == stored


@pytest.mark.yardstick("C1")
def test_parallel_changes_of_different_fields_are_all_stored(dot):
    tag = ObjectId()
    clinic = make_clinic(patientTags=[{"_id": tag, "name": "Pump"}])
    patient = make_patient(clinic, userId=dot.user_id, fullName="Old", permissions={"view": {}})
    same = {"fullName": "Old", "birthDate": patient["birthDate"]}

    def update(**fields):
        return lambda: patients.update_patient(
            clinic_id=clinic["_id"], user_id=dot.user_id, details=details(**{**same, **fields})
        )

    from patients.services import patient_tags, reviews

    results = together(
        update(diagnosisType="type1"),
        update(glycemicRanges={"type": "preset", "preset": "adaHighRisk"}),
        update(dataSources=[{"providerName": "dexcom", "state": "pending"}]),
        lambda: reviews.add_review(
            clinic_id=str(clinic["_id"]), user_id=dot.user_id, clinician_id="1111111111"
        ),
        lambda: patient_tags.assign_tag(
            clinic_id=str(clinic["_id"]), tag_id=str(tag), user_ids=[dot.user_id]
        ),
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    stored = stored_patient(clinic, dot.user_id)
    assert stored["diagnosisType"] == "type1"
    assert stored["glycemicRanges"]["preset"] == "adaHighRisk"
    assert stored["dataSources"][0]["providerName"] == "dexcom"
    assert stored["reviews"][0]["clinicianId"] == "1111111111"
    assert stored["tags"] == [tag]
    assert count(clinic)["providers"]["dexcom"]["total"] == 1


def test_the_search_key_is_right_after_parallel_renames(dot):
    from patients.search_keys import search_key

    clinic = make_clinic()
    make_patient(clinic, userId=dot.user_id, permissions={"view": {}})
    together(
        *[
            lambda n=n: patients.update_patient(
                clinic_id=clinic["_id"],
                user_id=dot.user_id,
                details=details(fullName=f"Name {n}", mrn=f"M{n}"),
            )
            for n in range(THREADS)
        ],
        lambda: patients.change_email_of_user(dot.user_id, "new@example.org"),
    )
    stored = stored_patient(clinic, dot.user_id)
    row = db.collection(kept.ROWS).find_one({"patientId": stored["_id"]})
    assert row["searchKey"] == search_key(stored)


@pytest.mark.yardstick("C1")
@pytest.mark.foreign_writes
def test_two_of_many_parallel_reviews_are_kept(dot):
    """Their rows may be written in another order; the follower looks again at each row that has changed."""
    from patients.services import reviews

    clinic = make_clinic()
    make_patient(clinic, userId=dot.user_id)
    together(
        *[
            lambda n=n: reviews.add_review(
                clinic_id=str(clinic["_id"]), user_id=dot.user_id, clinician_id=f"{n:010x}"
            )
            for n in range(THREADS)
        ]
    )
    assert len(stored_patient(clinic, dot.user_id)["reviews"]) == 2
    following.follow_all()
    assert following.differences() == []


def test_parallel_removals_of_a_patient_succeed_once(dot):
    clinic = make_clinic()
    make_patient(clinic, userId=dot.user_id)
    remove = lambda: patients.remove_patient(clinic_id=clinic["_id"], user_id=dot.user_id)  # noqa: E731
    assert kinds(together(*[remove] * THREADS)) == ["NoneType"] + ["NotFound"] * (THREADS - 1)
    assert db.collection("patient_deletions").count_documents({}) == 1
    assert count(clinic)["total"] == 0


# --- tags and sites -------------------------------------------------------------------------------
def make_tags_and_sites():
    clinic = make_clinic(
        patientTags=[{"_id": ObjectId(), "name": f"T{n}"} for n in range(3)],
        sites=[{"id": ObjectId(), "name": f"S{n}"} for n in range(3)],
    )
    return (
        clinic,
        [tag["_id"] for tag in clinic["patientTags"]],
        [s["id"] for s in clinic["sites"]],
    )


def numbers(clinic):
    """(shown counts, counts in the records) for the clinic's present tags and sites."""
    from clinic_records.services import access
    from patients.services import tags_and_sites

    now = access.access_clinic(clinic["_id"])
    fields = [("tags", tag["_id"]) for tag in now["patientTags"]]
    fields += [("sites.id", site["id"]) for site in now["sites"]]
    records = db.collection("patients")
    counts = {
        place_id: records.count_documents({"clinicId": clinic["_id"], field: place_id})
        for field, place_id in fields
    }
    of_tags, of_sites = tags_and_sites.count_by_tag_and_site([now])
    return {**of_tags, **of_sites}, {place_id: n for place_id, n in counts.items() if n}


@pytest.mark.yardstick("C1")
@pytest.mark.parametrize("is_counted_before", [True, False])
def test_counts_of_tags_and_sites_are_exact_after_parallel_changes(is_counted_before):
    clinic, tags, sites = make_tags_and_sites()
    created = [create(clinic, tags=tags[:1], sites=sites[:1])() for _ in range(THREADS)]
    if not is_counted_before:
        db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})

    def update(patient, **fields):
        return lambda: patients.update_patient(
            clinic_id=clinic["_id"], user_id=patient["userId"], details=details(**fields)
        )

    def remove(patient):
        return lambda: patients.remove_patient(clinic_id=clinic["_id"], user_id=patient["userId"])

    results = together(
        *[create(clinic, tags=tags[:2], sites=sites[:2]) for _ in range(3)],
        *[update(patient, tags=tags[1:], sites=sites[1:]) for patient in created[:3]],
        remove(created[3]),
        update(created[4], tags=[], sites=[]),
        *[lambda: numbers(clinic)] * 2,
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    shown, counted = numbers(clinic)
    assert shown == counted
    assert counted[tags[1]] == 6


def test_counts_of_tags_are_exact_after_parallel_bulk_and_single_changes():
    from clinics.services import sites as clinic_sites
    from patients.services import patient_tags

    clinic, tags, sites = make_tags_and_sites()
    created_patients = [create(clinic, tags=tags[:1], sites=sites[:1])() for _ in range(THREADS)]
    bulk = {"clinic_id": str(clinic["_id"]), "user_ids": None}

    def retag(patient):
        return lambda: patients.update_patient(
            clinic_id=clinic["_id"], user_id=patient["userId"], details=details(tags=tags[1:])
        )

    results = together(
        lambda: patient_tags.assign_tag(tag_id=str(tags[1]), **bulk),
        lambda: patient_tags.assign_tag(tag_id=str(tags[2]), **bulk),
        lambda: patient_tags.remove_tag(tag_id=str(tags[2]), **bulk),
        lambda: clinic_sites.convert_tag(clinic_id=clinic["_id"], tag_id=tags[0]),
        lambda: clinic_sites.merge_site(
            clinic_id=clinic["_id"], target_id=sites[1], source_id=sites[0]
        ),
        *[retag(patient) for patient in created_patients[:3]],
        *[create(clinic, tags=tags[1:], sites=sites[1:]) for _ in range(2)],
        lambda: patients.remove_patient(
            clinic_id=clinic["_id"], user_id=created_patients[4]["userId"]
        ),
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    shown, counted = numbers(clinic)
    assert shown == counted


def test_parallel_readers_of_an_older_database_count_its_patients_once(dot):
    clinic, tags, _ = make_tags_and_sites()
    make_patient(clinic, userId=dot.user_id, tags=tags)
    results = together(*[lambda: numbers(clinic)] * THREADS)
    assert results == [(dict.fromkeys(tags, 1), dict.fromkeys(tags, 1))] * THREADS

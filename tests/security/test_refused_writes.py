"""MongoDB itself refuses a write, by its fail point: what cannot be recorded is not done (A4), and a change of several
documents is not half done (C3). The answer is 503 each time, and everything is as before.

The fail point is one for all databases of a server, so no other file of `make test` uses it.
"""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from pymongo.errors import PyMongoError

from kernel import audit, db, outbox
from kernel.accesses import recording, rows
from patients.store import patients as store
from tests.bodies import sample
from tests.cast import described_operations
from tests.environment import DATABASE

TOO_LATE = 50  # MongoDB's code for a command that took too long, which is not repeated
EARLIER = {"clinicianId": "1", "time": datetime(2026, 1, 2, tzinfo=UTC)}
LATER = {"clinicianId": "2", "time": datetime(2026, 1, 3, tzinfo=UTC)}
DOMAIN = (
    "patients",
    "patient_deletions",
    "clinics",
    "clinic_deletions",
    "clinicians",
    "clinician_deletions",
)
SHARED = (*DOMAIN, "confirmations", "migrations", outbox.COLLECTION)


@contextmanager
def refused(collection, *commands, mode="alwaysOn", **how):
    """Each command of these, or as often as `mode` says."""
    fail_point = db.client().admin.command
    data = {
        "failCommands": list(commands or ("insert", "update", "delete", "findAndModify")),
        "namespace": f"{DATABASE}.{collection}",
        **(how or {"errorCode": TOO_LATE}),
    }
    fail_point("configureFailPoint", "failCommand", mode=mode, data=data)
    try:
        yield
    finally:
        fail_point("configureFailPoint", "failCommand", mode="off")


def everything():
    return {name: list(db.collection(name).find({}, sort=[("_id", 1)])) for name in SHARED}


def body_of(name):
    content = described_operations()[name][2].get("requestBody", {}).get("content", {})
    return next((orjson.dumps(sample(part["schema"])) for part in content.values()), None)


# Operation, and a collection that it writes, the last one first: what came before is taken back.
SEVERAL = [
    ("CreateClinic", "clinicians"),
    ("CreateClinic", outbox.COLLECTION),
    ("CreateClinician", outbox.COLLECTION),
    ("DeletePatientTag", outbox.COLLECTION),
    ("DeletePatient", "patient_deletions"),
    ("DeletePatient", outbox.COLLECTION),
    ("DeleteClinician", "clinician_deletions"),
    ("UpdatePatient", outbox.COLLECTION),
    ("UpdatePatientPermissions", outbox.COLLECTION),
    ("DeleteUserFromClinics", outbox.COLLECTION),
]


@pytest.mark.yardstick("C3")
@pytest.mark.parametrize(("name", "collection"), SEVERAL)
def test_a_change_of_several_documents_is_not_half_done(world, name, collection):
    before = everything()
    with refused(collection):
        response = world.send(name, body_of(name))

    assert (response.status_code, everything()) == (503, before)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.yardstick("A4")
def test_an_access_that_mongodb_does_not_record_is_refused_and_changes_nothing(world, monkeypatch):
    """From the tenth second on without a record; here from the first."""
    monkeypatch.setattr(recording, "LONGEST_WITHOUT", -1.0)
    world.send("GetPatient")
    with refused(rows.RECORDS, "insert"):
        with pytest.raises(PyMongoError):
            recording.write()
        before = everything()
        for name in ("GetPatient", "ListPatients", "UpdatePatient", "DeletePatient"):
            assert world.send(name, body_of(name)).status_code == 503
        assert everything() == before

    recording.write()
    assert world.send("GetPatient").status_code == 200
    assert db.collection(rows.RECORDS).count_documents({}) >= 1


@pytest.mark.yardstick("A4")
def test_a_change_by_staff_that_mongodb_does_not_record_is_not_made(clinic):
    from clinics.services import clinics

    def change():
        clinics.change_clinic(clinic["id"], {"timezone": "Europe/Berlin"})
        audit.record(
            action="clinic.x", actor_id="1", actor_kind="staff", object_type="clinic", object_id="1"
        )

    before = everything()
    with refused(audit.COLLECTION, "insert"), pytest.raises(PyMongoError):
        db.run_in_transaction(change)
    assert everything() == before


# --- a change that is sent again -------------------------------------------------------------------------------------
LOST_CONNECTION = {"closeConnection": True}
OTHER_PRIMARY = {"errorCode": 10107}  # NotWritablePrimary
UNCONFIRMED = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}


def review(world):
    return world.send("UpdatePatientReviews", None)


@pytest.mark.yardstick("D1")
@pytest.mark.parametrize("how", [LOST_CONNECTION, OTHER_PRIMARY])
def test_a_review_outlives_one_lost_connection_and_is_stored_once(world, how):
    with refused("patients", "findAndModify", mode={"times": 1}, **how):
        response = review(world)
    assert response.status_code == 200
    assert len(response.json()) == 1


@pytest.mark.parametrize("how", [LOST_CONNECTION, OTHER_PRIMARY])
def test_a_review_that_cannot_be_sent_is_refused_and_not_stored(world, how):
    before = everything()
    with refused("patients", "findAndModify", **how):
        response = review(world)
    assert (response.status_code, everything()) == (503, before)


@pytest.mark.foreign_writes  # the row waits for the follower
def test_a_review_that_the_majority_has_not_confirmed_is_not_acknowledged(world):
    with refused("patients", "findAndModify", mode={"times": 1}, **UNCONFIRMED):
        assert review(world).status_code == 503


def test_a_review_that_was_carried_out_before_its_answer_was_lost_is_stored_once(world):
    patient = unreviewed()
    for entry in (EARLIER, LATER):
        add_review(patient, entry)
    with refused("patients", "findAndModify", mode={"times": 1}, **LOST_CONNECTION):
        assert add_review(patient, LATER)["reviews"] == [LATER, EARLIER]


def test_a_review_that_is_sent_again_takes_the_place_of_no_later_one(world):
    """It was carried out, and two others were confirmed before it came again."""
    patient, latest = unreviewed(), {**LATER, "time": LATER["time"] + timedelta(seconds=1)}
    for entry in (EARLIER, LATER, latest):
        add_review(patient, entry)
    with refused("patients", "findAndModify", mode={"times": 1}, **LOST_CONNECTION):
        assert add_review(patient, EARLIER)["reviews"] == [latest, LATER]


@pytest.mark.foreign_documents
@pytest.mark.parametrize("last", [7, None, {}, {"time": "2030"}])
def test_a_review_that_is_sent_again_is_added_before_what_is_no_review(world, last):
    patient = unreviewed()
    db.collection("patients").update_one(
        {"_id": patient["_id"]}, {"$set": {"reviews": [EARLIER, last]}}
    )
    with refused("patients", "findAndModify", mode={"times": 1}, **LOST_CONNECTION):
        assert add_review(patient, LATER)["reviews"] == [LATER, EARLIER]


@pytest.mark.foreign_documents
@pytest.mark.parametrize("stored", [None, "none", 7, {"a": 1}])
def test_a_review_replaces_what_is_no_list_of_reviews(world, stored):
    patient = unreviewed()
    db.collection("patients").update_one({"_id": patient["_id"]}, {"$set": {"reviews": stored}})
    assert add_review(patient, LATER)["reviews"] == [LATER]


def unreviewed():
    return db.collection("patients").find_one({"reviews": {"$exists": False}})


def add_review(patient, entry):
    return store.add_review(patient["clinicId"], patient["userId"], entry)

"""What no one may do with clinics while one is merged into the other (rules MERGE-62 to MERGE-67)."""

import time

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect

from clinic_records.services import closures
from clinic_records.store import closures as store
from clinics.services import (
    clinicians,
    clinics,
    migrations,
    mrn_settings,
    service_accounts,
    sites,
    tags,
)
from kernel import clock, db
from kernel.errors import Busy, Conflict
from patients.services import custodial_accounts, patients
from patients.services.patient_details import PatientDetails, SharedPatient

TEXT = "the clinic is being merged into another clinic"
HELD = "the clinic is being merged with another clinic"


def close(*, source_id=None, target_id=None):
    merge_id = ObjectId()
    ids = {"source_id": source_id or ObjectId(), "target_id": target_id or ObjectId()}
    db.run_in_transaction(lambda: closures.close(merge_id, **ids))
    closures.forget()
    return merge_id


@pytest.fixture
def clinic_id(clinic):
    return ObjectId(clinic["id"])


def everything_stored():
    ignored = {store.COLLECTION, "custodialAccountRequests"}
    names = set(db.database().list_collection_names()) - ignored
    return {name: list(db.database()[name].find()) for name in names}


ADDITIONS = {
    "custodial patient": lambda clinic_id, user_id: patients.create_custodial_patient(
        clinic_id=clinic_id,
        details=PatientDetails(
            {
                "fullName": "Iris Example",
                "birthDate": "1984-05-06",
                "mrn": "1",
                "email": "iris@example.org",
            }
        ),
    ),
    "patient from user": lambda clinic_id, user_id: patients.create_patient_from_user(
        clinic_id=clinic_id, user_id=user_id, shared=SharedPatient()
    ),
    "member": lambda clinic_id, user_id: clinicians.create_clinician(
        clinic_id=clinic_id,
        details=clinicians.ClinicianDetails(roles=["CLINIC_MEMBER"], user_id=user_id),
    ),
    "service account": lambda clinic_id, _: service_accounts.add_service_account(
        clinic_id=clinic_id, name="A client", client_id="a", client_secret="b"
    ),
    "tag": lambda clinic_id, _: tags.create_tag(clinic_id=clinic_id, name="Adult"),
    "site": lambda clinic_id, _: sites.create_site(clinic_id=clinic_id, name="North"),
    "site from a tag": lambda clinic_id, _: sites.convert_tag(
        clinic_id=clinic_id, tag_id=ObjectId()
    ),
    "migration": lambda clinic_id, user_id: migrations.trigger_initial_migration(clinic_id),
    "deletion": lambda clinic_id, _: clinics.delete_clinic(clinic_id),
}


@pytest.mark.parametrize("what", ADDITIONS)
def test_nothing_is_added_to_the_source(what, clinic_id, dot):
    close(source_id=clinic_id)
    before = everything_stored()
    with pytest.raises(Busy) as refusal:
        ADDITIONS[what](clinic_id, dot.user_id)
    assert refusal.value.message == TEXT
    assert everything_stored() == before


def test_a_clinic_that_closes_while_a_patient_is_made_gets_no_patient(clinic_id, monkeypatch):
    """The account that was made for it is given up."""
    make_account = custodial_accounts.make_account

    def make_and_close(*args):
        account = make_account(*args)
        close(source_id=clinic_id)
        return account

    monkeypatch.setattr(custodial_accounts, "make_account", make_and_close)
    with pytest.raises(Busy):
        ADDITIONS["custodial patient"](clinic_id, "")
    assert db.collection("patients").count_documents({}) == 0
    assert db.collection("accounts").count_documents({"username": "iris@example.org"}) == 0


def test_an_invitation_to_the_source_can_be_accepted_after_the_merge_only(clinic, ada, eve):
    body = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
    invited = ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body)
    merge_id = close(source_id=ObjectId(clinic["id"]))
    path = f"/v1/clinicians/{eve.user_id}/invites/{invited.json()['inviteId']}"
    refused = eve.api.put(path)
    assert (refused.status_code, refused.json()) == (409, {"message": TEXT})
    closures.reopen(merge_id)
    closures.forget()
    assert eve.api.put(path).status_code == 200


OF_THE_PLAN = {
    "deletion": clinics.delete_clinic,
    "mrn": lambda clinic_id: mrn_settings.update_mrn_settings(
        clinic_id, required=True, unique=True
    ),
    "restrictions": lambda clinic_id: clinics.update_membership_restrictions(
        clinic_id, [{"emailDomain": "example.org"}]
    ),
}


@pytest.mark.parametrize("what", OF_THE_PLAN)
def test_what_has_decided_the_plan_stays_in_the_target(what, clinic_id):
    close(target_id=clinic_id)
    before = everything_stored()
    with pytest.raises(Busy) as refusal:
        OF_THE_PLAN[what](clinic_id)
    assert refusal.value.message == HELD
    assert everything_stored() == before


def test_everything_else_goes_on_in_the_target(clinic_id, dot):
    close(target_id=clinic_id)
    for what in ("custodial patient", "patient from user", "member", "tag", "site"):
        ADDITIONS[what](clinic_id, dot.user_id)


def test_a_clinic_is_in_one_merge_at_most(clinic_id):
    other_id = ObjectId()
    close(source_id=clinic_id, target_id=other_id)
    for ids in ({"source_id": other_id}, {"target_id": clinic_id}, {"target_id": other_id}):
        with pytest.raises(Conflict) as refusal:
            close(**ids)
        assert refusal.value.message == HELD
    assert db.collection(store.COLLECTION).count_documents({}) == 2


def test_a_merge_gives_back_its_own_clinics(clinic_id):
    merge_id = close(source_id=clinic_id)
    kept_id = ObjectId()
    close(target_id=kept_id)
    closures.reopen(merge_id)
    closures.forget()
    closures.require_free(clinic_id)
    with pytest.raises(Busy):
        closures.require_free(kept_id)


class TestWhatAProcessRemembers:
    def test_closures_are_read_once_a_second(self, clinic_id, monkeypatch):
        reads = []
        monkeypatch.setattr(store, "list_all", lambda: reads.append(1) or [])
        closures.forget()
        for _ in range(100):
            closures.require_open(clinic_id)
        assert len(reads) == 1
        later = time.monotonic() + closures.CACHE_SECONDS
        monkeypatch.setattr(time, "monotonic", lambda: later)
        closures.require_open(clinic_id)
        assert len(reads) == 2

    def test_the_last_state_is_used_while_they_cannot_be_read(self, clinic_id, monkeypatch):
        close(source_id=clinic_id)
        closures._role(clinic_id)
        later = time.monotonic() + closures.CACHE_SECONDS

        def fail():
            raise AutoReconnect

        monkeypatch.setattr(store, "list_all", fail)
        monkeypatch.setattr(time, "monotonic", lambda: later)
        with pytest.raises(Busy):
            closures.require_open(clinic_id)
        closures.require_open(ObjectId())

    def test_a_transaction_sees_what_was_closed_after_it_began(self, clinic_id):
        def read():
            db.collection("clinics").find_one({})
            closing = {"_id": clinic_id, "mergeId": ObjectId(), "role": "source"}
            db.database()[store.COLLECTION].insert_one({**closing, "createdTime": clock.now()})
            closures.require_open(clinic_id)

        with pytest.raises(Busy):
            db.run_in_transaction(read)

    def test_an_open_clinic_costs_no_time(self, clinic_id):
        close()
        closures.require_open(clinic_id)
        text, best = str(clinic_id), 1.0
        for _ in range(10):
            began = time.perf_counter()
            for _ in range(100):
                closures.require_open(text)
            best = min(best, (time.perf_counter() - began) / 100)
        assert best < 0.00002


class TestWorkers:
    def test_a_migration_to_the_source_waits(self, clinic_id, ada):
        moment = clock.now()
        migration = {"clinicId": clinic_id, "userId": ada.user_id, "status": "PENDING"}
        times = {"createdTime": moment, "updatedTime": moment}
        db.collection("migrations").insert_one({**migration, **times})
        close(source_id=clinic_id)
        with pytest.raises(Busy):
            migrations.migrate_patients(clinic_id=clinic_id, user_id=ada.user_id)
        assert db.collection("migrations").find_one({})["status"] == "PENDING"

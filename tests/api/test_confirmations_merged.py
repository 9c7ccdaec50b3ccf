"""Invitations follow a clinic that is merged into another (rules CONFIRM-143 and CONFIRM-144)."""

from datetime import timedelta

import pytest
from bson import ObjectId

from clinics.events import ClinicMerged
from confirmations.services import clinic_shares
from kernel import clock, db, outbox
from patients.services import patients
from tests import deliveries
from tests.api.test_confirmations_shares import offer, path, set_fields, stored
from tests.cast import make_clinic, make_person
from tests.events import deliver_all, emitted

MOVE = "confirmations.move_invitations"


@pytest.fixture
def target(eve):
    return make_clinic(eve, name="Harbour Clinic")


@pytest.fixture
def merge(clinic, target):
    """The clinic's record goes, and the event comes."""

    def run():
        outbox.emit(ClinicMerged(source_id=clinic["id"], target_id=target["id"]))
        for row in list(
            db.collection(outbox.COLLECTION).find({"handler": MOVE, "state": outbox.PENDING})
        ):
            assert deliveries.deliver(row["_id"])

    return run


def offers(clinic, admin):
    return [row["key"] for row in admin.api.get(path(clinic)).json()]


def test_a_pending_offer_reaches_the_target_under_its_key(clinic, target, eve, dot, merge):
    key = offer(clinic, dot)
    before = stored(key)
    merge()

    assert offers(target, eve) == [key]
    after = stored(key)
    assert after.pop("clinicId") == target["id"]
    assert before.pop("clinicId") == clinic["id"]
    assert after == {**before, "modified": after["modified"]}
    [sent] = dot.api.get(f"/confirm/invite/{dot.user_id}").json()
    assert sent["clinicId"] == target["id"]

    accepted = eve.api.put(path(target, key))
    assert accepted.status_code == 200
    assert accepted.json()["permissions"] == {"view": {}, "upload": {}, "note": {}}
    assert patients.find_patient(clinic["id"], dot.user_id) is None


def test_moving_mails_no_one(clinic, dot, merge):
    offer(clinic, dot)
    deliver_all()
    merge()
    assert emitted("mail.requested") == []


def test_moving_again_changes_nothing(clinic, target, eve, dot, merge):
    key = offer(clinic, dot)
    merge()
    moved = stored(key)
    merge()
    assert stored(key) == moved
    assert offers(target, eve) == [key]


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_all_offers_move_whatever_the_size_of_a_batch(
    clinic, target, eve, merge, monkeypatch, batch
):
    monkeypatch.setattr(clinic_shares, "_BATCH", batch)
    people = [make_person(f"Person {number}") for number in range(3)]
    keys = {offer(clinic, person) for person in people}
    merge()
    assert {*offers(target, eve)} == keys


def test_an_offer_that_waits_at_the_target_already_stays_and_the_other_ends(
    clinic, target, eve, dot, merge
):
    of_source, of_target = offer(clinic, dot), offer(target, dot)
    merge()
    assert offers(target, eve) == [of_target]
    assert stored(of_source)["status"] == "canceled"


def test_of_two_offers_of_one_person_the_newer_one_moves(clinic, target, eve, dot, merge):
    newer = offer(clinic, dot)
    older = {**stored(newer), "_id": "0" * 32}
    older["created"] -= timedelta(hours=1)
    db.collection("confirmations").insert_one(older)
    merge()
    assert offers(target, eve) == [newer]
    assert stored(older["_id"])["status"] == "canceled"


def test_an_offer_of_a_patient_of_the_target_ends(clinic, target, eve, dot, merge):
    eve.api.put(path(target, offer(target, dot)))
    key = offer(clinic, dot)
    merge()
    assert stored(key)["status"] == "canceled"
    assert offers(target, eve) == []


@pytest.mark.parametrize(
    "fields",
    [{"status": "declined"}, {"expiresAt": clock.now() - timedelta(days=1)}],
    ids=["declined", "expired"],
)
def test_what_the_source_could_not_accept_ends(clinic, dot, merge, fields):
    key = offer(clinic, dot)
    set_fields(key, **fields)
    merge()
    assert stored(key)["status"] == "canceled"
    assert stored(key)["clinicId"] == clinic["id"]


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_what_has_ended_stays_as_it_is(clinic, dot, merge, status):
    key = offer(clinic, dot)
    set_fields(key, status=status)
    before = stored(key)
    merge()
    assert stored(key) == before


def test_offers_to_other_clinics_stay(ben, dot, merge):
    other = make_clinic(ben, name="Hill Clinic")
    key = offer(other, dot)
    before = stored(key)
    merge()
    assert stored(key) == before


def test_offers_end_where_the_target_is_gone_as_well(clinic, target, dot, merge):
    key = offer(clinic, dot)
    db.collection("clinics").delete_many({"name": target["name"]})
    merge()
    assert stored(key)["status"] == "canceled"


def test_an_invitation_of_a_clinician_that_is_left_ends(clinic, ada, merge):
    invited = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": "new@example.org", "roles": ["CLINIC_MEMBER"]},
    )
    assert invited.status_code == 200, invited.content
    merge()
    [document] = db.collection("confirmations").find({"email": "new@example.org"})
    assert (document["status"], document["clinicId"]) == ("canceled", clinic["id"])


def test_a_claim_link_stays_valid_and_its_reminder_names_the_target(clinic, target, ada, merge):
    created = ada.api.post(
        f"/v1/clinics/{clinic['id']}/patients",
        {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"},
    )
    user_id = created.json()["id"]
    deliver_all()
    [link] = db.collection("confirmations").find({"userId": user_id})
    db.collection("patients").update_many(
        {"userId": user_id}, {"$set": {"clinicId": ObjectId(target["id"])}}
    )
    merge()
    assert stored(link["_id"]) == {**link, "clinicId": target["id"]}

    [reminder] = db.collection(outbox.COLLECTION).find({"event": "signup.reminder_due"})
    db.collection(outbox.COLLECTION).update_one(
        {"_id": reminder["_id"]}, {"$set": {"notBefore": clock.now()}}
    )
    assert deliveries.deliver(reminder["_id"])
    [mail] = emitted("mail.requested")
    assert mail["variables"]["ClinicName"] == target["name"]

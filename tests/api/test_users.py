"""Accounts that go or change their address (rules CLINIC-116 to CLINIC-122, MAIL-66 to MAIL-69)."""

import pytest
from bson import ObjectId

from kernel import clock, db, outbox
from tests.cast import add_member
from tests.events import deliver_all
from users.clients.protocol import UserUpdate
from users.services.neighbours import user_service


def path(person):
    return f"/v1/users/{person.user_id}/clinics"


def add_patient(clinic, user_id, **fields):
    moment = clock.now()
    db.collection("patients").insert_one(
        {
            "clinicId": ObjectId(clinic["id"]),
            "userId": user_id,
            "createdTime": moment,
            "updatedTime": moment,
            **fields,
        }
    )


def patients_of(clinic):
    rows = db.collection("patients").find(
        {"clinicId": ObjectId(clinic["id"])}, sort=[("userId", 1)]
    )
    return [row["userId"] for row in rows]


def emails_of(collection, person):
    rows = db.collection(collection).find({"userId": person.user_id})
    return [row.get("email") for row in rows]


def admins(clinic):
    return db.collection("clinics").find_one({"_id": ObjectId(clinic["id"])})["admins"]


# --- deletion -------------------------------------------------------------------------------------
def test_a_deleted_user_leaves_all_clinics(clinic, other_clinic, ben, cy, backend):
    add_patient(other_clinic, ben.user_id, permissions={"custodian": {}})
    add_patient(clinic, "0000000001", permissions={"view": {}})
    assert ben.api.delete(path(ben)).status_code == 403
    response = backend.delete(path(ben))
    assert (response.status_code, response.content) == (200, b"")
    assert db.collection("clinicians").count_documents({"userId": ben.user_id}) == 0
    assert patients_of(other_clinic) == []
    assert patients_of(clinic) == ["0000000001"]
    for archive, part in (("clinician_deletions", "clinician"), ("patient_deletions", "patient")):
        tombstone = db.collection(archive).find_one({f"{part}.userId": ben.user_id})
        assert tombstone
        assert "deletedByUserId" not in tombstone
    assert backend.delete(path(ben)).status_code == 200


def test_a_deletion_may_leave_a_clinic_without_admin_but_with_its_patients(clinic, ada, backend):
    add_patient(clinic, "0000000001", permissions={"view": {}})
    assert backend.delete(path(ada)).status_code == 200
    assert admins(clinic) == []
    assert patients_of(clinic) == ["0000000001"]


@pytest.mark.parametrize("who_is_left", ["nobody", "an invite"])
def test_a_clinic_in_which_no_one_is_left_keeps_custodial_patients_only(
    other_clinic, cy, backend, who_is_left
):
    add_patient(other_clinic, "0000000001", permissions={"view": {}})
    add_patient(other_clinic, "0000000002", permissions={"view": {}, "custodian": {}})
    if who_is_left == "an invite":
        backend.post(
            f"/v1/clinics/{other_clinic['id']}/clinicians",
            {"inviteId": "k", "email": "i@example.org", "roles": ["CLINIC_ADMIN"]},
        )
    assert backend.delete(path(cy)).status_code == 200
    remaining_ids = ["0000000002"] if who_is_left == "nobody" else ["0000000001", "0000000002"]
    assert patients_of(other_clinic) == remaining_ids
    deliver_all()
    assert patients_of(other_clinic) == remaining_ids
    assert db.collection("clinics").find_one({"_id": ObjectId(other_clinic["id"])})


def test_a_clinic_abandoned_by_a_request_that_was_cut_short_is_cleared_later(
    other_clinic, cy, backend, monkeypatch
):
    from clinics.services import users

    add_patient(other_clinic, "0000000001", permissions={"view": {}})

    def fail(_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(users, "remove_patients_of_abandoned_clinic", fail)
        assert backend.delete(path(cy)).status_code == 500
    deliver_all()
    assert patients_of(other_clinic) == []


def test_membership_without_its_clinic_does_not_block_the_deletion(clinic, ben, backend):
    db.collection("clinics").delete_many({})
    assert backend.delete(path(ben)).status_code == 200
    assert db.collection("clinicians").count_documents({"userId": ben.user_id}) == 0


def test_a_user_deleted_at_the_user_service_leaves_the_clinics(other_clinic, dot):
    add_patient(other_clinic, dot.user_id)
    user_service().delete_user(dot.user_id)
    deliver_all()
    assert patients_of(other_clinic) == []


# --- address --------------------------------------------------------------------------------------
def test_an_address_is_changed_everywhere_to_its_canonical_form(clinic, other_clinic, ben, backend):
    add_member(other_clinic, ben)
    add_patient(other_clinic, ben.user_id, email="old@example.org")
    assert ben.api.post(path(ben), {"email": "New@example.org"}).status_code == 403
    response = backend.post(path(ben), {"email": "New@example.org"})
    assert (response.status_code, response.content) == (200, b"")
    assert emails_of("clinicians", ben) == ["new@example.org"] * 2
    assert emails_of("patients", ben) == ["new@example.org"]


@pytest.mark.parametrize("sent", [{}, None])
def test_without_an_address_the_patients_lose_theirs(clinic, other_clinic, ben, backend, sent):
    add_patient(other_clinic, ben.user_id, email="old@example.org")
    assert backend.post(path(ben), sent).status_code == 200
    assert emails_of("clinicians", ben) == [ben.email]
    assert "email" not in db.collection("patients").find_one({"userId": ben.user_id})


@pytest.mark.parametrize("email", ["nobody", "a@b", "@example.org", "a b@example.org"])
def test_invalid_address_is_refused(clinic, ben, backend, email):
    response = backend.post(path(ben), {"email": email})
    assert response.status_code == 400
    assert 'Error at "/email"' in response.json()["message"]
    assert backend.post(path(ben), {"email": ""}).status_code == 400
    assert emails_of("clinicians", ben) == [ben.email]


def test_an_address_that_another_member_has_changes_nothing(
    clinic, other_clinic, ada, ben, backend
):
    add_member(other_clinic, ben)
    add_patient(other_clinic, ben.user_id, email="old@example.org")
    response = backend.post(path(ben), {"email": ada.email})
    assert response.status_code == 422
    assert response.json() == {
        "message": "partially updated 0 out of 2 clinician records: "
        "constraint violation: duplicate email"
    }
    assert emails_of("clinicians", ben) == [ben.email] * 2
    assert emails_of("patients", ben) == ["old@example.org"]


def test_user_without_clinics_is_accepted(eve, backend):
    assert backend.post(path(eve), {"email": "new@example.org"}).status_code == 200
    assert backend.delete(path(eve)).status_code == 200


def test_clinics_follow_an_account_that_changes_its_address(clinic, other_clinic, ben):
    add_patient(other_clinic, ben.user_id, email=ben.email)
    user_service().update_user(ben.user_id, UserUpdate(username="benny@example.org"))
    deliver_all()
    assert emails_of("clinicians", ben) == ["benny@example.org"]
    assert emails_of("patients", ben) == ["benny@example.org"]


def test_records_keep_the_address_of_an_account_that_has_lost_it(other_clinic):
    account = user_service().create_custodial_user(other_clinic["id"], "pat@example.org")
    add_patient(other_clinic, account.user_id, email="pat@example.org")
    user_service().update_user(account.user_id, UserUpdate(emails=()))
    deliver_all()
    assert emails_of("patients", account) == ["pat@example.org"]


def test_an_address_change_that_collides_is_parked_for_staff(clinic, ada, ben):
    db.collection("clinicians").update_one(
        {"userId": ada.user_id}, {"$set": {"email": "benny@example.org"}}
    )
    user_service().update_user(ben.user_id, UserUpdate(username="benny@example.org"))
    deliver_all()
    row = db.collection(outbox.COLLECTION).find_one({"handler": "clinics.follow_account"})
    assert (row["state"], row["lastError"]) == (outbox.DEAD, "duplicate_email")

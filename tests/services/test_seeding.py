"""`manage.py seed_patients`: every record gets an account and a profile."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kernel import db
from patients.services.seeding import seed_patients
from users.services.neighbours import profile_service, user_service


def seed(clinic, count, number):
    return seed_patients(clinic_id=clinic["id"], count=count, seed=number)


def stored():
    return list(db.collection("patients").find({}))


def test_a_seed_that_was_used_before_is_refused_with_one_sentence(clinic):
    options = ["--clinic", clinic["id"], "--count", "3", "--seed", "5"]
    call_command("seed_patients", *options)
    with pytest.raises(CommandError) as failure:
        call_command("seed_patients", *options)
    assert str(failure.value) == "people of seed 5 are stored already: choose another seed"
    assert failure.value.__suppress_context__
    assert db.collection("patients").count_documents({}) == 3


def test_account_and_profile_agree_with_each_record(clinic):
    seed(clinic, 20, 5)
    custodial = 0
    for record in stored():
        user = user_service().get_user(record["userId"])
        assert (user.address or None) == record["email"]
        assert user.is_custodial == ("custodian" in record["permissions"])
        assert user.is_custodial or (user.address and user.email_verified)
        custodial += user.is_custodial
        profile = profile_service().get_profile(record["userId"])
        assert profile["fullName"] == record["fullName"]
        assert profile["patient"]["birthday"] == record["birthDate"]
    assert 0 < custodial < 20


def test_the_address_of_a_seeded_patient_can_be_changed(clinic, ada):
    seed(clinic, 20, 5)
    record = next(r for r in stored() if "custodian" in r["permissions"] and r["email"])
    body = {"fullName": "A", "birthDate": "1984-05-06", "email": "new@example.org"}
    answer = ada.api.put(f"/v1/clinics/{clinic['id']}/patients/{record['userId']}", body)
    assert (answer.status_code, answer.json()["email"]) == (200, "new@example.org")
    assert user_service().get_user("new@example.org").user_id == record["userId"]


def test_a_batch_that_cannot_be_stored_leaves_no_accounts(clinic):
    seed(clinic, 3, 5)
    db.collection("accounts").delete_many({"roles": "patient"})
    with pytest.raises(CommandError):
        call_command("seed_patients", "--clinic", clinic["id"], "--count", "3", "--seed", "5")
    assert db.collection("accounts").count_documents({"roles": "patient"}) == 0


def test_many_seeds_go_into_one_clinic(clinic):
    assert [seed(clinic, 60, number) for number in (1, 2, 3)] == [60, 60, 60]


def test_with_an_external_user_service_seeding_is_refused(clinic, settings):
    settings.SHORELINE_ADDRESS = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="TIDEPOOL_SHORELINE_CLIENT_ADDRESS"):
        call_command("seed_patients", "--clinic", clinic["id"], "--count", "3")
    assert stored() == []

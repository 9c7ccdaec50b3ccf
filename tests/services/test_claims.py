"""A first password ends the clinics' custodianship (rules ACCOUNT-130 and MAIL-60)."""

from bson import ObjectId

from tests.events import deliver_all
from tests.factories import make_clinic, make_patient, stored_patient
from users.clients.protocol import UserUpdate
from users.services.neighbours import user_service


def code(first):
    return f"{first * 4}-EFGH-2345"


def clinic_with_code(first):
    return make_clinic(canonicalShareCode=code(first), shareCodes=[code(first)])


def test_claiming_an_account_ends_the_custody_of_every_clinic():
    user = user_service().create_custodial_user(str(ObjectId()), "mine@example.org")
    here, there, only = (clinic_with_code(first) for first in "ABC")
    for clinic in (here, there):
        make_patient(clinic, userId=user.user_id, permissions={"custodian": {}, "view": {}})
    make_patient(only, userId=user.user_id, permissions={"custodian": {}})
    other = make_patient(here, permissions={"custodian": {}, "view": {}})

    user_service().update_user(user.user_id, UserUpdate(password="correct-horse"))
    deliver_all()

    assert stored_patient(here, user.user_id)["permissions"] == {"view": {}}
    assert stored_patient(there, user.user_id)["permissions"] == {"view": {}}
    assert stored_patient(only, user.user_id) is None
    assert "custodian" in stored_patient(here, other["userId"])["permissions"]


def test_a_repeated_event_changes_nothing():
    from patients.services import claims

    user = user_service().create_custodial_user(str(ObjectId()), None)
    clinic = clinic_with_code("A")
    make_patient(clinic, userId=user.user_id, permissions={"custodian": {}, "view": {}})
    for _ in range(2):
        claims.end_custodianship(user.user_id)

    assert stored_patient(clinic, user.user_id)["permissions"] == {"view": {}}
    assert user_service().get_user(user.user_id) is not None

"""Account sign-up and custodial claims (rules CONFIRM-83 to CONFIRM-106 and MAIL-39 to MAIL-42)."""

from datetime import timedelta

import pytest
from bson import ObjectId

from kernel import clock, db, outbox
from tests import deliveries
from tests.cast import make_person
from tests.events import deliver_all, emitted
from users.clients import embedded
from users.clients.protocol import UserUpdate
from users.embedded.accounts import find_by_credentials
from users.services import accounts
from users.services.neighbours import profile_service, user_service

UNKNOWN = {"code": 404, "reason": "No matching signup confirmation was found"}
EXPIRED = {"code": 404, "reason": "The signup confirmation has expired"}
PASSWORD = "correct-horse"
DOWN = "a neighbour"


def stored(**wanted):
    return db.collection("confirmations").find_one(wanted)


def set_fields(key, **fields):
    db.collection("confirmations").update_one({"_id": key}, {"$set": fields})


def mails():
    """The mails requested so far, deferred ones included; none is sent."""
    requested = {"event": "signup.resend_requested", "state": "pending"}
    rows = db.collection(outbox.COLLECTION).find(requested)
    for row in list(rows):
        deliveries.deliver(row["_id"])
    return emitted("mail.requested")


def send(person, api=None, body=None):
    return (api or person.api).post(f"/confirm/send/signup/{person.user_id}", body)


def signup(person):
    assert send(person).status_code == 200
    return stored(userId=person.user_id)["_id"]


def custodial(email="iris@example.org", birthday="1990-01-02"):
    user = user_service().create_custodial_user("c" * 24, email)
    profile_service().update_profile(
        user.user_id, {"fullName": "Iris Example", "patient": {"birthday": birthday}}
    )
    return user


def invited(user_id):
    """When the clinic's record says that the person was invited (rule PATIENT-160)."""
    return db.collection("patients").find_one({"userId": user_id})["lastInvitationSent"]


def change_address(user_id, email):
    update = UserUpdate(username=email, emails=(email,)) if email else UserUpdate(emails=())
    user_service().update_user(user_id, update)


def accept(api, key, body=None):
    return api.put(f"/confirm/accept/signup/{key}", body)


# --- from sign-up to claim --------------------------------------------------------------------
def test_a_new_patient_claims_the_account_with_the_mailed_link(clinic, ada, anonymous):
    created = ada.api.post(
        f"/v1/clinics/{clinic['id']}/patients",
        {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"},
    )
    user_id = created.json()["id"]
    profile_service().update_profile(user_id, {"patient": {"birthday": "1990-01-02"}})
    for row in db.collection(outbox.COLLECTION).find({"event": "patient.created"}):
        deliveries.deliver(row["_id"])

    [mail] = emitted("mail.requested")
    document = stored(userId=user_id)
    assert mail["recipient"] == "iris@example.org"
    assert mail["template"] == "signup_custodial_new_clinic_experience_confirmation"
    assert mail["variables"]["Key"] == document["_id"]
    assert mail["variables"]["ClinicName"] == clinic["name"]
    assert mail["variables"]["CreatorName"] == "Ada Admin"
    assert document["clinicId"] == clinic["id"]
    assert document["creatorId"] == ada.user_id
    assert document["expiresAt"] == document["created"] + timedelta(days=31)

    key = mail["variables"]["Key"]
    assert accept(anonymous, key).json()["error"] == 1001
    claim = {"password": PASSWORD, "birthday": "1990-01-02"}
    assert accept(anonymous, key, claim).status_code == 200
    assert stored(_id=key)["status"] == "completed"
    account = user_service().get_user(user_id)
    assert account.password_exists
    assert account.email_verified
    assert find_by_credentials("iris@example.org", PASSWORD) is not None

    deliver_all()
    patient = ada.api.get(f"/v1/clinics/{clinic['id']}/patients/{user_id}").json()
    assert "custodian" not in patient["permissions"]


def test_a_reminder_renews_the_link_of_an_unclaimed_account_only(clinic, ada, anonymous):
    created = ada.api.post(
        f"/v1/clinics/{clinic['id']}/patients",
        {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"},
    )
    user_id = created.json()["id"]
    for row in list(db.collection(outbox.COLLECTION).find({"event": "patient.created"})):
        deliveries.deliver(row["_id"])
    [reminder] = db.collection(outbox.COLLECTION).find({"event": "signup.reminder_due"})
    wait = reminder["notBefore"] - clock.now()
    assert timedelta(days=6, hours=23) < wait <= timedelta(days=7)
    first = stored(userId=user_id)["_id"]

    db.collection(outbox.COLLECTION).update_one(
        {"_id": reminder["_id"]}, {"$set": {"notBefore": clock.now()}}
    )
    assert deliveries.deliver(reminder["_id"])
    second = stored(userId=user_id)
    assert second["_id"] != first
    assert mails()[-1]["variables"]["Key"] == second["_id"]
    assert invited(user_id) >= second["created"]

    assert anonymous.post("/confirm/resend/signup/iris@example.org").status_code == 200
    assert len(mails()) == 3
    assert invited(user_id) >= stored(userId=user_id)["created"] > second["created"]


def test_a_new_address_replaces_link_and_reminder_and_a_removed_one_ends_both(clinic, ada):
    created = ada.api.post(
        f"/v1/clinics/{clinic['id']}/patients",
        {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"},
    )
    body = created.json()
    url = f"/v1/clinics/{clinic['id']}/patients/{body['id']}"
    deliver_patient_events()
    first = stored(userId=body["id"])["_id"]

    assert ada.api.put(url, {**body, "email": "new@example.org"}).status_code == 200
    deliver_patient_events()
    second = stored(userId=body["id"])
    assert stored(_id=first) is None
    assert second["email"] == "new@example.org"
    assert len(emitted("signup.reminder_due")) == 1

    body.pop("email")
    assert ada.api.put(url, body).status_code == 200
    deliver_patient_events()
    assert stored(userId=body["id"]) is None
    assert emitted("signup.reminder_due") == []


def deliver_patient_events():
    handlers = {"event": {"$in": ["patient.created", "patient.updated"]}, "state": "pending"}
    for row in list(db.collection(outbox.COLLECTION).find(handlers, sort=[("_id", 1)])):
        deliveries.deliver(row["_id"])


# --- sending --------------------------------------------------------------------------------------
def test_the_link_verifies_an_ordinary_account(eve, anonymous):
    user_service().update_user(eve.user_id, UserUpdate(email_verified=False))
    key = signup(eve)
    [mail] = emitted("mail.requested")
    assert (mail["recipient"], mail["template"]) == (eve.email, "signup_confirmation")
    assert mail["variables"]["Key"] == key
    assert "ClinicName" not in mail["variables"]

    for _ in range(2):  # a link may be opened twice
        response = accept(anonymous, key)
        assert (response.status_code, response.content) == (200, b"")
    assert user_service().get_user(eve.user_id).email_verified
    assert stored(_id=key)["status"] == "completed"


CASES = [
    # account roles · custodial · caller · clinic given · template · creator · clinic kept
    (("clinic",), False, "self", False, "signup_clinic_confirmation", "", False),
    ((), True, "service", True, "signup_custodial_new_clinic_experience_confirmation", "inv", True),
    ((), True, "service", False, "signup_custodial_confirmation", "", False),
    ((), True, "legacy", True, "signup_custodial_clinic_confirmation", "caller", False),
    ((), True, "other", True, "signup_custodial_confirmation", "caller", False),
    ((), False, "service", True, "signup_confirmation", "", False),
]


@pytest.mark.parametrize(
    ("roles", "is_custodial", "who", "with_clinic", "template", "creator", "keeps"), CASES
)
def test_the_template_and_the_creator_depend_on_account_and_caller(
    clinic, backend, roles, is_custodial, who, with_clinic, template, creator, keeps
):
    caller = make_person("Legacy", roles=("clinic",) if who == "legacy" else ())
    if is_custodial:
        user_id = custodial().user_id
        from users.services.neighbours import permission_service

        permission_service().set_permissions(user_id, caller.user_id, {"custodian": {}})
    else:
        user_id = make_person("Plain", roles=roles).user_id
    token = accounts.issue_user_token(user_id) if who == "self" else caller.token
    api = backend if who == "service" else type(backend)(token)
    body = {"clinicId": clinic["id"], "invitedBy": "a" * 10} if with_clinic else None

    assert api.post(f"/confirm/send/signup/{user_id}", body).status_code == 200

    document = stored(userId=user_id)
    expected = {"": "", "inv": "a" * 10, "caller": caller.user_id}[creator]
    assert document["templateName"] == template
    assert document["creatorId"] == expected
    assert document.get("clinicId") == (clinic["id"] if keeps else None)


@pytest.mark.parametrize("status", ["pending", "completed", "declined", "canceled"])
def test_sending_again_to_the_same_address_is_403_in_any_status(eve, backend, status):
    set_fields(signup(eve), status=status, email=eve.email.upper())
    response = send(eve, backend)
    assert response.json() == {
        "code": 403,
        "reason": "User already has an existing valid signup confirmation",
    }


@pytest.mark.parametrize("status", ["pending", "completed", "declined", "canceled"])
@pytest.mark.parametrize("verb", ["send/signup", "signup"])
def test_another_address_reissues_the_confirmation(eve, backend, status, verb):
    key = signup(eve)
    old = clock.now() - timedelta(days=90)
    set_fields(key, status=status, created=old, expiresAt=old)
    change_address(eve.user_id, "eve.new@example.org")

    response = backend.post(
        f"/confirm/{verb}/{eve.user_id}", {"clinicId": "b" * 24, "invitedBy": "a" * 10}
    )

    assert response.status_code == 200
    document = stored(userId=eve.user_id)
    assert document["_id"] != key
    assert stored(_id=key) is None
    assert document["status"] == "pending"
    assert document["email"] == "eve.new@example.org"
    assert (document["clinicId"], document["creatorId"]) == ("b" * 24, "a" * 10)
    assert document["expiresAt"] > clock.now() + timedelta(days=30)
    assert len(emitted("mail.requested")) == (2 if verb == "send/signup" else 1)
    if verb == "signup":
        assert response.json()["key"] == document["_id"]


def test_without_an_address_the_link_is_deleted(backend):
    user = custodial()
    url = f"/confirm/send/signup/{user.user_id}"
    assert backend.post(url).status_code == 200
    change_address(user.user_id, None)
    response = backend.post(url)
    assert (response.status_code, response.content) == (200, b"")
    assert stored(userId=user.user_id) is None


def test_sending_for_unknown_accounts_and_by_strangers_is_refused(eve, dot, backend):
    assert send(eve, dot.api).status_code == 401
    missing = backend.post("/confirm/send/signup/abcdef0123")
    assert missing.json() == {"code": 404, "reason": "Error finding the user"}
    assert send(eve, eve.api, b"{").json()["reason"] == "Error decoding the confirmation"
    assert send(eve, eve.api, {"clinicId": 7}).status_code == 400


def test_get_returns_only_a_link_that_still_works(eve, dot, backend):
    url = f"/confirm/signup/{eve.user_id}"
    assert eve.api.get(url).json() == UNKNOWN
    key = signup(eve)
    assert "key" not in eve.api.get(url).json()
    assert backend.get(url).json()["key"] == key
    assert dot.api.get(url).status_code == 401
    set_fields(key, expiresAt=clock.now() - timedelta(seconds=1))
    assert eve.api.get(url).json() == UNKNOWN


# --- sending again --------------------------------------------------------------------------------
def test_resending_replaces_the_link_and_renews_its_expiry(eve, anonymous):
    key = signup(eve)
    set_fields(key, expiresAt=clock.now() - timedelta(days=1))

    assert anonymous.post(f"/confirm/resend/signup/{eve.email.upper()}").status_code == 200

    mail = mails()[-1]
    document = stored(userId=eve.user_id)
    assert document["_id"] != key
    assert mail["variables"]["Key"] == document["_id"]
    assert db.collection("confirmationRequests").count_documents({}) == 0
    assert accept(anonymous, key).json() == UNKNOWN
    assert accept(anonymous, document["_id"]).status_code == 200


# --- accepting ------------------------------------------------------------------------------------
CLAIMS = [
    (None, 1001, "User does not have a password"),
    (b"{", 1001, "User does not have a password"),
    ({}, 1002, "Password is missing"),
    ({"birthday": "x"}, 1002, "Password is missing"),
    ({"password": "short", "birthday": "x"}, 1003, "Password specified is invalid"),
    ({"password": "has a blank"}, 1003, "Password specified is invalid"),
    ({"password": "x" * 73}, 1003, "Password specified is invalid"),
    ({"password": 12345678}, 1003, "Password specified is invalid"),
    ({"password": PASSWORD}, 1004, "Birthday is missing"),
    ({"password": PASSWORD, "birthday": "2.1.1990"}, 1005, "Birthday specified is invalid"),
    ({"password": PASSWORD, "birthday": "1990-02-30"}, 1005, "Birthday specified is invalid"),
    (
        {"password": PASSWORD, "birthday": "1990-01-03"},
        1006,
        "Birthday specified does not match patient birthday",
    ),
]


@pytest.mark.parametrize(("body", "number", "reason"), CLAIMS)
def test_errors_of_a_claim_come_in_their_order(backend, anonymous, body, number, reason):
    user = custodial()
    backend.post(f"/confirm/send/signup/{user.user_id}")
    key = stored(userId=user.user_id)["_id"]

    response = accept(anonymous, key, body)

    assert response.status_code == 409
    assert response.json() == {"code": 409, "error": number, "reason": reason}
    assert stored(_id=key)["status"] == "pending"
    assert not user_service().get_user(user.user_id).password_exists


def test_a_profile_without_birthday_cannot_be_claimed(backend, anonymous):
    user = custodial(birthday="")
    backend.post(f"/confirm/send/signup/{user.user_id}")
    key = stored(userId=user.user_id)["_id"]
    body = {"password": PASSWORD, "birthday": "1990-01-02"}
    assert accept(anonymous, key, body).json()["error"] == 1006


def test_a_used_claim_link_does_not_work_again(backend, anonymous):
    user = custodial()
    backend.post(f"/confirm/send/signup/{user.user_id}")
    key = stored(userId=user.user_id)["_id"]
    claim = {"password": PASSWORD, "birthday": "1990-01-02"}
    assert accept(anonymous, key, claim).status_code == 200
    assert accept(anonymous, key, {**claim, "password": "another-one"}).json() == UNKNOWN
    assert find_by_credentials("iris@example.org", "another-one") is None


@pytest.mark.parametrize("status", ["declined", "canceled"])
def test_a_confirmation_that_has_ended_is_not_found(eve, anonymous, status):
    key = signup(eve)
    set_fields(key, status=status)
    assert accept(anonymous, key).json() == UNKNOWN


@pytest.mark.parametrize("kind", ["password_reset", "careteam_invitation", "clinician_invitation"])
def test_a_key_of_another_kind_verifies_nothing(eve, anonymous, kind):
    key = signup(eve)
    set_fields(key, type=kind)
    assert accept(anonymous, key).json() == UNKNOWN


@pytest.mark.parametrize("key", ["x", "y" * 32, "z" * 400, "%24ne"])
def test_unknown_and_malformed_keys_are_not_found(anonymous, key):
    response = accept(anonymous, key)
    assert (response.status_code, response.json()) == (404, UNKNOWN)


def test_an_expired_link_is_not_found(eve, anonymous):
    key = signup(eve)
    set_fields(key, expiresAt=clock.now() - timedelta(milliseconds=1))
    assert accept(anonymous, key).json() == EXPIRED


def test_when_the_user_service_fails_the_link_stays_valid(eve, anonymous, monkeypatch):
    from kernel.http import ServiceUnavailable

    def down(*_):
        raise ServiceUnavailable(DOWN)

    key = signup(eve)
    with monkeypatch.context() as patch:
        patch.setattr(embedded.EmbeddedUserService, "update_user", down)
        response = accept(anonymous, key)
    assert response.json() == {"code": 500, "reason": "Error updating user"}
    assert accept(anonymous, key).status_code == 200


# --- dismissing and cancelling --------------------------------------------------------------------
ENDINGS = [("/confirm/dismiss/signup/", "declined"), ("/confirm/signup/", "canceled")]


@pytest.mark.parametrize(("url", "status"), ENDINGS)
def test_the_holder_of_the_key_ends_it_once(eve, anonymous, url, status):
    key = signup(eve)
    response = anonymous.put(url + eve.user_id, {"key": key}, content_type="text/plain")
    assert (response.status_code, response.content) == (200, b"")
    assert stored(_id=key)["status"] == status
    assert anonymous.put(url + eve.user_id, {"key": key}).json() == UNKNOWN


@pytest.mark.parametrize(("url", "status"), ENDINGS)
@pytest.mark.parametrize("state", ["completed", "declined", "canceled"])
def test_only_a_pending_confirmation_can_be_ended(eve, anonymous, url, status, state):
    key = signup(eve)
    set_fields(key, status=state)
    assert anonymous.put(url + eve.user_id, {"key": key}).json() == UNKNOWN
    assert stored(_id=key)["status"] == state


@pytest.mark.parametrize(("url", "status"), ENDINGS)
def test_ending_needs_the_right_user_and_kind(eve, dot, anonymous, url, status):
    key = signup(eve)
    assert anonymous.put(url + dot.user_id, {"key": key}).json() == UNKNOWN
    set_fields(key, type="careteam_invitation")
    assert anonymous.put(url + eve.user_id, {"key": key}).json() == UNKNOWN
    set_fields(key, type="signup_confirmation", expiresAt=clock.now() - timedelta(seconds=1))
    assert anonymous.put(url + eve.user_id, {"key": key}).json() == UNKNOWN
    assert stored(_id=key)["status"] == "pending"


@pytest.mark.parametrize(("url", "status"), ENDINGS)
def test_ending_without_a_valid_key_is_refused(eve, anonymous, url, status):
    unreadable = {"code": 400, "reason": "Error decoding the confirmation"}
    missing = {"code": 400, "reason": "Required confirmation id is missing"}
    for body, expected in ((b"", unreadable), (b"{", unreadable), ({"key": 7}, unreadable)):
        assert anonymous.put(url + eve.user_id, body).json() == expected
    for body in ({}, {"key": ""}, {"key": None}):
        assert anonymous.put(url + eve.user_id, body).json() == missing


def test_a_clinic_custodian_may_send_for_the_patient(clinic, ada, ben, cy):
    created = ada.api.post(
        f"/v1/clinics/{clinic['id']}/patients", {"fullName": "Iris", "birthDate": "1990-01-02"}
    )
    user_id = created.json()["id"]
    assert ObjectId(clinic["id"])
    assert ben.api.get(f"/confirm/signup/{user_id}").status_code == 404
    assert cy.api.get(f"/confirm/signup/{user_id}").status_code == 401


@pytest.mark.parametrize("verb", ["send/signup", "signup"])
def test_a_person_acts_for_no_other_clinic_or_person(eve, other_clinic, verb):
    signup(eve)
    change_address(eve.user_id, "eve.new@example.org")

    body = {"clinicId": other_clinic["id"], "invitedBy": "a" * 10}
    assert eve.api.post(f"/confirm/{verb}/{eve.user_id}", body).status_code == 200

    document = stored(userId=eve.user_id)
    assert document["email"] == "eve.new@example.org"
    assert (document.get("clinicId"), document["creatorId"]) == (None, "")

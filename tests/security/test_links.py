"""A link proves the mailbox it was sent to, and an invitation belongs to the mailbox it names. The tests
change something after the mail was sent, and check what the link still allows."""

from datetime import timedelta

import pytest

from kernel import clock, db
from tests.cast import Api, make_clinic
from tests.events import deliver_all, emitted
from users.clients import embedded
from users.clients.protocol import UserUpdate
from users.embedded.accounts import find_by_credentials
from users.services import accounts
from users.services.neighbours import permission_service, user_service

PASSWORD = "correct-horse"
BIRTHDAY = "1990-01-02"
CLAIM = {"password": PASSWORD, "birthday": BIRTHDAY}
MINE = "iris@example.org"


def stored(**query):
    return db.collection("confirmations").find_one(query)


def make_child(clinic, admin, email=MINE):
    body = {"fullName": "Iris Example", "birthDate": BIRTHDAY, "email": email}
    patient = admin.api.post(f"/v1/clinics/{clinic['id']}/patients", body)
    assert patient.status_code == 200
    deliver_all()
    return patient.json()


def move(user_id, email):
    user_service().update_user(user_id, UserUpdate(emails=(email,) if email else ()))


# --- the holes, end to end --------------------------------------------------------------------------
def test_an_invitation_cannot_be_accepted_through_an_own_custodial_patient(clinic, ada, eve):
    """Clinic B invites an address without an account; Eve makes a custodial patient with it in her own
    clinic."""
    target = "doctor@example.org"
    invited = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": target, "roles": ["CLINIC_ADMIN"]},
    ).json()["inviteId"]
    own = make_clinic(eve, name="A trap")
    child = make_child(own, eve, target)["id"]

    for answer in (
        eve.api.get(f"/confirm/signup/{child}"),
        eve.api.post(f"/confirm/signup/{child}"),
        eve.api.post(f"/confirm/send/signup/{child}"),
    ):
        assert stored(userId=child)["_id"] not in answer.content.decode()
        assert "key" not in (answer.json() if answer.content else {})

    # Not even with a session of that account, which no one can get:
    thief = Api(accounts.issue_user_token(child))
    assert thief.get(f"/v1/clinicians/{child}/invites").status_code == 404
    assert thief.put(f"/v1/clinicians/{child}/invites/{invited}").status_code == 404
    assert stored(_id=invited)["status"] == "pending"


@pytest.mark.parametrize("are_workers_up", [True, False])
def test_a_link_is_invalid_after_the_address_was_removed(clinic, ada, anonymous, are_workers_up):
    child = make_child(clinic, ada)
    old = stored(userId=child["id"])["_id"]
    url = f"/v1/clinics/{clinic['id']}/patients/{child['id']}"
    assert ada.api.put(url, {**child, "email": "right@example.org"}).status_code == 200
    if are_workers_up:
        deliver_all()

    for body in (None, CLAIM):
        assert anonymous.put(f"/confirm/accept/signup/{old}", body).status_code == 404
    account = user_service().get_user(child["id"])
    assert account.is_custodial
    assert not account.email_verified


def test_an_address_that_changes_while_the_link_is_used_stays_unverified(
    clinic, ada, anonymous, monkeypatch
):
    child = make_child(clinic, ada)
    key = stored(userId=child["id"])["_id"]
    update = embedded.EmbeddedUserService.update_user

    def overtaken(self, user_id, *given):
        monkeypatch.setattr(embedded.EmbeddedUserService, "update_user", update)
        move(user_id, "right@example.org")
        return update(self, user_id, *given)

    monkeypatch.setattr(embedded.EmbeddedUserService, "update_user", overtaken)
    assert anonymous.put(f"/confirm/accept/signup/{key}", CLAIM).status_code == 404
    account = user_service().get_user(child["id"])
    assert (account.address, account.is_custodial) == ("right@example.org", True)
    assert not account.email_verified


def test_a_reset_does_not_claim_an_account_without_the_birthday(clinic, ada, anonymous):
    """A person who received a clinic's mail by mistake has the mailbox, but does not know the birthday."""
    child = make_child(clinic, ada)
    assert anonymous.post(f"/confirm/send/forgot/{MINE}").status_code == 200
    assert stored(type="password_reset") is None
    db.collection("confirmations").update_one(
        {"userId": child["id"]}, {"$set": {"type": "password_reset"}}
    )
    key = stored(userId=child["id"])["_id"]
    body = {"key": key, "email": MINE, "password": PASSWORD}
    assert anonymous.put("/confirm/accept/forgot", body).status_code == 404
    assert user_service().get_user(child["id"]).is_custodial


def test_an_invitation_belongs_to_the_account_that_has_its_address_now(clinic, ada, eve, dot):
    invited = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": eve.email, "roles": ["CLINIC_MEMBER"]},
    ).json()["inviteId"]
    move(eve.user_id, "eve.new@example.org")
    user_service().update_user(eve.user_id, UserUpdate(email_verified=True))
    move(dot.user_id, eve.email)

    for person, is_proven in ((eve, True), (dot, False)):
        assert user_service().get_user(person.user_id).email_verified is is_proven
        assert person.api.get(f"/v1/clinicians/{person.user_id}/invites").status_code == 404
        url = f"/v1/clinicians/{person.user_id}/invites/{invited}"
        assert person.api.put(url).status_code == 404
        person.api.delete(url)
        assert stored(_id=invited)["status"] == "pending"

    user_service().update_user(dot.user_id, UserUpdate(email_verified=True))
    assert len(dot.api.get(f"/v1/clinicians/{dot.user_id}/invites").json()) == 1
    assert dot.api.put(f"/v1/clinicians/{dot.user_id}/invites/{invited}").status_code == 200


# --- every kind of link, and what changed since -----------------------------------------------------
class Case:
    """A link of one kind, for the account `user_id`, and how it is used."""

    def __init__(self, kind, clinic, ada, dot, eve):
        self.clinic, self.ada, self.dot = clinic, ada, dot
        self.user_id, self.sender_id = eve.user_id, dot.user_id
        getattr(self, f"_{kind}")(eve)

    def _verify(self, eve):
        user_service().update_user(eve.user_id, UserUpdate(email_verified=False))
        assert eve.api.post(f"/confirm/send/signup/{eve.user_id}").status_code == 200
        self.key = stored(userId=eve.user_id)["_id"]
        self.use = lambda: Api().put(f"/confirm/accept/signup/{self.key}")

    def _claim(self, eve):
        self.user_id = make_child(self.clinic, self.ada)["id"]
        self.key = stored(userId=self.user_id)["_id"]
        self.use = lambda: Api().put(f"/confirm/accept/signup/{self.key}", CLAIM)

    def _reset(self, eve):
        assert Api().post(f"/confirm/send/forgot/{eve.email}").status_code == 200
        self.key = stored(userId=eve.user_id)["_id"]
        body = {"key": self.key, "email": eve.email, "password": PASSWORD}
        self.use = lambda: Api().put("/confirm/accept/forgot", body)

    def _care_team(self, eve):
        body = {"email": eve.email, "permissions": {"view": {}}}
        sent = self.dot.api.post(f"/confirm/send/invite/{self.dot.user_id}", body)
        self.key = sent.json()["key"]
        url = f"/confirm/accept/invite/{eve.user_id}/{self.dot.user_id}"
        self.use = lambda: eve.api.put(url, {"key": self.key})

    def _share(self, eve):
        self.sender_id = eve.user_id
        body = {"shareCode": self.clinic["shareCode"], "permissions": {"view": {}}}
        self.key = eve.api.post(f"/confirm/send/invite/{eve.user_id}/clinic", body).json()["key"]
        url = f"/v1/clinics/{self.clinic['id']}/invites/patients/{self.key}"
        self.use = lambda: self.ada.api.put(url)

    def _clinician(self, eve):
        body = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
        sent = self.ada.api.post(f"/v1/clinics/{self.clinic['id']}/invites/clinicians", body)
        self.key = sent.json()["inviteId"]
        self.use = lambda: eve.api.put(f"/v1/clinicians/{eve.user_id}/invites/{self.key}")


def revoke(case):
    db.collection("confirmations").update_one({"_id": case.key}, {"$set": {"status": "canceled"}})


def expire(case):
    past = clock.parse_time("2020-01-01T00:00:00Z")
    db.collection("confirmations").update_one({"_id": case.key}, {"$set": {"expiresAt": past}})


def set_password(case):
    user_service().update_user(case.user_id, UserUpdate(password="another-horse"))


def set_role(case):
    roles = user_service().get_user(case.user_id).roles
    user_service().update_user(case.user_id, UserUpdate(roles=(*roles, "clinician")))


def delete_clinic(case):
    from bson import ObjectId

    db.collection("clinics").delete_one({"_id": ObjectId(case.clinic["id"])})
    db.collection("clinicians").delete_many({"clinicId": ObjectId(case.clinic["id"])})


def delete_account(case):
    user_service().delete_user(case.user_id)


def delete_sender(case):
    user_service().delete_user(case.sender_id)


def remove_permission(case):
    """The clinic that made the account loses its rights over it, and its admin is removed."""
    db.collection("patients").update_many({}, {"$unset": {"permissions.custodian": ""}})
    db.collection("clinicians").delete_many({"userId": case.ada.user_id})


def unprove(case):
    user_service().update_user(case.user_id, UserUpdate(email_verified=False))


CHANGES = {
    "nothing": lambda case: None,
    "address": lambda case: move(case.user_id, "moved@example.org"),
    "no address": lambda case: move(case.user_id, None),
    "password": set_password,
    "role": set_role,
    "clinic deleted": delete_clinic,
    "revoked": revoke,
    "expired": expire,
    "account deleted": delete_account,
    "sender deleted": delete_sender,
    "permission": remove_permission,
    "unproven": unprove,
}
# The answer of the link after the change. 401: the caller's session has ended with a new password.
ANSWERS = """
                 verify claim reset care_team share clinician
nothing          200    200   200   200       200   200
address          404    404   404   403       200   404
no_address       404    404   404   403       200   404
password         200    200   200   403       200   403
role             200    200   200   200       200   200
clinic_deleted   200    200   200   200       401   404
revoked          404    404   404   403       403   404
expired          404    404   404   404       404   404
account_deleted  404    404   404   403       404   403
sender_deleted   200    200   200   404       404   200
permission       200    200   200   200       401   200
unproven         200    200   200   403       200   404
"""
HEAD, *ROWS = [line.split() for line in ANSWERS.strip().splitlines()]
PAIRS = [
    (kind, change.replace("_", " "), int(answer))
    for change, *answers in ROWS
    for kind, answer in zip(HEAD, answers, strict=True)
]


def test_the_table_has_a_row_for_every_change():
    assert {change for _, change, _ in PAIRS} == set(CHANGES)


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize(("kind", "change", "answer"), PAIRS)
def test_a_link_after_a_change_is_answered_as_in_the_table(
    clinic, ada, dot, eve, kind, change, answer
):
    case = Case(kind, clinic, ada, dot, eve)
    CHANGES[change](case)
    before = stored(_id=case.key)
    account = user_service().get_user(case.user_id)

    assert case.use().status_code == answer

    if answer != 200:
        assert stored(_id=case.key) == before
        assert user_service().get_user(case.user_id) == account
        assert permission_service().get_permissions(dot.user_id, eve.user_id) == {}
        assert db.collection("clinicians").count_documents({"userId": eve.user_id}) == 0


def test_a_claim_of_an_account_that_has_an_owner_verifies_the_address_and_sets_no_password(
    clinic, ada, dot, eve
):
    case = Case("claim", clinic, ada, dot, eve)
    set_password(case)
    assert case.use().status_code == 200
    assert find_by_credentials(MINE, PASSWORD) is None
    assert find_by_credentials(MINE, "another-horse") is not None


# --- asking again -----------------------------------------------------------------------------------
@pytest.fixture
def waiting(eve):
    """Eve has an account with an unverified address."""
    assert eve.api.post(f"/confirm/send/signup/{eve.user_id}").status_code == 200
    return eve


@pytest.mark.parametrize("path", ["/confirm/resend/signup/", "/confirm/send/forgot/"])
def test_a_known_address_costs_the_same_commands_as_an_unknown_one(
    waiting, clinic, ada, anonymous, mongo_commands, path
):
    make_child(clinic, ada)
    costs = []
    for address in (waiting.email, MINE, "nobody@example.org"):
        with mongo_commands() as names:
            assert anonymous.post(path + address).status_code == 200
        costs.append(names)
    assert costs[0] == costs[1] == costs[2] != []


def test_an_address_has_one_request_which_is_removed_when_answered(waiting, anonymous):
    for address in (waiting.email, waiting.email.upper(), "nobody@example.org"):
        anonymous.post(f"/confirm/resend/signup/{address}")
    assert db.collection("confirmationRequests").count_documents({}) == 2
    for payload in emitted("signup.resend_requested"):
        assert set(payload) == {"requestId"}
        assert "@" not in payload["requestId"]
    first = stored(userId=waiting.user_id)["_id"]

    deliver_all()

    assert db.collection("confirmationRequests").count_documents({}) == 0
    assert stored(userId=waiting.user_id)["_id"] != first


def test_a_resend_does_not_mail_an_address_that_the_account_has_lost(
    waiting, anonymous, mailoutbox
):
    deliver_all()
    mailoutbox.clear()
    move(waiting.user_id, "moved@example.org")
    anonymous.post(f"/confirm/resend/signup/{waiting.email}")
    deliver_all()
    assert mailoutbox == []


def test_an_address_without_account_leaves_one_expiring_record(anonymous):
    for _ in range(3):
        anonymous.post("/confirm/send/forgot/nobody@example.org")
    anonymous.post("/confirm/send/forgot/NOBODY@example.org")
    [record] = db.collection("confirmations").find({})
    assert record["type"] == "no_account"
    assert record["status"] == "completed"
    assert record["expiresAt"] > clock.now()


def test_mongodb_removes_only_expired_records_of_that_kind():
    indexes = db.database()["confirmations"].index_information()
    index = indexes["ConfirmationNoAccountCleanup"]
    assert index["partialFilterExpression"] == {"type": "no_account"}
    assert index["expireAfterSeconds"] == 0
    expiring = [name for name, index in indexes.items() if "expireAfterSeconds" in index]
    assert expiring == ["ConfirmationNoAccountCleanup"]


def test_of_two_parallel_verifications_one_succeeds_and_the_other_may_try_again(waiting, anonymous):
    key = stored(userId=waiting.user_id)["_id"]
    later = clock.now() + timedelta(minutes=1)
    db.collection("confirmations").update_one({"_id": key}, {"$set": {"acceptingUntil": later}})
    answer = anonymous.put(f"/confirm/accept/signup/{key}")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0

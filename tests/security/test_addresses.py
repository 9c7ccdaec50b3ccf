"""Look-alike addresses are not the same address: every operation that takes an address, and known attacks."""

import base64
import re
from dataclasses import replace
from urllib.parse import quote

import httpx2
import pytest
from django.core.management import CommandError, call_command

from kernel import db
from kernel.api import canonical_values, operations
from kernel.api.operations import REGISTRY
from kernel.http import ServiceError
from tests.cast import Api, described_operations, make_clinic, make_person
from tests.events import deliver_all, emitted
from tests.lookalikes import ALL, HIDDEN, NO_ADDRESS, PLAIN, SAME_LETTERS, SPELLINGS
from users.clients.http import HttpUserService
from users.clients.protocol import UserUpdate
from users.services import accounts
from users.services.neighbours import user_service

LOOKS_LIKE_ONE = re.compile(
    r"e-?mails?|user_?name|login_?name|address(es)?|email_?domain", re.IGNORECASE
)
# Called an address, but not an e-mail address: the street of a clinic.
POSTAL = {"address"}


# --- the whole class ------------------------------------------------------------------------------
def described_values(operation):
    """(path, schema) of every value that an operation takes, its path and query parameters included."""
    for parameter in operation.get("parameters", []):
        yield parameter["name"], parameter["schema"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    yield from properties(body.get("schema"), set())


def properties(schema, seen):
    from kernel.api.schema import COMPONENTS

    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from properties(COMPONENTS[name], seen | {name})
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            yield from properties(part, seen)
    yield from properties(schema.get("items"), seen)
    for title, part in schema.get("properties", {}).items():
        yield title, part
        yield from properties(part, seen)


def test_every_value_named_like_an_address_has_the_email_format():
    addresses = [
        (name, title, schema)
        for name, (_, _, operation) in described_operations().items()
        for title, schema in described_values(operation)
        if LOOKS_LIKE_ONE.fullmatch(title) and title not in POSTAL
    ]
    assert len(addresses) > 10
    undeclared = [
        (name, title)
        for name, title, schema in addresses
        if not canonical_values.address_paths(schema)
    ]
    assert undeclared == []


def takes_address(operation):
    return [
        *(
            name
            for name, schema in operation.path.items()
            if canonical_values.address_paths(schema)
        ),
        *(p.name for p in operation.query if canonical_values.address_paths(p.schema)),
        *(
            place[0]
            for place in (canonical_values.address_paths(operation.body) if operation.body else ())
        ),
    ]


class World:
    """The people and records that the operations are tried on."""

    def __init__(self):
        self.ada = make_person("Ada Admin", roles=("clinician",))
        self.backend = accounts.issue_server_token()
        self.clinic = make_clinic(self.ada)
        self.clinics = f"/v1/clinics/{self.clinic['id']}"
        self.patient = self.ada.api.post(f"{self.clinics}/patients", PATIENT).json()["id"]


PATIENT = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
CLINICIAN = {"roles": ["CLINIC_MEMBER"]}
# operation -> (caller, method, path, body), with the address filled in
CALLS = {
    "InviteClinician": lambda w, a: (
        "ada", "post", f"{w.clinics}/invites/clinicians", {**CLINICIAN, "email": a}),
    "CreateClinician": lambda w, a: (
        "backend", "post", f"{w.clinics}/clinicians", {**CLINICIAN, "email": a, "inviteId": "k"}),
    "UpdateClinician": lambda w, a: (
        "ada", "put", f"{w.clinics}/clinicians/{w.ada.user_id}",
        {"roles": ["CLINIC_ADMIN"], "name": "Ada", "email": a}),
    "ListClinicians": lambda w, a: ("ada", "get", f"{w.clinics}/clinicians?email={quote(a)}", None),
    "CreatePatientAccount": lambda w, a: ("ada", "post", f"{w.clinics}/patients", {**PATIENT, "email": a}),
    "UpdatePatient": lambda w, a: (
        "ada", "put", f"{w.clinics}/patients/{w.patient}", {**PATIENT, "email": a}),
    "UpdateClinicUserDetails": lambda w, a: (
        "backend", "post", f"/v1/users/{w.ada.user_id}/clinics", {"email": a}),
    "UpdateMembershipRestrictions": lambda w, a: (
        "backend", "put", f"{w.clinics}/membership_restrictions",
        {"restrictions": [{"emailDomain": domain_of(a)}]}),
    "SendCareTeamInvite": lambda w, a: (
        "ada", "post", f"/confirm/send/invite/{w.ada.user_id}", {"email": a, "permissions": {"view": {}}}),
    "CancelInvite": lambda w, a: (
        "ada", "put", f"/confirm/{w.ada.user_id}/invited/{quote(a)}", None),
    "SendPasswordReset": lambda w, a: (None, "post", f"/confirm/forgot/{quote(a)}", None),
    "SendPasswordResetMail": lambda w, a: (None, "post", f"/confirm/send/forgot/{quote(a)}", None),
    "AcceptPasswordChange": lambda w, a: (
        None, "put", "/confirm/accept/forgot", {"key": "k" * 32, "email": a, "password": "correct-horse"}),
    "ResendAccountSignup": lambda w, a: (None, "post", f"/confirm/resend/signup/{quote(a)}", None),
}  # fmt: skip


def domain_of(address):
    """The part with the look_alike-alike: the local part is tried as a domain too."""
    local, _, domain = address.replace("＠", "@").partition("@")
    return f"{local}.{domain}".strip()


def call(world, name, address):
    who, method, path, body = CALLS[name](world, address)
    tokens = {"ada": world.ada.token, "backend": world.backend, None: None}
    return Api(tokens[who]).request(method, path, body)


def state():
    """All stored documents."""
    names = sorted(db.database().list_collection_names())
    return {name: list(db.database()[name].find({}, sort=[("_id", 1)])) for name in names}


def test_every_operation_that_takes_an_address_is_tried():
    described_operations()
    assert sorted(CALLS) == sorted(
        name for name, operation in REGISTRY.items() if takes_address(operation)
    )


@pytest.fixture
def calls(monkeypatch):
    """The values that reach the views."""
    received = []
    check = operations._checked_call

    def watched(*args):
        received.append(check(*args))
        return received[-1]

    monkeypatch.setattr(operations, "_checked_call", watched)
    return received


@pytest.mark.parametrize("name", CALLS)
def test_a_compatible_spelling_is_treated_like_the_plain_address(name, calls):
    world = World()
    calls.clear()
    for address in [PLAIN, *SPELLINGS.values()]:
        call(world, name, address)
    plain, *spelled = [(c.path, c.query, c.body) for c in calls]
    assert PLAIN.replace("@", ".") in str(plain).replace("@", ".")
    assert len(spelled) == len(SPELLINGS)
    assert all(values == plain for values in spelled)


@pytest.mark.parametrize("name", CALLS)
def test_an_address_with_a_hidden_character_is_refused_and_changes_nothing(name):
    world = World()
    before = state()
    for title, address in {**HIDDEN, **NO_ADDRESS}.items():
        answer = call(world, name, address)
        assert answer.status_code == 400, (title, answer.content)
        assert answer.json().keys() in ({"message"}, {"code", "reason"}), title
        assert address not in answer.content.decode()
    assert state() == before


# --- what an adversary tried ----------------------------------------------------------------------
def stored_account(username):
    """An account as it was stored before addresses had one form, and its session."""
    user = accounts.create_user(email="placeholder@example.org", full_name="Mallory")
    db.collection("accounts").update_one({"_id": user.user_id}, {"$set": {"username": username}})
    return user.user_id, Api(accounts.issue_user_token(user.user_id))


def spoil(key, user_id):
    """Change the invitation to what a loose comparison would store: the impostor is its recipient."""
    db.collection("confirmations").update_one({"_id": key}, {"$set": {"userId": user_id}})


LOOK_ALIKES = {name: text for name, text in ALL.items() if name not in SAME_LETTERS}


@pytest.mark.parametrize("is_spoiled", [False, True])
@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_look_alike_account_neither_sees_nor_accepts_a_clinics_invitation(
    clinic, ada, look_alike, is_spoiled
):
    answer = ada.api.post(
        f"/v1/clinics/{clinic['id']}/invites/clinicians",
        {"email": PLAIN, "roles": ["CLINIC_ADMIN"]},
    )
    key = answer.json()["inviteId"]
    mallory, api = stored_account(LOOK_ALIKES[look_alike])
    if is_spoiled:
        spoil(key, mallory)
    assert api.get(f"/v1/clinicians/{mallory}/invites").status_code == 404
    assert api.put(f"/v1/clinicians/{mallory}/invites/{key}").status_code == 404
    assert db.collection("clinicians").find_one({"inviteId": key})

    kim = make_person("Kim Doe")
    if not is_spoiled:
        assert kim.api.get(f"/v1/clinicians/{kim.user_id}/invites").status_code == 200
        assert kim.api.put(f"/v1/clinicians/{kim.user_id}/invites/{key}").status_code == 200


@pytest.mark.parametrize("is_spoiled", [False, True])
@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_look_alike_account_neither_sees_nor_accepts_a_care_team_invitation(
    dot, look_alike, is_spoiled
):
    key = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}", {"email": PLAIN, "permissions": {"view": {}}}
    ).json()["key"]
    mallory, api = stored_account(LOOK_ALIKES[look_alike])
    if is_spoiled:
        spoil(key, mallory)
    assert api.get(f"/confirm/invitations/{mallory}").status_code == 404
    accepted = api.put(f"/confirm/accept/invite/{mallory}/{dot.user_id}", {"key": key})
    assert accepted.status_code == 403
    assert db.collection("accountGrants").find_one({}) is None


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_reset_for_a_look_alike_is_never_mailed_to_the_typed_address(anonymous, look_alike):
    kim = make_person("Kim Doe")
    anonymous.post(f"/confirm/send/forgot/{quote(LOOK_ALIKES[look_alike])}")
    assert {mail["recipient"] for mail in emitted("mail.requested")} <= {kim.email}
    assert {c["email"] for c in db.collection("confirmations").find({})} <= {kim.email}


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_an_account_with_a_stored_look_alike_gets_no_mail_and_is_not_found(
    anonymous, backend, look_alike
):
    mallory, _ = stored_account(LOOK_ALIKES[look_alike])
    assert backend.get(f"/auth/user/{PLAIN}").status_code == 404
    assert anonymous.post(f"/confirm/send/forgot/{PLAIN}").status_code == 200
    assert [mail["template"] for mail in emitted("mail.requested")] == ["no_account"]
    assert backend.post(f"/confirm/send/signup/{mallory}").content == b""
    assert len(emitted("mail.requested")) == 1


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_a_link_that_was_mailed_to_a_look_alike_sets_no_password(anonymous, look_alike):
    kim = make_person("Kim Doe")
    anonymous.post(f"/confirm/send/forgot/{kim.email}")
    key = emitted("mail.requested")[-1]["variables"]["Key"]
    db.collection("confirmations").update_one(
        {"_id": key}, {"$set": {"email": LOOK_ALIKES[look_alike]}}
    )
    for typed in (PLAIN, LOOK_ALIKES[look_alike]):
        body = {"key": key, "email": typed, "password": "correct-horse"}
        assert anonymous.put("/confirm/accept/forgot", body).status_code in (400, 404)
    assert "password" not in db.collection("accounts").find_one({"_id": kim.user_id})


# --- accounts -------------------------------------------------------------------------------------
def log_in(typed, password="correct-horse"):  # noqa: S107
    pair = base64.b64encode(f"{typed}:{password}".encode()).decode()
    return Api().post("/auth/login", headers={"Authorization": f"Basic {pair}"})


def test_login_attempts_with_all_spellings_share_one_limit():
    accounts.create_user(email=PLAIN, full_name="Kim Doe", password="correct-horse")
    spellings = [PLAIN, *SPELLINGS.values(), PLAIN, "ＫＩＭ.ＤＯＥ@example.org"]
    assert {log_in(text).status_code for text in spellings} == {200}
    statuses = [log_in(text, "wrong-horse").status_code for text in spellings]
    assert statuses == [401] * 10 + [429] * (len(spellings) - 10)
    assert [log_in(text).status_code for text in HIDDEN.values()] == [401] * len(HIDDEN)


def test_all_spellings_of_an_address_belong_to_one_account():
    from users.clients.protocol import EmailTaken

    accounts.create_user(email="ｋｉｍ.Doe@Example.org", full_name="Kim Doe")
    assert db.collection("accounts").find_one({"username": PLAIN})
    for text in [PLAIN, *SPELLINGS.values()]:
        with pytest.raises(EmailTaken):
            accounts.create_user(email=text, full_name="Kim Doe")


@pytest.mark.parametrize(
    "text", [*HIDDEN.values(), *NO_ADDRESS.values()], ids=[*HIDDEN, *NO_ADDRESS]
)
def test_accounts_cannot_get_an_address_with_a_hidden_character(text):
    kim = make_person("Kim Doe")
    before = state()
    with pytest.raises(CommandError):
        call_command("create_user", email=text, name="Kim Doe")
    for update in (UserUpdate(username=text), UserUpdate(emails=(text,))):
        with pytest.raises(ServiceError) as refused:
            user_service().update_user(kim.user_id, update)
        assert refused.value.status == 400
    assert user_service().get_user(text) is None
    assert state() == before


class Loose:
    """A user service that considers look_alike-alikes the same, like one with a collation."""

    def __init__(self, username):
        self.answer = {"userid": "0123456789", "username": username, "emails": [username]}

    def call(self, service, method, url, **options):
        return httpx2.Response(200, json=self.answer)


@pytest.mark.parametrize("text", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_the_answer_of_a_loose_user_service_is_checked(text):
    service = HttpUserService("http://users.example.org", session=Loose(text))
    assert service.get_user(PLAIN) is None
    user = service.get_user("0123456789")
    assert (user.username, user.emails, user.address) == (None, (), "")
    assert HttpUserService("http://users.example.org", session=Loose(PLAIN)).get_user(text) is None


def test_a_user_service_may_answer_an_address_in_another_case():
    service = HttpUserService("http://users.example.org", session=Loose("Kim.DOE@example.org"))
    assert service.get_user(PLAIN).address == PLAIN


def change_at_the_account_service(backend, user, address):
    user_service().update_user(user.user_id, UserUpdate(username=address, emails=(address,)))
    deliver_all()


def deliver_to_the_clinics(backend, user, address):
    assert backend.post(f"/v1/users/{user.user_id}/clinics", {"email": address}).status_code == 200


@pytest.mark.parametrize("change", [change_at_the_account_service, deliver_to_the_clinics])
def test_a_person_whose_address_was_changed_is_not_invited_a_second_time(
    clinic, ada, ben, backend, change
):
    change(backend, ben, " New@Example.Org")
    path = f"/v1/clinics/{clinic['id']}"
    for address in ("new@example.org", "New@Example.Org", "NEW@example.org "):
        invite = {"email": address, "roles": ["CLINIC_MEMBER"]}
        assert ada.api.post(f"{path}/invites/clinicians", invite).status_code == 409
    members = [member["email"] for member in ada.api.get(f"{path}/clinicians").json()]
    assert sorted(members) == [ada.email, "new@example.org"]


def test_an_invitation_with_blanks_around_its_address_is_seen_and_accepted(clinic, ada, eve):
    invite = {"email": f" {eve.email.upper()}\t", "roles": ["CLINIC_MEMBER"]}
    key = ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", invite).json()["inviteId"]
    assert [c["key"] for c in eve.api.get(f"/v1/clinicians/{eve.user_id}/invites").json()] == [key]
    assert eve.api.put(f"/v1/clinicians/{eve.user_id}/invites/{key}").status_code == 200


# --- limits ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/confirm/send/forgot/", "/confirm/resend/signup/"])
def test_all_spellings_share_one_limit(anonymous, settings, path):
    settings.CONFIRMATIONS_PER_ADDRESS = "3/hour"
    spellings = [PLAIN, *SPELLINGS.values()]
    statuses = [anonymous.post(path + quote(text)).status_code for text in spellings]
    assert statuses == [200] * 3 + [429] * (len(spellings) - 3)


# --- work goes on beside wrong rows ---------------------------------------------------------------
@pytest.mark.parametrize("text", [HIDDEN["soft hyphen"], SPELLINGS["Kelvin sign"], "no address"])
def test_a_record_with_a_wrong_address_can_be_read_and_sent_back(clinic, ada, text):
    patients = f"/v1/clinics/{clinic['id']}/patients"
    patient = ada.api.post(patients, PATIENT).json()["id"]
    db.collection("patients").update_one({"userId": patient}, {"$set": {"email": text}})
    db.collection("clinicians").update_one({"userId": ada.user_id}, {"$set": {"email": text}})

    returned_patient = ada.api.get(f"{patients}/{patient}").json()
    assert "email" not in returned_patient
    assert (
        ada.api.put(f"{patients}/{patient}", {**returned_patient, "mrn": "1"}).json()["mrn"] == "1"
    )

    path = f"/v1/clinics/{clinic['id']}/clinicians/{ada.user_id}"
    member = ada.api.get(path).json()
    assert member["email"] == ""
    assert ada.api.put(path, {**member, "name": "Ada"}).json()["name"] == "Ada"


def test_a_mail_to_an_international_domain_goes_to_that_domain(anonymous, mailoutbox):
    """`strasse.example` is another domain, which may belong to someone else."""
    user = accounts.create_user(email="dot@straße.example", full_name="Dot Straße")
    assert anonymous.post("/confirm/send/forgot/dot@straße.example").status_code == 200
    deliver_all()

    [mail] = mailoutbox
    assert mail.message()["To"] == "dot@xn--strae-oqa.example"
    [link] = db.collection("confirmations").find({"userId": user.user_id})
    assert link["_id"] in mail.body


def test_a_reset_for_a_secondary_address_is_mailed_to_the_accounts_address(anonymous, monkeypatch):
    """A user service may find an account by any of several addresses; the first is the account's own."""
    kim = make_person("Kim")
    user = replace(user_service().get_user(kim.user_id), emails=(kim.email, "other@example.org"))
    monkeypatch.setattr(type(user_service()), "get_user", lambda *_: user)

    assert anonymous.post("/confirm/send/forgot/other@example.org").status_code == 200
    assert [event["recipient"] for event in emitted("mail.requested")] == [kim.email]

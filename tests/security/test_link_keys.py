"""The key of a confirmation is a secret that proves a mailbox, or an identifier that is never enough (states.Key).

Every operation of the served description is called, so new ones are covered automatically.
"""

from dataclasses import dataclass

import pytest

from confirmations.services import states
from kernel import db
from tests.cast import Api, described_operations, make_person
from tests.events import deliver_all
from tests.policy.callers import call
from tests.replay import replayed

pytestmark = pytest.mark.walk

LEFT_ALONE = ("accounts", "accountTokens", "clinics", "clinicians", "patients", "confirmations")
UNLIMITED = ("ADDRESS", "KEY", "CLIENT")
# A body for any operation, which ignores unknown properties.
BODY = {
    "email": "new@example.org",
    "roles": ["CLINIC_MEMBER"],
    "permissions": {"view": {}},
    "fullName": "Iris Example",
    "birthDate": "1990-01-02",
    "password": "correct-horse",
    "birthday": "1990-01-02",
    "name": "A name",
}


@dataclass
class World:
    """One confirmation of every kind, and the people involved."""

    clinic: dict
    child: str  # the custodial patient
    people: dict
    keys: dict

    def apis(self):
        apis = {name: person.api for name, person in self.people.items()}
        return {"anonymous": Api(), **apis}


@pytest.fixture
def world(clinic, other_clinic, ada, ben, cy, dot, eve, settings):
    for name in UNLIMITED:
        setattr(settings, f"CONFIRMATIONS_PER_{name}", "100000/hour")
    people = {"ada": ada, "ben": ben, "cy": cy, "dot": dot, "eve": eve}
    return replayed("world", lambda: make_world(clinic, people))


def make_world(clinic, people):
    ada, dot = people["ada"], people["dot"]
    body = {"fullName": "Iris Example", "birthDate": "1990-01-02", "email": "iris@example.org"}
    child = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()["id"]
    deliver_all()
    fay = make_person("Fay Invited")
    shared = {"permissions": {"view": {}}}
    for answer in (
        dot.api.post(f"/confirm/send/signup/{dot.user_id}"),
        Api().post(f"/confirm/send/forgot/{dot.email}"),
        Api().post("/confirm/send/forgot/nobody@example.org"),
        dot.api.post(f"/confirm/send/invite/{dot.user_id}", {"email": fay.email, **shared}),
        dot.api.post(
            f"/confirm/send/invite/{dot.user_id}/clinic",
            {"shareCode": clinic["shareCode"], **shared},
        ),
        ada.api.post(
            f"/v1/clinics/{clinic['id']}/invites/clinicians",
            {"email": fay.email, "roles": ["CLINIC_ADMIN"]},
        ),
    ):
        assert answer.status_code == 200
    return World(clinic, child, {**people, "fay": fay}, keys_by_kind())


def kind_of(document):
    for kind, shape in states.SHAPES.items():
        if shape.type == document["type"] and shape.has_clinic in (None, "clinicId" in document):
            return kind
    raise AssertionError(document["type"])


def keys_by_kind():
    keys = {}
    for document in db.collection("confirmations").find({}):
        keys.setdefault(kind_of(document), set()).add(document["_id"])
    return keys


def secrets():
    query = {"type": {"$in": sorted(states.SECRET_TYPES)}}
    return {document["_id"] for document in db.collection("confirmations").find(query)}


@pytest.fixture
def restore(world, written):
    """Restore everything that the calls change."""
    saved = {name: list(db.collection(name).find({})) for name in LEFT_ALONE}
    written.clear()

    def put_back():
        for name in written & saved.keys():
            db.collection(name).delete_many({})
            db.collection(name).insert_many(saved[name])
        written.clear()

    return put_back


def test_the_world_has_a_confirmation_of_every_kind(world):
    assert set(world.keys) == set(states.Kind)


PERSON = ("userId", "patientId", "clinicianId")  # names in paths
CALLERS = ("anonymous", "ada", "ben", "cy", "dot", "eve", "fay")


def calls_of_everything(world, api, restore):
    """(operation, answer, secrets before and after) for each operation, about the custodial patient, about Dot where it
    is about someone."""
    for operation_id, (method, path, _) in sorted(described_operations().items()):
        for user_id in of_path(path, world.child, world.people["dot"].user_id):
            before = secrets()
            ids = dict.fromkeys(PERSON, user_id)
            [share] = world.keys[states.Kind.CLINIC_SHARE]
            answer = call(
                api,
                operation_id,
                body=None if method == "get" else {**BODY, "key": share},
                clinicId=world.clinic["id"],
                inviteId=share,
                email="iris@example.org",
                **ids,
            )
            yield operation_id, answer, before | secrets()
            if method != "get":
                restore()


def of_path(path, *user_ids):
    """Those with which the requests of this path differ."""
    return (
        dict.fromkeys(user_ids) if any(f"{{{name}}}" in path for name in PERSON) else user_ids[:1]
    )


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize("caller", CALLERS)
def test_no_answer_shows_a_person_the_key_of_a_mailed_link(world, restore, caller):
    api = world.apis()[caller]
    for operation_id, answer, hidden in calls_of_everything(world, api, restore):
        text = answer.content.decode() + str(dict(answer.headers))
        assert not [key for key in hidden if key in text], operation_id


def test_services_see_the_key_where_the_contract_shows_it(world, restore, backend):
    showing = {
        operation_id
        for operation_id, answer, hidden in calls_of_everything(world, backend, restore)
        if any(key in answer.content.decode() for key in hidden)
    }
    assert showing == {"GetAccountSignupConfirmation"}


def test_the_key_of_a_renewed_link_is_shown_only_to_services(world, backend, ada):
    url = f"/confirm/signup/{world.child}"
    details = {"fullName": "Iris Example", "birthDate": "1990-01-02"}
    for email, api, is_shown in (
        ("a@example.org", ada.api, False),
        ("b@example.org", backend, True),
    ):
        patient = f"/v1/clinics/{world.clinic['id']}/patients/{world.child}"
        assert ada.api.put(patient, {**details, "email": email}).status_code == 200
        answer = api.post(url)
        assert answer.status_code == 200
        assert answer.json()["email"] == email
        assert ("key" in answer.json()) is is_shown


# kind -> the people involved; for everyone else its key has no effect.
PARTIES = {
    states.Kind.CARE_TEAM: {"dot", "fay"},
    states.Kind.CLINIC_SHARE: {"dot", "ada", "ben"},
    states.Kind.CLINICIAN: {"ada", "fay"},
}


def test_every_kind_whose_key_is_an_identifier_has_its_parties():
    kinds = {kind for kind, shape in states.SHAPES.items() if shape.key is states.Key.IDENTIFIER}
    assert set(PARTIES) == kinds


@pytest.mark.yardstick("T2")
@pytest.mark.parametrize(
    ("kind", "caller"),
    [(kind, caller) for kind in PARTIES for caller in CALLERS if caller not in PARTIES[kind]],
)
def test_the_key_of_an_invitation_alone_allows_nothing(world, restore, kind, caller):
    [key] = world.keys[kind]
    before = db.collection("confirmations").find_one({"_id": key})
    api, dot = world.apis()[caller], world.people["dot"].user_id
    own = world.people[caller].user_id if caller in world.people else dot
    operations_with_key = {
        operation for operation in described_operations() if takes_a_key(operation)
    }
    assert {
        "AcceptClinicianInvite",
        "AcceptCareTeamInvite",
        "AcceptPatientInvitation",
    } <= operations_with_key
    for operation_id in sorted(operations_with_key):
        _, path, _ = described_operations()[operation_id]
        for user_id in of_path(path, own, world.people["fay"].user_id, dot):
            answer = call(
                api,
                operation_id,
                body=None if operation_id.startswith(("Get", "List")) else {**BODY, "key": key},
                clinicId=world.clinic["id"],
                inviteId=key,
                key=key,
                invitedBy=dot,
                **dict.fromkeys(PERSON, user_id),
            )
            after = db.collection("confirmations").find_one({"_id": key})
            assert after == before, operation_id
            assert world.people["fay"].email not in answer.content.decode(), operation_id


def takes_a_key(operation_id):
    from kernel.api.schema import COMPONENTS

    _, path, operation = described_operations()[operation_id]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    in_body = "key" in COMPONENTS.get(name, {}).get("properties", {})
    return in_body or "{inviteId}" in path or "{key}" in path


def test_no_staff_page_shows_the_key_of_a_mailed_link(world):
    from django.contrib.auth.models import User

    from kernel import outbox
    from tests.cast import QuickClient

    root = User.objects.create_superuser("root", password="correct horse battery")
    browser = QuickClient()
    browser.force_login(root)
    pages = [
        "events/?state=pending",
        "events/?state=done",
        "events/?state=dead",
        f"clinics/{world.clinic['id']}/",
        f"clinics/{world.clinic['id']}/history",
        f"clinics/{world.clinic['id']}/members/",
        f"clinics/{world.clinic['id']}/members/export",
        f"clinics/{world.clinic['id']}/patients/{world.child}/",
        f"clinics/{world.clinic['id']}/patients/export",
        "users/?q=iris@example.org",
        f"users/?q={world.people['dot'].email}",
        "audit/",
        *(f"events/{row['_id']}/" for row in db.collection(outbox.COLLECTION).find({}, {"_id": 1})),
    ]
    hidden, opened = secrets(), 0
    for page in pages:
        if page.endswith("/export"):
            answer = browser.post(f"/admin/{page}", {"at_once": "1", "format": "csv"})
            assert answer.streaming
        else:
            answer = browser.get(f"/admin/{page}")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        opened += answer.status_code == 200
        assert not [key for key in hidden if key in content.decode()], page
    assert opened > 20


def test_no_staff_page_shows_a_token_that_acts_as_a_patient():
    from kernel.outbox import staff_reads

    ids = {"clinicId": "c", "userId": "u", "provider": "dexcom"}
    payload = {**ids, "restrictedTokenId": "secret"}
    assert staff_reads.shown_payload("notifications.remind_to_connect", payload) == ids


def test_the_payload_of_a_requested_mail_is_neither_shown_nor_kept():
    """Links in mails also let their bearer act."""
    from kernel.events import MailRequested
    from kernel.outbox import staff_reads

    payload = {"recipient": "dot@example.org"}
    assert staff_reads.shown_payload("notifications.send_mail", payload) is None
    assert MailRequested.declared.forget_payload

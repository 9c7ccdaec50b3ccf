"""Operations that the path alone does not decide: records decide whom they answer (decision 0004, "Who sees a
clinic's patients").

SCENARIOS says for each of them how to tell that the patient was reached. The list comes from the policy and
the routes, so a new operation without a scenario fails. Each is called with a custodial patient: by every
caller, and again after an event that ends someone's right to the patient, which must count from the next
request on.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from kernel import db, policy
from kernel.principal import Principal
from tests.cast import Api, Person, add_member, described_operations, make_clinic, make_person
from tests.clients import standin as wire
from tests.policy.callers import IDS, OWN_IDS, STRANGER, call, outcome
from tests.policy.test_matrix import ALLOWED, family_of
from users.api.urls import account_routes
from users.clients import http
from users.clients.http.server_session import ServerSession
from users.services import neighbours

pytestmark = pytest.mark.walk

# Open to every signed-in person, and show no patient: see
# test_an_operation_open_to_everyone_shows_no_patient.
OPEN = {"CreateClinic", "GetClinic", "GetClinicByShareCode"}
# Routes of the embedded accounts that concern only the caller.
OWN_ROUTES = {"POST /auth/login", "GET /auth/login", "POST /auth/logout", "POST /auth/serverlogin", "GET /auth/user"}  # fmt: skip
MRN, BIRTHDAY = "MRN-OF-POLLY", "1980-02-03"


@dataclass
class World:
    """Lakeside with its custodial patient and its people, and another clinic."""

    ada: Person
    ben: Person
    pia: Person
    cy: Person
    dot: Person
    eve: Person
    backend: Api
    clinic: dict[str, Any]
    other_clinic: dict[str, Any]
    patient: str = ""
    offer: str = ""
    invite: str = ""
    callers: dict[str, Api] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Scenario:
    """How to call an operation, and how to tell that the patient was reached. `needs`: the clinic's required
    relation to the patient."""

    ask: Any
    reaches: Any
    allowed: frozenset[str] = frozenset({"backend", "member", "admin"})
    needs: str = "custody"


def passed(response):
    return outcome(response, "confirmation") == "passed"


def of_confirmation(method, path, body=None):
    return Scenario(lambda api, w: api.request(method, path.format(w=w), filled(body, w)), passed)


def filled(body, world):
    return {
        n: v.format(w=world) if isinstance(v, str) else v for n, v in (body or {}).items()
    } or None


def has_text(text):
    return lambda response: response.status_code == 200 and text in response.content.decode()


CARE_TEAM = {"email": "friend@example.org", "permissions": {"view": {}}}
SHARE = {"shareCode": "{w.other_clinic[shareCode]}", "permissions": {"view": {}}}

SCENARIOS = {
    "FindPatients": Scenario(
        lambda api, w: api.get(f"/v1/patients?mrn={MRN}"),
        has_text(MRN),
        allowed=frozenset({"member", "admin"}),
        needs="record",
    ),
    "GetAccountSignupConfirmation": of_confirmation("get", "/confirm/signup/{w.patient}"),
    "UpsertAccountSignupConfirmation": of_confirmation("post", "/confirm/signup/{w.patient}"),
    "SendAccountSignupConfirmation": of_confirmation("post", "/confirm/send/signup/{w.patient}"),
    "SendCareTeamInvite": of_confirmation("post", "/confirm/send/invite/{w.patient}", CARE_TEAM),
    "GetSentInvitations": of_confirmation("get", "/confirm/invite/{w.patient}"),
    "CancelInvite": of_confirmation("put", "/confirm/{w.patient}/invited/nobody@example.org"),
    "SendClinicShareInvite": of_confirmation("post", "/confirm/send/invite/{w.patient}/clinic", SHARE),
    "ResendCareTeamInvite": Scenario(
        lambda api, w: api.patch(f"/confirm/resend/invite/{w.invite}"),
        lambda response: response.status_code == 200,
    ),
    "DeletePatientInvite": Scenario(
        lambda api, w: api.delete(f"/v1/clinics/{w.clinic['id']}/invites/patients/{w.offer}"),
        lambda response: outcome(response, "offer") == "passed",
        needs="membership",
    ),
    "GET /auth/user/<user_id>": Scenario(
        lambda api, w: api.get(f"/auth/user/{w.patient}"), has_text("userid")
    ),
    "GET /metadata/<user_id>/profile": Scenario(
        lambda api, w: api.get(f"/metadata/{w.patient}/profile"), has_text(BIRTHDAY), needs="record"
    ),
    **{
        f"{method} /metadata/<user_id>/profile": Scenario(
            lambda api, w, method=method: api.request(
                method, f"/metadata/{w.patient}/profile", {"clinic": {}}
            ),
            lambda response: response.status_code == 200,
        )
        for method in ("PUT", "POST")
    },
}  # fmt: skip


# --- the list is complete ---------------------------------------------------------------------------
def operations_decided_by_records():
    stranger = Principal(STRANGER, is_server=False)
    path = {**IDS, **dict.fromkeys(OWN_IDS, "9876543210"), "clinicId": ""}  # so without roles
    for name in policy.table():
        if policy.asks_records(name) or policy.allows(name, policy.Caller(stranger, path)):
            yield name


def account_operations():
    """Their description, which is served beside them, decides nothing."""
    for route in account_routes():
        for method in getattr(route.callback, "actions", ()):
            if method != "head":
                yield f"{method.upper()} /{route.pattern}"


def test_every_operation_decided_by_records_has_a_scenario():
    decided = {*operations_decided_by_records(), *account_operations()}
    assert decided - OPEN - OWN_ROUTES == set(SCENARIOS)
    assert decided >= OPEN | OWN_ROUTES


# --- the world --------------------------------------------------------------------------------------
@pytest.fixture(params=["embedded", "outside"])
def world(request, settings, ada, ben, cy, dot, eve, backend, clinic, other_clinic):
    """Once with the embedded permission service, once with an external one, which does not ask clinics for
    roles."""
    settings.MAILS_PER_ADDRESS = "100000/hour"  # each call needs an offer of its own
    if request.param == "outside":
        request.getfixturevalue("outside_permissions")
    pia = make_person("Pia Prescriber", roles=("clinician",))
    add_member(clinic, pia, roles=("PRESCRIBER",))
    new_world = World(ada, ben, pia, cy, dot, eve, backend, clinic, other_clinic)
    new_world.written = request.getfixturevalue("written")
    new_world.patient = new_patient(new_world)
    new_world.callers = {
        "backend": backend,
        "admin": ada.api,
        "member": ben.api,
        "prescriber": pia.api,
        "member elsewhere": cy.api,
        "stranger": eve.api,
    }
    give_something_to_find(new_world)
    return new_world


@pytest.fixture
def outside_permissions(monkeypatch):
    server = wire.StandIn().start()
    session = ServerSession(url=server.address + "/serverlogin", name="clinics", secret=wire.SECRET)
    service = http.HttpPermissionService(server.address, session)
    for name in ("users.services.custody", "confirmations.services.people", "confirmations.services.care_team"):  # fmt: skip
        monkeypatch.setattr(f"{name}.permission_service", lambda: service)
    yield service
    server.stop()


def new_patient(world):
    response = world.ben.api.post(
        f"/v1/clinics/{world.clinic['id']}/patients",
        {"fullName": "Polly", "birthDate": BIRTHDAY, "mrn": MRN, "email": "polly@example.org"},
    )
    neighbours.profile_service().update_profile(
        response.json()["id"], {"patient": {"birthday": BIRTHDAY}}
    )
    return response.json()["id"]


def give_something_to_find(world):
    """An invitation and an offer for the operations to find; the calls of a test may use them up."""
    db.collection("confirmations").delete_many({"type": {"$ne": "clinician_invitation"}})
    answer = world.backend.post(
        f"/confirm/send/invite/{world.patient}",
        {"email": "sister@example.org", "permissions": {"view": {}}},
    )
    world.invite = answer.json()["key"]
    offered = world.dot.api.post(  # nothing, once the clinic is gone
        f"/confirm/send/invite/{world.dot.user_id}/clinic",
        {"shareCode": world.clinic["shareCode"], "permissions": {"view": {}}},
    )
    world.offer = offered.json().get("key", "")
    world.written.clear()


def who_reaches(world, name):
    return {caller for caller in world.callers if does_reach(world, name, caller)}


def does_reach(world, name, caller):
    scenario = SCENARIOS[name]
    if "confirmations" in world.written:
        give_something_to_find(world)
    return scenario.reaches(scenario.ask(world.callers[caller], world))


# --- who may ----------------------------------------------------------------------------------------
@pytest.mark.yardstick("Z2")
def test_only_members_and_admins_of_the_patients_clinic_reach_the_patient(world):
    reached = {name: who_reaches(world, name) for name in SCENARIOS}
    assert reached == {name: scenario.allowed for name, scenario in SCENARIOS.items()}


def test_an_operation_open_to_everyone_shows_no_patient(world):
    clinic = world.clinic
    for path in (f"/v1/clinics/{clinic['id']}", f"/v1/clinics/share_code/{clinic['shareCode']}"):
        answer = world.eve.api.get(path)
        assert answer.status_code == 200
        for secret in (world.patient, MRN, "Polly", world.ada.email):
            assert secret not in answer.content.decode()


# --- and no longer ----------------------------------------------------------------------------------
def clinician(world, person):
    return f"/v1/clinics/{world.clinic['id']}/clinicians/{person.user_id}"


def patient(world):
    return f"/v1/clinics/{world.clinic['id']}/patients/{world.patient}"


def becomes_prescriber(world):
    roles = {"email": world.ben.email, "roles": ["PRESCRIBER"], "createdTime": NOW, "updatedTime": NOW}  # fmt: skip
    return world.ada.api.put(clinician(world, world.ben), roles)


NOW = "2025-01-01T00:00:00Z"
ENDS_OF_A_MEMBER = {
    "the role was taken": becomes_prescriber,
    "the member was removed": lambda w: w.ada.api.delete(clinician(w, w.ben)),
    "the member left": lambda w: w.ben.api.delete(clinician(w, w.ben)),
    "the account left all clinics": lambda w: w.backend.delete(
        f"/v1/users/{w.ben.user_id}/clinics"
    ),
}
ENDS_FOR_THE_CLINIC = {
    "the patient left": lambda w: w.ada.api.delete(patient(w)),
    "the account left all clinics": lambda w: w.backend.delete(f"/v1/users/{w.patient}/clinics"),
}


@pytest.mark.parametrize("end", ENDS_OF_A_MEMBER)
def test_a_former_member_reaches_nothing_from_the_next_request_on(world, end):
    assert all(does_reach(world, name, "member") for name in SCENARIOS)

    assert ENDS_OF_A_MEMBER[end](world).status_code in (200, 204)

    for name in SCENARIOS:
        assert not does_reach(world, name, "member"), name
        assert does_reach(world, name, "admin"), name


@pytest.mark.parametrize("end", ENDS_FOR_THE_CLINIC)
def test_a_clinic_that_lost_the_patient_reaches_nothing(world, end):
    assert ENDS_FOR_THE_CLINIC[end](world).status_code in (200, 204)

    for name, scenario in SCENARIOS.items():
        if scenario.needs != "membership":
            assert who_reaches(world, name) <= {"backend"}, name


def test_a_clinic_without_custody_cannot_act_for_the_patient(world):
    gone = world.backend.delete(f"{patient(world)}/permissions/custodian")
    assert gone.status_code == 204

    for name, scenario in SCENARIOS.items():
        lost = {"member", "admin"} if scenario.needs == "custody" else set()
        assert who_reaches(world, name) == scenario.allowed - lost, name


def test_former_members_of_a_deleted_clinic_reach_nothing(world):
    assert world.ada.api.delete(patient(world)).status_code == 204
    assert world.ada.api.delete(f"/v1/clinics/{world.clinic['id']}").status_code == 204
    # A record that another system left behind.
    db.collection("patients").insert_one(
        {
            "clinicId": db.collection("clinic_deletions").find_one({})["clinic"]["_id"],
            "userId": world.patient,
            "mrn": MRN,
            "permissions": {"custodian": {}, "view": {}},
        }
    )

    for name, scenario in SCENARIOS.items():
        if scenario.needs != "membership":
            assert who_reaches(world, name) <= {"backend"}, name


def test_an_invited_clinician_reaches_the_patient_only_after_accepting_and_not_after_a_revocation(
    world,
):
    fay, gil = make_person("Fay Invited"), make_person("Gil Revoked")
    invites = f"/v1/clinics/{world.clinic['id']}/invites/clinicians"
    keys = {}
    for person in (fay, gil):
        body = {"email": person.email, "roles": ["CLINIC_MEMBER"]}
        keys[person.email] = world.ada.api.post(invites, body).json()["inviteId"]
        assert person.api.get(f"/v1/clinicians/{person.user_id}/invites").status_code == 200
    world.callers = {"fay": fay.api, "gil": gil.api}
    mine = [name for name, scenario in SCENARIOS.items() if scenario.needs != "membership"]
    assert all(who_reaches(world, name) == set() for name in mine)

    assert world.ada.api.delete(f"{invites}/{keys[gil.email]}").status_code in (200, 204)
    accept = f"/v1/clinicians/{gil.user_id}/invites/{keys[gil.email]}"
    assert gil.api.put(accept).status_code in (403, 404)
    accept = f"/v1/clinicians/{fay.user_id}/invites/{keys[fay.email]}"
    assert fay.api.put(accept).status_code == 200

    assert all(who_reaches(world, name) == {"fay"} for name in mine)


@pytest.mark.parametrize("end", ENDS_OF_A_MEMBER)
def test_every_operation_of_the_clinic_denies_a_former_member(world, end):
    ENDS_OF_A_MEMBER[end](world)
    ids = {"clinicId": world.clinic["id"], **dict.fromkeys(("patientId", "userId"), world.patient)}
    for name, callers in ALLOWED.items():
        if "member" not in callers or "user" in callers or name not in described_operations():
            continue
        family = family_of(name)
        assert outcome(call(world.ben.api, name, **ids), family) == "denied", name


# --- custody is not handed on -----------------------------------------------------------------------
@pytest.mark.parametrize("power", ["custodian", "root"])
def test_a_care_team_invitation_gives_no_power_over_the_account(world, power):
    body = {"email": world.eve.email, "permissions": {"view": {}, power: {}}}
    refused = world.ben.api.post(f"/confirm/send/invite/{world.patient}", body)
    assert refused.status_code == 400


def test_an_old_invitation_that_names_custody_neither_grants_nor_removes_it(world):
    import orjson

    from users.services import custody

    body = {"email": world.eve.email, "permissions": {"view": {}}}
    key = world.ben.api.post(f"/confirm/send/invite/{world.patient}", body).json()["key"]
    db.collection("confirmations").update_one(
        {"_id": key},
        {"$set": {"context": orjson.dumps({"permissions": {"view": {}, "custodian": {}}})}},
    )
    accept = f"/confirm/accept/invite/{world.eve.user_id}/{world.patient}"
    assert world.eve.api.put(accept, {"key": key}).status_code == 200
    assert custody.permissions_over(world.patient, world.eve.user_id) == {"view": {}}


def test_a_follower_who_leaves_the_clinic_keeps_only_their_own_permissions(world):
    from users.services import custody

    invited = world.backend.post(
        f"/confirm/send/invite/{world.patient}",
        {"email": world.ben.email, "permissions": {"follow": {}}},
    )
    accept = f"/confirm/accept/invite/{world.ben.user_id}/{world.patient}"
    assert world.ben.api.put(accept, {"key": invited.json()["key"]}).status_code == 200
    world.ada.api.delete(clinician(world, world.ben))

    assert custody.permissions_over(world.patient, world.ben.user_id) == {"follow": {}}


def test_a_hostile_admins_clinic_has_no_custody_of_people_who_are_not_its_patients(world):
    mallory = make_person("Mallory")
    make_clinic(mallory, name="Mallory's")
    world.callers = {"mallory": mallory.api}
    assert all(who_reaches(world, name) == set() for name in SCENARIOS)

"""Nothing is stored that cannot be shown: every operation that takes a body, with the extremes of what its description
allows in every place at once. What it answers with 2xx is shown by that answer and by every reading operation, one
record or a list, as the description says (decision 0002, "The answer of a write"). An operation is not asked again where
nothing was written that it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from kernel import db
from kernel.api import bounds, text_forms, validation
from patients import kept
from tests import bodies
from tests.bodies import PATIENT
from tests.cast import Person, described_operations, json_body_of
from tests.commands import named_collections
from tests.events import deliver_all
from tests.fuzz.callers import forget_what_is_cached
from tests.policy.callers import IDS

pytestmark = pytest.mark.walk

RECORDS = (
    "patients",
    "clinics",
    "clinicians",
    "confirmations",
    kept.COUNTS,
    "migrations",
)
WRITES = {
    name: json_body_of(operation)
    for name, (_, _, operation) in described_operations().items()
    if json_body_of(operation)
}
READS = [name for name, (method, _, _) in described_operations().items() if method == "get"]
TIDE = "?period=14d&tags=5f85fbe6686e6bb9170ab5d1&lastDataCutoff=2020-01-01T00:00:00Z"
LONG_ADDRESS = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example.org"


def longest(schema, character):
    return character * min(schema.get("maxLength", 1), 1000)


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


# flavour -> kind of a JSON value -> what to try in its place, the first that is allowed: from its schema, and what is there
FLAVOURS = {
    "longest": {
        "string": lambda schema, _: [LONG_ADDRESS, longest(schema, "x")],
        "array": lambda schema, held: [held * 20],
        "number": lambda schema, _: [schema.get("maximum", 1.7e308)],
        "integer": lambda schema, _: [schema["maximum"]],
    },
    "shortest": {
        "string": lambda *_: ["", "x"],
        "number": lambda schema, _: [schema.get("minimum", -1.7e308)],
        "integer": lambda schema, _: [schema["minimum"]],
    },
    "empty": {"array": lambda *_: [[]], "object": lambda *_: [{}]},
    "deep": {"object": lambda _, held: [{**held, "odd": nested(bounds.DEEPEST - 8)}]},
    "letters beyond 16 bits": {"string": lambda schema, _: [longest(schema, "\U0001d4d0")]},
    "no characters": {"string": lambda *_: ["\uffff", "\U0010ffff", "x\uffff"]},
    "letters that turn": {"string": lambda *_: ["\u202ex\u2066", "x\u0301\u200d"]},
    "earliest": {
        "string": lambda *_: ["0001-01-01", "0001-01-01T00:00:00Z"],
        "number": lambda *_: [-0.0, 5e-324],
    },
    "latest": {
        "string": lambda *_: ["9999-12-31", "9999-12-31T23:59:59.999Z"],
        "number": lambda *_: [5e-324],
    },
    "last choice": {
        "string": lambda schema, _: schema.get("enum", [])[-1:],
        "boolean": lambda *_: [False],
    },
}


def extreme(schema, flavour):
    """The sample with every place as far out as its description allows; None where nothing is."""
    body = right = bodies.sample(schema)
    for path, kind, inner in bodies.values_of(schema):
        for value in FLAVOURS[flavour].get(kind, lambda *_: [])(inner, held_at(body, path)):
            changed_body = put(body, path, value)
            if changed_body is not None and is_allowed(schema, changed_body):
                body = changed_body
                break
    return None if body == right else body


def held_at(body, path):
    try:
        return bodies.value_at(body, path)
    except (KeyError, IndexError, TypeError):  # what held it is empty already
        return None


def put(body, path, value):
    return None if held_at(body, path) is None else bodies.changed(body, path, value)


def is_allowed(schema, body):
    return validation.is_valid(schema, text_forms.with_normal_texts(schema, body))


# --- the walk -------------------------------------------------------------------------------------------------------
@dataclass
class World:
    send: Callable[..., Any]
    clinic: dict[str, Any]
    ada: Person
    dot: Person
    eve: Person


@pytest.fixture
def world(world, clinic, ada, dot, eve):
    return World(world.send, clinic, ada, dot, eve)


def of_eve(world, body):
    return body, {"patientId": world.eve.user_id}


def with_a_free_address(world, body):
    is_taken = body["email"] == PATIENT["email"]
    return {**body, "email": "free@example.org"} if is_taken else body, {}


def of_the_site(world, body):
    return body, {"siteId": IDS["patientTagId"]}  # the world's tag and site have one id


def of_an_invitation(world, body):
    invited = {"email": world.eve.email, "roles": ["CLINIC_MEMBER"]}
    path = f"/v1/clinics/{world.clinic['id']}/invites/clinicians"
    return body, {"inviteId": world.ada.api.post(path, invited).json()["inviteId"]}


def of_an_offer(world, body):
    offer = {"shareCode": world.clinic["shareCode"], "permissions": {"view": {}}}
    invite = world.eve.api.post(f"/confirm/send/invite/{world.eve.user_id}/clinic", offer).json()
    return body, {"inviteId": invite["key"]}


def of_no_patient(world, body):
    db.collection("patients").delete_many({"userId": world.dot.user_id})
    return {**body, "shareCode": world.clinic["shareCode"]}, {}


def of_a_follower(world, body):
    return {**body, "permissions": {**body["permissions"], "follow": {}}}, {}


def with_whole_version(world, body):
    for stats in body.values():
        if stats.get("config"):
            stats["config"]["schemaVersion"] = 2**53 - 1
    return body, {}


def without_conditions(world, body):
    """Only parameters of the list may be conditions."""
    return {**body, "conditions": {}}, {}


# What an operation needs to take its body at all.
PREPARED = {
    "CreatePatientAccount": with_a_free_address,
    "CreatePatientFromUser": of_eve,
    "UpdateSite": of_the_site,
    "AssociateClinicianToUser": of_an_invitation,
    "AcceptPatientInvitation": of_an_offer,
    "SendClinicShareInvite": of_no_patient,
    "SendCareTeamInvite": of_a_follower,
    "UpdatePatientSummary": with_whole_version,
    "CreatePatientView": without_conditions,
}
# Who may call them, or what they are about, is not of this world; they store nothing of their bodies but ids and names.
NOT_TAKEN = {
    *("AcceptCareTeamInvite", "AcceptPasswordChange", "ConfirmAccountSignup", "DismissInvite"),
    *("CancelAccountSignupConfirmation", "DismissAccountSignup"),
    *("AddServiceAccount", "MatchClinicAndPatient", "MigrateLegacyClinicianPatients"),
    *("TriggerInitialMigration", "UpdateMigration", "MergeSite"),
    *("MergeClinic", "GenerateMergeReport", "SetConnectionIssueHidden", "UpdatePatientView"),
}
# A clinic of another tier may not export its list.
EXPORTS = ("ExportPatientList", "GetPatientListExport", "FetchPatientListExport")
NOT_SHOWN = {"UpdateTier": dict.fromkeys(EXPORTS, 403)}


def shown(world, names):
    """Status of these reading operations; the client holds each answer to the description."""
    queries = {"TideReport": TIDE}
    return {name: world.send(name, query=queries.get(name, "")).status_code for name in names}


def read_by_each(world):
    """Status of every reading operation, and the collections on which its answer depends."""
    statuses, collections = {}, {}
    for name in READS:
        forget_what_is_cached()  # and is read, then
        with named_collections() as collections[name]:
            statuses |= shown(world, [name])
    return statuses, collections


def put_back(kept, changed):
    for name in changed & kept.keys():
        db.collection(name).delete_many({})
        if kept[name]:
            db.collection(name).insert_many(kept[name])


def taken(world, name, body):
    prepared, ids = PREPARED.get(name, lambda _, found: (found, {}))(world, body)
    answer = world.send(name, orjson.dumps(prepared), **ids)
    assert answer.status_code < 500, (name, answer.content)
    return answer.status_code < 300


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_extreme_stored_values_are_shown(world, written, flavour):
    records_before = {name: list(db.collection(name).find({})) for name in RECORDS}
    before, read = read_by_each(world)
    for name, schema in WRITES.items():
        body = extreme(schema, flavour)
        written.clear()
        if body is not None and taken(world, name, body) and written.intersection(RECORDS):
            deliver_all()
            after = shown(world, [other for other in READS if read[other] & written])
            changed = {n: s for n, s in after.items() if s != before[n] and s >= 300}
            assert changed.items() <= NOT_SHOWN.get(name, {}).items(), (name, changed)
        put_back(records_before, written)


def test_walk_covers_every_operation(world, written):
    records_before = {name: list(db.collection(name).find({})) for name in RECORDS}
    refused = set()
    for name, schema in WRITES.items():
        written.clear()
        if not taken(world, name, bodies.sample(schema)):
            refused.add(name)
        put_back(records_before, written)
    assert refused == NOT_TAKEN


def test_unpaired_surrogates_are_refused_everywhere(world, written):
    """JSON can write it, and no database can keep it."""
    for name, schema in WRITES.items():
        right = bodies.sample(schema)
        for path, kind, _ in bodies.values_of(schema):
            if kind == "string":
                raw = orjson.dumps(bodies.changed(right, path, "@@")).replace(b"@@", rb"\ud800")
                written.clear()
                answer = world.send(name, raw)
                assert answer.status_code < 500, (name, path, answer.content)
                assert not written.intersection(RECORDS), (name, path)

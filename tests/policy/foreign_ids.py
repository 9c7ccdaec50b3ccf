"""Ids of another clinic in each place of a request that takes an id, next to an id of the same form that no one has (row
Z3 of the yardsticks).

Places are found in the served description: parameters of path and query, and values of bodies, by form or name.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from bson import ObjectId

from clinics.services import sites, tags
from kernel import db, jobs, outbox, ratelimit
from kernel.api.schema import OBJECT_ID_PATTERN, kinds_of
from kernel.ids import USER_ID_PATTERN
from kernel.middleware import TRACE_NAME
from patients.services import kept_exports
from patients.store import account_requests
from tests import bodies, replay, xealth
from tests.bodies import TOKEN, resolved
from tests.cast import Person, described_operations, json_body_of, make_person
from tests.commands import counted_calls, peek_written, recorded_commands, take_written
from tests.events import deliver_all
from tests.factories import make_webhook
from tests.fuzz.callers import MADE, forget_what_is_cached
from tests.policy.callers import OWN_IDS, call
from tests.policy.test_matrix import ALLOWED

OBJECT_ID, USER_ID, KEY = "object id", "user id", "key"
_BY_FORM = {
    OBJECT_ID_PATTERN: OBJECT_ID,
    "^[a-f0-9]{0,24}$": OBJECT_ID,
    USER_ID_PATTERN: USER_ID,
}
_BY_NAME = {
    **dict.fromkeys(("clinicId", "workspaceId"), OBJECT_ID),
    **dict.fromkeys(("userId", "patientId", "clinicianId", "invitedBy"), USER_ID),
    **dict.fromkeys(("inviteId", "key"), KEY),
    # Those of other systems are kept as they are.
    **dict.fromkeys(("dataSourceId", "providerId", "documentId", "client_id"), ""),
}
UNKNOWN = {
    OBJECT_ID: lambda: str(ObjectId()),
    USER_ID: lambda: secrets.token_hex(5),
    KEY: lambda: secrets.token_urlsafe(24),
}


@dataclass(frozen=True)
class Place:
    part: str  # path, query or body
    name: Any  # of the parameter; in a body, where
    form: str

    @property
    def word(self) -> str:
        """The last name in it."""
        names = [self.name] if self.part != "body" else self.name
        return next((name for name in reversed(names) if isinstance(name, str)), "")


def places_of(operation_id: str) -> list[Place]:
    return [place for place in values_of(operation_id) if place.form]


def values_of(operation_id: str) -> Iterator[Place]:
    """All texts of a request; those that are no ids without a form."""
    _, _, operation = described_operations()[operation_id]
    for parameter in operation.get("parameters", []):
        yield _of_parameter(parameter)
    for schema in schemas_of(operation_id):
        for path, kind, inner in bodies.values_of(schema):
            if kind == "string":
                place = Place("body", path, "")
                yield Place("body", path, _form(place.word, inner))


def _of_parameter(parameter: Mapping[str, Any]) -> Place:
    schema = resolved(parameter["schema"])
    if kinds_of(schema) == ["array"]:
        schema = resolved(schema["items"])
    return Place(parameter["in"], parameter["name"], _form(parameter["name"], schema))


def _form(name: str, schema: Mapping[str, Any]) -> str:
    if name in _BY_NAME and schema.get("format") != "email":
        return _BY_NAME[name]
    return _BY_FORM.get(schema.get("pattern") or schema.get("format"), "")


def schemas_of(operation_id: str) -> list[dict[str, Any]]:
    body = json_body_of(described_operations()[operation_id][2])
    return [] if body is None else [body]


# --- who may name whom ----------------------------------------------------------------------------------
CALLERS = {
    "service": "backend",
    "admin": "admin",
    "patient": "self",
}  # as the policy's table names them
# Services may name every clinic and person: only what belongs to a clinic has to belong to the one in the path.
_OF_A_CLINIC = {"patientId", "clinicianId", "patientTagId", "siteId", "inviteId", "tags", "sites"}
MAY = {
    ("GetClinic", "clinicId"),  # the profile of every clinic is open to all who are signed in
    ("CreatePatientFromUser", "patientId"),  # any account becomes a patient; services alone may
    ("CreatePatientFromUser", "legacyClinicianId"),
    ("CreateClinician", "inviteId"),  # services make the keys of invitations
}
# Refused in other words than an id of no one: who has the key of an invitation knows that there is one (CONFIRM-130).
OTHERWISE_REFUSED = {("AcceptCareTeamInvite", "key")}


def strange_places(caller: str, operation_id: str) -> list[Place]:
    """Where this caller may not use an id of the other clinic."""
    places = [place for place in places_of(operation_id) if (operation_id, place.word) not in MAY]
    if caller != "service":
        return places
    has_clinic = "{clinicId}" in described_operations()[operation_id][1]
    return [p for p in places if has_clinic and _OF_A_CLINIC.intersection((p.word, *p.name))]


def _may_call(caller: str, name: str) -> bool:
    """What anyone may call asks for a key or an address, and for no one's permission."""
    allowed = ALLOWED.get(name, set())
    return CALLERS[caller] in allowed and "none" not in allowed


CASES = [
    (caller, name)
    for name, caller in product(sorted(described_operations()), CALLERS)
    if _may_call(caller, name) and strange_places(caller, name)
]


# --- two clinics ----------------------------------------------------------------------------------------
Ids = Mapping[str, str]
Filled = Mapping[Place, str]
_MADE = (*MADE, "tests.cast.eve", f"{__name__}.own", f"{__name__}.foreign")
_KINDS = {
    OBJECT_ID: ("tag", "site", "clinic", "webhook", "view", "export"),
    USER_ID: ("patient", "member", "sharer"),
    KEY: ("invite", "offer", "care"),
}
# The kind that belongs there, where the form alone allows several.
_FITTING = {
    "clinicId": "clinic",
    "workspaceId": "clinic",
    "patientTagId": "tag",
    "siteId": "site",
    "webhookId": "webhook",
    "deliveryId": "webhook",
    "viewId": "view",
    "exportId": "export",
    "creationId": "export",
    "clinicianId": "member",
    "invitedBy": "sharer",
}
_OFFERS = ("AcceptPatientInvitation", "DeletePatientInvite")
_QUERY = {
    "TideReport": "period=14d&lastDataCutoff=2024-01-02T03:04:05Z&tags={tag}&sites={site}",
    "StartPatientListExport": "period=14d&tags={tag}&sites={site}",
    "FindPatients": "mrn=x&workspaceIdType=clinicId&workspaceId={clinic}",
}
# What of a sample would be refused.
_BODIES: dict[str, dict[str, Any]] = {
    "CreatePatientView": {"conditions": {}},
    "UpdatePatientView": {"conditions": {}},
    "CreatePatientAccount": {"email": "new@example.org"},
    "SendClinicShareInvite": {"shareCode": "{share code}"},
}
# Notes of what happened, which have the id that was asked for; and those of new accounts, which a worker removes five
# minutes later: so long the random search takes.
_NOTES = {outbox.COLLECTION, jobs.COLLECTION, account_requests.COLLECTION}
_NOTE = "lastDeletedPatientTag"
NAMES = ("Polly", "Hillside", "polly@", "cy.member@")  # of the other clinic
# Whether the caller's clinic has the custody of a person is looked up where the person exists; an invitation of another
# kind is read before it is refused.
MOST_MORE_COMMANDS = 2
# Calls of Python functions. What is remembered for a second is looked up now and then, which takes some 400.
MOST_MORE_CALLS, MOST_TIMES_CALLS = 500, 1.25


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    commands: int = field(compare=False)  # that were sent to MongoDB, which take most of the time
    calls: int = field(compare=False)  # of Python functions, which take the rest

    def costs_as_much_as(self, other: "Answer") -> bool:
        more, less = max(self.calls, other.calls), min(self.calls, other.calls)
        return (
            abs(self.commands - other.commands) <= MOST_MORE_COMMANDS
            and more <= less * MOST_TIMES_CALLS + MOST_MORE_CALLS
        )


class Clinics:
    """The world of all operations, and next to it a clinic with a patient, a site, a tag and invitations."""

    def __init__(self, apis: dict[str, Any], ids: Ids, own: Ids, foreign: Ids) -> None:
        self._apis, self._ids = apis, ids  # of the world
        self._own, self._foreign = own, foreign  # by kind
        self._stored = replay.documents(_MADE)
        self._before = self._of_the_other(self._stored)

    def foreign_ids(self, place: Place) -> list[str]:
        """The one that belongs there first."""
        kinds = sorted(_KINDS[place.form], key=lambda kind: kind != _FITTING.get(place.word))
        return [self._foreign[kind] for kind in kinds]

    def unknown_id(self, place: Place) -> str:
        return UNKNOWN[place.form]()

    def compare(self, caller: str, name: str, ids: Filled) -> None:
        """These ids are answered like ids of no one, after about as much work. Seconds would say less: on a machine with
        other work those of two equal requests differed by a factor of two."""
        answer, unknown = self._both(caller, name, ids)
        if {(name, place.word) for place in ids} & OTHERWISE_REFUSED:
            assert answer.status >= 400, (name, ids)
            return
        assert answer == unknown, (name, ids)
        if not answer.costs_as_much_as(unknown):
            answer, unknown = self._both(
                caller, name, ids
            )  # one looked up what is remembered since
        assert answer.costs_as_much_as(unknown), (name, ids, answer, unknown)

    def _both(self, caller: str, name: str, ids: Filled) -> tuple[Answer, Answer]:
        unknown = {place: self.unknown_id(place) for place in ids}
        return self.ask(caller, name, ids), self.ask(caller, name, unknown)

    def ask(self, caller: str, name: str, ids: Filled) -> Answer:
        """With these ids in their places, and own ones in the others. Nothing of the other clinic is shown or changed,
        and then everything is as it was."""
        with recorded_commands() as commands, counted_calls() as calls:
            response = self._send(caller, name, ids)
        assert response.status_code < 500, (name, ids, response.content)
        answer = said(response, ids, commands=len(commands), calls=sum(calls))
        assert caller == "service" or not self._is_shown_in(answer.text), (name, ids, answer.text)
        if peek_written():
            deliver_all()
            changed = self._changed()
            assert changed == {}, (name, ids, changed)
            replay.put_back(self._stored, take_written())
            forget_what_is_cached()
        return answer

    def _is_shown_in(self, text: str) -> bool:
        return any(value in text for value in (*self._foreign.values(), *NAMES))

    def _send(self, caller: str, name: str, ids: Filled) -> Any:
        path = {**self._ids, **own_path(self._own, name)}
        if caller == "patient":
            path |= dict.fromkeys(OWN_IDS, self._own["person"])
        path |= {place.name: id_ for place, id_ in ids.items() if place.part == "path"}
        return call(
            self._apis[caller],
            name,
            body=own_body(self._own, name, ids),
            query=self._query(name, ids),
            headers={**TOKEN, **xealth.TOKEN},
            **path,
        )

    def _query(self, name: str, ids: Filled) -> str:
        query = dict(parse_qsl(_QUERY.get(name, "").format(**self._own)))
        query |= {place.name: id_ for place, id_ in ids.items() if place.part == "query"}
        return f"?{urlencode(query)}"

    def _changed(self) -> dict[str, Any]:
        """What is not as it was, in the collections that were written to."""
        written = peek_written() - _NOTES
        now = self._of_the_other(
            {name: {row["_id"]: row for row in db.collection(name).find({})} for name in written}
        )
        return {
            name: (rows, self._before.get(name))
            for name, rows in now.items()
            if rows != self._before.get(name, {})
        }

    def _of_the_other(self, stored: replay.Stored) -> replay.Stored:
        """Every document in which one of its ids occurs."""
        return {
            name: {key: row for key, row in rows.items() if self._is_of_the_other(row)}
            for name, rows in stored.items()
        }

    def _is_of_the_other(self, row: Mapping[str, Any]) -> bool:
        text = repr({field: value for field, value in row.items() if field != _NOTE})
        return any(id_ in text for id_ in self._foreign.values())


def own_path(own: Ids, name: str) -> dict[str, str]:
    """What the path of the operation names of the world's clinic, beside the clinic and the patient."""
    invite = own["offer" if name in _OFFERS else "invite"]
    return {
        "patientTagId": own["tag"],
        "siteId": own["site"],
        "webhookId": own["webhook"],
        "deliveryId": own["webhook"],
        "viewId": own["view"],
        "exportId": own["export"],
        "creationId": own["export"],
        "inviteId": invite,
        "invitedBy": own["sharer"],
        "key": own["care"],
    }


def own_body(own: Ids, name: str, ids: Filled) -> Any:
    """A valid body of the operation that names what there is in the world's clinic, and `ids` in their places; None where
    it takes none."""
    for schema in schemas_of(name):
        body = bodies.sample(schema)
        if name in _BODIES:
            body |= {
                part: value.format(**own) if isinstance(value, str) else value
                for part, value in _BODIES[name].items()
            }
        for place in places_of(name):
            if place.part == "body":
                body = bodies.changed(body, place.name, ids.get(place) or _own_id(own, name, place))
        return body
    return None


def _own_id(own: Ids, name: str, place: Place) -> str:
    if name == "MergeSite":
        return own["second site"]
    in_a_list = isinstance(place.name[-1], int)
    first = {OBJECT_ID: "tag", USER_ID: "person" if in_a_list else "sharer", KEY: "care"}
    return own[_FITTING.get(place.word, first[place.form])]


def said(response: Any, ids: Filled, **cost: int) -> Answer:
    """Without what differs between two equal calls."""
    text = response.getvalue().decode()
    for id_ in ids.values():
        text = text.replace(id_, "AN ID")
    text = re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"TIME"', text)
    text = re.sub(r'"(id|key|inviteId|shareCode)":"[^"]*"', "ID", text)
    varying = {"Content-Length", TRACE_NAME}
    headers = {name: value for name, value in response.headers.items() if name not in varying}
    return Answer(response.status_code, headers, text, **cost)


@pytest.fixture
def own(world, ada, dot) -> dict[str, str]:
    """Ids of the world's clinic, by their kind."""
    return replay.replayed("own", lambda: _fill_own(world.ids["clinicId"], ada, dot))


@pytest.fixture
def foreign(own, other_clinic, cy, eve) -> dict[str, str]:
    return replay.replayed("foreign", lambda: _fill_other(other_clinic, cy, eve))


@pytest.fixture
def two_clinics(world, own, foreign, backend, ada, dot, monkeypatch) -> Clinics:
    monkeypatch.setattr(ratelimit, "check", lambda *_, **__: None)
    people = (backend, ada.api, dot.api)
    return Clinics(dict(zip(CALLERS, people, strict=True)), world.ids, own, foreign)


def _fill_own(clinic_id: str, ada: Person, dot: Person) -> dict[str, str]:
    """What the world of all operations does not have yet, and a plan that includes exports."""
    plan = {"$set": {"tier": "tier0200"}}
    db.collection("clinics").update_one({"_id": ObjectId(clinic_id)}, plan)
    gil = make_person("Gil Sharer", roles=("patient",))
    clinic = ada.api.get(f"/v1/clinics/{clinic_id}").json()
    second = sites.create_site(clinic_id=clinic_id, name="South")
    invite, offer, care = _invitations(clinic, admin=ada, sharer=gil, friend=dot.email)
    return {
        "clinic": clinic_id,
        "tag": clinic["patientTags"][0]["id"],
        "site": clinic["sites"][0]["id"],
        "second site": str(second["id"]),
        "webhook": clinic["patientTags"][0]["id"],
        "view": _shared_view(clinic_id, ada),
        "export": _export(clinic_id, ada),
        "member": ada.user_id,
        "person": dot.user_id,
        "sharer": gil.user_id,
        "invite": invite,
        "offer": offer,
        "care": care,
        "share code": clinic["shareCode"],
    }


def _fill_other(clinic: dict[str, Any], cy: Person, eve: Person) -> dict[str, str]:
    tag = tags.create_tag(clinic_id=clinic["id"], name="Pump")
    site = sites.create_site(clinic_id=clinic["id"], name="North")
    body = {
        "fullName": "Polly",
        "birthDate": "1980-02-03",
        "email": "polly@example.org",
        "tags": [str(tag["_id"])],
        "sites": [{"id": str(site["id"]), "name": "North"}],
    }
    patient = cy.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()["id"]
    invite, offer, care = _invitations(clinic, admin=cy, sharer=eve, friend="friend@example.org")
    export = _export(clinic["id"], cy)
    deliver_all()  # so that what follows of a request is the only thing that is left to do
    return {
        "clinic": clinic["id"],
        "tag": str(tag["_id"]),
        "site": str(site["id"]),
        "webhook": str(make_webhook(ObjectId(clinic["id"]), url="https://198.51.100.1/")["_id"]),
        "view": _shared_view(clinic["id"], cy),
        "export": export,
        "patient": patient,
        "member": cy.user_id,
        "sharer": eve.user_id,
        "invite": invite,
        "offer": offer,
        "care": care,
    }


def _export(clinic_id: str, owner: Person) -> str:
    job = kept_exports.begin(clinic_id=clinic_id, query={"period": "14d"}, user_id=owner.user_id)
    return str(job["_id"])


def _shared_view(clinic_id: str, owner: Person) -> str:
    body = {"name": "Shared", "shared": True, "conditions": {}}
    return str(owner.api.post(f"/v1/clinics/{clinic_id}/patient_views", body).json()["id"])


def _invitations(
    clinic: dict[str, Any], *, admin: Person, sharer: Person, friend: str
) -> tuple[str, str, str]:
    """Keys: of a clinician's, of a patient's offer to the clinic, and of a patient's to a friend."""
    invited = {"email": f"invited.by.{admin.email}", "roles": ["CLINIC_MEMBER"]}
    invite = admin.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", invited)
    sent = f"/confirm/send/invite/{sharer.user_id}"
    offer = sharer.api.post(
        f"{sent}/clinic", {"shareCode": clinic["shareCode"], "permissions": {"view": {}}}
    )
    care = sharer.api.post(sent, {"email": friend, "permissions": {"view": {}}})
    return invite.json()["inviteId"], offer.json()["key"], care.json()["key"]

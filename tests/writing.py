"""A request for every operation that writes, and one clinic in which each of them succeeds.

Most requests are made from the served description, with ids of what there is; the others have a row in `OTHERWISE`. A new
operation whose sample is refused needs one (tests/policy/test_what_no_body_sets.py says so).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from bson import ObjectId

from kernel import clock, db
from kernel.accesses import rows
from merges.api import merges as merges_api
from tests import ehr, replay, xealth, xealth_orders
from tests.bodies import TOKEN, World
from tests.cast import CLINIC, Api, Person, add_member, described_operations, make_person
from tests.commands import peek_written, take_written
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient, new_user_id
from tests.fuzz.callers import MADE, forget_what_is_cached
from tests.policy import foreign_ids
from tests.policy.callers import OWN_IDS, call
from tests.policy.foreign_ids import own  # noqa: F401 (a fixture that the one below uses)
from users.clients.embedded import EmbeddedTokenEndpoint
from users.services import accounts
from users.services.neighbours import profile_service, user_service

# A file of rows, which has no names, and is made by a worker: tests/api/test_bulk_creations.py tries it twice at once.
FILES = {"BulkCreatePatients"}
WRITING = sorted(
    name
    for name, (method, _, _) in described_operations().items()
    if method != "get" and name not in FILES
)
PEOPLE = ("ada", "ben", "dot", "gil", "invited", "lee", "max", "eve")
BIRTHDAY, PASSWORD = "1984-05-06", "correct-horse-9"
SERVICE_ACCOUNT = "00000000cc"
CONFIG = {
    "schemaVersion": 5,
    "highGlucoseThreshold": 10.0,
    "veryHighGlucoseThreshold": 13.9,
    "lowGlucoseThreshold": 3.9,
    "veryLowGlucoseThreshold": 3.0,
}
BEGUN = {
    "MergeClinic": 409
}  # answers when a worker has done the work, for which no test waits here


@dataclass(frozen=True)
class Request:
    """`caller` is one of PEOPLE, backend or no one ("")."""

    caller: str
    path: Mapping[str, str]
    body: Any = None
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: TOKEN)


@dataclass(frozen=True)
class Scene:
    """The clinic, its people and what has happened to it: ids of `own`, and those of `more`."""

    people: Mapping[str, Person]
    backend: Api
    world: World
    own: Mapping[str, str]
    more: Mapping[str, str]

    def request(self, name: str, **changes: Any) -> Request:
        """`changes` replace parts of the one that succeeds."""
        return replace(self._request(name), **changes)

    def _request(self, name: str) -> Request:
        path = {**self.world.ids, **foreign_ids.own_path(self.own, name)}
        path |= dict.fromkeys(OWN_IDS, self.own["person"])
        path |= {"permission": "view", "summaryId": self.more["summary"]}
        api, _ = self.world.caller(name)
        names = {person.token: key for key, person in self.people.items()}
        caller = "backend" if api is self.backend else names.get(api.token, "")
        request = Request(caller, path, foreign_ids.own_body(self.own, name, {}))
        changes = OTHERWISE.get(name, lambda _: {})(self)
        return replace(request, **{**changes, "path": {**path, **changes.get("path", {})}})

    def send(self, name: str, request: Request) -> Any:
        others = {"backend": self.backend, "": Api()}
        api = others.get(request.caller) or self.people[request.caller].api
        return call(
            api,
            name,
            body=request.body,
            query=request.query,
            headers=request.headers,
            **request.path,
        )

    def everything(self) -> replay.Stored:
        """All that is stored before a request."""
        return replay.documents(_MADE)

    def begin_again(self) -> None:
        """Everything is as it was."""
        replay.put_back(replay.documents(_MADE), take_written())
        forget_what_is_cached()


# --- what is stored after it -----------------------------------------------------------------------------------------
RECORDS = {rows.RECORDS, rows.BATCHES, rows.PROCESSES}
_WORD = re.compile(r"[\w+/=$,-]{8,}")
_FIXED = re.compile(r"[A-Za-z_]{8,20}|\d{4}-\d\d-\d\d.*")
_VARYING = {"order"}  # the number of an event


def words_of(*values: Any) -> set[str]:
    return {word for value in values for word in _WORD.findall(str(value))}


def stored(known: set[str]) -> dict[str, list[str]]:
    """What is in the collections that were written to since `begin_again`, in an order and with words that are the same
    after two equal requests: ids and keys that are not among the known words are new ones."""
    return {
        collection: sorted(told(row, known) for row in db.collection(collection).find({}))
        for collection in peek_written() - RECORDS
    }


def told(value: Any, known: set[str]) -> str:
    return _WORD.sub(lambda word: _kept(word[0], known), repr(_plain(value)))


def _kept(word: str, known: set[str]) -> str:
    return word if word in known or _FIXED.fullmatch(word) else "NEW"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in sorted(value.keys() - _VARYING)}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return "bytes" if isinstance(value, bytes) else str(value)


# --- the requests ----------------------------------------------------------------------------------------------------
Changes = Callable[[Scene], dict[str, Any]]


def _of(caller: str, **path: str) -> Changes:
    """`caller`, with their own id in the path."""

    def changes(scene: Scene) -> dict[str, Any]:
        own_id = scene.people[caller].user_id
        values = {name: text.format(**scene.own, **scene.more) for name, text in path.items()}
        return {"caller": caller, "path": {"userId": own_id, **values}}

    return changes


def _about(body: Any = None, **path: str) -> Changes:
    """With this body, in whose texts ids are filled in, instead of the sample."""

    def changes(scene: Scene) -> dict[str, Any]:
        known = {**scene.own, **scene.more}
        values = {name: text.format(**known) for name, text in path.items()}
        return {"path": values} if body is None else {"path": values, "body": _filled(body, known)}

    return changes


def _filled(body: Any, known: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, known) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, known) for value in body]
    return body.format(**known) if isinstance(body, str) else body


def _from_xealth(body: Any) -> Changes:
    return lambda _: {"caller": "", "body": body, "headers": xealth.TOKEN}


MESSAGE = {"documentId": "{message}", "dataModel": "Order", "eventType": "New"}
MATCHED = {"criteria": ["MRN_DOB"], "onUniqueMatch": "ENABLE_REPORTS"}
OTHERWISE: dict[str, Changes] = {
    "AcceptClinicianInvite": _of("invited"),
    "AcceptPasswordChange": _about(
        {"key": "{reset}", "email": "{address}", "password": PASSWORD},
    ),
    "AddServiceAccount": _about(
        {"name": "Bridge", "client_id": "ehr", "client_secret": PASSWORD},
    ),
    "AssignPatientTagToClinicPatients": _about(patientTagId="{other tag}"),
    "CancelAccountSignupConfirmation": _about({"key": "{signup}"}, userId="{custodial}"),
    "CancelInvite": _of("gil", invitedBy="{address}"),
    "ConfirmAccountSignup": _about({"password": PASSWORD, "birthday": BIRTHDAY}, key="{signup}"),
    "ConnectProvider": _about(providerId="dexcom"),
    "CreatePatientFromUser": _about(patientId="{sharer}"),
    "DeleteClinic": _about(clinicId="{empty clinic}"),
    "DeletePatientPermission": _of("dot"),
    "DismissAccountSignup": _about({"key": "{signup}"}, userId="{custodial}"),
    "DismissClinicianInvite": _of("invited"),
    "EnableNewClinicExperience": _about(userId="{legacy}"),
    "GenerateMergeReport": _about({"sourceId": "{empty clinic}"}),
    "MatchClinicAndPatient": _about({"messageRef": MESSAGE, "patients": MATCHED}),
    "MergeClinic": _about({"sourceId": "{empty clinic}"}),
    "MigrateLegacyClinicianPatients": _about({"userId": "{legacy}"}),
    "ProcessEHRMessage": lambda _: {"body": ehr.order()},
    "ResendAccountSignup": _about(email="{address of the custodial}"),
    "ResendCareTeamInvite": _of("gil", inviteId="{care}"),
    "SendAccountSignupConfirmation": _of("eve"),
    "SendClinicShareInvite": _of("eve"),
    "SendPasswordReset": _about(email="{address}"),
    "SendPasswordResetMail": _about(email="{address}"),
    "SetConnectionIssueHidden": _about(patientId="{without data}"),
    "StartPatientListExport": lambda _: {"query": "?period=14d"},
    "TriggerInitialMigration": _of("max", clinicId="{ready clinic}"),
    "UpdateMigration": _about({"status": "RUNNING"}, userId="{migrated}"),
    "UpdatePatientReviews": _of("ben"),
    "UpdateTier": _about({"tier": "tier0300"}),
    "UpsertAccountSignupConfirmation": _of("eve"),
    "VerifyEndpoint": lambda _: {"body": {**TOKEN, "challenge": "c"}},
    "XealthGetProgramUrl": _from_xealth(xealth.request()),
    "XealthGetPrograms": _from_xealth(xealth.request()),
    "XealthNotification": _from_xealth(xealth_orders.notification()),
    "XealthPreorder": _from_xealth(xealth.initial()),
}


# --- what there is ---------------------------------------------------------------------------------------------------
_MADE = (*MADE, "tests.cast.eve", "tests.policy.foreign_ids.own", f"{__name__}.scene")


@pytest.fixture
def scene(world, own, backend, ada, ben, dot, eve, other_clinic, monkeypatch):  # noqa: F811
    monkeypatch.setattr(merges_api, "PATIENCE", 0)
    people, more = replay.replayed("scene", lambda: _fill(own, backend, ada, dot))
    people |= {"ada": ada, "ben": ben, "dot": dot, "eve": eve}
    return Scene(people, backend, world, own, more)


def _fill(ids: Mapping[str, str], backend: Api, ada: Person, dot: Person) -> tuple[dict, dict]:
    names = {"invited": "Invited By Ada Admin", "lee": "Lee Legacy", "max": "Max Legacy"}
    people = {key: make_person(name, roles=("clinic",)) for key, name in names.items()}
    gil = ids["sharer"]
    people["gil"] = Person(gil, accounts.issue_user_token(gil), "gil.sharer@example.org")
    more = {
        "address": dot.email,
        "legacy": people["lee"].user_id,
        "ready clinic": _ready_clinic(backend, people["max"]),
        "empty clinic": str(make_clinic(name="Hollow Clinic")["_id"]),
        **_records(ids, ada, people["lee"]),
        **_confirmations(backend, dot),
    }
    EmbeddedTokenEndpoint().register_client("ehr", PASSWORD, SERVICE_ACCOUNT)
    xealth.xealth_patient(xealth.xealth_clinic())
    deliver_all()
    return people, more


def _ready_clinic(backend: Api, owner: Person) -> str:
    """The clinic of a legacy account, whose patients may go there."""
    clinic = backend.post(f"/v1/clinicians/{owner.user_id}/migrate").json()
    assert owner.api.put(f"/v1/clinics/{clinic['id']}", CLINIC).status_code == 200
    return str(clinic["id"])


def _records(ids: Mapping[str, str], ada: Person, lee: Person) -> dict[str, str]:
    """What there is of the clinic and of the person's record in it."""
    clinic_id, moment, summary = ObjectId(ids["clinic"]), clock.now(), ObjectId()
    add_member({"id": ids["clinic"]}, lee)
    site, shown = {"id": ObjectId(ids["site"]), "name": "North"}, ehr.summary()["cgmStats"]
    other_tag = {"_id": ObjectId(), "name": "Sensor"}
    db.collection("clinics").update_one(
        {"_id": clinic_id},
        {"$set": {"ehrSettings": ehr.SETTINGS}, "$push": {"patientTags": other_tag}},
    )
    patient = {"clinicId": clinic_id, "userId": ids["person"]}
    db.collection("patients").update_one(
        patient,
        {
            "$set": {
                "mrn": "QX-1",
                "birthDate": "1991-04-17",
                "tags": [ObjectId(ids["tag"])],
                "sites": [site],
                "reviews": [{"clinicianId": ada.user_id, "time": moment}],
                "dataSources": [{"providerName": "dexcom", "state": "pending"}],
                "summary": {
                    "cgmStats": {**shown, "id": str(summary), "config": CONFIG, "periods": {}}
                },
            },
            "$unset": {"permissions.custodian": ""},
        },
    )
    ehr.subscribe(db.collection("patients").find_one(patient))
    message = ehr.order()
    order = {"_id": ObjectId(), "meta": message["Meta"], "message": message}
    db.collection("redox").insert_one(order)
    without_data = make_patient(
        {"_id": clinic_id},
        connectionIssueSource="dexcom",
        connectionIssue={"cause": "error"},
        dataSources=[{"providerName": "dexcom", "state": "error"}],
    )
    migrated = new_user_id()
    db.collection("migrations").insert_one(
        {
            "_id": ObjectId(),
            "clinicId": clinic_id,
            "userId": migrated,
            "status": "PENDING",
            "createdTime": moment,
            "updatedTime": moment,
        }
    )
    more = {"other tag": str(other_tag["_id"]), "without data": without_data["userId"]}
    return {**more, "summary": str(summary), "message": str(order["_id"]), "migrated": migrated}


def _confirmations(backend: Api, dot: Person) -> dict[str, str]:
    """Keys of mailed links: of a new password, and of an account that no one has claimed yet."""
    user = user_service().create_custodial_user("c" * 24, "custodial@example.org")
    profile_service().update_profile(user.user_id, {"patient": {"birthday": BIRTHDAY}})
    assert Api().post(f"/confirm/send/forgot/{dot.email}").status_code == 200
    assert backend.post(f"/confirm/send/signup/{user.user_id}").status_code == 200
    keys = {row["type"]: row["_id"] for row in db.collection("confirmations").find({})}
    return {
        "custodial": user.user_id,
        "address of the custodial": "custodial@example.org",
        "signup": keys["signup_confirmation"],
        "reset": keys["password_reset"],
    }

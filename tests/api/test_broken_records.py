"""What is broken already in the database is shown as far as it can be, with the rest of every list intact."""

from collections import Counter
from functools import reduce

import orjson
import pytest
import structlog
from bson import Decimal128, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from pymongo.errors import WriteError

from confirmations.representation.confirmations import confirmation
from kernel import clock, db, safe_reading
from kernel.api import validation
from kernel.principal import Principal
from patients import kept
from tests import following
from tests.bodies import value_at
from tests.cast import Api, described_operations
from tests.factories import patient_document
from tests.replay import replayed

SITE, TAG = ObjectId(), ObjectId()


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


MISSING = object()
WRONG = {
    "missing": MISSING,
    "null": None,
    "a text": "x",
    "a number": 5,
    "not a number": float("nan"),
    "a number in a list": [5],
    "an empty object in a list": [{}],
    "deep": nested(90),
    "a decimal": Decimal128("1.5"),
    "a pattern": Regex("x"),
    "beyond the calendar": DatetimeMS(2**55),
}
IN_THE_DEEP = {"missing", "null", "a text", "not a number", "an empty object in a list"}


def full_patient(clinic_id, user_id):
    moment = clock.now()
    source = {
        "providerName": "dexcom",
        "state": "connected",
        "dataSourceId": ObjectId(),
        "modifiedTime": moment,
    }
    stats = {
        "id": "", "config": {"schemaVersion": 5}, "dates": {"lastData": moment, "hasLastData": True},
        "periods": {"14d": {"timeInTargetPercent": 0.5, "hasTimeInTargetPercent": True}},
    }  # fmt: skip
    bound = {"name": "low", "upperBound": {"value": 3.9, "units": "mmol/L"}, "inclusive": False}
    return patient_document(
        {"_id": clinic_id}, userId=user_id, email="iris@example.org", mrn="M1", targetDevices=["x"],
        tags=[TAG], sites=[{"id": SITE, "name": "North"}], dataSources=[source],
        reviews=[{"clinicianId": user_id, "time": moment}], lastUploadReminderTime=moment,
        providerConnectionRequests={"dexcom": [{"providerName": "dexcom", "createdTime": moment}]},
        lastRequestedDexcomConnectTime=moment, summary={"cgmStats": stats, "bgmStats": stats},
        glycemicRanges={"type": "custom", "custom": {"name": "x", "thresholds": [bound]}},
        diagnosisType="type1", isMigrated=True, legacyClinicianIds=["x"], invitedBy=user_id,
    )  # fmt: skip


# What every reader finds a record by: without it the record is no one's.
NEEDED = {
    "patients": {"_id", "clinicId", "userId"},
    "clinics": {"_id"},
    "clinicians": {"_id", "clinicId", "userId"},
    "confirmations": {"_id", "type", "status", "userId", "creatorId", "clinicId", "emailKey"},
}

# What some read finds a record by.
LOOKED_FOR = {"tags", "roles", "tier", "permissions"}


def leaves(document, path=()):
    """Paths of every field, also inside of objects and lists."""
    for name, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, name))


def with_broken(document, path, wrong):
    name, *rest = path
    copy = list(document) if isinstance(document, list) else dict(document)
    if rest:
        copy[name] = with_broken(copy[name], rest, wrong)
    elif wrong is MISSING:
        del copy[name]
    else:
        copy[name] = wrong
    return copy


class World:
    def __init__(self, clinic, ada, cy, dot, backend, patient):
        self.clinic_id, self.clinic = ObjectId(clinic["id"]), clinic
        self.ada, self.cy, self.dot, self.backend = ada, cy, dot, backend
        self.patient = patient

    @property
    def path(self):
        return f"/v1/clinics/{self.clinic['id']}"

    def reads(self, collection):
        """(who, path, least number of records that are shown) of what shows such records"""
        ada, dot, backend = self.ada.api, self.dot.api, self.backend
        patients = f"{self.path}/patients"
        tide = f"tide_report?period=14d&tags={TAG}&lastDataCutoff=2020-01-01T00:00:00Z"
        yield from {
            "patients": [
                (ada, patients, 2),
                (ada, f"{patients}?search=iris", 1),
                (ada, f"{patients}/{self.dot.user_id}", 0),
                (dot, f"/v1/patients/{self.dot.user_id}/clinics", 1),
                (ada, f"{self.path}/{tide}", 0),
            ],
            "clinics": [
                (ada, self.path, 0),
                (backend, "/v1/clinics", 2),
                (ada, f"/v1/clinicians/{self.ada.user_id}/clinics", 1),
                (ada, f"{self.path}/patient_count", 0),
                *((ada, f"{self.path}/settings/{n}", 0) for n in ("ehr", "mrn", "patient_count")),
                (backend, f"{self.path}/membership_restrictions", 0),
                (dot, f"/v1/clinicians/{self.dot.user_id}/invites", 1),
            ],
            "clinicians": [
                (ada, f"{self.path}/clinicians", 3),
                (backend, "/v1/clinicians", 4),
            ],
            "confirmations": [
                (dot, f"/confirm/invite/{self.dot.user_id}", 1),
                (self.cy.api, f"/confirm/invitations/{self.cy.user_id}", 0),
            ],
        }[collection]


@pytest.fixture
def world(clinic, other_clinic, ada, cy, dot, backend):
    patient = replayed("world", lambda: fill(clinic["id"], ada, cy, dot))
    db.collection(kept.COUNTS).delete_one({"_id": ObjectId(clinic["id"])})
    return World(clinic, ada, cy, dot, backend, patient)


def fill(clinic_id, ada, cy, dot):
    """A record of every kind with everything in it. Returns the patient's."""
    db.collection("clinics").update_one(
        {"_id": ObjectId(clinic_id)},
        {"$set": {
            "patientTags": [{"_id": TAG, "name": "Pump"}], "sites": [{"id": SITE, "name": "North"}],
            "phoneNumbers": [{"type": "Office", "number": "1"}], "website": "https://example.org",
            "suppressedNotifications": {"patientClinicInvitation": True}, "timezone": "UTC",
            "membershipRestrictions": [{"emailDomain": "example.org"}],
            "mrnSettings": {"required": False, "unique": False},
            "ehrSettings": {"enabled": True, "provider": "redox", "sourceId": "x", "tags": {"codes": ["x"]},
                            "scheduledReports": {"cadence": "14d"}, "procedureCodes": {"createAccount": "1"},
                            "destinationIds": {"notes": "x", "flowsheet": "x", "results": "x"}, "flowsheets": {"icode": True}},
        }},
    )  # fmt: skip
    patient = full_patient(ObjectId(clinic_id), dot.user_id)
    other = patient_document({"_id": ObjectId(clinic_id)}, userId="0123456789")
    db.collection("patients").insert_many([patient, other])
    ada.api.post(
        f"/v1/clinics/{clinic_id}/invites/clinicians",
        {"email": dot.email, "roles": ["CLINIC_MEMBER"]},
    )
    dot.api.post(
        f"/confirm/send/invite/{dot.user_id}",
        {"email": cy.email, "permissions": {"view": {}}, "nickname": "x"},
    )
    return patient


def rounds_of(paths):
    """Each path in one round. A round has one of every field, so that no wrong value hides another of the same field;
    what reads look for is broken alone, since it decides whether the record is read at all."""
    rounds = {}
    times_read = Counter()
    for path in paths:
        of_field = times_read[path[0]] = times_read[path[0]] + 1
        alone = path if path[0] in LOOKED_FOR else None
        rounds.setdefault((of_field, alone), []).append(path)
    return list(rounds.values())


def problems(world, collection, document, paths, spoil):
    """What goes wrong with all of `paths` broken at once: halved until it is known whose fault it is, and so is what
    MongoDB refuses (two lists in one index: it keeps no such document)."""
    problems_by_path, is_kept = [], is_stored(collection, reduce(spoil, paths, document))
    if is_kept:
        problems_by_path = [(paths, *problem) for problem in problems_of_reads(world, collection)]
    if len(paths) == 1 or (is_kept and not problems_by_path):
        return problems_by_path
    half = len(paths) // 2
    parts = (paths[:half], paths[half:])
    smaller = [p for part in parts for p in problems(world, collection, document, part, spoil)]
    return smaller or problems_by_path


def is_stored(collection, document):
    try:
        db.collection(collection)._collection.replace_one(
            {"_id": document["_id"]}, document, upsert=True
        )
    except WriteError:
        return False
    return True


def problems_of_reads(world, collection):
    for api, path, least in world.reads(collection):
        answer = Api.request(api, "get", path)
        if answer.status_code >= 500:
            yield path, answer.status_code
        elif least and answer.status_code == 200:
            body = answer.json()
            rows = body["data"] if isinstance(body, dict) else body
            if len(rows) < least:
                yield path, f"{len(rows)} rows"


def stored(world, collection):
    expected = {
        "patients": {"_id": world.patient["_id"]},
        "clinics": {"_id": world.clinic_id},
        "clinicians": {
            "clinicId": world.clinic_id,
            "roles": "CLINIC_MEMBER",
            "userId": {"$exists": True},
        },
        "confirmations": {"type": "careteam_invitation"},
    }
    return db.collection(collection).find_one(expected[collection])


@pytest.fixture
def quiet(monkeypatch):
    """The walk is about statuses; what a broken record looks like is not a part of the description."""
    monkeypatch.setattr("tests.cast.check_against_description", lambda _: None)


@pytest.mark.foreign_writes
@pytest.mark.walk
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("collection", NEEDED)
def test_no_list_fails_for_one_broken_record(world, quiet, collection, kind):
    document = stored(world, collection)
    # In the deep one type after the other finds nothing that a level above did not.
    paths = [path for path in leaves(document) if kind in IN_THE_DEEP or len(path) <= 2]

    def spoil(changed, path):
        return with_broken(changed, path, WRONG[kind])

    wrong = []
    for paths_of_round in rounds_of(p for p in paths if p[0] not in NEEDED[collection]):
        wrong += problems(world, collection, document, paths_of_round, spoil)
    assert wrong == []


def writes(world, ben):
    """Requests that read the patient's record, or the record of the member who sends them, before they write."""
    patients, member = f"{world.path}/patients", f"{world.path}/clinicians/{ben.user_id}"
    patient = f"{patients}/{world.dot.user_id}"
    ada, dot, backend = world.ada.api, world.dot.api, world.backend
    body = {"fullName": "Iris Example", "birthDate": "2001-02-03", "mrn": "M2"}
    return {
        "patients": [
            (ada, "put", patient, body),
            (ada, "post", f"{patient}/connect/dexcom", None),
            (ada, "post", f"{patient}/upload_reminder", None),
            (ada, "put", f"{patient}/reviews", None),
            (ada, "delete", f"{patient}/reviews", None),
            (dot, "put", f"{patient}/permissions", {"view": {}}),
            (backend, "put", f"/v1/patients/{world.dot.user_id}/data_sources", []),
            (backend, "post", f"/v1/patients/{world.dot.user_id}/summary", {}),
            (dot, "delete", patient, None),
        ],
        "clinicians": [
            (ben.api, "get", patients, None),
            (ben.api, "post", patients, body),
            (ada, "put", member, {"roles": ["CLINIC_ADMIN"]}),
            (ada, "delete", member, None),
        ],
    }


@pytest.mark.foreign_writes
@pytest.mark.walk
@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("collection", ["patients", "clinicians"])
def test_no_write_fails_for_a_broken_field(world, ben, quiet, settings, collection, kind):
    settings.MAILS_PER_ADDRESS = settings.MAILS_PER_CALLER = "100000/hour"
    document = stored(world, collection)
    names = sorted(document.keys() - NEEDED[collection])
    failures = []
    for api, *request in writes(world, ben)[collection]:

        def status_with(broken, api=api, request=request):
            changed = reduce(lambda d, name: with_broken(d, (name,), WRONG[kind]), broken, document)
            return api.request(*request).status_code if is_stored(collection, changed) else None

        for group in (names[first::GROUPS] for first in range(GROUPS)):
            failures += [(*found, *request[:2]) for found in failing(status_with, group)]
    assert is_stored(collection, document)
    assert failures == []


GROUPS = 5  # of the fields that are broken together


def failing(status_with, names):
    """Fields whose break fails the request, and its status. A success says that it has read past all of them; after
    a refusal, which may come from one of them before another is read, each half is tried."""
    status = status_with(names)
    if status is not None and status < 300:
        return []
    if len(names) == 1:
        return [(*names, status)] if status is not None and status >= 500 else []
    half = len(names) // 2
    return [*failing(status_with, names[:half]), *failing(status_with, names[half:])]


ADDRESSES = {"email", "website", "emailDomain"}
# When these are empty, nothing of them can be shown or left out.
UNTOLD = {
    *("ehrSettings", "canonicalShareCode", "patientTags", "sites"),
    *("roles", "dataSources", "providerConnectionRequests", "glycemicRanges"),
}


def odd(held, path, kind):
    """Something odd in the place of what is held, where this can be."""
    if kind == "twice" and isinstance(held, list):
        return [*held, *held]
    if kind == "empty" and isinstance(held, str) and path[0] not in UNTOLD:
        return ""
    if kind == "no address" and path[-1] in ADDRESSES:
        return "nobody"
    return MISSING


@pytest.mark.foreign_writes
@pytest.mark.walk
@pytest.mark.parametrize("kind", ["empty", "no address", "twice"])
@pytest.mark.parametrize("collection", NEEDED)
def test_broken_values_are_shown_as_described(world, collection, kind):
    """The client checks it, formats of addresses included."""
    document = stored(world, collection)
    document.pop("summary", None)
    changes = {path: odd(value_at(document, path), path, kind) for path in leaves(document)}
    paths = [p for p in changes if changes[p] is not MISSING and p[0] not in NEEDED[collection]]
    wrong = []
    for paths_of_round in rounds_of(paths):
        wrong += problems(
            world, collection, document, paths_of_round, lambda d, p: with_broken(d, p, changes[p])
        )
    assert wrong == []


@pytest.mark.foreign_documents
def test_the_rest_of_a_broken_record_is_shown_and_the_operators_are_told(clinic, ada, quiet):
    clinic_id = ObjectId(clinic["id"])
    broken = patient_document(
        {"_id": clinic_id}, userId="0123456789", fullName="Iris Example", mrn="M1"
    )
    broken |= {
        "reviews": [{"clinicianId": "x"}],
        "sites": [{"id": SITE, "name": "North"}, {}],
        "email": 5,
    }
    db.collection("patients").insert_one(broken)
    before = safe_reading.BROKEN.labels("patient")._value.get()

    with structlog.testing.capture_logs() as logs:
        answer = ada.api.get(f"/v1/clinics/{clinic['id']}/patients/0123456789").json()

    assert (answer["fullName"], answer["mrn"], answer["reviews"]) == ("Iris Example", "M1", [])
    assert answer["sites"] == [{"id": str(SITE), "name": "North"}]
    assert "email" not in answer
    assert safe_reading.BROKEN.labels("patient")._value.get() == before + 1
    (line,) = [line for line in logs if line["event"] == "record.broken"]
    assert line["row"] == str(broken["_id"])
    assert not [part for part in ("Iris", "M1", "0123456789") if part in str(line)]


def test_a_link_of_no_known_kind_keeps_its_key(dot, quiet):
    """Its key may be a secret."""
    sent = dot.api.post(
        f"/confirm/send/invite/{dot.user_id}",
        {"email": "x@example.org", "permissions": {"view": {}}},
    )
    key = sent.json()["key"]
    document = db.collection("confirmations").find_one({"_id": key})
    for kind in (["password_reset"], "password_reset", None, 5):
        representation = confirmation(
            {**document, "type": kind}, Principal(dot.user_id, is_server=False)
        )
        assert "key" not in representation


def test_an_invitation_nested_without_end_is_shown_and_so_is_the_rest(dot):
    path = f"/confirm/send/invite/{dot.user_id}"
    for name in ("one", "two"):
        dot.api.post(path, {"email": f"{name}@example.org", "permissions": {"view": {}}})
    deep = b'{"a":' * 251 + b"{}" + b"}" * 251
    db.collection("confirmations").update_one(
        {"email": "one@example.org"},
        {"$set": {"context": b'{"permissions":{"view":' + deep + b"}}"}},
    )
    answer = dot.api.get(f"/confirm/invite/{dot.user_id}")
    assert sorted(row["email"] for row in answer.json()) == ["one@example.org", "two@example.org"]


# Inner leaves, which no exception of a copied value betrays.
COPIED = {
    "patients": [
        *(("dataSources", 0, name) for name in ("providerName", "state", "dataSourceId", "modifiedTime")),
        *(("sites", 0, name) for name in ("id", "name")),
        *(("reviews", 0, name) for name in ("clinicianId", "time")),
        *(("providerConnectionRequests", "dexcom", 0, name) for name in ("providerName", "createdTime")),
        ("glycemicRanges", "custom", "name"),
        ("glycemicRanges", "custom", "thresholds", 0, "name"),
        ("lastRequestedDexcomConnectTime",),
    ],
    "clinics": [
        *(("sites", 0, name) for name in ("id", "name")),
        *(("patientTags", 0, name) for name in ("_id", "name")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("collection", "path"), [(c, p) for c, paths in COPIED.items() for p in paths])  # fmt: skip
def test_a_leaf_of_a_wrong_type_is_never_answered(world, quiet, collection, path):
    """What is required may be missing from what is broken, but nothing has another type than described."""
    document = stored(world, collection)
    for wrong in (5, ["x"], {"a": 1}, None):
        broken_document = with_broken(document, path, wrong)
        db.collection(collection)._collection.replace_one({"_id": document["_id"]}, broken_document)
        following.follow_all()
        for api, url, least in world.reads(collection):
            answer = api.get(url)
            assert answer.status_code == 200, (url, wrong)
            body = answer.json()
            rows = body["data"] if isinstance(body, dict) and "data" in body else body
            assert not isinstance(rows, list) or len(rows) >= least, (url, wrong)
            assert wrong_types(answer) == [], (url, wrong)


def wrong_types(answer):
    operation = described_operations()[answer.wsgi_request.operation_id][2]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    failures = validation._validator(orjson.dumps(schema), False).iter_errors(answer.json())
    return [
        validation.path_of(failure)
        for failure in failures
        if failure.kind.name in ("type", "format", "oneOf")
    ]

"""Bodies built from the described schemas: a valid one, and helpers to change any value in it; and a world in
which every operation can be called."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from bson import ObjectId

from clinics.api.schemas.clinics import SHARE_CODE_PATTERN
from kernel import db, ratelimit
from kernel.api import validation
from kernel.api.schema import COMPONENTS, OBJECT_ID_PATTERN, kinds_of
from kernel.ids import USER_ID_PATTERN
from tests.cast import add_member
from tests.factories import make_patient, make_webhook
from tests.policy.callers import OWN_IDS, call
from tests.policy.test_matrix import ALLOWED
from tests.replay import replayed

Path = tuple[Any, ...]
PATIENT = {"fullName": "Iris Example", "birthDate": "1984-05-06", "email": "iris@example.org"}
TOKEN = {"verification-token": "redox-test-token"}
MANY_PROPERTIES = 50  # properties; of a larger object only some are tried
ANYTHING = "anything"  # the kind of what requests are not held to, such as what is ignored
PERIOD = "14d"  # the name of a property where any name is allowed
_SAMPLE_BY_PATTERN = {
    OBJECT_ID_PATTERN: "5f85fbe6686e6bb9170ab5d1",
    USER_ID_PATTERN: "0123456789",
    "^[a-f0-9]{0,24}$": "5f85fbe6686e6bb9170ab5d3",
    r"^\S{8,72}$": "correct-horse-9",
    SHARE_CODE_PATTERN: "ABCD-EFGH-2345",
}
_SAMPLE_BY_FORMAT = {
    "date": "1984-05-06",
    "date-time": "2024-01-02T03:04:05Z",
    "email": "iris@example.org",
    "hostname": "example.org",
    "uri": "https://example.org",
}
_RESOLVED: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}  # by the id of the schema


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that requests must satisfy, without references, and with the first of several
    alternatives.

    Remembered, since tests ask for the same ones tens of thousands of times, and each answer is a new object.
    """
    if id(schema) not in _RESOLVED:
        _RESOLVED[id(schema)] = schema, _resolve(schema)  # kept, so that its id is its own
    return _RESOLVED[id(schema)][1]


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        if "$ref" in schema:
            schema = COMPONENTS[schema["$ref"].rpartition("/")[2]]
        else:
            schema = (schema.get("anyOf") or schema["oneOf"])[0]
    return validation.of_requests(schema)


def sample(schema: dict[str, Any]) -> Any:
    """A valid value with every property."""
    schema = resolved(schema)
    if "enum" in schema:
        return "custom" if "custom" in schema["enum"] else schema["enum"][0]
    (kind,) = kinds_of(schema) or (ANYTHING,)
    if kind == "object":
        return {name: sample(inner) for name, inner in _properties(schema)}
    if kind == "array":
        return [sample(schema["items"])] * schema.get("minLength", 1)
    return {"boolean": True, "integer": 3, "number": 3}.get(kind) or _text(schema)


def _text(schema: dict[str, Any]) -> str:
    sample_text = _SAMPLE_BY_PATTERN.get(schema.get("pattern", "")) or _SAMPLE_BY_FORMAT.get(
        schema.get("format")
    )
    return sample_text or "Alpha".ljust(schema.get("minLength", 0), "a")


def _properties(schema: dict[str, Any]) -> list[tuple[str, Any]]:
    properties = list(schema.get("properties", {}).items())
    extra = schema.get("additionalProperties")
    return [*properties, (PERIOD, extra)] if isinstance(extra, dict) else properties


def values_of(
    schema: dict[str, Any], path: Path = ()
) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """(path, kind, schema) of every value in the sample; of objects with many properties, every seventh."""
    schema = resolved(schema)
    (kind,) = kinds_of(schema) or (ANYTHING,)
    yield path, kind, schema
    if kind == "object":
        properties = _properties(schema)
        for name, inner in properties[:: 7 if len(properties) > MANY_PROPERTIES else 1]:
            yield from values_of(inner, (*path, name))
    elif kind == "array":
        yield from values_of(schema["items"], (*path, 0))


def changed(value: Any, path: Path, new: Any) -> Any:
    """A copy with `new` at the path."""
    if not path:
        return new
    first, *rest = path
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[first] = changed(value[first], tuple(rest), new)
    return copy


def without(value: Any, path: Path) -> Any:
    """A copy without the property at the path."""
    *parent, name = path
    holder = value_at(value, tuple(parent))
    return changed(
        value, tuple(parent), {key: inner for key, inner in holder.items() if key != name}
    )


def value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


# --- a world for them -------------------------------------------------------------------------------------------------
class World:
    """A clinic with a patient, a site and a tag, and for each operation someone who may call it."""

    def __init__(self, clinic_id: str, callers: dict[str, Any], own_id: str, patient_id: str):
        self._callers = callers  # by the names in the policy's table
        self._own = dict.fromkeys(OWN_IDS, own_id)
        one = _SAMPLE_BY_PATTERN[OBJECT_ID_PATTERN]
        self.ids = {**self._own, "clinicId": clinic_id, "patientId": patient_id}
        self.ids |= {"webhookId": one, "deliveryId": one, "viewId": one}
        self.ids |= {"exportId": one, "creationId": one}

    def send(
        self,
        name: str,
        raw: bytes | None = None,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        **path: str,
    ):
        api, ids = self.caller(name)
        headers = {**TOKEN, **(headers or {})}
        return call(api, name, body=raw, query=query, headers=headers, **{**ids, **path})

    def caller(self, name: str) -> tuple[Any, dict[str, str]]:
        """Someone who may call it, and the ids of the path with which they may."""
        allowed = ALLOWED.get(name, {"none"})
        kind = next(kind for kind in self._callers if kind in allowed)
        return self._callers[kind], {**self.ids, **(self._own if kind == "self" else {})}


@pytest.fixture
def world(clinic, backend, ada, dot, anonymous, monkeypatch) -> World:
    """Without rate limits."""
    monkeypatch.setattr(ratelimit, "hit", lambda *_, **__: None)
    patient_id = replayed("world", lambda: _fill(clinic, ada, dot))
    callers = {"backend": backend, "admin": ada.api, "self": dot.api, "none": anonymous}
    return World(clinic["id"], callers, dot.user_id, patient_id)


def _fill(clinic, ada, dot) -> str:
    add_member(clinic, dot)
    clinic_id = ObjectId(clinic["id"])
    site = {"id": ObjectId(_SAMPLE_BY_PATTERN[OBJECT_ID_PATTERN]), "name": "North"}
    tag = {"_id": site["id"], "name": "Pump"}
    db.collection("clinics").update_one(
        {"_id": clinic_id}, {"$set": {"sites": [site], "patientTags": [tag], "tier": "tier0300"}}
    )
    make_patient({"_id": clinic_id}, userId=dot.user_id)
    make_webhook(clinic_id, _id=site["id"])
    patient = ada.api.post(f"/v1/clinics/{clinic_id}/patients", PATIENT).json()
    return str(patient["id"])

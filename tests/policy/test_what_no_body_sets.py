"""Mass assignment: every operation that reads a body gets, in every object of a valid one, every name that a document of
this service or an answer has, in the type that it has there, but those that are its to set. What is stored then is what is
stored without them."""

from datetime import datetime
from functools import cache

import orjson
import pytest
from bson import ObjectId

from kernel import clock
from kernel.api.operations import REGISTRY
from kernel.api.schema import COMPONENTS
from kernel.safe_reading import ANY
from kernel.stored_models import described_models, shape_of
from tests import bodies
from tests.bodies import resolved, sample, value_at, values_of
from tests.policy.foreign_ids import own, schemas_of  # noqa: F401 (`own` is a fixture, as is the next one)
from tests.writing import BEGUN, WRITING, scene, stored, words_of  # noqa: F401

pytestmark = pytest.mark.yardstick("Z4")
MARKER = "zqassigned"
READING = [
    name for name in WRITING if REGISTRY[name].body is not None or REGISTRY[name].lenient.read_body
]
# What another system sends is kept as it came.
AS_IT_CAME = {"ProcessEHRMessage", "XealthNotification"}
# Unknown names of permissions and of kinds of mails are refused.
REFUSED = {"SendCareTeamInvite", "SendClinicShareInvite", "UpdateSuppressedNotifications"}
_VALUES = {
    str: MARKER,
    datetime: "1911-11-11T11:11:11Z",
    ObjectId: "191119111911191119111911",
    bool: True,
    int: 19111911,
    float: 1911.5,
    bytes: MARKER,
}


# --- what is sent more ----------------------------------------------------------------------------------------------
@cache
def names_of_everything():
    """Every name that an answer shows or a document has, with a value of its type."""
    names = {MARKER: MARKER, f"{MARKER}.a": MARKER}
    for model in described_models():
        _note(names, shape_of(model))
    for component in COMPONENTS.values():
        for _, kind, schema in values_of(component):
            properties = schema.get("properties", {}) if kind == "object" else {}
            if len(properties) <= bodies.MANY_PROPERTIES:
                names |= {name: _shallow(sample(inner)) for name, inner in properties.items()}
    return names


def _note(names, shape):
    for name, inner in shape.items():
        if name != ANY:
            names[name] = _value(inner)
        parts = inner[0] if isinstance(inner, list) else inner
        if isinstance(parts, dict):
            _note(names, parts)


def _shallow(value):
    """Bodies are bounded in their size and depth."""
    if isinstance(value, list):
        return [_shallow(inner) for inner in value[:1]]
    return {MARKER: MARKER} if isinstance(value, dict) else value


def _value(shape):
    if isinstance(shape, list):
        return [_value(shape[0])]
    if isinstance(shape, dict):
        return {MARKER: MARKER}
    return _VALUES.get(shape, {MARKER: MARKER})


def with_extras(name, body, *, is_nested=True):
    """The body with all of them in every object whose properties are declared, but those that are described to be
    written. Where no body is described, in every object. If it would be too large, with every second, or every fourth,
    and so on."""
    names, objects = list(names_of_everything().items()), list(_objects(name, body))
    objects = objects if is_nested else objects[:1]
    while len(orjson.dumps(_with(names, objects, body))) > REGISTRY[name].body_limit:
        names = names[::2]
    return _with(names, objects, body)


def _with(names, objects, body):
    for path, declared, read_only in objects:
        extras = {key: value for key, value in names if key not in declared}
        body = bodies.changed(body, path, {**value_at(body, path), **extras, **read_only})
    return body


def _objects(name, body):
    """(path, what is to be set there, what may be sent there only so that what was read can be sent back)"""
    source = {
        path: inner for path, _, inner in values_of(REGISTRY[name].body or {"type": "object"})
    }
    for schema in schemas_of(name):
        for path, kind, inner in values_of(schema):
            if kind == "object" and not inner.get("additionalProperties") and _has(body, path):
                declared = inner.get("properties", {})
                others = source[path].get("properties", {})
                yield (
                    path,
                    declared,
                    {key: _last(value) for key, value in others.items() if key not in declared},
                )
        return
    for path, value in _objects_in(body, ()):
        yield path, value, {}


def _has(body, path):
    for step in path:
        if isinstance(body, dict) and step not in body:
            return False
        body = body[step]
    return True


def _last(schema):
    """A value that the schema allows; of an enumeration the last, since the first is what it would be anyway."""
    return resolved(schema).get("enum", [sample(schema)])[-1]


def _objects_in(value, path):
    if isinstance(value, dict):
        yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        if isinstance(inner, dict | list):
            yield from _objects_in(inner, (*path, key))


# --- what is stored -------------------------------------------------------------------------------------------------
def stored_after(scene, name, body, known):  # noqa: F811
    """The answer, and what was written."""
    scene.begin_again()
    answer = scene.send(name, scene.request(name, body=body))
    return answer, stored(known)


@pytest.mark.parametrize("name", READING)
def test_names_that_are_not_to_be_set_change_nothing(scene, monkeypatch, name):  # noqa: F811
    body = scene.request(name).body
    body = {} if body is None else body
    more = with_extras(name, body)
    assert MARKER in str(more) or not isinstance(body, dict)
    known = words_of(more, scene.everything())
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)

    answer, stored_without = stored_after(scene, name, body, known)
    assert answer.status_code < 300 or answer.status_code == BEGUN.get(name)

    if name in REFUSED:
        again, stored_with_more = stored_after(scene, name, more, known)
        assert (again.status_code, stored_with_more) == (400, {})
        more = with_extras(name, body, is_nested=False)
    again, stored_with_more = stored_after(scene, name, more, known)
    assert again.status_code == answer.status_code, getattr(again, "content", "")
    assert stored_with_more == stored_without or name in AS_IT_CAME

"""How large, deep and long what clients send may be: every operation that takes a body, made from its description."""

import json

import orjson
import pytest
from django.conf import settings

from kernel.api import bounds, canonical_values, validation
from kernel.api.operations import REGISTRY
from patients import statistics
from tests import bodies, xealth
from tests.cast import described_operations, json_body_of
from tests.commands import WRITES
from tests.policy.callers import OWN_IDS, XEALTHS, call, make_caller

TOO_LARGE = (
    {"message": "request body is too large"},
    {"code": 413, "reason": "request body is too large"},
)
BODIES = {
    name: json_body_of(operation)
    for name, (_, _, operation) in described_operations().items()
    if json_body_of(operation)
}
# What only some places of these are held to: the Confirmation API ignores what it does not read.
LENIENT = {name for name in BODIES if REGISTRY[name].lenient.read_body is not None}
OWN_CREDENTIALS = {
    "ProcessEHRMessage": {"verification-token": settings.REDOX["verification_token"]},
    **dict.fromkeys(XEALTHS, xealth.TOKEN),
}
MANY = 1000
LEAP = "2016-12-31T23:59:60Z"
DEEP = b'{"a":' * MANY + b"1" + b"}" * MANY


@pytest.fixture(autouse=True)
def _bulk_creation(settings):
    """Otherwise its operations are 404 before anything else."""
    settings.BULK_CREATION = True


@pytest.mark.yardstick("L3")
def test_every_operation_refuses_a_body_beyond_its_limit(backend):
    admin, user_id = make_caller("admin", backend)
    callers = [(backend, {}), (admin, dict.fromkeys(OWN_IDS, user_id))]
    for name, found in REGISTRY.items():
        body = b" " * (found.body_limit + 1)
        answers = [call(api, name, body=body, **ids) for api, ids in callers]
        if name in OWN_CREDENTIALS:  # callers without it are refused before
            assert {answer.status_code for answer in answers} == {401}
            answers = [call(backend, name, body=body, headers=OWN_CREDENTIALS[name])]

        refused = [answer.json() for answer in answers if answer.status_code == 413]
        assert refused, (name, [answer.content for answer in answers])
        assert all(body in TOO_LARGE for body in refused), name


# --- each place of each body ----------------------------------------------------------------------------------------
def with_broken(kind, new):
    """(operation, its body with one value broken by `new(value, schema)`) for all places of this kind."""
    for name, schema in BODIES.items():
        right = bodies.sample(schema)
        for path, found, inner in bodies.values_of(schema):
            if found in kind:
                value = new(bodies.value_at(right, path), inner)
                yield name, path, bodies.changed(right, path, value)


def wrong(world, mongo_commands, name, raw):
    """Sent; what was wrong about the answer, if anything."""
    with mongo_commands(of_this_thread=True) as commands:
        answer = world.send(name, raw)
    error_body = answer.json() if answer.content and answer.status_code >= 400 else {"message": ""}
    if answer.status_code >= 500 or (answer.status_code < 400 and name not in LENIENT):
        return answer.status_code, answer.content[:200]
    if answer.status_code >= 400 and (error_body.keys() not in ({"message"}, {"code", "reason"})):
        return error_body
    return WRITES.intersection(commands) if name not in LENIENT else None


@pytest.fixture
def problems(world, mongo_commands):
    """What is wrong about the answers to [(operation, place, body)], which all have to be refusals."""

    def find(cases):
        outcomes = (
            (name, place, wrong(world, mongo_commands, name, raw)) for name, place, raw in cases
        )
        return [problem for problem in outcomes if problem[2]]

    return find


def test_sample_body_of_each_operation_is_accepted():
    for name, schema in BODIES.items():
        failure = validation.first_failure(schema, bodies.sample(schema))
        assert failure is None, (name, validation.path_of(failure), failure.message)


def test_texts_beyond_their_length_are_refused(problems):
    cases = with_broken(("string",), lambda _, schema: "x" * (schema["maxLength"] + 1))
    assert problems(((n, p, orjson.dumps(body)) for n, p, body in cases)) == []


@pytest.mark.parametrize("character", ["\0", "\x01", "\x1b", "\x7f", "\x9f"])
def test_texts_with_control_characters_are_refused(problems, character):
    cases = with_broken(("string",), lambda value, _: value[:-1] + character)
    assert problems(((n, p, orjson.dumps(body)) for n, p, body in cases)) == []


def formatted(name, text):
    """(operation, place, its body with `text` there) for all places of this format."""
    for operation, path, body in with_broken(("string",), lambda _, schema: schema.get("format")):
        if bodies.value_at(body, path) == name:
            yield operation, path, orjson.dumps(bodies.changed(body, path, text))


@pytest.mark.parametrize(
    "text",
    ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2023-02-30T00:00:00Z", LEAP[:-1]],
)
def test_times_that_cannot_be_stored_are_refused(problems, text):
    assert problems(formatted("date-time", text)) == []


@pytest.mark.parametrize("text", ["0000-01-01", "2023-02-30", "2023-2-3", LEAP])
def test_dates_that_do_not_exist_are_refused(problems, text):
    assert problems(formatted("date", text)) == []


def test_leap_seconds_are_accepted_everywhere(world):
    for name, path, raw in formatted("date-time", LEAP):
        answer = world.send(name, raw)
        assert b"date-time" not in answer.content, (name, path, answer.content)
        assert answer.status_code < 500, (name, path, answer.content)


def test_missing_properties_never_fail_with_500(world):
    """Read-only properties too, which a request may leave out though the contract requires them."""
    for name, schema in BODIES.items():
        right = bodies.sample(schema)
        for path, _, _ in bodies.values_of(schema):
            # A patient's summary is not read from a patient's body.
            if path and isinstance(path[-1], str) and "summary" not in path:
                answer = world.send(name, orjson.dumps(bodies.without(right, path)))
                assert answer.status_code < 500, (name, path, answer.content)


@pytest.mark.yardstick("L3")
def test_lists_beyond_their_length_are_refused(problems):
    cases = with_broken(("array",), lambda value, schema: value * (schema["maxItems"] + 1))
    assert problems(((n, p, orjson.dumps(body)) for n, p, body in cases)) == []


@pytest.mark.yardstick("L3")
def test_objects_too_large_or_too_deep_are_refused(problems):
    def deep():
        for name, path, body in with_broken(("object",), lambda value, _: {**value, "extra": "@"}):
            yield name, path, orjson.dumps(body).replace(b'"@"', DEEP)

    assert problems((name, (), DEEP) for name in BODIES) == []
    assert problems(deep()) == []


def test_numbers_beyond_their_bounds_are_refused(problems):
    def infinite():
        for name, path, body in with_broken(("number", "integer"), lambda *_: "@"):
            yield name, path, orjson.dumps(body).replace(b'"@"', b"1e400")

    assert problems(infinite()) == []


@pytest.mark.parametrize(
    "number",
    [b"1" + b"0" * 30, b"9223372036854775807", b"18446744073709551615"],
)
def test_numbers_of_any_size_never_fail_with_500(world, number):
    for name, path, body in with_broken(("number", "integer"), lambda *_: "@"):
        answer = world.send(name, orjson.dumps(body).replace(b'"@"', number))
        assert answer.status_code < 500, (name, path, answer.content)


@pytest.mark.parametrize("number", [3.0, 30e0])
def test_a_whole_number_is_an_integer_however_it_is_written(world, number):
    for name, schema in BODIES.items():
        for path, kind, _ in bodies.values_of(schema):
            if kind == "integer":
                body = bodies.changed(bodies.sample(schema), path, number)
                answer = world.send(name, orjson.dumps(body))
                assert b"integer" not in answer.content, (name, path, answer.content)
                canonical_body = canonical_values.with_canonical_values(schema, body)
                assert type(bodies.value_at(canonical_body, path)) is int, (name, path)


@pytest.mark.parametrize("number", [2.5, 1e30, 2.0**53, "3", True])
def test_values_other_than_whole_numbers_are_refused_as_integers(problems, number):
    cases = with_broken(("integer",), lambda *_: number)
    assert problems((n, p, orjson.dumps(body)) for n, p, body in cases) == []


EXTREMES = [2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 1e30, 1.7e308, 0.5]
# Numbers by their description, kept and answered as whole ones.
COUNTS = {
    "schemaVersion",
    *(n for t in statistics.TABLE.values() for e in t if e.whole for n in (e.name, e.delta)),
}
NUMBERS = {
    name: [(path, s) for path, kind, s in bodies.values_of(schema) if kind == "number"]
    for name, schema in BODIES.items()
}


def written_out(body):
    """orjson writes no whole numbers beyond 64 bits."""
    return json.dumps(body).encode()


@pytest.mark.parametrize("number", EXTREMES)
def test_a_number_is_taken_within_its_bounds_however_large(world, number):
    """In all places of a body that have no other bound at once, and in each that has one."""
    for name, fields in NUMBERS.items():
        body = right = bodies.sample(BODIES[name])
        for path, schema in fields:
            if schema.get("minimum", number) <= number <= schema.get("maximum", number):
                body = body if path[-1] in COUNTS else bodies.changed(body, path, number)
            else:
                raw = written_out(bodies.changed(right, path, number))
                assert world.send(name, raw).status_code == 400, (name, path)
        if body != right:
            answer = world.send(name, written_out(body))
            # Not found, or there already: the body itself was accepted.
            assert answer.status_code in (200, 204, 404, 409), (name, answer.content)


def test_a_number_beyond_64_bits_is_stored_and_shown(world):
    (schema,) = [schema for name, schema in BODIES.items() if name == "UpdatePatientSummary"]
    body = bodies.sample(schema)
    for number in EXTREMES:
        body["cgmStats"]["config"]["lowGlucoseThreshold"] = number
        assert world.send("UpdatePatientSummary", written_out(body)).status_code == 200
        config = world.send("GetPatient").json()["summary"]["cgmStats"]["config"]
        assert config["lowGlucoseThreshold"] == pytest.approx(number)


@pytest.mark.parametrize("number", EXTREMES[1:])
def test_the_counts_of_a_summary_are_whole_numbers_that_every_reader_keeps(world, number):
    name = "UpdatePatientSummary"
    counts = [path for path, _ in NUMBERS[name] if path[-1] in COUNTS]
    assert len(counts) > 6
    for path in counts:
        raw = written_out(bodies.changed(bodies.sample(BODIES[name]), path, number))
        assert world.send(name, raw).status_code == 400, path


def test_depth_is_counted_in_free_form_parts_too(world):
    """Lists and objects of names that no one declared."""
    right = orjson.dumps(bodies.sample(BODIES["UpdatePatient"]))
    for depth, status in ((bounds.DEEPEST - 1, 200), (bounds.DEEPEST, 400)):
        raw = right[:-1] + b',"extra":' + b"[" * depth + b"]" * depth + b"}"
        answer = world.send("UpdatePatient", raw)
        assert answer.status_code in (status, 422), answer.content

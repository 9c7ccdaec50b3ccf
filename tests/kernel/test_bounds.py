"""Bounds of every request: depth, lengths and numbers, and what MongoDB can store."""

import orjson
import pytest

from kernel.api import bounds, parsers, validation
from kernel.api import schema as s
from kernel.api.schema import COMPONENTS, kinds_of
from kernel.errors import BadRequest
from tests.cast import described_operations


def nested(depth, leaf=b"1"):
    return (
        b'{"a":' * (depth // 2)
        + b"[" * (depth - depth // 2)
        + leaf
        + (b"]" * (depth - depth // 2) + b"}" * (depth // 2))
    )


def message_of(raw):
    with pytest.raises(BadRequest) as refusal:
        parsers.parse_json(raw)
    return refusal.value.message


# --- values ---------------------------------------------------------------------------------------------------------
def test_thirty_two_levels_are_read_and_one_more_is_refused():
    assert parsers.parse_json(nested(32)) == orjson.loads(nested(32))
    assert message_of(nested(33)) == "request body has an error: nested deeper than 32 levels"


@pytest.mark.parametrize("depth", [100, 1000, 5000, 100_000])
def test_json_of_any_greater_depth_is_refused(depth):
    assert message_of(nested(depth)) == "request body has an error: nested deeper than 32 levels"


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1])
def test_integers_beyond_64_bits_become_doubles(number):
    """The JSON parser already makes doubles of larger ones."""
    raw = b'{"a": [%d], "b": %d, "c": 9223372036854775807}' % (number, number)
    (in_list,), in_object, largest = parsers.parse_json(raw).values()
    assert (in_list, in_object) == (float(number), float(number))
    assert type(in_list) is type(in_object) is float
    assert type(largest) is int


@pytest.mark.parametrize(
    "raw", [b"1e400", b"-1e400", b"NaN", b"Infinity", b"-Infinity", b"01", b"1."]
)
def test_an_invalid_number_is_refused_as_invalid_json(raw):
    assert "not valid JSON" in message_of(b'{"a":' + raw + b"}")


def test_the_largest_numbers_and_a_negative_zero_are_read_as_they_are():
    raw = b"[9223372036854775807, -9223372036854775807, 1.5e300, -0, -0.0]"
    assert parsers.parse_json(raw) == [bounds.LARGEST, -bounds.LARGEST, 1.5e300, 0, 0.0]


@pytest.mark.parametrize("raw", [b'{"a": "x\\u0000"}', b'["\\u0000"]', b'{"\\u0000": 1}'])
def test_a_zero_character_is_refused_in_texts_and_names(raw):
    assert "zero character" in message_of(raw)


def test_an_escaped_backslash_before_u0000_is_accepted():
    assert parsers.parse_json(rb'["\\u0000"]') == [r"\u0000"]


def test_half_a_character_is_refused_as_invalid_json():
    assert "not valid JSON" in message_of(rb'["\ud800"]')


def test_the_last_of_two_properties_with_one_name_counts():
    assert parsers.parse_json(b'{"a": {"$x": 1}, "a": 2}') == {"a": 2}


# --- schemas --------------------------------------------------------------------------------------------------------
BOUNDED = [
    (s.string(), "x" * 1001, "maximum string length is 1000"),
    (s.string(nullable=True), "x" * 1001, "maximum string length is 1000"),
    (s.string(max_length=2000), "x" * 2001, "maximum string length is 2000"),
    (s.at_most(5, s.string()), "x" * 6, "maximum string length is 5"),
    (s.array(s.string()), ["x"] * 1001, "maximum number of items is 1000"),
    (s.at_most(2, s.array(s.string())), ["x"] * 3, "maximum number of items is 2"),
    (s.obj(), {str(n): n for n in range(1001)}, "maximum number of properties is 1000"),
    (s.integer(), 2**53, "number must be at most 9007199254740991"),
    (s.integer(), -(2**53), "number must be at least -9007199254740991"),
    (s.integer(), 1e30, "number must be at most 9007199254740991"),
    (s.nullable(s.ref("site.v1")), {"id": "x", "name": "y" * 201}, None),
]


@pytest.mark.parametrize(("schema", "value", "words"), BOUNDED)
def test_a_value_beyond_the_bound_of_its_schema_is_refused(schema, value, words):
    failure = validation.first_failure(schema, value)

    assert failure is not None
    assert words is None or validation.reason(failure) == words


@pytest.mark.parametrize(
    "schema", [s.string(), s.at_most(5, s.string()), s.array(s.string()), s.integer()]
)
def test_bounds_of_requests_do_not_apply_to_answers(schema):
    value = {"string": "x" * 2000, "array": ["x"] * 2000, "integer": 2**60}[schema["type"]]
    assert validation.is_valid(schema, value, of_request=False)


NEEDED = {
    "string": "maxLength",
    "array": "maxItems",
    "object": "maxProperties",
    "integer": "maximum",
}


def unbounded(schema, path=""):
    """Paths in a schema of requests at which a value has no bound or may be of any type."""
    if not schema.keys() & {"type", "enum", "$ref", "allOf", "anyOf", "oneOf"}:
        yield f"{path}: anything"
    for kind in kinds_of(schema):
        if NEEDED.get(kind, "type") not in schema or (kind == "array" and "items" not in schema):
            yield f"{path}: {kind}"
    for name, inner in schema.get("properties", {}).items():
        yield from unbounded(inner, f"{path}/{name}")
    inside = [schema.get("items"), schema.get("additionalProperties")]
    for word in ("allOf", "anyOf", "oneOf"):
        inside += schema.get(word, [])
    for inner in inside:
        if isinstance(inner, dict):
            yield from unbounded(inner, f"{path}/*")


def components_of(node, seen):
    if isinstance(node, list):
        for item in node:
            components_of(item, seen)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            components_of(COMPONENTS[name], seen)
        for value in node.values():
            components_of(value, seen)
    return seen


@pytest.mark.yardstick("L3")
def test_every_value_of_every_described_request_is_bounded():
    for name, (_, _, operation) in described_operations().items():
        content = operation.get("requestBody", {}).get("content", {})
        schemas = [body["schema"] for body in content.values()]
        schemas += [parameter["schema"] for parameter in operation.get("parameters", [])]
        schemas += [COMPONENTS[component] for component in components_of(schemas, set())]
        for schema in schemas:
            assert list(unbounded(validation.of_requests(schema))) == [], name


# --- only the first error --------------------------------------------------------------------------------------------
def peak_of(work):
    import tracemalloc

    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_only_one_of_three_hundred_thousand_errors_is_created():
    value = {"phoneNumbers": [1] * 300_000}
    schema = s.ref("clinic.v1")
    validation.first_failure(schema, {})  # compiled before

    def validate():
        assert validation.first_failure(schema, value) is not None

    assert peak_of(validate) < 10_000_000  # the list itself, which the error points at, is three

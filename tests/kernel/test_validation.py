"""The contract's message for each violation, and what counts as one (rules ACCOUNT-39 to ACCOUNT-43)."""

import pytest

from kernel.api import schema as s
from kernel.api import validation

WORDS = [
    (s.string(), 7, "value must be a string"),
    (s.integer(), "7", "value must be an integer"),
    (s.integer(), 1.5, "value must be an integer"),
    (s.number(), "x", "value must be a number"),
    (s.boolean(), 1, "value must be a boolean"),
    (s.array(s.string()), {}, "value must be an array"),
    (s.obj(), [], "value must be an object"),
    (s.string(), None, "Value is not nullable"),
    (s.obj({"a": s.string()}, required=["a"]), {}, 'property "a" is missing'),
    (s.string(min_length=1), "", "minimum string length is 1"),
    (s.string(max_length=2), "abc", "maximum string length is 2"),
    (s.string(enum=["a", "b"]), "c", 'value is not one of the allowed values ["a","b"]'),
    (s.string(pattern="^a$"), "b", 'string doesn\'t match the regular expression "^a$"'),
    (s.string(format="date"), "2023-02-31", 'string doesn\'t match the format "date"'),
    (s.date_time(), "yesterday", 'string doesn\'t match the format "date-time"'),
    (s.integer(minimum=1), 0, "number must be at least 1"),
    (s.integer(maximum=5), 6, "number must be at most 5"),
    (s.number(exclusive_minimum=0), 0, "number must be more than 0"),
    (s.array(s.string(), min_items=1), [], "minimum number of items is 1"),
    (s.array(s.string(), max_items=1), ["a", "b"], "maximum number of items is 1"),
    (s.array(s.string(), unique_items=True), ["a", "a"], "duplicate items found"),
    (s.obj({"a": s.string()}, additional=False), {"b": 1}, 'property "b" is unsupported'),
]


@pytest.mark.parametrize(("schema", "value", "words"), WORDS)
def test_each_violation_has_the_contracts_message(schema, value, words):
    assert validation.reason(validation.first_failure(schema, value)) == words


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"list": [{"name": 7}]}, "/list/0/name"),
        ({"list": [{}]}, "/list/0/name"),
        ({"list": 7}, "/list"),
        (7, "/"),
    ],
)
def test_a_failure_names_the_path_of_the_wrong_value(value, pointer):
    item = s.obj({"name": s.string()}, required=["name"])
    failure = validation.first_failure(s.obj({"list": s.array(item)}), value)

    assert validation.path_of(failure) == pointer


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (s.string(nullable=True), None),
        (s.nullable(s.ref("error.v1")), None),
        (s.integer(), 7.0),
        (s.email(), "Dot@example.org "),
        (s.email(), ""),
        (s.string(format="uuid"), "anything"),
        (s.string(format="hostname"), "Example.org"),
        (s.obj({"a": s.string()}), {"b": {"c": 1}}),
        (s.obj({"a": s.read_only(s.string())}, required=["a"]), {}),
        (s.obj({"a": s.read_only(s.string())}), {"a": "x"}),
    ],
)
def test_a_valid_value_has_no_failure(schema, value):
    assert validation.first_failure(schema, value) is None


def test_a_read_only_property_is_required_in_answers():
    schema = s.obj({"a": s.read_only(s.string())}, required=["a"])
    assert not validation.is_valid(schema, {}, of_request=False)


def test_a_component_is_defined_once():
    s.component("test.once", s.string())
    s.component("test.once", s.string())
    with pytest.raises(ValueError, match="defined twice"):
        s.component("test.once", s.integer())
    del s.COMPONENTS["test.once"]

"""Query parameters: conversion, defaults, the contract's messages (rules ACCOUNT-21 to ACCOUNT-30)."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.http import QueryDict

from kernel.api import schema as s
from kernel.api.parameters import PAGING, Parameter, read_query
from kernel.errors import BadRequest

FLAG = Parameter("flag", s.boolean())
RATIO = Parameter("ratio", s.number(minimum=0, maximum=1))
WORDS = Parameter("words", s.array(s.string(enum=["a", "b"]), min_items=1))
SINCE = Parameter("since", s.date_time())
NEEDED = Parameter("needed", s.string(min_length=2), required=True)


def read(query, *parameters):
    return read_query(QueryDict(query), parameters)


@pytest.mark.parametrize("text", ["1", "t", "T", "true", "TRUE", "True"])
def test_a_true_text_is_read_as_true(text):
    assert read(f"flag={text}", FLAG) == {"flag": True}


@pytest.mark.parametrize("text", ["0", "f", "F", "false", "FALSE", "False"])
def test_a_false_text_is_read_as_false(text):
    assert read(f"flag={text}", FLAG) == {"flag": False}


def test_values_are_converted_to_their_types():
    query = "ratio=0.5&words=a,b&since=2023-11-14T22:13:20%2B02:00&needed=xy"
    assert read(query, RATIO, WORDS, SINCE, NEEDED) == {
        "ratio": 0.5,
        "words": ["a", "b"],
        "since": datetime(2023, 11, 14, 20, 13, 20, tzinfo=UTC),
        "needed": "xy",
    }


def test_an_absent_parameter_is_left_out_or_has_its_default():
    assert read("", FLAG, *PAGING) == {"offset": 0, "limit": 10}


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("", NEEDED, 'parameter "needed" in query has an error: value is required but missing'),
        ("needed=", NEEDED, 'parameter "needed" in query has an error: empty value is not allowed'),
        (
            "needed=x",
            NEEDED,
            'parameter "needed" in query has an error: minimum string length is 2',
        ),
        ("flag=maybe", FLAG, 'parameter "flag" in query has an error: value must be a boolean'),
        ("ratio=x", RATIO, 'parameter "ratio" in query has an error: value must be a number'),
        ("ratio=2", RATIO, 'parameter "ratio" in query has an error: number must be at most 1'),
        (
            "words=a,c",
            WORDS,
            'parameter "words" in query has an error: value is not one of the allowed values ["a","b"]',
        ),
    ],
)
def test_a_wrong_value_is_refused_with_the_contracts_message(query, parameter, words):
    with pytest.raises(BadRequest) as refusal:
        read(query, parameter)
    assert refusal.value.message == words


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1_0", ".", "1e", ""])
def test_a_text_that_is_not_a_finite_number_is_refused(text):
    with pytest.raises(BadRequest):
        read(f"ratio={text}", RATIO)


@pytest.mark.parametrize(
    "number", [2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**30]
)
def test_a_number_beyond_64_bits_becomes_a_double(number):
    anything = Parameter("ratio", s.number())
    for text in (str(number), f"{number}.0", f"{number:e}"):
        value = read(f"ratio={quote(text)}", anything)["ratio"]
        assert value == pytest.approx(number)
        assert type(value) is (int if abs(value) < 2**63 else float), text


@pytest.mark.parametrize(
    "text", ["yesterday", "2023-11-14", "2023-02-31T00:00:00Z", "9999-12-31T23:59:59-14:00"]
)
def test_a_query_value_that_is_not_a_time_is_refused(text):
    with pytest.raises(BadRequest):
        read(f"since={text}", SINCE)


@pytest.mark.parametrize(
    "text", ["1_0", " 5", "٣", "0x10", "5" * 5000, "1.5", "1e-1", "1e30", "9007199254740992"]
)
def test_a_text_that_is_not_an_integer_within_bounds_is_refused(text):
    query = QueryDict(mutable=True)
    query["limit"] = text
    with pytest.raises(BadRequest):
        read_query(query, PAGING)


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), ("5.0", 5), ("+5", 5), ("1e1", 10), ("-0", 0)]
)
def test_a_whole_number_is_an_integer_however_it_is_written(text, number):
    query = QueryDict(mutable=True)
    query["offset"] = text
    value = read_query(query, PAGING)["offset"]
    assert (value, type(value)) == (number, int)


@pytest.mark.parametrize("text", ["9223372036854775808", "1e19", "18446744073709551616"])
def test_an_integer_beyond_64_bits_is_refused_for_its_size(text):
    query = QueryDict(mutable=True)
    query["limit"] = text
    with pytest.raises(BadRequest, match="number must be at most 9007199254740991"):
        read_query(query, PAGING)

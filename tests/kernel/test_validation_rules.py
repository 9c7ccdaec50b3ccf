"""Differences between validating requests and answers (rules ACCOUNT-42, ACCOUNT-43 and ACCOUNT-55)."""

import pytest

from kernel.api import schema as s
from kernel.api import validation


def test_keywords_for_requests_do_not_apply_to_answers():
    schema = s.of_requests(s.string(), min_length=1, of_format="email")
    for text in ("", "not an address"):
        assert not validation.is_valid(schema, text)
        assert validation.is_valid(schema, text, of_request=False)


def test_an_answer_with_a_text_of_another_format_is_invalid():
    for text in ("", "not an address", "KIM@example.org"):
        assert not validation.is_valid(s.email(), text, of_request=False)


@pytest.mark.parametrize("text", ["2012-02-31", "2012", ""])
def test_a_text_that_is_not_a_date_is_invalid(text):
    assert not validation.is_valid(s.string(format="date"), text)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-14:00",
        "0000-01-01T00:00:00Z",
        "2024-01-02",
        "2024-01-02T03:04:05",
        "",
    ],
)
def test_a_time_that_cannot_be_stored_is_invalid(text):
    assert not validation.is_valid(s.date_time(), text)


def test_a_required_property_with_a_default_may_be_missing_from_a_request():
    schema = s.obj({"type": s.string(default="preset")}, required=["type"])
    assert validation.is_valid(schema, {})
    assert not validation.is_valid(schema, {}, of_request=False)


def test_an_absent_offset_is_zero_and_a_huge_one_refused():
    from django.http import QueryDict

    from kernel.api.parameters import PAGING, read_query
    from kernel.errors import BadRequest

    assert read_query(QueryDict(""), PAGING) == {"offset": 0, "limit": 10}
    with pytest.raises(BadRequest):
        read_query(QueryDict("offset=99999999999999999999"), PAGING)


@pytest.mark.parametrize(
    ("name", "valid"),
    [("North", True), ("Été 2", True), ("a!b", True), (" North", False), ("a\tb", False)],
)
def test_the_contracts_posix_class_means_printable_characters(name, valid):
    schema = s.string(pattern=r"^[[:graph:]\p{L}\p{N}][[:graph:]\p{L}\p{N} ]*$")
    assert validation.is_valid(schema, name) is valid

"""Path and query parameters: declared once, served in the description, checked in the contract's order."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kernel import clock, numbers
from kernel.api import bounds, canonical_values, text_forms, validation
from kernel.api import schema as s
from kernel.errors import BadRequest

# Python accepts more than digits as numbers ("1_0", " 5", "nan"), and refuses thousands of digits.
_DIGITS = re.compile(r"[+-]?[0-9]{1,400}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
EMPTY = "empty value is not allowed"
TWICE = "value is given more than once"
_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False"}


class NoSuchPath(BadRequest):
    """A path value that cannot be the id of anything. Addresses are left out, because the caller can correct
    them."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`schema` types the value: integer, number and boolean texts are converted, arrays split at commas.

    `fallback` replaces an absent parameter without being described as its default. `skips_empty`: of an array, whose
    empty items are left out, so that an empty text is an empty array and no mistake.
    """

    name: str
    schema: s.Schema
    required: bool = False
    description: str = ""
    fallback: Any = None
    skips_empty: bool = False


LIMIT = Parameter(
    "limit",
    s.integer(minimum=1, default=10),
    description="Most items of a page; 10 when absent. A page that would hold more than 2,000 is refused with 400.",
)
OFFSET = Parameter(
    "offset",
    s.at_most(2**31 - 1, s.integer(minimum=0)),
    description="How many items to skip before the page; 0 when absent.",
    fallback=0,
)
PAGING = (OFFSET, LIMIT)

# Path parameters mean the same wherever they occur; an operation may state its own.
PATH_SCHEMAS: dict[str, s.Schema] = {
    "clinicId": s.object_id(description="Id of the clinic."),
    "patientTagId": s.object_id(description="Id of the tag."),
    "siteId": s.object_id(description="Id of the site."),
    "patientId": s.user_id(description="User id of the patient."),
    "userId": s.user_id(read_only=True, description="User id of the account."),
    "clinicianId": s.user_id(description="User id of the member."),
}
_ANY_TEXT = s.string()


def path_schema(name: str) -> s.Schema:
    return PATH_SCHEMAS.get(name, _ANY_TEXT)


def check_path(values: Mapping[str, str], schemas: Mapping[str, s.Schema]) -> None:
    for name, value in values.items():
        schema = schemas.get(name) or path_schema(name)
        try:
            _refuse_unacceptable(name, "path", value)
            _check(name, "path", schema, text_forms.with_normal_texts(schema, value))
        except BadRequest as error:
            if canonical_values.address_paths(schema):
                raise
            raise NoSuchPath(message=error.message) from None


def read_path(values: Mapping[str, str], schemas: Mapping[str, s.Schema]) -> dict[str, str]:
    """The path values with canonical addresses and normal texts. `schemas` are the described ones, even where
    others are enforced."""
    return {
        name: _in_form(schemas.get(name) or path_schema(name), value)
        for name, value in values.items()
    }


def read_query(query: QueryDict, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The declared parameters that are present or have a default; unknown ones are ignored. A parameter must
    not occur twice, not even a list: it would be unclear which one counts, and a dropped filter shows too
    much.

    Date-times come out as aware datetimes.
    """
    values: dict[str, Any] = {}
    for parameter in parameters:
        texts = query.getlist(parameter.name)
        if len(texts) > 1:
            raise _error(parameter.name, "query", TWICE)
        if texts:
            values[parameter.name] = _read_one(parameter, str(texts[0]))
        elif "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
        elif parameter.required:
            raise _error(parameter.name, "query", "value is required but missing")
        elif parameter.fallback is not None:
            values[parameter.name] = parameter.fallback
    return values


def _read_one(parameter: Parameter, text: str) -> Any:
    if text == "" and not parameter.skips_empty:
        raise _error(parameter.name, "query", EMPTY)
    _refuse_unacceptable(parameter.name, "query", text)
    value = text_forms.with_normal_texts(parameter.schema, _convert(parameter, text))
    if value == "" and parameter.schema.get(text_forms.KEYWORD) != text_forms.SEARCH:
        raise _error(parameter.name, "query", EMPTY)
    _check(parameter.name, "query", parameter.schema, value)
    if parameter.schema.get("format") == "date-time":
        return clock.parse_time(value)
    return canonical_values.with_canonical_values(parameter.schema, value)


def _in_form(schema: s.Schema, value: Any) -> Any:
    return canonical_values.with_canonical_values(
        schema, text_forms.with_normal_texts(schema, value)
    )


def _convert(parameter: Parameter, text: str) -> Any:
    kind = _kind(parameter.schema)
    if kind == "array":
        items = text.split(",")
        if parameter.skips_empty:
            return [item for item in items if item]
        if "" in items:
            raise _error(parameter.name, "query", EMPTY)
        return items
    if kind == "boolean":
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        raise _error(parameter.name, "query", "value must be a boolean")
    if kind in ("integer", "number"):
        return _number(parameter.name, kind, text)
    return text


def _number(name: str, kind: str, text: str) -> int | float:
    value = _read_number(text) if _NUMBER.fullmatch(text) else None
    if value is None or (kind == "integer" and not float(value).is_integer()):
        words = "an integer" if kind == "integer" else "a number"
        raise _error(name, "query", f"value must be {words}")
    return value


def _read_number(text: str) -> int | float | None:
    """5.0 and 5e0 are the integer 5, and a number beyond 64 bits is a double, as in a body. None for a number
    too large for a double."""
    if _DIGITS.fullmatch(text) and abs(int(text)) <= bounds.LARGEST:
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        return None
    return value if abs(value) > bounds.LARGEST else numbers.whole(value)


def _kind(schema: s.Schema) -> str:
    if "$ref" in schema:
        schema = s.COMPONENTS[schema["$ref"].rsplit("/", 1)[-1]]
    return str(schema.get("type", "string"))


def _refuse_unacceptable(name: str, place: str, text: str) -> None:
    try:
        bounds.check_text(text)
    except bounds.Unacceptable as error:
        raise _error(name, place, str(error)) from None


def _check(name: str, place: str, schema: s.Schema, value: Any) -> None:
    failure = validation.first_failure(schema, value)
    if failure is not None:
        raise _error(name, place, validation.reason(failure))


def _error(name: str, place: str, words: str) -> BadRequest:
    return BadRequest(message=f'parameter "{name}" in {place} has an error: {words}')

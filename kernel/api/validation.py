"""Validate values against schemas and say what is wrong in the contract's words.

Messages never contain the offending value: it may be a patient's.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from kernel import clock
from kernel.api import bounds, canonical_values
from kernel.api.schema import COMPONENTS, Schema

Validator = jsonschema_rs.Draft202012Validator
Failure = jsonschema_rs.ValidationError


def first_failure(schema: Schema, value: Any, *, of_request: bool = True) -> Failure | None:
    """Stops at the first failure: the client decides how many there are, and collecting 300,000 of them costs
    ten seconds and half a gigabyte. The value must not be deeper than `bounds.DEEPEST`."""
    try:
        _validator(orjson.dumps(schema), of_request).validate(value)
    except Failure as failure:
        # The traceback's frames refer to the body and to this failure: a cycle that would live until the next
        # garbage collection.
        return failure.with_traceback(None)
    return None


def is_valid(schema: Schema, value: Any, *, of_request: bool = True) -> bool:
    return _validator(orjson.dumps(schema), of_request).is_valid(value)


@lru_cache(maxsize=1024)
def _validator(schema: bytes, of_request: bool) -> Validator:  # noqa: FBT001 (cache key)
    root = _prepared(orjson.loads(schema), of_request=of_request)
    root["components"] = {"schemas": _components(of_request, len(COMPONENTS))}
    text = orjson.dumps(root).replace(_POSIX_GRAPH, _ITS_RANGE)
    formats = {
        **_FORMATS,
        **(canonical_values.CHECKERS if of_request else canonical_values.STRICT_CHECKERS),
    }
    return jsonschema_rs.Draft202012Validator(
        orjson.loads(text), validate_formats=True, ignore_unknown_formats=True, formats=formats
    )


@lru_cache(maxsize=4)
def _components(of_request: bool, _number: int) -> Schema:  # noqa: FBT001 (cache key)
    """Components are added while modules are imported and never changed, so their number identifies the
    set."""
    return {name: _prepared(schema, of_request=of_request) for name, schema in COMPONENTS.items()}


def _prepared(schema: Schema, *, of_request: bool) -> Schema:
    return of_requests(schema) if of_request else schema


# The contract's patterns use a POSIX class that the validator's dialect would read as single letters.
_POSIX_GRAPH, _ITS_RANGE = b"[:graph:]", b"!-~"


def _is_time(text: str) -> bool:
    """Whether the time can be stored. The validator's own check accepts times beyond the year 9999."""
    try:
        clock.parse_time(text)
    except ValueError:
        return False
    return True


# The other formats are documentation and are not checked (rule ACCOUNT-55).
_FORMATS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("uuid", "uri"), lambda _: True),
    "date": clock.is_date,
    "date-time": _is_time,
}


def of_requests(schema: Schema) -> Schema:
    """The schema that a request must satisfy: stricter in its bounds, more lenient in what is required."""
    schema_of_request: Schema = bounds.bounded(_without_read_only_required(schema))
    return schema_of_request


def _without_read_only_required(node: Any) -> Any:
    """A property that is read-only, or has a default, may be missing from a request."""
    if isinstance(node, list):
        return [_without_read_only_required(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "x-optional" in node:
        return _without_read_only_required(_relaxed(node))
    out = {key: _without_read_only_required(value) for key, value in node.items()}
    if isinstance(node.get("required"), list):
        properties = node.get("properties", {})
        out["required"] = [
            n for n in node["required"] if not _may_be_missing(properties.get(n, {}))
        ]
    return out


def _relaxed(reference: Schema) -> Schema:
    """The component itself in the place of the reference, since it requires more wherever else it stands."""
    shown: Schema = COMPONENTS[reference["$ref"].rsplit("/", 1)[-1]]
    required = [name for name in shown["required"] if name not in reference["x-optional"]]
    return {**shown, "required": required}


def _may_be_missing(schema: Schema) -> bool:
    if "$ref" in schema:
        schema = {**COMPONENTS.get(schema["$ref"].rsplit("/", 1)[-1], {}), **schema}
    return bool(schema.get("readOnly")) or "default" in schema


# --- messages ----------------------------------------------------------------------------------------------
_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "object": "an object",
    "array": "an array",
}


def reason(failure: Failure) -> str:
    kind = type(failure.kind).__name__.removeprefix("ValidationErrorKind_")
    describe = _REASONS.get(kind)
    return describe(failure) if describe else "value is not valid"


def path_of(failure: Failure) -> str:
    """The failing value as a JSON pointer; for a missing property, the property itself."""
    parts: Iterable[Any] = failure.instance_path
    if isinstance(failure.kind, jsonschema_rs.ValidationErrorKind.Required):
        parts = [*parts, failure.kind.property]
    return "/" + "/".join(str(part) for part in parts)


def _type(failure: Failure) -> str:
    if failure.instance is None:
        return "Value is not nullable"
    kinds = [_TYPES[k] for k in failure.kind.types if k in _TYPES]  # type: ignore[attr-defined]
    return f"value must be {' or '.join(kinds)}"


def _enum(failure: Failure) -> str:
    options = orjson.dumps(failure.kind.options).decode()  # type: ignore[attr-defined]
    return f"value is not one of the allowed values {options}"


def _unexpected(failure: Failure) -> str:
    return f'property "{failure.kind.unexpected[0]}" is unsupported'  # type: ignore[attr-defined]


def _pattern(failure: Failure) -> str:
    pattern = failure.kind.pattern  # type: ignore[attr-defined]
    if pattern == bounds.NO_CONTROLS:
        return bounds.CONTROL_CHARACTER
    return f'string doesn\'t match the regular expression "{pattern}"'


def _limit(words: str) -> Callable[[Failure], str]:
    return lambda failure: words.format(_plain(failure.kind.limit))  # type: ignore[attr-defined]


def _plain(limit: Any) -> Any:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


_REASONS: dict[str, Callable[[Failure], str]] = {
    "Type": _type,
    "Required": lambda f: f'property "{f.kind.property}" is missing',  # type: ignore[attr-defined]
    "Enum": _enum,
    "Pattern": _pattern,
    "Format": lambda f: (
        f'string doesn\'t match the format "{f.kind.format}"'  # type: ignore[attr-defined]
    ),
    "MinLength": _limit("minimum string length is {}"),
    "MaxLength": _limit("maximum string length is {}"),
    "Minimum": _limit("number must be at least {}"),
    "Maximum": _limit("number must be at most {}"),
    "ExclusiveMinimum": _limit("number must be more than {}"),
    "ExclusiveMaximum": _limit("number must be less than {}"),
    "MinItems": _limit("minimum number of items is {}"),
    "MaxItems": _limit("maximum number of items is {}"),
    "UniqueItems": lambda _: "duplicate items found",
    "MaxProperties": _limit("maximum number of properties is {}"),
    "MinProperties": _limit("minimum number of properties is {}"),
    "AdditionalProperties": _unexpected,
}

"""Builders of JSON Schema (the 2020-12 dialect that OpenAPI 3.1 uses) and the registry of components.

One schema describes a body, validates it and is served. A component is named once with `component()`
and used with `ref()`, across apps and before its definition too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import texts
from kernel.ids import USER_ID_PATTERN

Schema = dict[str, Any]

COMPONENTS: dict[str, Schema] = {}
_PREFIX = "#/components/schemas/"


def component(name: str, schema: Schema) -> Schema:
    """Register a named schema and return the reference to it."""
    if COMPONENTS.get(name, schema) != schema:
        message = f"component {name} is defined twice"
        raise ValueError(message)
    COMPONENTS[name] = schema
    return ref(name)


def ref(name: str, **siblings: Any) -> Schema:
    return {"$ref": _PREFIX + name, **_keywords(siblings)}


def string(**keywords: Any) -> Schema:
    return _typed("string", keywords)


def integer(**keywords: Any) -> Schema:
    return _typed("integer", keywords)


def number(**keywords: Any) -> Schema:
    return _typed("number", keywords)


def boolean(**keywords: Any) -> Schema:
    return _typed("boolean", keywords)


def array(items: Schema, **keywords: Any) -> Schema:
    return {**_typed("array", keywords), "items": items}


def obj(
    properties: Mapping[str, Schema] | None = None,
    *,
    required: Sequence[str] = (),
    additional: Schema | bool | None = None,
    **keywords: Any,
) -> Schema:
    schema = _typed("object", keywords)
    if properties:
        schema["properties"] = dict(properties)
    if required:
        schema["required"] = list(required)
    if additional is not None:
        schema["additionalProperties"] = additional
    return schema


def read_only(schema: Schema) -> Schema:
    return {**schema, "readOnly": True}


def nullable(schema: Schema) -> Schema:
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def at_most(number: int, schema: Schema) -> Schema:
    """A bound for requests alone, where `kernel.api.bounds` would be too wide or too narrow. JSON Schema has no word
    for that; the description explains ours."""
    (kind,) = kinds_of(schema)
    return {**schema, f"x-{_UPPER_BOUNDS[kind]}": number}


def between(least: int, most: int, schema: Schema) -> Schema:
    """As `at_most`, for numbers of a format."""
    return {**schema, "x-minimum": least, "x-maximum": most}


def of_requests(
    schema: Schema, *, min_length: int | None = None, of_format: str | None = None
) -> Schema:
    """What requests alone are held to, as with `at_most`: the answer may show what was stored before, or nothing."""
    held = {"x-minLength": min_length, "x-format": of_format}
    return {**schema, **{name: value for name, value in held.items() if value is not None}}


_UPPER_BOUNDS = {
    "string": "maxLength",
    "array": "maxItems",
    "object": "maxProperties",
    "integer": "maximum",
}


def kinds_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a schema allows besides null; none for what is no schema of a type."""
    named = schema.get("type")
    listed = named if isinstance(named, list) else [named]
    return [kind for kind in listed if isinstance(kind, str) and kind != "null"]


def all_of(*schemas: Schema) -> Schema:
    return {"allOf": list(schemas)}


def one_of(*schemas: Schema) -> Schema:
    return {"oneOf": list(schemas)}


def _typed(kind: str, keywords: dict[str, Any]) -> Schema:
    is_nullable = keywords.pop("nullable", False)
    return {"type": [kind, "null"] if is_nullable else kind, **_keywords(keywords)}


def _keywords(keywords: Mapping[str, Any]) -> Schema:
    """min_length -> minLength: Python's spelling to the schema's."""
    return {_camel(key.rstrip("_")): value for key, value in keywords.items() if value is not None}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


# --- types that every part of the contract shares ------------------------------------------------------
OBJECT_ID_PATTERN = "^[a-f0-9]{24}$"


def object_id(**keywords: Any) -> Schema:
    return string(pattern=OBJECT_ID_PATTERN, **keywords)


def user_id(**keywords: Any) -> Schema:
    return string(pattern=USER_ID_PATTERN, **keywords)


def email(**keywords: Any) -> Schema:
    """An e-mail address; it reaches the handlers in its canonical form (kernel.api.canonical_values)."""
    return string(format="email", **keywords)


def name(**keywords: Any) -> Schema:
    """A text that people type and read: of a person, a place, a label, a code. Like the three kinds below, it reaches
    the handlers in its normal form (kernel.api.text_forms), which is what its length is of."""
    return _typed_text("name", keywords)


def mrn(**keywords: Any) -> Schema:
    return _typed_text("mrn", keywords)


def share_code(**keywords: Any) -> Schema:
    return _typed_text("shareCode", keywords)


def search(**keywords: Any) -> Schema:
    return _typed_text("search", keywords)


def literal(**keywords: Any) -> Schema:
    """A text that programs hand on (an id, a key, a secret), or in which every blank counts: taken as it is."""
    return {**string(**keywords), "x-text": "literal"}


def _typed_text(kind: str, keywords: dict[str, Any]) -> Schema:
    schema = {**string(**keywords), "x-text": kind}
    return schema if "maxLength" in schema else at_most(texts.LONGEST, schema)


def date_time(**keywords: Any) -> Schema:
    return string(format="date-time", **keywords)


ERROR = component(
    "error.v1",
    obj(
        {
            "message": string(description="The reason for the failure, in words."),
        },
        required=["message"],
        description="Every failure of the clinic family has this form.",
    ),
)

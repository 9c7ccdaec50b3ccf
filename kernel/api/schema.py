"""Builders of JSON Schema (the 2020-12 dialect that OpenAPI 3.1 uses) and the registry of components.

One schema describes a body, validates it and appears in the served description. A component is named once
with `component()` and used with `ref()`, in any app, even before it is defined.
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


def written(
    name: str,
    source: Schema,
    *,
    keeps: Sequence[str] = (),
    ignored: Sequence[str] = (),
    optional: Sequence[str] = (),
    within: Mapping[str, str] | None = None,
    description: str,
) -> Schema:
    """The component that describes what requests write of a component that answers show: without what is read-only
    (`keeps`: all the same stated by the caller) or `ignored`; `optional` need not be sent. `within` names components
    in it that are written differently, too: component of answers -> what is written of it. Requests are still held to
    `source`, so that what was read can be sent back."""
    shown = COMPONENTS[source["$ref"].removeprefix(_PREFIX)]
    properties = {
        key: {**schema, "readOnly": False} if key in keeps else _as_written(schema, within or {})
        for key, schema in shown["properties"].items()
        if key in keeps or not (key in ignored or is_read_only(schema))
    }
    required = [
        key for key in shown.get("required", ()) if key in properties and key not in optional
    ]
    return component(name, obj(properties, required=required, description=description))


def _as_written(schema: Schema, within: Mapping[str, str]) -> Schema:
    """With references to the components that describe what is written; in them nothing is ignored."""
    schema = {key: value for key, value in schema.items() if key not in ("x-ignored", "x-optional")}
    name = str(schema.get("$ref", "")).removeprefix(_PREFIX)
    if name in within:
        return {**schema, "$ref": _PREFIX + within[name]}
    if "items" in schema:
        return {**schema, "items": _as_written(schema["items"], within)}
    return schema


def is_read_only(schema: Schema) -> bool:
    """Its own mark, or that of the component that it refers to."""
    if "$ref" in schema and "readOnly" not in schema:
        return is_read_only(COMPONENTS.get(schema["$ref"].removeprefix(_PREFIX), {}))
    return bool(schema.get("readOnly"))


def at_most(number: int, schema: Schema) -> Schema:
    """A bound for requests only, where the default of `kernel.api.bounds` is too wide or too narrow. JSON
    Schema has no keyword for that; the description explains ours."""
    (kind,) = kinds_of(schema)
    return {**schema, f"x-{_UPPER_BOUNDS[kind]}": number}


def between(least: int, most: int, schema: Schema) -> Schema:
    """Like `at_most`, for numbers with a format."""
    return {**schema, "x-minimum": least, "x-maximum": most}


def of_requests(
    schema: Schema,
    *,
    min_length: int | None = None,
    of_format: str | None = None,
    pattern: str | None = None,
    enum: Sequence[str] | None = None,
) -> Schema:
    """Keywords for requests only, like `at_most`: the answer may show what was stored before, or nothing. And a
    `pattern` or `enum` that tools cannot use: one in words that only some know, or of hundreds of names."""
    keywords = {
        "x-minLength": min_length,
        "x-format": of_format,
        "x-pattern": pattern,
        "x-enum": list(enum) if enum is not None else None,
    }
    return {**schema, **{name: value for name, value in keywords.items() if value is not None}}


def optional(schema: Schema, *names: str) -> Schema:
    """A reference to a component, some of whose properties a request may leave out here."""
    return {**schema, "x-optional": list(names)}


def ignored(schema: Schema) -> Schema:
    """What the service alone decides: requests may have anything in its place. For additions to the contract, whose own
    read-only properties are checked for their form."""
    return {**schema, "x-ignored": True}


_UPPER_BOUNDS = {
    "string": "maxLength",
    "array": "maxItems",
    "object": "maxProperties",
    "integer": "maximum",
}


def kinds_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a schema allows besides null; empty for a schema without a type."""
    declared = schema.get("type")
    kinds = declared if isinstance(declared, list) else [declared]
    return [kind for kind in kinds if isinstance(kind, str) and kind != "null"]


def all_of(*schemas: Schema) -> Schema:
    return {"allOf": list(schemas)}


def one_of(*schemas: Schema) -> Schema:
    return {"oneOf": list(schemas)}


def _typed(kind: str, keywords: dict[str, Any]) -> Schema:
    is_nullable = keywords.pop("nullable", False)
    return {"type": [kind, "null"] if is_nullable else kind, **_keywords(keywords)}


def _keywords(keywords: Mapping[str, Any]) -> Schema:
    """From Python's spelling to the schema's: min_length -> minLength."""
    return {
        texts.camel_case(key.rstrip("_")): value
        for key, value in keywords.items()
        if value is not None
    }


# --- types that every part of the contract shares ------------------------------------------------------
OBJECT_ID_PATTERN = "^[a-f0-9]{24}$"


def object_id(**keywords: Any) -> Schema:
    return string(pattern=OBJECT_ID_PATTERN, **keywords)


def user_id(**keywords: Any) -> Schema:
    return string(pattern=USER_ID_PATTERN, **keywords)


def email(**keywords: Any) -> Schema:
    """An e-mail address; it reaches the views in its canonical form (kernel.api.canonical_values)."""
    return string(format="email", **keywords)


def name(**keywords: Any) -> Schema:
    """A text that people type and read: the name of a person or a place, a label, a code. Like the three
    kinds below, it reaches the views in its normal form (kernel.api.text_forms), and its length is that of
    the normal form."""
    return _typed_text("name", keywords)


def mrn(**keywords: Any) -> Schema:
    return _typed_text("mrn", keywords)


def share_code(**keywords: Any) -> Schema:
    return _typed_text("shareCode", keywords)


def search(**keywords: Any) -> Schema:
    return _typed_text("search", keywords)


def literal(**keywords: Any) -> Schema:
    """A text that programs pass on (an id, a key, a secret), or in which every blank counts: it is not
    changed."""
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

"""Text as people type it, at every operation (decision 0013)."""

from clinics_site.core.api import schema as s
from clinics_site.core.api import typed
from tests.cast import described_operations

KINDS = {*typed.FORMS, typed.LITERAL}
# What says by itself how it is written.
TELLING = {"enum", "const", "pattern"}
FORMATS = {"email", "hostname", "date", "date-time", "password", "^[a-f0-9]{24}$"}


def texts_of(schema, title="", seen=frozenset()):
    """(name, schema) of each text that a request may carry."""
    if not isinstance(schema, dict) or schema.get("readOnly"):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name:
        if name not in seen:
            yield from texts_of(s.COMPONENTS[name], title, seen | {name})
        return
    if "string" in (kinds := schema.get("type") or []) or kinds == "string":
        yield title, schema
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            yield from texts_of(part, title, seen)
    yield from texts_of(schema.get("items"), title, seen)
    yield from texts_of(schema.get("additionalProperties"), f"{title}.*", seen)
    for inner, part in schema.get("properties", {}).items():
        yield from texts_of(part, f"{title}.{inner}", seen)


def taken():
    """(operation, name, schema) of every text that an operation takes."""
    for name, (_, _, operation) in described_operations().items():
        for parameter in operation.get("parameters", []):
            for title, schema in texts_of(parameter["schema"], parameter["name"]):
                yield name, title, schema, parameter["in"]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for title, schema in texts_of(body.get("schema")):
            yield name, title, schema, "body"


def is_told(schema):
    return (
        schema.get(typed.KEYWORD) in KINDS
        or TELLING & schema.keys()
        or schema.get("format") in FORMATS
    )


def test_every_text_that_an_operation_takes_says_of_which_kind_it_is():
    found = list(taken())
    assert len(found) > 60
    untold = {
        (name, title)
        for name, title, schema, place in found
        if place != "path" and not is_told(schema)
    }
    assert untold == set()

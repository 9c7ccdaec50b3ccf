"""Bodies as the Confirmation API reads them: any content type, unknown fields ignored; only the fields that are used
must have the right type."""

from typing import Any

from django.http import HttpRequest

from confirmations.services import texts
from confirmations.services.failures import ClinicAnswer
from kernel.api import bodies, parsers, text_forms, validation
from kernel.api import schema as s
from kernel.api.operations import Lenient
from kernel.errors import BadRequest


def reads(
    fields: dict[str, s.Schema],
    *,
    is_optional: bool = False,
    path: dict[str, s.Schema] | None = None,
) -> Lenient:
    """A JSON object whose `fields`, where present and not null, have these types."""
    schema = s.obj({name: s.nullable(field) for name, field in fields.items()})

    def read(request: HttpRequest, raw: bytes) -> dict[str, Any]:
        if not raw.strip() and is_optional:
            return {}
        return _object(raw, schema)

    return Lenient(read, path or {})


def reads_anything(path: dict[str, s.Schema]) -> Lenient:
    """The object, or None for a body that is missing or unreadable: the operation decides what that means."""

    def read(request: HttpRequest, raw: bytes) -> dict[str, Any] | None:
        try:
            return _object(raw, s.obj())
        except BadRequest:
            return None

    return Lenient(read, path)


def reads_for_clinic(schema: s.Schema, *, is_optional: bool = False) -> Lenient:
    """An object that the clinic side validates: what breaks its schema is refused in the clinic's words."""

    def read(request: HttpRequest, raw: bytes) -> dict[str, Any]:
        if not raw.strip() and is_optional:
            return {}
        body = _object(raw, s.obj())
        value = _without_blanks(body, text_forms.with_normal_texts(schema, body))
        failure = validation.first_failure(schema, value)
        if failure is not None:
            raise ClinicAnswer(bodies.refusal(schema, failure))
        return value

    return Lenient(read)


def _without_blanks(body: dict[str, Any], normal: dict[str, Any]) -> dict[str, Any]:
    """A blank text means "not given" here: a blank MRN is answered as a missing one (rule CONFIRM-5)."""
    return {name: value for name, value in normal.items() if value != "" or body[name] == ""}


def _object(raw: bytes, schema: s.Schema) -> dict[str, Any]:
    try:
        value = parsers.parse_json(raw)
    except BadRequest:
        raise BadRequest(message=texts.UNREADABLE) from None
    value = text_forms.with_normal_texts(schema, value)
    if not validation.is_valid(schema, value):
        raise BadRequest(message=texts.UNREADABLE)
    body: dict[str, Any] = value
    return body

"""Reads request bodies: when, how much, and validated against which schema. `kernel.api.parsers` decodes
them."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from rest_framework.request import Request

from kernel.api import schema as s
from kernel.api import text_forms, validation
from kernel.errors import BadRequest, PayloadTooLarge

MISSING = object()
# Tells the web process how much of a body of unknown length to read (clinics_site/web).
LIMIT_KEY = "clinics.body_limit"


# How large a body may be, in bytes. settings.DATA_UPLOAD_MAX_MEMORY_SIZE is above all of them.
UNREAD = 4 * 1024  # clients send a little along even where nothing is read, such as `{"404":{}}`
USUAL = 64 * 1024
LARGE = 256 * 1024  # records with the names of fifty sites, or with all statistics of a patient
MESSAGE = 10 * 1024 * 1024  # Redox sends no more, and stops its feed when one is refused


def raw_body(request: HttpRequest, limit: int) -> bytes:
    """Raises PayloadTooLarge, before reading anything, for a body beyond `limit` or the general maximum."""
    check_length(request, limit)
    request.META.setdefault(LIMIT_KEY, limit)
    try:
        return request.body
    except RequestDataTooBig:
        raise PayloadTooLarge from None
    except (UnreadablePostError, RawPostDataException):
        message = "request body has an error: the connection broke"
        raise BadRequest(message=message) from None


def check_length(request: HttpRequest, limit: int) -> None:
    if announced_length(request) > limit:
        raise PayloadTooLarge


def announced_length(request: HttpRequest) -> int:
    """Django reads no more than this. For a body sent in chunks the server has filled in the length."""
    content_length = request.META.get("CONTENT_LENGTH") or "0"
    return int(content_length[:20]) if content_length.isdecimal() else 0


def read_body(
    request: Request,
    schema: s.Schema,
    *,
    limit: int,
    required: bool,
    written: s.Schema | None = None,
) -> Any:
    """The validated body, or MISSING when there is no body and none is required. `written`: what the description shows
    in the place of `schema`."""
    if not raw_body(request._request, limit):
        if required:
            message = "request body has an error: value is required but missing"
            raise BadRequest(message=message)
        return MISSING
    value = text_forms.with_normal_texts(schema, request.data)
    failure = validation.first_failure(schema, value)
    if failure is not None:
        raise refusal(written or schema, failure)
    return value


def refusal(schema: s.Schema, failure: validation.Failure) -> BadRequest:
    title = f" {schema['$ref']}" if "$ref" in schema else ""
    pointer, reason = validation.path_of(failure), validation.reason(failure)
    message = (
        f'request body has an error: doesn\'t match schema{title}: Error at "{pointer}": {reason}'
    )
    return BadRequest(message=message)

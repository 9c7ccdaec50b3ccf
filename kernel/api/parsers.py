"""Parses raw JSON, for `request.data`. `kernel.api.bodies` decides when a body is read, and validates the
result."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from kernel.api import bounds
from kernel.errors import BadRequest


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return parse_json(stream.read())


def parse_json(raw: bytes) -> Any:
    """Decoded JSON of bounded depth, with nothing that MongoDB cannot store."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(message=f"request body has an error: {_reason(error)}") from None
    try:
        bounds.make_storable(raw, value)
    except bounds.Unacceptable as error:
        message = f"request body has an error: {error}"
        raise BadRequest(message=message) from None
    return value


def _reason(error: orjson.JSONDecodeError) -> str:
    """The JSON parser itself goes down a thousand levels."""
    is_deep = error.msg.startswith("depth limit")
    return bounds.TOO_DEEP if is_deep else "failed to decode request body: not valid JSON"

"""Renders stored values as JSON; orjson does all it can without help."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from bson import ObjectId
from rest_framework.renderers import BaseRenderer

from kernel import safe_reading
from kernel.clock import format_time

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        request = (renderer_context or {}).get("request")
        pretty = request is not None and "pretty" in request.GET
        return encode(data, indent=pretty)


def encode(data: Any, *, indent: bool = False) -> bytes:
    try:
        return _encode(data, indent=indent)
    except orjson.JSONEncodeError as error:
        safe_reading.note_broken("answer", None, error)
        return _encode(safe_reading.encodable(data, _encode), indent=indent)


def _encode(data: Any, *, indent: bool = False) -> bytes:
    return orjson.dumps(data, _plain, _OPTIONS | (orjson.OPT_INDENT_2 if indent else 0))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, ObjectId):
        return str(value)
    raise TypeError(type(value).__name__)

"""Parses answers of the account services; an unreadable answer raises ServiceError."""

from typing import Any

import orjson
from httpx2 import Response

from kernel.http import ServiceError


def json_object(answer: Response, service: str) -> dict[str, Any]:
    value = _json(answer, service)
    if not isinstance(value, dict):
        raise ServiceError(service, answer.status_code)
    return value


def json_array(answer: Response, service: str) -> list[dict[str, Any]]:
    value = _json(answer, service)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ServiceError(service, answer.status_code)
    return value


def _json(answer: Response, service: str) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        raise ServiceError(service, answer.status_code) from None

"""Object ids (24 hex digits in JSON), ids of users and secret keys."""

import base64
import re
import secrets
from functools import lru_cache

from bson import ObjectId

USER_ID_PATTERN = "^([0-9a-f]{10}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
_USER_ID = re.compile(USER_ID_PATTERN)
_HEX = re.compile(r"[0-9a-fA-F]{24}")


def new_id() -> ObjectId:
    return ObjectId()


def parse_id(text: object) -> ObjectId | None:
    """The id in a text, or None: an id that cannot exist is treated like an unknown one."""
    if isinstance(text, ObjectId):
        return text
    return _parse(text) if isinstance(text, str) else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> ObjectId | None:
    """Each request about a clinic reads its id five times."""
    return ObjectId(text) if _HEX.fullmatch(text) else None


def is_user_id(text: str) -> bool:
    return _USER_ID.fullmatch(text) is not None


def new_key() -> str:
    """32 URL-safe characters carrying 192 random bits: the key of a confirmation."""
    return base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()

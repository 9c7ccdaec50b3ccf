"""Keyed digests with AUDIT_KEY: of the audit trail, and of the records of accesses."""

import hashlib
import hmac
from functools import cache
from typing import Any

from django.conf import settings


def sign(content: str) -> str:
    return mac(present_key(), content.encode())


def is_signed(signature: Any, content: str) -> bool:
    """Whether the signature was made with the present key or a retired one."""
    return any(is_same(signature, mac(key, content.encode())) for key in known_keys().values())


def is_same(actual: Any, expected: str) -> bool:
    return type(actual) is str and hmac.compare_digest(actual.encode(), expected.encode())


def mac(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def present_key() -> bytes:
    return _derived(settings.AUDIT_KEY or f"audit:{settings.SECRET_KEY}")


def known_keys() -> dict[str, bytes]:
    """Every key that rows may be sealed with, by its id: the present key and retired ones."""
    keys = [present_key(), *(_derived(text) for text in settings.AUDIT_OLD_KEYS)]
    return {key_id(key): key for key in keys}


@cache
def _derived(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"id:" + key).hexdigest()[:8]

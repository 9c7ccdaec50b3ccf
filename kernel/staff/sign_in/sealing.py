"""Encrypts the stored keys of second factors, each for its account (`kernel.sealing`)."""

from bson import ObjectId
from django.conf import settings

from kernel.sealing import Box, Unreadable

__all__ = ["Unreadable", "seal", "unseal"]


def seal(user_id: ObjectId, secret: bytes) -> str:
    return _box().seal(user_id, secret)


def unseal(user_id: ObjectId, sealed: str) -> bytes:
    return _box().unseal(user_id, sealed)


def _box() -> Box:
    current_key = settings.STAFF_SECOND_FACTOR_KEY or settings.SECRET_KEY
    return Box("staff second factor", (current_key, *settings.STAFF_SECOND_FACTOR_OLD_KEYS))

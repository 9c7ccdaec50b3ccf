"""Encrypts the stored keys of second factors, each for its account: a copy in another account's document is
useless."""

import base64
import hashlib
from functools import cache

from bson import ObjectId
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """Sealed with a key that we do not have, or for another account."""


def seal(user_id: ObjectId, secret: bytes) -> str:
    return _box().encrypt(_owner(user_id) + secret).decode()


def unseal(user_id: ObjectId, sealed: str) -> bytes:
    try:
        content = _box().decrypt(sealed.encode())
    except InvalidToken:
        raise Unreadable from None
    if not content.startswith(_owner(user_id)):
        raise Unreadable
    return content.removeprefix(_owner(user_id))


def _owner(user_id: ObjectId) -> bytes:
    return user_id.binary


def _box() -> MultiFernet:
    current_key = settings.STAFF_SECOND_FACTOR_KEY or settings.SECRET_KEY
    return MultiFernet(
        [_fernet(text) for text in (current_key, *settings.STAFF_SECOND_FACTOR_OLD_KEYS)]
    )


@cache
def _fernet(secret: str) -> Fernet:
    digest = hashlib.sha256(b"staff second factor:" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))

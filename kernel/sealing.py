"""Encrypts secrets that are stored because we have to use them, each for its owner: a copy in another document is
useless."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache

from bson import ObjectId
from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """Sealed with a key that we do not have, or for another owner."""


class Box:
    """`purpose` keeps the keys of one kind of secrets from opening those of another. `keys`: the present one first,
    then retired ones."""

    def __init__(self, purpose: str, keys: Iterable[str]) -> None:
        self._fernets = MultiFernet([_fernet(purpose, key) for key in keys])

    def seal(self, owner: ObjectId, secret: bytes) -> str:
        return self._fernets.encrypt(owner.binary + secret).decode()

    def unseal(self, owner: ObjectId, sealed: str) -> bytes:
        try:
            content = self._fernets.decrypt(sealed.encode())
        except InvalidToken:
            raise Unreadable from None
        if not content.startswith(owner.binary):
            raise Unreadable
        return content.removeprefix(owner.binary)


@cache
def _fernet(purpose: str, key: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))

"""Passwords of embedded accounts: which are allowed, how they are stored and compared."""

import re
import uuid
from functools import cache

from django.contrib.auth.hashers import check_password, make_password

_ALLOWED = re.compile(r"\S{8,72}")


def is_allowed(password: str) -> bool:
    return _ALLOWED.fullmatch(password) is not None


def hashed(password: str) -> str:
    return make_password(password)


def is_right(password: str, stored: str | None) -> bool:
    """Without a stored password it takes as long as with a wrong password."""
    return check_password(password, stored or _hash_of_no_password())


@cache
def _hash_of_no_password() -> str:
    """Computed once, when first needed: hashing is slow on purpose."""
    return make_password(uuid.uuid4().hex)

"""Session token -> Principal, through the user service (rules ACCOUNT-1 to ACCOUNT-8).

Only backend tokens are remembered, in the process and under a hash of the token. A cache that processes share would be
asked about each person's token too, since the form of most tokens does not say whose they are, and that costs a tenth
of a request. User tokens are checked on every request so that a logout counts at once. Rejections are never remembered.
"""

import hashlib
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from kernel.principal import Principal

HEADER = "x-tidepool-session-token"
_MOST_SERVICES = 1000  # tokens
ENVIRON_HEADER = "HTTP_X_TIDEPOOL_SESSION_TOKEN"


class TokenChecker(Protocol):
    """Returns the subject, or None when the token is not valid.

    Raises kernel.errors.Unavailable when the user service cannot be asked.
    """

    def __call__(self, token: str) -> Principal | None: ...


class _Services:
    """Whose checked tokens of services are, for BACKEND_TOKEN_CACHE. Not one of Django's caches: each request looks
    here, and one of those would take as long as the rest of this module."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, float]] = {}

    def find(self, token: str) -> str | None:
        user_id, until = self._known.get(_digest(token), ("", 0.0))
        return user_id if time.monotonic() < until else None

    def keep(self, token: str, user_id: str) -> None:
        if len(self._known) >= _MOST_SERVICES:
            self._known.clear()
        until = time.monotonic() + settings.BACKEND_TOKEN_CACHE.total_seconds()
        self._known[_digest(token)] = user_id, until

    def forget(self) -> None:
        self._known.clear()


_services = _Services()
forget = _services.forget


def find_principal(token: str) -> Principal | None:
    if _is_personal(token):
        return _checker()(token)
    user_id = _services.find(token)
    if user_id is not None:
        return Principal(user_id=user_id, is_server=True)
    principal = _checker()(token)
    if principal is not None and principal.is_server:
        _services.keep(token, principal.user_id)
    return principal


def is_remembered_here(token: str) -> bool:
    """Whether it is a backend's token that this process has checked a moment ago."""
    return _services.find(token) is not None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@cache
def _checker() -> TokenChecker:
    checker: TokenChecker = import_string(settings.TOKEN_CHECKER)
    return checker


def _is_personal(token: str) -> bool:
    """Whether the token's form shows that it belongs to a person, so that it is not in the cache."""
    return bool(_personal_form()(token))


@cache
def _personal_form() -> Callable[[str], bool]:
    is_personal: Callable[[str], bool] = import_string(settings.TOKEN_IS_PERSONAL)
    return is_personal

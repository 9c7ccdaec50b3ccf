"""Session token -> Principal, through the user service (rules ACCOUNT-1 to ACCOUNT-8).

Only backend tokens are remembered, in the process and under a hash of the token. A cache that processes share would be
asked about each person's token too, since the form of most tokens does not say whose they are, and that costs a tenth
of a request. User tokens are checked on every request so that a logout counts at once. Rejections are never remembered.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.cache import caches
from django.utils.module_loading import import_string

from kernel.principal import Principal

HEADER = "x-tidepool-session-token"
ENVIRON_HEADER = "HTTP_X_TIDEPOOL_SESSION_TOKEN"


class TokenChecker(Protocol):
    """Returns the subject, or None when the token is not valid.

    Raises kernel.errors.Unavailable when the user service cannot be asked.
    """

    def __call__(self, token: str) -> Principal | None: ...


def find_principal(token: str) -> Principal | None:
    if _is_personal(token):
        return _checker()(token)
    remembered: str | None = caches["process"].get(_key(token))
    if remembered is not None:
        return Principal(user_id=remembered, is_server=True)
    principal = _checker()(token)
    if principal is not None and principal.is_server:
        seconds = settings.BACKEND_TOKEN_CACHE.total_seconds()
        caches["process"].set(_key(token), principal.user_id, seconds)
    return principal


def is_remembered_here(token: str) -> bool:
    """Whether it is a backend's token that this process has checked a moment ago."""
    return caches["process"].get(_key(token)) is not None


def _key(token: str) -> str:
    return "token:" + hashlib.sha256(token.encode()).hexdigest()


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

"""Session token -> Principal, through the user service (rules ACCOUNT-1 to ACCOUNT-8).

Only backend tokens are remembered, under a hash of the token: in the shared cache, and for the last seconds in the
process, because asking Redis costs a tenth of a request. User tokens are checked on every request so that a logout
counts at once. Rejections are never remembered.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Protocol

import structlog
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.core.cache import caches
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from kernel.principal import Principal

HEADER = "x-tidepool-session-token"
ENVIRON_HEADER = "HTTP_X_TIDEPOOL_SESSION_TOKEN"
MOST_SECONDS_HERE = 5.0
log = structlog.get_logger(__name__)


class TokenChecker(Protocol):
    """Returns the subject, or None when the token is not valid.

    Raises kernel.errors.Unavailable when the user service cannot be asked.
    """

    def __call__(self, token: str) -> Principal | None: ...


def find_principal(token: str) -> Principal | None:
    if _is_personal(token):
        return _checker()(token)
    key = _key(token)
    remembered = _remembered(key)
    if remembered is not None:
        return Principal(user_id=remembered, is_server=True)
    principal = _checker()(token)
    if principal is not None and principal.is_server:
        _remember(key, principal.user_id)
    return principal


def is_remembered_here(token: str) -> bool:
    """Whether it is a backend's token that this process has seen a moment ago."""
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


def _remembered(key: str) -> str | None:
    """If the cache is down, the user service is asked, and the request does not fail."""
    here: str | None = caches["process"].get(key)
    if here is not None:
        return here
    try:
        cached: str | None = shared_cache.get(key)
    except RedisError:
        log.warning("token_cache.unavailable")
        return None
    if cached is not None:
        caches["process"].set(key, cached, _seconds_here())
    return cached


def _remember(key: str, user_id: str) -> None:
    """Both times together are the time for which a token is trusted."""
    caches["process"].set(key, user_id, _seconds_here())
    try:
        seconds = settings.BACKEND_TOKEN_CACHE.total_seconds() - _seconds_here()
        shared_cache.set(key, user_id, seconds)
    except RedisError:
        log.warning("token_cache.unavailable")


def _seconds_here() -> float:
    return min(MOST_SECONDS_HERE, settings.BACKEND_TOKEN_CACHE.total_seconds() / 2)

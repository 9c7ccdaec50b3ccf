"""Session token -> Principal, through the user service (behaviour note auth, section 1).

Only backend tokens are remembered, in the shared cache under a hash of the token; user tokens are
checked on every request so that a logout counts at once. Rejections are never remembered.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Protocol

import structlog
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from clinics_site.core.principal import Principal

HEADER = "x-tidepool-session-token"
log = structlog.get_logger(__name__)


class TokenChecker(Protocol):
    """Returns the subject, or None when the token is not valid.

    Raises core.errors.Unavailable when the user service can not be asked.
    """

    def __call__(self, token: str) -> Principal | None: ...


class PersonalChecker(Protocol):
    """For tokens whose form says that they are a person's: the subject and its roles in a clinic."""

    def __call__(
        self, token: str, clinic_id: str
    ) -> tuple[Principal | None, frozenset[str] | None]: ...


def find_caller(
    token: str, clinic_id: str | None
) -> tuple[Principal | None, frozenset[str] | None]:
    """The subject, and the roles in a clinic where one look-up tells both; None: they have not been looked up."""
    if clinic_id is not None and _is_personal(token):
        return _personal_checker()(token, clinic_id)
    return find_principal(token), None


def find_principal(token: str) -> Principal | None:
    if _is_personal(token):
        return _checker()(token)
    key = "token:" + hashlib.sha256(token.encode()).hexdigest()
    remembered = _remembered(key)
    if remembered is not None:
        return Principal(user_id=remembered, is_server=True)
    principal = _checker()(token)
    if principal is not None and principal.is_server:
        _remember(key, principal.user_id)
    return principal


@cache
def _checker() -> TokenChecker:
    found: TokenChecker = import_string(settings.TOKEN_CHECKER)
    return found


def _is_personal(token: str) -> bool:
    """Its form tells that it is nobody's but a person's, so nothing can be remembered of it."""
    return bool(_personal_form()(token))


@cache
def _personal_form() -> Callable[[str], bool]:
    found: Callable[[str], bool] = import_string(settings.TOKEN_IS_PERSONAL)
    return found


@cache
def _personal_checker() -> PersonalChecker:
    found: PersonalChecker = import_string(settings.PERSONAL_TOKEN_CHECKER)
    return found


def _remembered(key: str) -> str | None:
    """A cache that is down costs one question to the user service, not the request."""
    try:
        found: str | None = shared_cache.get(key)
    except RedisError:
        log.warning("token_cache.unavailable")
        return None
    return found


def _remember(key: str, user_id: str) -> None:
    try:
        shared_cache.set(key, user_id, settings.BACKEND_TOKEN_CACHE.total_seconds())
    except RedisError:
        log.warning("token_cache.unavailable")

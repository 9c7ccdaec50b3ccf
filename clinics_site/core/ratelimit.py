"""Rate limits that hold under parallel hits: a moving window in Redis, counted by one script (fact F13).

`hit("confirmation.resend", user_id, limit="5/minute", closed=True)` counts one try. The subject (an
address, a user id) is hashed before it becomes a key.
"""

import hashlib
import hmac
import math
import time
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from clinics_site.core.errors import RateLimited, Unavailable

log = structlog.get_logger(__name__)


def hit(name: str, subject: str, *, limit: str, closed: bool) -> None:
    """Count one try of `subject`; RateLimited with the seconds to wait when `limit` is used up.

    When Redis is down `closed` refuses (Unavailable) and open lets pass: close what guards a secret.
    """
    _ask(_limiter().hit, name, subject, limit=limit, closed=closed)


def check(name: str, subject: str, *, limit: str, closed: bool) -> None:
    """As `hit`, without counting: for what is counted only when it succeeds."""
    _ask(_limiter().test, name, subject, limit=limit, closed=closed)


def _ask(
    question: Callable[[RateLimitItem, str, str], bool],
    name: str,
    subject: str,
    *,
    limit: str,
    closed: bool,
) -> None:
    item, key = parse(limit), _key(subject)
    try:
        is_allowed = question(item, name, key)
        retry_after = 0 if is_allowed else _seconds_to_wait(item, name, key)
    except (RedisError, StorageError):
        log.warning("ratelimit.unavailable", name=name)
        if closed:
            raise Unavailable from None
        return
    if not is_allowed:
        raise RateLimited(retry_after=retry_after)


def address_of(request: HttpRequest) -> str:
    """The client's address; from the proxy's own header where one is configured."""
    header = settings.CLIENT_ADDRESS_HEADER
    given = request.headers.get(header, "").split(",")[-1].strip() if header else ""
    return given or str(request.META.get("REMOTE_ADDR", ""))


def _seconds_to_wait(item: RateLimitItem, name: str, key: str) -> int:
    window = _limiter().get_window_stats(item, name, key)
    return max(1, math.ceil(window.reset_time - time.time()))


def _key(subject: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), subject.encode(), hashlib.sha256).hexdigest()


@cache
def _limiter() -> MovingWindowRateLimiter:
    storage = storage_from_string(
        settings.REDIS_URL,
        key_prefix=str(settings.CACHES["default"]["KEY_PREFIX"]),
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
    )
    return MovingWindowRateLimiter(storage)

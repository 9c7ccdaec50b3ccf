"""Rate limits that hold under parallel hits: a moving window in Redis, counted by one script (fact F13).

`hit("confirmation.resend", user_id, limit="5/minute", closed=True)` counts one try. The subject (an
address, a user id) is hashed before it becomes a key.
"""

import hashlib
import hmac
import math
import re
import time
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from kernel.errors import RateLimited, Unavailable

NO_PROXY = "none"  # as CLIENT_ADDRESS_HEADER: the peer is the client
_CUSTOMER = 64  # bits of an IPv6 address
# `[2001:db8::1]` or `[2001:db8::1]:443`, `192.0.2.1:443`, or the address alone
_ENTRY = re.compile(r"\[([^\[\]]*)\](?::\d+)?|([\d.]+):\d+|(.*)")
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


def give_back(name: str, subject: str, *, limit: str) -> None:
    """Take one `hit` back: what turned out to be right does not count. A parallel hit may have come later; then its
    entry goes and the earlier one stays, so the number is exact and the window ends a moment sooner."""
    storage: Any = _limiter().storage  # Redis; the library has no word for taking back
    key = storage.prefixed_key(parse(limit).key_for(name, _key(subject)))
    try:
        storage.get_connection().lpop(key)
    except RedisError:
        log.warning("ratelimit.unavailable", name=name)


def client_address(request: HttpRequest) -> str:
    """Whom a limit counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one customer has.

    Of the header that CLIENT_ADDRESS_HEADER names only the last entry counts, which the proxy itself has put there;
    what stands before it is what a client likes to say. Where that is no address the peer's counts.
    """
    return client_address_in(request.META)


def client_address_in(environ: Mapping[str, Any]) -> str:
    header = "HTTP_" + settings.CLIENT_ADDRESS_HEADER.upper().replace("-", "_")
    given: str = environ.get(header, "") if is_behind_proxy() else ""
    peer = str(environ.get("REMOTE_ADDR", ""))
    return one_client(given.rpartition(",")[2]) or one_client(peer) or peer


def is_behind_proxy() -> bool:
    return settings.CLIENT_ADDRESS_HEADER.lower() not in ("", NO_PROXY)


@lru_cache(maxsize=4096)
def one_client(text: str) -> str:
    """In one form, whatever form it came in; empty for what is no address."""
    entry = _ENTRY.fullmatch(text.strip())
    try:
        address = ip_address(next(filter(None, entry.groups()), "") if entry else "")
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), _CUSTOMER), strict=False))


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

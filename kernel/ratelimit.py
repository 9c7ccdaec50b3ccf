"""Rate limits that hold under parallel requests: a moving window in Redis, counted by one script (fact F13).

`hit("confirmation.resend", user_id, limit="5/minute", closed=True)` counts one attempt. The subject (an
address, a user id) is hashed before it becomes a key.
"""

import hashlib
import hmac
import math
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
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

from kernel import speed
from kernel.errors import RateLimited, Unavailable

NO_PROXY = "none"  # as CLIENT_ADDRESS_HEADER: the peer is the client
_CUSTOMER = 64  # bits of an IPv6 address that identify a customer
# `[2001:db8::1]` or `[2001:db8::1]:443`, `192.0.2.1:443`, or the address alone
_ENTRY = re.compile(r"\[([^\[\]]*)\](?::\d+)?|([\d.]+):\d+|(.*)")
log = structlog.get_logger(__name__)


def hit(name: str, subject: str, *, limit: str, closed: bool) -> None:
    """Count one attempt of `subject`. Raises RateLimited with the seconds to wait when `limit` is used up.

    When Redis is down a `closed` limit refuses (Unavailable) and an open one lets pass. Limits that guard a
    secret are closed.
    """
    _ask(_limiter().hit, name, subject, limit=limit, closed=closed)


def check(name: str, subject: str, *, limit: str, closed: bool) -> None:
    """Like `hit`, without counting: for actions that are counted only when they succeed."""
    _ask(_limiter().test, name, subject, limit=limit, closed=closed)


def left(name: str, subject: str, *, limit: str) -> int:
    """How many attempts `limit` allows now, without counting: any number when Redis is down."""
    item = parse(limit)
    try:
        return max(_limiter().get_window_stats(item, name, _key(subject)).remaining, 0)
    except (RedisError, StorageError):
        log.warning("ratelimit.unavailable", name=name)
        return sys.maxsize


def _ask(
    operation: Callable[[RateLimitItem, str, str], bool],
    name: str,
    subject: str,
    *,
    limit: str,
    closed: bool,
) -> None:
    item, key = parse(limit), _key(subject)
    try:
        is_allowed = operation(item, name, key)
        retry_after = 0 if is_allowed else _seconds_to_wait(item, name, key)
    except (RedisError, StorageError):
        log.warning("ratelimit.unavailable", name=name)
        if closed:
            raise Unavailable from None
        return
    if not is_allowed:
        raise RateLimited(retry_after=retry_after)


def give_back(name: str, subject: str, *, limit: str) -> None:
    """Undo one `hit`: a successful attempt does not count. If a parallel hit came later, its entry is removed
    and the earlier one stays: the number is exact, and the window ends a moment sooner."""
    storage: Any = _limiter().storage  # Redis; the library cannot undo a hit
    key = storage.prefixed_key(parse(limit).key_for(name, _key(subject)))
    try:
        storage.get_connection().lpop(key)
    except RedisError:
        log.warning("ratelimit.unavailable", name=name)


def client_address(request: HttpRequest) -> str:
    """What a limit counts as one client: an IPv4 address, or the /64 of an IPv6 address, which belongs to one
    customer.

    Only the last entry of the header that CLIENT_ADDRESS_HEADER names counts: the proxy added it, while the
    client may have written the entries before it. If that entry is not an address, the peer's address counts.
    """
    return client_address_in(request.META)


def client_address_in(environ: Mapping[str, Any]) -> str:
    header = "HTTP_" + settings.CLIENT_ADDRESS_HEADER.upper().replace("-", "_")
    forwarded: str = environ.get(header, "") if is_behind_proxy() else ""
    peer = str(environ.get("REMOTE_ADDR", ""))
    return normal_address(forwarded.rpartition(",")[2]) or normal_address(peer) or peer


def is_behind_proxy() -> bool:
    return settings.CLIENT_ADDRESS_HEADER.lower() not in ("", NO_PROXY)


@speed.remember_addresses
def normal_address(text: str) -> str:
    """The address in one form, however it was written; empty for a text that is not an address."""
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

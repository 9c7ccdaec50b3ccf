"""Everything that is done for speed alone: ways around what Python, Django or another library would do by itself.

Each says what it does, what was gained, and when it can go; a test in tests/kernel/test_speed.py fails then.
What has to act before Django is loaded is in `clinics_site/quick_start.py`. Queries, indexes and stored texts
that were chosen for speed are not here: they are the design, and their decisions say what was measured. Objects
that are compiled once, such as the validator of a schema, are not here either.
"""

import gc
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from django.conf import settings
from django.core.cache import close_caches
from django.core.cache.backends import redis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pymongo.collection import Collection

_Make = TypeVar("_Make", bound=Callable[..., Collection[dict[str, Any]]])


# --- Python ----------------------------------------------------------------------------------------------
def collect_garbage_rarely() -> None:
    """A page of 50 patients is a thousand dicts that are freed together, and each of them brings the next
    full collection nearer, which walks everything that the application has loaded. So loaded objects are
    excluded, and collections are rare.

    Gain: 16.2 -> 12.1 ms of CPU for a page.
    Remove when: Python's collector has no full collections (it is incremental).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def switch_threads_often() -> None:
    """A thread that computes blocks the others for 1 ms at most, instead of Python's 5 ms.

    Gain: 160 -> 30 ms (median) for a request for a clinic while lists of 1000 patients are made.
    Remove when: Python's own interval is as short, or threads run side by side.
    """
    sys.setswitchinterval(0.001)


def remember_addresses(read: Callable[[str], str]) -> Callable[[str], str]:
    """A client's address comes with each connection and request, and `ipaddress` would parse it each time.

    Gain: 3 us for an IPv4 address, 13 us for an IPv6 one, twice for a request.
    Remove when: `ipaddress` reads an address in a few dozen calls.
    """
    return lru_cache(maxsize=4096)(read)


# --- Django ---------------------------------------------------------------------------------------------------
def leave_pools_alone() -> None:
    """Around each request Django closes old connections and clears the recorded queries. The connections to
    MongoDB and Redis are pools whose `close` does nothing, and queries are recorded only while debugging.

    Gain: 6% of a small request (14 us).
    Remove when: Django does not do it around each request, and at once if one of these `close` methods does
    something.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_finished.disconnect(close_caches)
    if not settings.DEBUG:
        request_started.disconnect(reset_queries)


class _RedisClient(redis.RedisCacheClient):
    _get_connection_pool: Any  # Django's own; the type stubs leave it out
    _client: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        client = self._clients.get(id(pool))
        if client is None:
            client = self._clients[id(pool)] = self._client(connection_pool=pool)
        return client


class RedisCache(redis.RedisCache):
    """Django's cache, which keeps one client for each pool; Django makes a new one for each call.

    Gain: 200 -> 75 us for a call; half of it (60 us) is the client.
    Remove when: Django keeps the client.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _RedisClient


# --- PyMongo --------------------------------------------------------------------------------------------------
def keep_collections(make: _Make) -> _Make:
    """PyMongo makes new objects for a database and a collection at each access.

    Gain: 5 us for each query, a tenth of the cost of a query in this process.
    Remove when: PyMongo keeps them.
    """
    return lru_cache(maxsize=256)(make)  # type: ignore[return-value]


def with_naive_times(codec: CodecOptions[dict[str, Any]]) -> CodecOptions[dict[str, Any]]:
    """For documents that go straight to the renderer: their times have no zone and mean UTC.

    Gain: half of decoding ten times (14 -> 6 us), more than half of formatting each (4.0 -> 1.6 us).
    Remove when: PyMongo's aware times have Python's own UTC, which is compiled.
    """
    return codec.with_options(tz_aware=False)


# --- email-validator ------------------------------------------------------------------------------------------
_PLAINLY_CANONICAL = re.compile(
    r"[a-z0-9]+([._+-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+([a-z]{2,24})"
)
_LONGEST_PLAIN = 63  # so no part of it can be too long
_SPECIAL_DOMAINS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


def is_plainly_canonical(text: str) -> bool:
    """True for an address that `addresses.canonical` would not change, as for nearly every address. False
    means nothing.

    Gain: 33 -> 1 us for each address that is read or compared (140 us on a busy machine).
    Remove when: the library checks an address in a few dozen calls.
    """
    match = _PLAINLY_CANONICAL.fullmatch(text) if len(text) <= _LONGEST_PLAIN else None
    return match is not None and match[4] not in _SPECIAL_DOMAINS

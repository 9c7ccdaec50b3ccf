"""Access tokens of neighbours, which all processes share through the cache."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache

LONGEST_LIFE = 86400  # seconds


def shared(key: str, *, early: int, ask: Callable[[], Mapping[str, Any]]) -> str:
    """The cached token, or a new one. `ask` returns an answer that holds an `access_token`; it is kept until `early`
    seconds before its end."""
    cached: str | None = cache.get(key)
    if cached is not None:
        return cached
    answer = ask()
    token = str(answer["access_token"])
    life = _seconds(answer.get("expires_in")) - early
    if life > 0:
        cache.set(key, token, life)
    return token


def drop(key: str) -> None:
    """The token was refused: it may have been revoked before its end."""
    cache.delete(key)


def _seconds(value: Any) -> int:
    """0 where it is missing, or not a number of at most a day's seconds: the token is then not cached."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value <= LONGEST_LIFE else 0

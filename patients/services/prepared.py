"""Whether what lists read agrees with the records (rule PATIENT-147): it has been derived from all of them, by this
version, and has been followed since then."""

import time
from datetime import timedelta

from kernel import following
from patients import kept
from patients.store import derivations as store

# Each process remembers so long that all is well. It can be taken back: when rows were dropped, all are derived again.
REMEMBERED_SECONDS = 5.0
CURRENT_SECONDS = 15.0  # a follower that is up to date says so every five seconds
_OVERTAKEN_AFTER = timedelta(seconds=CURRENT_SECONDS)


class _Mark:
    def __init__(self) -> None:
        self.until = 0.0

    def remember(self) -> None:
        self.until = time.monotonic() + REMEMBERED_SECONDS

    def forget(self) -> None:
        self.until = 0.0

    def is_remembered(self) -> bool:
        return time.monotonic() < self.until


_mark = _Mark()


def is_prepared() -> bool:
    """Everything was derived once."""
    return _mark.is_remembered() or store.find(store.PREPARED) is not None


def is_current() -> bool:
    """Everything was derived, and the follower has missed nothing since then."""
    if _mark.is_remembered():
        return True
    if not is_prepared() or following.lag_seconds(kept.FOLLOWER) > CURRENT_SECONDS:
        return False
    _mark.remember()
    return True


def is_overtaken() -> bool:
    """Another version has followed later than this one: what is kept is of the time before that version, and most of
    what it has changed since then has not been derived here yet."""
    times = following.followed_times(kept.FOLLOWERS)
    own = times.pop(kept.FOLLOWER, None) or (store.find(store.PREPARED) or {}).get("time")
    return own is not None and any(moment - own > _OVERTAKEN_AFTER for moment in times.values())


def forget() -> None:
    """Everything has to be derived again."""
    store.forget_preparation()
    _mark.forget()

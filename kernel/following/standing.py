"""How the followers are, for metrics and staff; read from their rows, because they work in another process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, safe_reading
from kernel.following import rows
from kernel.following.registered import BY_NAME, Follower

LATE_SECONDS = 60.0
MOST_COUNTED = 10_000
# A quiet follower says so every few seconds; as long as it does, it is not behind.
_FRESH = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Standing:
    name: str
    derives: str
    is_running: bool  # and has a position in the stream
    lag_seconds: float  # infinite if it has never followed
    is_rescanning: bool
    parked: int
    changes: int  # handled so far
    failures: int  # attempts that failed so far

    @property
    def is_late(self) -> bool:
        return self.lag_seconds > LATE_SECONDS

    @property
    def late_minutes(self) -> int:
        return int(self.lag_seconds // 60)

    @property
    def needs_attention(self) -> bool:
        return not self.is_running or self.is_late or self.parked > 0


def standings() -> list[Standing]:
    return [_standing_of(BY_NAME[name]) for name in sorted(BY_NAME)]


def lag_seconds(name: str) -> float:
    """Infinite for one that has never followed, and while it derives everything again."""
    row = rows.collection().find_one({"_id": name}) or {}
    return float("inf") if row.get("rescanTime") is not None else _lag_seconds(row)


def followed_times(beginning: str) -> dict[str, datetime]:
    """Up to when each follower whose name begins so has followed, also those of other versions of the service."""
    found = rows.collection().find({"_id": {"$regex": f"^{re.escape(beginning)}"}})
    times = {row["_id"]: safe_reading.moment(row.get("followedTime")) for row in found}
    return {name: moment for name, moment in times.items() if moment is not None}


def _standing_of(follower: Follower) -> Standing:
    name = follower.name
    row = rows.collection().find_one({"_id": name}) or {}
    return Standing(
        name,
        derives=follower.derives,
        is_running=_is_running(row),
        lag_seconds=_lag_seconds(row),
        is_rescanning=row.get("rescanTime") is not None,
        parked=rows.count_parked(name, limit=MOST_COUNTED),
        changes=row.get("changes", 0),
        failures=row.get("failures", 0),
    )


def _is_running(row: Mapping[str, Any]) -> bool:
    followed, leased = _times(row, "followedTime", "leaseTime")
    return followed is not None and leased is not None and leased > clock.now()


def _lag_seconds(row: Mapping[str, Any]) -> float:
    followed, noted = _times(row, "followedTime", "noteTime")
    if followed is None:
        return float("inf")
    moment = clock.now()
    if row.get("isQuiet") and noted is not None and moment - noted < _FRESH:
        return 0.0
    return max(0.0, (moment - followed).total_seconds())


def _times(row: Mapping[str, Any], *names: str) -> list[datetime | None]:
    """None for what is missing, or is no time."""
    return [safe_reading.moment(row.get(name)) for name in names]

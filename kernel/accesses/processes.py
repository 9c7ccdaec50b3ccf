"""Which processes have written records, and which ended without saying so: of these the accesses of the last second
may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING

from kernel import clock, db
from kernel.accesses.rows import PROCESSES

SILENT_AFTER = timedelta(minutes=1)  # a living process says so every twenty seconds
SHOWN_FOR = timedelta(days=7)
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Silent:
    process: str
    host: str
    began: datetime
    seen: datetime


def list_silent() -> list[Silent]:
    """Those of the last seven days, the newest first."""
    moment = clock.now()
    seen = {"$gte": moment - SHOWN_FOR, "$lt": moment - SILENT_AFTER}
    rows = db.collection(PROCESSES).find(
        {"ended": None, "seen": seen}, sort=[("seen", DESCENDING)], limit=_MOST_SHOWN
    )
    return [_silent(row) for row in rows]


def _silent(row: Mapping[str, Any]) -> Silent:
    return Silent(row["_id"], row.get("host") or "", row["began"], row["seen"])

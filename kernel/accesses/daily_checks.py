"""Each day a worker checks the records of accesses of the last two days. What it finds is in the log and a metric, and
`manage.py verify_access` names it again.

A check that a dying worker leaves is not repeated: the next one goes back far enough.
"""

from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter
from pymongo.errors import DuplicateKeyError

from kernel import clock, db
from kernel.accesses.checking import Check

EVERY = timedelta(days=1)
BACK = timedelta(days=2)
_NAME, _TIMES = "accesses", "heartbeats"
_MOST_LOGGED = 20

FLAWS = Counter("clinics_access_flaws_total", "Findings in the records of accesses")
log = structlog.get_logger(__name__)


def check() -> int:
    """Today's check, if it is not done. Returns how many records were checked."""
    moment = clock.now()
    if not _claim(moment):
        return 0
    check = Check(moment - BACK)
    count = 0
    for count, flaw in enumerate(check.flaws(), start=1):
        if count <= _MOST_LOGGED:
            log.error("accesses.broken", name=flaw.process, reason=flaw.what)
    FLAWS.inc(count)
    log.info("accesses.checked", count=check.records)
    return check.records


def _claim(moment: datetime) -> bool:
    """False if today's check was begun already."""
    due = {"_id": _NAME, "time": {"$lte": moment - EVERY}}
    try:
        result = db.collection(_TIMES).update_one(due, {"$set": {"time": moment}}, upsert=True)
    except DuplicateKeyError:
        return False
    return bool(result.matched_count or result.upserted_id)

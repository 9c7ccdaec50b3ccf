"""The scheduler of periodic tasks, supervised.

It records in MongoDB that it hands tasks to the broker, for the metrics and the staff's first page, and exits
when it is stuck. The process manager starts it again.
"""

import os
import threading
import time
from datetime import timedelta
from typing import Any

import pymongo
import structlog
from celery.beat import PersistentScheduler
from pymongo.errors import PyMongoError

from kernel import clock, db, updates

COLLECTION = "heartbeats"
LATE = timedelta(minutes=1)  # the shortest wait between two tasks is a few seconds
STUCK_SECONDS = 120.0  # a broker that hangs delays a tick by half a minute
NOTE_EVERY = 5.0
_NAME = "beat"
_EXIT = 75  # EX_TEMPFAIL

log = structlog.get_logger(__name__)


class Scheduler(PersistentScheduler):
    """Celery's scheduler. Celery also makes an instance without a schedule (`lazy`), only to print its
    name."""

    def __init__(self, *args: Any, lazy: bool = False, **options: Any) -> None:
        super().__init__(*args, lazy=lazy, **options)
        self._ticked, self._recorded = time.monotonic(), float("-inf")
        if not lazy:
            threading.Thread(target=self._watch, daemon=True, name="beat-watch").start()

    def tick(self, *args: Any, **options: Any) -> Any:
        self._ticked = time.monotonic()
        self._follow_clock()
        return super().tick(*args, **options)

    def _follow_clock(self) -> None:
        """Celery sends a task when its pause has passed since the time of its last run. If the clock was set back by an
        hour since then, also by one at a restart, nothing would be sent for an hour."""
        ahead = [
            e for e in self.schedule.values() if e.last_run_at and e.last_run_at > e.default_now()
        ]
        if ahead:
            log.warning("beat.clock_was_set_back", count=len(ahead))
            for entry in ahead:
                entry.last_run_at = entry.default_now()
            self._heap = None  # made again by the next tick

    def apply_async(self, *args: Any, **options: Any) -> Any:
        sent = super().apply_async(*args, **options)
        if time.monotonic() - self._recorded >= NOTE_EVERY:
            self._recorded = time.monotonic()
            _record()
        return sent

    def _watch(self) -> None:
        while time.monotonic() - self._ticked < STUCK_SECONDS:
            time.sleep(min(NOTE_EVERY, STUCK_SECONDS))
        log.error("beat.stuck")
        os._exit(_EXIT)


def _record() -> None:
    """A failure is only logged: the schedule goes on."""
    try:
        with pymongo.timeout(1):
            moment = clock.now()
            began = {"$set": {"began": {"$min": ["$began", moment]}}}
            db.collection(COLLECTION).update_one(
                {"_id": _NAME}, [updates.latest("time", moment), began], upsert=True
            )
    except PyMongoError as error:
        log.warning("beat.not_noted", error=type(error).__name__)


def silent_seconds() -> float:
    """Seconds since a scheduler handed a task to the broker; infinite if that never happened."""
    heartbeat = db.collection(COLLECTION).find_one({"_id": _NAME})
    return (clock.now() - heartbeat["time"]).total_seconds() if heartbeat else float("inf")


def is_late() -> bool:
    return silent_seconds() > LATE.total_seconds()

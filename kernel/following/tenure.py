"""The time in which a process holds the lease of a follower and follows.

The position is stored after a batch was handled: a process that dies in between has it handled again, and
loses none.
"""

import threading
import time
from typing import Any

import structlog

from kernel import clock, leases, transient_errors
from kernel.following import delivering, rows, stream
from kernel.following.registered import Follower
from kernel.following.rows import LeaseLost, Row
from kernel.following.stream import Batch, PositionLost, Stream

NOTE_EVERY = 5.0  # seconds, while nothing happens
_SLICES_SECONDS = 1.0  # of a rescan, before the stream is read again
_LONGEST_WAIT = 60.0
_AFTER_LOSS = 1.0

log = structlog.get_logger("kernel.following")


class Stopped(Exception):
    """The process is to end."""


class Tenure:
    """Made with the row that `rows.take` returned."""

    def __init__(self, follower: Follower, holder: str, row: Row, *, stop: threading.Event) -> None:
        self.progress = time.monotonic()
        self.has_worked = False
        self._follower, self._holder, self.row, self._stop = follower, holder, row, stop
        self._is_lost = threading.Event()
        self._stream: Stream | None = None
        self._noted = self._sliced = float("-inf")
        self._rescan = Pauses()

    def run(self) -> None:
        """Until the process is to end (Stopped), another one follows (LeaseLost), or something fails."""
        with leases.renewed(self._extend):
            try:
                self.begin()
                delivering.try_parked_again(self._follower)
                while True:
                    if not self.turn():
                        self._wait(stream.GATHER_SECONDS)
            finally:
                self.close()

    def begin(self) -> None:
        """Ask for a rescan, if what was done so far is not enough."""
        follower, row = self._follower, self.row
        if not row.get("token") and not row.get("startAt"):
            self._start_again("first start")
        elif row.get("watched") != list(follower.collections):
            self._ask_for_rescan("collections")
        elif row.get("version") != follower.version:
            self._ask_for_rescan("version")

    def turn(self) -> bool:
        """One batch of changes, and while a rescan is under way some slices of it, but not while changes wait: what it
        writes comes as changes too, and those of others would come later and later. Whether there is more to do at
        once: changes that come one by one cost the database much less when some are gathered first."""
        self._check()
        try:
            batch = self._opened().read()
        except PositionLost as lost:
            self.close()
            self._start_again(lost.reason)
            self._wait(_AFTER_LOSS)
            return True
        if batch.count:
            self._handle(batch)
        elif not self.row.get("isQuiet") or self._is_time_to_note():
            self._note(batch, {"isQuiet": True, "followedTime": clock.now()})
        is_full = batch.count == stream.MOST_CHANGES
        if not is_full or time.monotonic() - self._sliced > _LONGEST_WAIT:
            self._rescan_for_a_while()
        self.has_worked = True
        return is_full or self._may_rescan()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # --- the position
    def _start_again(self, reason: str) -> None:
        """The position comes first, so that the rescan sees everything that happened before it."""
        position = {"startAt": stream.present_position(), "followedTime": clock.now()}
        self._ask_for_rescan(reason, position, {"token": ""})

    def _ask_for_rescan(
        self, reason: str, also: Row | None = None, unset: Row | None = None
    ) -> None:
        """From the beginning, even if one is under way."""
        log.warning("following.rescan", name=self._follower.name, reason=reason)
        asked = {"rescanReason": reason, "rescanTime": clock.now(), **self._kind(), **(also or {})}
        self._change({"$set": asked, "$unset": {"rescanAfter": "", **(unset or {})}})

    def _kind(self) -> Row:
        return {"watched": list(self._follower.collections), "version": self._follower.version}

    def _change(self, update: Row) -> None:
        self.row = rows.change(self._follower.name, self._holder, update)

    def _opened(self) -> Stream:
        if self._stream is None:
            token, start_at = self.row.get("token"), self.row.get("startAt")
            self._stream = Stream(self._follower.collections, token=token, start_at=start_at)
        return self._stream

    # --- changes
    def _handle(self, batch: Batch) -> None:
        if batch.was_dropped:
            self._ask_for_rescan("dropped or renamed")
        if self._is_rescan_to_begin():
            self._rescan_slice()
        if batch.changes:
            delivering.deliver(self._follower, batch.changes, wait=self._wait)
        self._note(batch, {"isQuiet": False, "followedTime": batch.time})

    def _note(self, batch: Batch, state: Row) -> None:
        noted = {**state, "noteTime": clock.now()}
        update: Row = {"$set": noted, "$inc": {"changes": batch.count}}
        if batch.token is not None:
            noted["token"] = batch.token
            update["$unset"] = {"startAt": ""}
        self._change(update)
        self._noted = time.monotonic()

    def _is_time_to_note(self) -> bool:
        return time.monotonic() - self._noted >= NOTE_EVERY

    # --- the rescan
    def _rescan_for_a_while(self) -> None:
        deadline = time.monotonic() + _SLICES_SECONDS
        while self._may_rescan() and time.monotonic() < deadline:
            self._check()
            self._rescan_slice()
            self._sliced = time.monotonic()

    def _is_rescanning(self) -> bool:
        return self.row.get("rescanTime") is not None

    def _may_rescan(self) -> bool:
        return self._is_rescanning() and self._rescan.are_over()

    def _is_rescan_to_begin(self) -> bool:
        """The first slice may make what changes are derived into, so no change comes before it."""
        has_begun = self.row.get("rescanAfter") is not None
        return self._may_rescan() and not has_begun

    def _rescan_slice(self) -> None:
        """A fault in it must not keep changes from being followed."""
        try:
            after = self._follower.rescan(self.row.get("rescanAfter"))
        except Exception as error:
            if transient_errors.is_transient(error):
                raise
            log.exception("following.rescan_failed", name=self._follower.name)
            rows.note_failure(self._follower.name, type(error).__name__)
            self._rescan.begin_next()
            return
        self._rescan = Pauses()
        self._store_slice(after)

    def _store_slice(self, after: Any | None) -> None:
        if after is not None:
            self._change({"$set": {"rescanAfter": after}})
            return
        ended = dict.fromkeys(("rescanAfter", "rescanTime", "rescanReason"), "")
        self._change({"$unset": ended, "$set": {"rescannedTime": clock.now()}})
        log.info("following.rescanned", name=self._follower.name)

    # --- lease and end
    def _extend(self) -> None:
        if not rows.extend(self._follower.name, self._holder):
            self._is_lost.set()

    def _check(self) -> None:
        self.progress = time.monotonic()
        if self._stop.is_set():
            raise Stopped
        if self._is_lost.is_set():
            raise LeaseLost

    def _wait(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._check()


class Pauses:
    """Between attempts that fail, each longer than the one before."""

    def __init__(self) -> None:
        self._next, self._length = time.monotonic(), 0.5

    def begin_next(self) -> float:
        """Its seconds."""
        self._length = min(self._length * 2, _LONGEST_WAIT)
        self._next = time.monotonic() + self._length
        return self._length

    def are_over(self) -> bool:
        return time.monotonic() >= self._next

"""The process that follows: a thread for each follower, until it is told to end.

Several such processes may run. One of them follows, the others wait for its lease.
"""

import os
import secrets
import threading
import time
from contextlib import suppress

import structlog
from pymongo.errors import PyMongoError

from kernel.following import rows
from kernel.following.registered import BY_NAME, Follower
from kernel.following.rows import LeaseLost
from kernel.following.tenure import Pauses, Stopped, Tenure

ASK_EVERY = 1.0  # seconds, for the lease
STUCK_SECONDS = 120.0  # without a turn; a batch or a slice takes a second or two
_LONGEST_END = 10.0
_EXIT = 75  # EX_TEMPFAIL

log = structlog.get_logger("kernel.following")


def run(stop: threading.Event) -> None:
    """Follow until `stop` is set; then end after the batch that is being handled."""
    keepers = [Keeper(follower, stop) for follower in BY_NAME.values()]
    for keeper in keepers:
        keeper.thread.start()
    while not stop.wait(1.0):
        _end_if_stuck(keepers)
    deadline = time.monotonic() + _LONGEST_END
    for keeper in keepers:
        keeper.thread.join(max(0.0, deadline - time.monotonic()))


def _end_if_stuck(keepers: list["Keeper"]) -> None:
    """The process manager starts it again."""
    for keeper in keepers:
        if time.monotonic() - keeper.progress() > STUCK_SECONDS:
            log.error("following.stuck", name=keeper.follower.name)
            os._exit(_EXIT)


class Keeper:
    """Keeps one follower going, whatever fails."""

    def __init__(self, follower: Follower, stop: threading.Event) -> None:
        self.follower = follower
        self.thread = threading.Thread(target=self._keep, daemon=True, name=follower.name)
        self._stop = stop
        self._holder = secrets.token_hex(8)
        self._tenure: Tenure | None = None
        self._asked = time.monotonic()

    def progress(self) -> float:
        return max(self._asked, self._tenure.progress if self._tenure else self._asked)

    def _keep(self) -> None:
        pauses = Pauses()
        while not self._stop.is_set():
            self._asked = time.monotonic()
            try:
                self._follow_if_free()
            except Exception as error:  # noqa: BLE001 (whatever it is, the follower goes on)
                self._tell(error)
                if self._tenure is not None and self._tenure.has_worked:
                    pauses = Pauses()
                self._stop.wait(pauses.begin_next())

    def _follow_if_free(self) -> None:
        self._tenure = None
        row = rows.take(self.follower.name, self._holder)
        if row is None:
            self._stop.wait(ASK_EVERY)
            return
        self._tenure = Tenure(self.follower, self._holder, row, stop=self._stop)
        log.info("following.began", name=self.follower.name)
        try:
            self._tenure.run()
        except Stopped:
            rows.release(self.follower.name, self._holder)
        except LeaseLost:
            log.warning("following.lease_lost", name=self.follower.name)

    def _tell(self, error: Exception) -> None:
        log.warning("following.interrupted", name=self.follower.name, exc_info=error)
        with suppress(PyMongoError):
            rows.note_failure(self.follower.name, type(error).__name__)

"""Claims in MongoDB are leases: short, and renewed while the work goes on.

A worker that dies stops renewing, so its claims become due again within seconds (facts F11, F12), while a
slow worker keeps its claim.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from pymongo.errors import PyMongoError

LEASE = timedelta(seconds=20)
RENEW_EVERY = 5.0  # seconds; three renewals may fail before the lease is lost

log = structlog.get_logger(__name__)


@contextmanager
def renewed(extend: Callable[[], object]) -> Iterator[None]:
    """Call `extend` every few seconds until the block is left; it moves the claim's end to now + LEASE."""
    left = threading.Event()

    def renew() -> None:
        while not left.wait(RENEW_EVERY):
            try:
                extend()
            except PyMongoError as error:
                log.warning("lease.not_renewed", error=type(error).__name__)

    thread = threading.Thread(target=renew, daemon=True, name="lease")
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()

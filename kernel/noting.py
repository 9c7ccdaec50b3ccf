"""Notes of what was done outside and cannot be taken back: a mail was sent, a message delivered.

Without its note another worker would do the same again, so it is stored also where MongoDB is away for a while
(docs/decisions/0013-background-work.md).
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from pymongo.errors import PyMongoError

from kernel import transient_errors

T = TypeVar("T")
LASTS = 60.0  # seconds; longer than a node takes to start, shorter than the limit of a task
PAUSE = 0.5  # seconds

log = structlog.get_logger(__name__)


def insist(store: Callable[[], T]) -> T:
    """Repeats `store` while MongoDB cannot be reached. It must change nothing when it was stored already: what a lost
    connection would have answered is not known. Raises what the last try raised."""
    deadline = time.monotonic() + LASTS
    while True:
        try:
            return store()
        except PyMongoError as error:
            if not transient_errors.is_transient(error) or time.monotonic() >= deadline:
                raise
            log.warning("outcome.not_noted", error=type(error).__name__)
        time.sleep(PAUSE)

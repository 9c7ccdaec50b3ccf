"""Of two equal invitations that are sent at once only one may be stored."""

import hashlib

from confirmations.store import confirmations as store
from kernel import clock


def take_turns(kind: str, *parts: str) -> None:
    """Inside a transaction, first: whoever makes the same thing at the same time waits for the outcome."""
    name = hashlib.sha256("\0".join([kind, *parts]).encode()).hexdigest()
    store.touch_guard(name, clock.now())

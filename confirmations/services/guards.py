"""When two equal invitations are sent at once, only one may be stored."""

import hashlib

from confirmations.store import confirmations as store
from kernel import clock


def take_turns(kind: str, *parts: str) -> None:
    """Call first inside the transaction: a parallel request for the same invitation then waits for its outcome."""
    name = hashlib.sha256("\0".join([kind, *parts]).encode()).hexdigest()
    store.touch_guard(name, clock.now())

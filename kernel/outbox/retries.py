"""When a failed row is tried again, and when it is given up (docs/decisions/0013-background-work.md)."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

SLOW = timedelta(minutes=15)
LASTING = timedelta(days=1)
# How often a fault of the program is tried, and the wait in between.
FAULTY_TRIES = 3
FAULTY_WAIT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Retries:
    """How long to wait after each failed try: the quick waits in their order, then SLOW for at least LASTING."""

    quick: tuple[timedelta, ...]

    @property
    def attempts(self) -> int:
        """The first try, one after each quick wait, and one after each slow one."""
        return 1 + len(self.quick) + LASTING // SLOW

    def wait_after(self, attempts: int) -> timedelta:
        return spread(self.quick[attempts - 1] if attempts <= len(self.quick) else SLOW)

    def are_over(self, attempts: int, lasted: timedelta) -> bool:
        """Both attempts and time must be used up: a handler may request shorter waits, and a row may have
        waited for its first try."""
        return attempts >= self.attempts and lasted >= LASTING


def spread(wait: timedelta) -> timedelta:
    """Adds up to a tenth of jitter, so that not all rows are tried at once after an outage."""
    return wait * (1 + secrets.randbelow(100) / 1000)


# Three quick tries, then slower and slower: most outages of a mail service or a neighbour end within minutes.
GROWING = Retries(tuple(timedelta(seconds=s) for s in (15, 15, 60, 120, 240, 480)))

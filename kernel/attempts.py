"""Attempts that count only when they fail.

An attempt is counted before it is checked, so that parallel ones cannot slip through
together, and given back when it succeeds.

`take_for_password_login` is the rule of every login with a password. A budget for each name alone would let
any stranger lock the owner out. So failures are counted for each pair of name and client address, strictly. A
name that fails from many addresses is under attack, and then each address, the owner's too, has only a few
attempts left.
"""

from dataclasses import dataclass

from kernel import ratelimit
from kernel.errors import RateLimited, Unavailable


class Attempts:
    """What one attempt has counted, so that all of it can be given back."""

    def __init__(self) -> None:
        self._taken: list[tuple[str, str, str]] = []

    def take(self, name: str, subject: str, limit: str, *, closed: bool = True) -> None:
        """Raises RateLimited, or Unavailable when Redis is down and the limit is `closed`."""
        try:
            ratelimit.hit(name, subject, limit=limit, closed=closed)
        except (RateLimited, Unavailable):
            self.give_back()  # an attempt that is not checked costs nothing
            raise
        self._taken.append((name, subject, limit))

    def is_left(self, name: str, subject: str, limit: str) -> bool:
        """Like `take`, for a limit that does not refuse the attempt: False when it is used up."""
        try:
            ratelimit.hit(name, subject, limit=limit, closed=True)
        except RateLimited:
            return False
        except Unavailable:
            self.give_back()
            raise
        self._taken.append((name, subject, limit))
        return True

    def give_back(self) -> None:
        for name, subject, limit in self._taken:
            ratelimit.give_back(name, subject, limit=limit)
        self._taken.clear()


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many wrong passwords one login page accepts."""

    counter: str  # the prefix of its counters
    per_pair: str  # of one name from one address
    per_address: str  # from one address, whatever the name
    pressed: str  # of one name from all addresses together, after which …
    per_pressed_pair: str  # … each address has only this many


def take_for_password_login(budgets: Budgets, *, name: str, address: str) -> Attempts:
    """Raises RateLimited, or Unavailable when Redis is down. Decision 0009 explains the budgets."""
    attempts, counter, pair = Attempts(), budgets.counter, f"{name}|{address}"
    attempts.take(f"{counter}.pair", pair, budgets.per_pair)
    attempts.take(f"{counter}.address", address, budgets.per_address)
    if not attempts.is_left(f"{counter}.name", name, budgets.pressed):
        attempts.take(f"{counter}.pressed", pair, budgets.per_pressed_pair)
    return attempts

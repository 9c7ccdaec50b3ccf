"""Tries that count when they were wrong: taken before they are looked at, so that parallel ones cannot pass together,
and given back when they were right.

`of_password` is the rule of every log-in with a password. A budget for each name alone would let any stranger lock its
owner out. So names are counted together with the address that a try comes from, strictly; a name that is tried wrongly
from everywhere is pressed, and then each address has only a few tries, the owner's too.
"""

from dataclasses import dataclass

from kernel import ratelimit
from kernel.errors import RateLimited, Unavailable


class Tries:
    """What one try has taken."""

    def __init__(self) -> None:
        self._taken: list[tuple[str, str, str]] = []

    def take(self, name: str, subject: str, limit: str, *, closed: bool = True) -> None:
        """Raises RateLimited, or Unavailable when nobody can count and the limit is `closed`."""
        try:
            ratelimit.hit(name, subject, limit=limit, closed=closed)
        except (RateLimited, Unavailable):
            self.give_back()  # a try that is not looked at costs nothing
            raise
        self._taken.append((name, subject, limit))

    def is_left(self, name: str, subject: str, limit: str) -> bool:
        """As `take`, for a limit that does not end the try: False when it is used up."""
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
    """How many wrong passwords a door takes."""

    door: str  # what its counters are called
    per_pair: str  # of one name from one address
    per_address: str  # from one address, whatever the name
    pressed: str  # of one name from everywhere, after which …
    per_pressed_pair: str  # … each address has only these


def of_password(budgets: Budgets, *, name: str, address: str) -> Tries:
    """Raises RateLimited, or Unavailable when nobody can count. Why these budgets and no others: decision 0009."""
    tries, door, pair = Tries(), budgets.door, f"{name}|{address}"
    tries.take(f"{door}.pair", pair, budgets.per_pair)
    tries.take(f"{door}.address", address, budgets.per_address)
    if not tries.is_left(f"{door}.name", name, budgets.pressed):
        tries.take(f"{door}.pressed", pair, budgets.per_pressed_pair)
    return tries

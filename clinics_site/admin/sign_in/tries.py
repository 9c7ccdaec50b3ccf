"""How often somebody may try to sign in: wrong tries count, exactly; right ones are given back.

A try is taken from every budget before it is looked at, so that parallel tries can not pass together, and given back
when it was right. Why these budgets and no others: decision 0009.
"""

import unicodedata
from typing import Any

from django.http import HttpRequest

from clinics_site.admin.sign_in import devices
from clinics_site.core import ratelimit
from clinics_site.core.errors import RateLimited, Unavailable

PER_DEVICE = "10/15minute"  # of one account on a device that it was used on before
PER_PAIR = "10/15minute"  # of one account name from one address
PER_ADDRESS = "60/15minute"  # from one address, whatever the name
PRESSED = "50/15minute"  # wrong tries of one name from strange devices, after which …
PER_PRESSED_PAIR = "2/hour"  # … each address has only these
CODES = "5/15minute"  # of one account's second factor
CODES_A_DAY = "20/day"
PROVIDER = "60/15minute"  # log-ins by the identity provider that one address begins, or ends


class Tries:
    """What one try has taken."""

    def __init__(self) -> None:
        self._taken: list[tuple[str, str, str]] = []

    def take(self, name: str, subject: str, limit: str) -> None:
        try:
            ratelimit.hit(name, subject, limit=limit, closed=True)
        except (RateLimited, Unavailable):
            self.give_back()  # a try that is not looked at costs nothing
            raise
        self._taken.append((name, subject, limit))

    def give_back(self) -> None:
        for name, subject, limit in self._taken:
            ratelimit.give_back(name, subject, limit=limit)
        self._taken.clear()


def take_for_password(request: HttpRequest, name: str) -> Tries:
    """Raises RateLimited, or Unavailable when nobody can count."""
    tries, name = Tries(), name_key(name)
    device = devices.id_for(request, name)
    if device:
        tries.take("staff.login.device", f"{name}|{device}", PER_DEVICE)
        return tries
    address = ratelimit.address_of(request)
    pair = f"{name}|{address}"
    tries.take("staff.login.pair", pair, PER_PAIR)
    tries.take("staff.login.address", address, PER_ADDRESS)
    if _is_pressed(tries, name):
        tries.take("staff.login.pressed", pair, PER_PRESSED_PAIR)
    return tries


def _is_pressed(tries: Tries, name: str) -> bool:
    pressed = Tries()
    try:
        pressed.take("staff.login.name", name, PRESSED)
    except RateLimited:
        return True
    tries._taken += pressed._taken
    return False


def take_for_code(request: HttpRequest, user: Any) -> Tries:
    """Only who knows the password gets here; a known device has tries that such a thief can not use up."""
    account, name = str(user.pk), name_key(user.get_username())
    device = devices.id_for(request, name)
    tries = Tries()
    tries.take("staff.code", f"{account}|{device}", CODES)
    tries.take("staff.code.day", f"{account}|{device}", CODES_A_DAY)
    if not device:
        tries.take("staff.login.address", ratelimit.address_of(request), PER_ADDRESS)
    return tries


def take_for_provider(request: HttpRequest, step: str) -> Tries:
    tries = Tries()
    tries.take(f"staff.provider.{step}", ratelimit.address_of(request), PROVIDER)
    return tries


def name_key(name: str) -> str:
    """What a typed name is counted by: as the log-in form reads it, letters of either case alike."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()[:150]

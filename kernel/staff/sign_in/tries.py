"""How often somebody may try to sign in: wrong tries count, exactly; right ones are given back (`kernel.tries`).

Why these budgets and no others: decision 0009.
"""

import unicodedata
from typing import Any

from django.http import HttpRequest

from kernel import ratelimit
from kernel.staff.sign_in import devices
from kernel.tries import Budgets, Tries, of_password

PER_DEVICE = "10/15minute"  # of one account on a device that it was used on before
BUDGETS = Budgets(  # on any other device
    door="staff.login",
    per_pair="10/15minute",
    per_address="60/15minute",
    pressed="50/15minute",
    per_pressed_pair="2/hour",
)
CODES = "5/15minute"  # of one account's second factor
CODES_A_DAY = "20/day"
PROVIDER = "60/15minute"  # log-ins by the identity provider that one address begins, or ends


def take_for_password(request: HttpRequest, name: str) -> Tries:
    """Raises RateLimited, or Unavailable when nobody can count."""
    name = name_key(name)
    device = devices.id_for(request, name)
    if not device:
        return of_password(BUDGETS, name=name, address=ratelimit.address_of(request))
    tries = Tries()
    tries.take("staff.login.device", f"{name}|{device}", PER_DEVICE)
    return tries


def take_for_code(request: HttpRequest, user: Any) -> Tries:
    """Only who knows the password gets here; a known device has tries that such a thief can not use up."""
    account, name = str(user.pk), name_key(user.get_username())
    device = devices.id_for(request, name)
    tries = Tries()
    tries.take("staff.code", f"{account}|{device}", CODES)
    tries.take("staff.code.day", f"{account}|{device}", CODES_A_DAY)
    if not device:
        tries.take("staff.login.address", ratelimit.address_of(request), BUDGETS.per_address)
    return tries


def take_for_provider(request: HttpRequest, step: str) -> Tries:
    tries = Tries()
    tries.take(f"staff.provider.{step}", ratelimit.address_of(request), PROVIDER)
    return tries


def name_key(name: str) -> str:
    """What a typed name is counted by: as the log-in form reads it, letters of either case alike."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()[:150]

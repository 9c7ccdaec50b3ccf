"""How often somebody may try to sign in: wrong tries count, exactly; right ones are given back (`kernel.attempts`).

Why these budgets and no others: decision 0009.
"""

import unicodedata
from typing import Any

from django.http import HttpRequest

from kernel import ratelimit
from kernel.attempts import Attempts, Budgets, take_for_password_login
from kernel.staff.sign_in import devices

PER_DEVICE = "10/15minute"  # of one account on a device that it was used on before
BUDGETS = Budgets(  # on any other device
    counter="staff.login",
    per_pair="10/15minute",
    per_address="60/15minute",
    pressed="50/15minute",
    per_pressed_pair="2/hour",
)
CODES = "5/15minute"  # of one account's second factor
CODES_A_DAY = "20/day"
PROVIDER = "60/15minute"  # log-ins by the identity provider that one address begins, or ends


def take_for_password(request: HttpRequest, name: str) -> Attempts:
    """Raises RateLimited, or Unavailable when nobody can count."""
    name = name_key(name)
    device = devices.id_for(request, name)
    if not device:
        return take_for_password_login(
            BUDGETS, name=name, address=ratelimit.client_address(request)
        )
    attempts = Attempts()
    attempts.take("staff.login.device", f"{name}|{device}", PER_DEVICE)
    return attempts


def take_for_code(request: HttpRequest, user: Any) -> Attempts:
    """Only who knows the password gets here; a known device has tries that such a thief can not use up."""
    account, name = str(user.pk), name_key(user.get_username())
    device = devices.id_for(request, name)
    attempts = Attempts()
    attempts.take("staff.code", f"{account}|{device}", CODES)
    attempts.take("staff.code.day", f"{account}|{device}", CODES_A_DAY)
    if not device:
        attempts.take("staff.login.address", ratelimit.client_address(request), BUDGETS.per_address)
    return attempts


def take_for_provider(request: HttpRequest, step: str) -> Attempts:
    attempts = Attempts()
    attempts.take(f"staff.provider.{step}", ratelimit.client_address(request), PROVIDER)
    return attempts


def name_key(name: str) -> str:
    """What a typed name is counted by: as the log-in form reads it, letters of either case alike."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()[:150]

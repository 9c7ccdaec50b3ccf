"""How often a person may try to sign in: failed attempts count, successful ones are given back
(`kernel.attempts`).

Decision 0009 explains the budgets.
"""

import unicodedata
from typing import Any

from django.http import HttpRequest

from kernel import ratelimit
from kernel.attempts import Attempts, Budgets, take_for_password_login
from kernel.staff.sign_in import devices

PER_DEVICE = "10/15minute"  # for one account on a device where it was used before
BUDGETS = Budgets(  # on any other device
    counter="staff.login",
    per_pair="10/15minute",
    per_address="60/15minute",
    pressed="50/15minute",
    per_pressed_pair="2/hour",
)
CODES = "5/15minute"  # for one account's second factor
CODES_A_DAY = "20/day"
PROVIDER = (
    "60/15minute"  # logins through the identity provider that one address begins, or completes
)


def take_for_password(request: HttpRequest, name: str) -> Attempts:
    """Raises RateLimited, or Unavailable when Redis is down."""
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
    """Only someone who knows the password gets here. A known device has attempts of its own, which a thief of
    the password cannot use up."""
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
    """The form in which a typed name is counted: as the login form reads it, ignoring case."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()[:150]

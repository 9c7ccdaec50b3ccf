"""Logging in to the embedded accounts."""

import hmac

from django.conf import settings

from kernel import addresses
from kernel.addresses import InvalidAddress
from kernel.attempts import Attempts, Budgets, take_for_password_login
from kernel.errors import Forbidden, Unauthorized
from users.clients.protocol import User
from users.embedded import accounts, sessions

BUDGETS = Budgets(
    counter="login",
    per_pair="10/5minutes",
    per_address="60/minute",
    pressed="50/15minutes",
    per_pressed_pair="2/hour",
)
WRONG_SECRETS = "60/minute"  # from one address
_NO_MATCH = "No user matched the given details"
_UNVERIFIED = "The user hasn't verified this account yet"


def log_in(*, email: str, password: str, client_address: str) -> tuple[User, str]:
    """The account and a session token. Failed attempts are limited for each pair of name and client address,
    so that no stranger can use up the owner's attempts. Successful ones do not count."""
    address = _canonical(email)
    attempts = take_for_password_login(BUDGETS, name=address or email, address=client_address)
    user = accounts.find_by_credentials(address, password) if address else None
    if user is None:
        raise Unauthorized(message=_NO_MATCH)
    attempts.give_back()
    if not user.email_verified:
        raise Forbidden(message=_UNVERIFIED)
    accounts.note_login(user.user_id)
    return user, sessions.issue(user.user_id)


def _canonical(email: str) -> str:
    """Empty for a text that is not an address: no account has it."""
    try:
        return addresses.canonical(email)
    except InvalidAddress:
        return ""


def log_in_service(*, secret: str, client_address: str) -> str:
    """A server token for a backend service that knows the shared secret."""
    attempts = Attempts()
    attempts.take("login.service", client_address, WRONG_SECRETS)
    expected = settings.SERVER_TOKEN_SECRET
    if not expected or not hmac.compare_digest(secret.encode(), expected.encode()):
        raise Unauthorized(message="Wrong secret")
    attempts.give_back()
    return sessions.issue_for_service()


def renew(token: str) -> None:
    sessions.renew(token)


def log_out(token: str) -> None:
    sessions.end(token)

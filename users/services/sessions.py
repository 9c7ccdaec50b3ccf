"""Logging in to the embedded accounts."""

import hmac

from django.conf import settings

from clinics_site.core import addresses, ratelimit
from clinics_site.core.addresses import InvalidAddress
from clinics_site.core.errors import Forbidden, Unauthorized
from users.clients.embedded import accounts, sessions
from users.clients.protocol import User

_NO_MATCH = "No user matched the given details"
_UNVERIFIED = "The user hasn't verified this account yet"


def log_in(*, email: str, password: str, client_address: str) -> tuple[User, str]:
    """The account and a session token. Tries are limited per address and per place they come from."""
    ratelimit.hit("login.place", client_address, limit="60/minute", closed=True)
    found = accounts.find_by_credentials(_counted(email), password)
    if found is None:
        raise Unauthorized(message=_NO_MATCH)
    if not found.email_verified:
        raise Forbidden(message=_UNVERIFIED)
    return found, sessions.issue(found.user_id)


def _counted(email: str) -> str:
    """The canonical address, after its try was counted. What is no address is nobody's."""
    try:
        address = addresses.canonical(email)
    except InvalidAddress:
        raise Unauthorized(message=_NO_MATCH) from None
    ratelimit.hit("login.account", address, limit="10/5minutes", closed=True)
    return address


def log_in_service(*, secret: str, client_address: str) -> str:
    """A server token for a backend service that knows the shared secret."""
    ratelimit.hit("login.service", client_address, limit="60/minute", closed=True)
    expected = settings.SERVER_TOKEN_SECRET
    if not expected or not hmac.compare_digest(secret.encode(), expected.encode()):
        raise Unauthorized(message="Wrong secret")
    return sessions.issue_for_service()


def renew(token: str) -> None:
    sessions.renew(token)


def log_out(token: str) -> None:
    sessions.end(token)

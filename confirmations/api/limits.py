"""Limits of the operations that ask for no token: per client, and per address or key. Exact under parallel requests."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from kernel import addresses, authn, ratelimit


def count_mail(operation: str, request: Request | HttpRequest, email: str) -> None:
    """Count one mail to a canonical address. Raises RateLimited, or Unavailable without Redis."""
    _count_client(operation, request)
    ratelimit.hit(
        f"{operation}.address",
        addresses.key(email),
        limit=settings.CONFIRMATIONS_PER_ADDRESS,
        closed=True,
    )


def count_try(operation: str, request: Request | HttpRequest, key: str) -> None:
    """Count one use of a key, so that no one can try every birthday with a link."""
    _count_client(operation, request)
    ratelimit.hit(f"{operation}.key", key, limit=settings.CONFIRMATIONS_PER_KEY, closed=True)


def _count_client(operation: str, request: Request | HttpRequest) -> None:
    """Other services call for many people from one address: they are not counted."""
    token = request.META.get(authn.ENVIRON_HEADER, "")
    principal = authn.find_principal(token) if token else None
    if principal is None or not principal.is_server:
        ratelimit.hit(
            f"{operation}.client",
            ratelimit.client_address_in(request.META),
            limit=settings.CONFIRMATIONS_PER_CLIENT,
            closed=True,
        )

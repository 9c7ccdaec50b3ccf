"""Xealth: the protocol and its HTTP implementation (rules EHR-128 to EHR-131).

There is no stand-in: an order that was not sent must never appear as sent.
"""

import json
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

import httpx2
from django.core.cache import cache

from kernel import http
from kernel.http import ServiceError
from xealth import configuration

SERVICE, TOKEN_SERVICE = "Xealth", "Xealth's token endpoint"
NO_TOKEN = f"{TOKEN_SERVICE} gave no token and"
TOKEN_KEY = "xealth:token"  # noqa: S105 (the name of a cache entry)
EARLY = 30  # a token that ends within this many seconds is renewed
Order = dict[str, Any]


class Xealth(Protocol):
    def write_order(self, deployment: str, order: Order) -> int:
        """The HTTP status of Xealth's answer; 200 means taken.

        Raises ServiceUnavailable, and ServiceError when it gets no token.
        """
        ...


class HttpXealth:
    def write_order(self, deployment: str, order: Order) -> int:
        path = f"/partner/write/order/{quote(deployment, safe='')}"
        response = _post(path, order)
        if response.status_code == 401:
            # The cached token may have been revoked before it expired.
            cache.delete(TOKEN_KEY)
            response = _post(path, order)
        return response.status_code


def access_token() -> str:
    """Shared by all processes through the cache. Raises ServiceUnavailable and ServiceError."""
    cached: str | None = cache.get(TOKEN_KEY)
    if cached is not None:
        return cached
    answer = _ask_for_token()
    life = int(answer.get("expires_in") or 0) - EARLY
    if life > 0:
        cache.set(TOKEN_KEY, answer["access_token"], life)
    return str(answer["access_token"])


def _ask_for_token() -> dict[str, Any]:
    # RFC 6749, 2.3.1: the credentials are form-encoded before they become a basic header.
    credentials = [quote_plus(configuration.text(name)) for name in ("client_id", "client_secret")]
    response = http.request(
        TOKEN_SERVICE,
        "POST",
        configuration.text("token_url"),
        data={"grant_type": "client_credentials"},
        auth=httpx2.BasicAuth(*credentials),
    )
    http.expect(response, TOKEN_SERVICE, 200)
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise ServiceError(NO_TOKEN, response.status_code)
    return answer


def _post(path: str, order: Order) -> httpx2.Response:
    return http.request(
        SERVICE,
        "POST",
        configuration.text("base_url").rstrip("/") + path,
        json=order,
        headers={"Authorization": f"Bearer {access_token()}"},
    )


def xealth() -> Xealth:
    return HttpXealth()

"""Known devices: a signed cookie from an earlier complete login, with a mark for each account.

It gives no access. It gives the account's owner attempts of her own, which no stranger can use up.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "staff_device"
_SALT = "staff.device"
_AGE = 180 * 24 * 3600  # seconds
_MOST_ACCOUNTS = 5


def id_for(request: HttpRequest, account: str) -> str:
    """The device's id if someone has logged in to `account` from it, else an empty text."""
    device = _read(request)
    return device["id"] if _mark(device["id"], account) in device["accounts"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, account: str) -> None:
    device = _read(request)
    mark = _mark(device["id"], account)
    others = [known for known in device["accounts"] if known != mark]
    accounts = [mark, *others][:_MOST_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": device["id"], "accounts": accounts}, salt=_SALT),
        max_age=_AGE,
        path=settings.ADMIN_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        device: dict[str, Any] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_AGE
        )
    except signing.BadSignature:
        return {"id": secrets.token_urlsafe(16), "accounts": []}
    return device


def _mark(device_id: str, account: str) -> str:
    """A mark that does not reveal the account to a reader of the cookie."""
    return signing.Signer(salt=f"{_SALT}:{device_id}").signature(account)

"""Xealth: the protocol and its HTTP implementation (rules EHR-128 to EHR-131 and EHR-160 and EHR-161).

An order is written by an operator, who reads the answer; it is read by a worker. So a failure to read one that may pass
raises RetryLater, and one that cannot raises PermanentFailure, both with a short code.
"""

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote_plus

import httpx2

from ehr.reading import OBJECT, Unreadable
from kernel import access_tokens, http
from kernel.errors import PermanentFailure, RetryLater
from kernel.http import ServiceError, ServiceUnavailable
from xealth import configuration
from xealth.choices import Failure

SERVICE, TOKEN_SERVICE = "Xealth", "Xealth's token endpoint"
NO_TOKEN = f"{TOKEN_SERVICE} gave no token and"
TOKEN_KEY = "xealth:token"  # noqa: S105 (the name of a cache entry)
EARLY = 30  # a token that ends within this many seconds is renewed
TIMEOUT = httpx2.Timeout(30.0, connect=3.0)
LARGEST_ORDER = 2**20  # bytes
WHAT, PLACE = "order", "orderData"
# Not there yet counts as transient: the notification may be faster than the order.
_TRANSIENT = (401, 404, 408, 429)
Json = dict[str, Any]


class Xealth(Protocol):
    is_embedded: bool

    def write_order(self, deployment: str, order: Json) -> int:
        """The HTTP status of Xealth's answer; 200 means taken.

        Raises ServiceUnavailable, and ServiceError when it gets no token.
        """
        ...

    def read_order(self, deployment: str, order_id: str) -> Json:
        """Raises RetryLater, PermanentFailure and Unreadable."""
        ...


class HttpXealth:
    is_embedded = False

    def write_order(self, deployment: str, order: Json) -> int:
        path = f"/partner/write/order/{http.segment(deployment)}"
        return _with_token(lambda token: _request("POST", path, token, json=order)).status_code

    def read_order(self, deployment: str, order_id: str) -> Json:
        path = f"/partner/read/order/{http.segment(deployment)}/{http.segment(order_id)}"
        try:
            response = _with_token(lambda token: _request("GET", path, token))
        except ServiceUnavailable:
            raise RetryLater(Failure.XEALTH_UNREACHABLE) from None
        except ServiceError as error:
            raise _failure_of_token(error) from None
        return _order_in(response)


def _with_token(call: Callable[[str], httpx2.Response]) -> httpx2.Response:
    """Once more with a fresh token if the cached one is refused: it may have been revoked before its end."""
    response = call(access_token())
    if response.status_code == 401:
        access_tokens.drop(TOKEN_KEY)
        response = call(access_token())
    return response


def access_token() -> str:
    """Shared by all processes, renewed before it ends. Raises ServiceUnavailable and ServiceError."""
    return access_tokens.shared(TOKEN_KEY, early=EARLY, ask=_ask_for_token)


def _ask_for_token() -> Json:
    # RFC 6749, 2.3.1: the credentials are form-encoded before they become a basic header.
    credentials = [quote_plus(configuration.text(name)) for name in ("client_id", "client_secret")]
    response = http.request(
        TOKEN_SERVICE,
        "POST",
        configuration.text("token_url"),
        data={"grant_type": "client_credentials"},
        auth=httpx2.BasicAuth(*credentials),
        timeout=TIMEOUT,
    )
    http.expect(response, TOKEN_SERVICE, 200)
    answer = http.json_object(response) or {}
    if not isinstance(answer.get("access_token"), str):
        raise ServiceError(NO_TOKEN, response.status_code)
    return answer


def _request(method: str, path: str, token: str, **options: Any) -> httpx2.Response:
    return http.request(
        SERVICE,
        method,
        configuration.text("base_url").rstrip("/") + path,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT,
        **options,
    )


def _failure_of_token(error: ServiceError) -> RetryLater | PermanentFailure:
    """Refused credentials may be corrected by operators within the day that is waited."""
    if error.status == 200:
        return RetryLater(Failure.TOKEN_UNREADABLE)
    if _may_pass(error.status):
        return RetryLater(f"xealth_token_{error.status}", wait=error.wait)
    return PermanentFailure(f"xealth_token_refused_{error.status}")


def _order_in(response: httpx2.Response) -> Json:
    status = response.status_code
    if status != 200:
        if _may_pass(status):
            msg = f"xealth_order_{status}"
            raise RetryLater(msg, wait=http.retry_after(response))
        msg = f"xealth_order_refused_{status}"
        raise PermanentFailure(msg)
    if len(response.content) > LARGEST_ORDER:
        raise Unreadable(WHAT, PLACE, f"must not be larger than {LARGEST_ORDER} bytes")
    order = http.json_object(response)
    if order is None:
        raise Unreadable(WHAT, PLACE, OBJECT)
    return order


def _may_pass(status: int) -> bool:
    return status >= 500 or status in _TRANSIENT

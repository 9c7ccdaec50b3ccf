"""Redox: the protocol, its HTTP implementation and the embedded stand-in (rules EHR-75 to EHR-77, EHR-109 and
EHR-110).

A failure that may pass raises RetryLater, one that cannot raises PermanentFailure; both carry a short code.
"""

import time
import uuid
from typing import Any, Protocol

import httpx2
import jwt
import orjson

from kernel import access_tokens, http
from kernel.errors import PermanentFailure, RetryLater
from redox import configuration
from redox.choices import Failure

SERVICE = "redox"
TOKEN_KEY = "redox:token"  # noqa: S105 (the name of a cache entry)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = 300  # seconds
EARLY = 60  # a token that ends within this many seconds is renewed
TIMEOUT = httpx2.Timeout(30.0, connect=3.0)
_TRANSIENT = (401, 408, 429)
Message = dict[str, Any]


class Redox(Protocol):
    is_embedded: bool

    def send(self, message: Message) -> None: ...

    def upload(self, report: bytes) -> str:
        """The address of the uploaded PDF."""
        ...


class EmbeddedRedox:
    """Sends nothing: the caller keeps what would be sent, and staff can view it."""

    is_embedded = True

    def send(self, message: Message) -> None:
        """The caller keeps the message as a delivery."""

    def upload(self, report: bytes) -> str:
        return f"embedded:{uuid.uuid4()}"


class HttpRedox:
    is_embedded = False

    def send(self, message: Message) -> None:
        self._post(
            configuration.text("endpoint_url"),
            # Orders stored by the earlier service may contain database types.
            content=orjson.dumps(message, default=str),
            headers={"Content-Type": "application/json"},
        )

    def upload(self, report: bytes) -> str:
        response = self._post(
            configuration.text("upload_url"),
            files={"file": ("report.pdf", report, "application/pdf")},
        )
        address = (http.json_object(response) or {}).get("URI")
        if not isinstance(address, str) or not address:
            raise RetryLater(Failure.NO_UPLOAD_ADDRESS)
        return address

    def _post(self, url: str, **options: Any) -> httpx2.Response:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {access_token()}"}
        response = _request(url, headers=headers, **options)
        if response.status_code == 401:
            access_tokens.drop(TOKEN_KEY)
        _check(response)
        return response


def access_token() -> str:
    """Shared by all processes, renewed a minute before it ends."""
    return access_tokens.shared(TOKEN_KEY, early=EARLY, ask=_ask_for_token)


def _ask_for_token() -> dict[str, Any]:
    response = _request(
        configuration.text("token_url"),
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": _assertion(),
        },
    )
    _check(response, kind="token")
    answer = http.json_object(response) or {}
    if not isinstance(answer.get("access_token"), str):
        raise RetryLater(Failure.TOKEN_UNREADABLE)
    return answer


def _assertion() -> str:
    now = int(time.time())
    client_id = configuration.text("client_id")
    claims = {
        "iss": client_id,
        "sub": client_id,
        "iat": now,
        "exp": now + ASSERTION_LIFE,
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(
        claims,
        configuration.text("private_key"),
        algorithm="RS384",
        headers={"kid": configuration.text("key_id")},
    )


def _request(url: str, **options: Any) -> httpx2.Response:
    try:
        return http.request(SERVICE, "POST", url, timeout=TIMEOUT, **options)
    except http.ServiceUnavailable:
        raise RetryLater(Failure.REDOX_UNREACHABLE) from None


def _check(response: httpx2.Response, *, kind: str = "message") -> None:
    status = response.status_code
    if status < 400:
        return
    if status >= 500 or status in _TRANSIENT:
        msg = f"redox_{kind}_{status}"
        raise RetryLater(msg, wait=http.retry_after(response))
    msg = f"redox_{kind}_refused_{status}"
    raise PermanentFailure(msg)


def redox() -> Redox:
    return HttpRedox() if configuration.flag("enabled") else EmbeddedRedox()

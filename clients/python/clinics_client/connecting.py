"""A client with a token: of an account that logs in, or one that you have."""

from __future__ import annotations

import httpx
from attrs import define, field

from clinics_client import lists
from clinics_client.errors import raise_for_failure
from clinics_client.generated.client import AuthenticatedClient
from clinics_client.retries import RetryingTransport

TOKEN_HEADER = "x-tidepool-session-token"  # noqa: S105 (a name)
_TIMEOUT = httpx.Timeout(30)


@define
class ClinicsClient(AuthenticatedClient):
    """What the generated functions take as `client`, and a context manager that closes its connections. Answers with a
    status of 400 or more raise a ClinicsError. It is for the functions `sync` and `sync_detailed`."""

    user_id: str = field(default="", kw_only=True)  # known after log_in


def connect(
    address: str, token: str, *, user_id: str = "", transport: httpx.BaseTransport | None = None
) -> ClinicsClient:
    """`address`: where the service is, without `/v1`. `transport`: how requests are sent, when not over HTTP with
    httpx's own settings."""
    return ClinicsClient(
        base_url=address.rstrip("/"),
        token=token,
        prefix="",
        auth_header_name=TOKEN_HEADER,
        timeout=_TIMEOUT,
        httpx_args={
            "transport": RetryingTransport(transport or httpx.HTTPTransport()),
            "event_hooks": {"request": [lists.join], "response": [raise_for_failure]},
        },
        user_id=user_id,
    )


def log_in(
    address: str, email: str, password: str, *, transport: httpx.BaseTransport | None = None
) -> ClinicsClient:
    """Raises Unauthorized when address and password do not match. Where a user service of its own is configured, log in
    there, and `connect` with its token."""
    with httpx.Client(
        base_url=address.rstrip("/"),
        timeout=_TIMEOUT,
        transport=transport,
        event_hooks={"response": [raise_for_failure]},
    ) as client:
        answer = client.post("/auth/login", auth=(email, password))
    return connect(
        address,
        answer.headers[TOKEN_HEADER],
        user_id=answer.json()["userid"],
        transport=transport,
    )

"""A client with a token: of an account that logs in, or one that you have."""

from __future__ import annotations

from typing import Any

import httpx
from attrs import define, field

from clinics_client import lists
from clinics_client.errors import ClinicsError, raise_for_failure
from clinics_client.generated.client import AuthenticatedClient
from clinics_client.retries import RetryingTransport

TOKEN_HEADER = "x-tidepool-session-token"  # noqa: S105 (a name)
_TIMEOUT = httpx.Timeout(30)


class _CheckedClient(httpx.Client):
    """Asks for no address in which an id is nothing, `.` or `..`: it would be the address of something else."""

    def request(self, method: str, url: httpx.URL | str, **kwargs: Any) -> httpx.Response:
        _, *parts = str(url).partition("?")[0].split("/")
        if any(part in {"", ".", ".."} for part in parts):
            message = "an id is empty, or is `.` or `..`"
            raise ValueError(message)
        return super().request(method, url, **kwargs)


@define(repr=False)
class ClinicsClient(AuthenticatedClient):
    """What the generated functions take as `client`, and a context manager that closes its connections. Answers with a
    status of 300 or more raise a ClinicsError. It is for the functions `sync` and `sync_detailed`."""

    user_id: str = field(default="", kw_only=True)  # known after log_in

    def __repr__(self) -> str:
        """Without the token: what is logged has it otherwise."""
        return f"ClinicsClient({self._base_url!r}, user_id={self.user_id!r})"

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            self._client = _CheckedClient(
                base_url=self._base_url,
                cookies=self._cookies,
                headers={**self._headers, self.auth_header_name: self.token},
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
        return self._client


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
    """Raises Unauthorized when address and password do not match, and ClinicsError when something else answers.
    Where a user service of its own is configured, log in there, and `connect` with its token."""
    with httpx.Client(
        base_url=address.rstrip("/"),
        timeout=_TIMEOUT,
        transport=transport,
        event_hooks={"response": [raise_for_failure]},
    ) as client:
        answer = client.post("/auth/login", auth=(email, password))
    token, user_id = answer.headers.get(TOKEN_HEADER), _user_id(answer)
    if not token or not user_id:
        raise ClinicsError(
            answer.status_code, "the answer is not that of a log-in to a clinic service"
        )
    return connect(address, token, user_id=user_id, transport=transport)


def _user_id(answer: httpx.Response) -> str:
    """Empty where the answer has none."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get("userid") or "") if isinstance(body, dict) else ""

"""The auth service over HTTP (rules ACCOUNT-162 and ACCOUNT-163)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from httpx2 import Response

from kernel import clock, http
from kernel.http import ServiceError, segment
from users.clients.http.answers import json_array, json_object
from users.clients.http.server_session import ServerSession
from users.clients.http.sessions import auth_session
from users.clients.protocol import RestrictedToken

SERVICE = "auth"
_SECRET_HEADER = "x-tidepool-service-secret"  # noqa: S105


class HttpRestrictedTokens:
    def __init__(self, address: str, session: ServerSession | None = None) -> None:
        self._base = address.rstrip("/")
        self._session = session

    def list_tokens(self, user_id: str) -> list[RestrictedToken]:
        answer = self._call("GET", self._url_of_user(user_id))
        if answer.status_code == 404:
            return []
        rows = json_array(http.expect(answer, SERVICE, 200), SERVICE)
        return [_token(row, answer) for row in rows]

    def create_token(
        self, user_id: str, paths: tuple[str, ...] | None, expires: datetime | None
    ) -> RestrictedToken:
        answer = self._call("POST", self._url_of_user(user_id), json=_body(paths, expires))
        return _token(json_object(http.expect(answer, SERVICE, 201), SERVICE), answer)

    def get_token(self, token_id: str) -> RestrictedToken | None:
        answer = self._call("GET", self._url_of_token(token_id))
        if answer.status_code == 404:
            return None
        return _token(json_object(http.expect(answer, SERVICE, 200), SERVICE), answer)

    def extend_token(self, token_id: str, paths: tuple[str, ...], expires: datetime) -> None:
        answer = self._call("PUT", self._url_of_token(token_id), json=_body(paths, expires))
        http.expect(answer, SERVICE, 200)

    def delete_token(self, token_id: str) -> None:
        """The service answers 200, while its description says 204."""
        http.expect(self._call("DELETE", self._url_of_token(token_id)), SERVICE, 200, 204)

    def _url_of_user(self, user_id: str) -> str:
        return f"{self._base}/v1/users/{segment(user_id)}/restricted_tokens"

    def _url_of_token(self, token_id: str) -> str:
        return f"{self._base}/v1/restricted_tokens/{segment(token_id)}"

    def _call(self, method: str, url: str, **options: Any) -> Response:
        if settings.SERVICE_SECRET:
            headers = {_SECRET_HEADER: settings.SERVICE_SECRET}
            return http.request(SERVICE, method, url, headers=headers, **options)
        session = self._session or auth_session()
        return session.call(SERVICE, method, url, **options)


def _body(paths: tuple[str, ...] | None, expires: datetime | None) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if paths is not None:
        body["paths"] = list(paths)
    if expires is not None:
        body["expirationTime"] = clock.format_time(expires)
    return body


def _token(row: dict[str, Any], answer: Response) -> RestrictedToken:
    paths = row.get("paths")
    try:
        return RestrictedToken(
            id=row["id"],
            user_id=row["userId"],
            paths=None if paths is None else tuple(paths),
            expiration_time=clock.parse_time(row["expirationTime"]),
            created_time=clock.parse_time(row["createdTime"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ServiceError(SERVICE, answer.status_code) from None

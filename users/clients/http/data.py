"""The data service over HTTP (rule ACCOUNT-164)."""

from typing import Any

from httpx2 import Response

from kernel import http
from kernel.http import ServiceError, segment
from users.clients.http.answers import json_array, json_object
from users.clients.http.server_session import ServerSession
from users.clients.http.sessions import own_session

SERVICE = "data"


class HttpDataService:
    def __init__(self, address: str, session: ServerSession | None = None) -> None:
        self._base = address.rstrip("/")
        self._session = session or own_session()

    def list_data_sources(self, user_id: str) -> list[dict[str, Any]]:
        answer = self._call("GET", f"/v1/users/{segment(user_id)}/data_sources")
        if answer.status_code == 404:
            return []
        return json_array(http.expect(answer, SERVICE, 200), SERVICE)

    def has_data(self, user_id: str) -> bool:
        path = f"/v1/users/{segment(user_id)}/data_sets"
        answer = self._call("GET", path, params={"size": 1})
        if answer.status_code == 404:
            return False
        return bool(json_array(http.expect(answer, SERVICE, 200), SERVICE))

    def get_summary(self, kind: str, user_id: str) -> dict[str, Any] | None:
        answer = self._call("GET", f"/v1/summaries/{segment(kind)}/{segment(user_id)}")
        if answer.status_code == 404:
            return None
        return json_object(http.expect(answer, SERVICE, 200), SERVICE)

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None:
        path = f"/v1/users/{segment(owner_id)}/followers/{segment(follower_id)}/alerts"
        answer = self._call("POST", path, json=config)
        if not answer.is_success:
            raise ServiceError(SERVICE, answer.status_code)

    def _call(self, method: str, path: str, **options: Any) -> Response:
        return self._session.call(SERVICE, method, self._base + path, **options)

"""The profile service over HTTP (rule ACCOUNT-160)."""

from kernel import http
from kernel.http import segment
from users.clients.http.answers import json_object
from users.clients.http.server_session import ServerSession
from users.clients.http.sessions import own_session
from users.clients.protocol import Profile

SERVICE = "profile"


class HttpProfileService:
    def __init__(self, address: str, session: ServerSession | None = None) -> None:
        self._base = address.rstrip("/")
        self._session = session or own_session()

    def get_profile(self, user_id: str) -> Profile | None:
        answer = self._session.call(SERVICE, "GET", self._url(user_id))
        if answer.status_code == 404:
            return None
        return json_object(http.expect(answer, SERVICE, 200), SERVICE)

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        """An unknown account (404) is not a failure: there is no profile to update."""
        answer = self._session.call(SERVICE, "POST", self._url(user_id), json=changes)
        if answer.status_code == 404:
            return {}
        return json_object(http.expect(answer, SERVICE, 200), SERVICE)

    def _url(self, user_id: str) -> str:
        return f"{self._base}/{segment(user_id)}/profile"

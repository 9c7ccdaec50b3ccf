"""The permission service over HTTP (rule ACCOUNT-161)."""

from kernel import http
from kernel.http import segment
from users.clients.http.answers import json_object
from users.clients.http.server_session import ServerSession
from users.clients.http.sessions import own_session
from users.clients.protocol import Permissions

SERVICE = "permission"


class HttpPermissionService:
    def __init__(self, address: str, session: ServerSession | None = None) -> None:
        self._base = address.rstrip("/")
        self._session = session or own_session()

    def get_permissions(self, owner_id: str, grantee_id: str) -> Permissions:
        """Read from the list of all people whom the owner trusts. Asked about a pair, the service would add
        what clinics permit: to clinicians of every role, from copies that may be out of date.
        """
        answer = self._session.call(SERVICE, "GET", f"{self._base}/access/{segment(owner_id)}")
        if answer.status_code == 404:
            return {}
        granted = json_object(http.expect(answer, SERVICE, 200), SERVICE)
        return granted.get(grantee_id) or {}

    def list_owners(self, grantee_id: str) -> dict[str, Permissions]:
        answer = self._session.call(SERVICE, "GET", self._url("groups", grantee_id))
        if answer.status_code == 404:
            return {}
        return json_object(http.expect(answer, SERVICE, 200), SERVICE)

    def set_permissions(self, owner_id: str, grantee_id: str, permissions: Permissions) -> None:
        url = self._url(owner_id, grantee_id)
        answer = self._session.call(SERVICE, "POST", url, json=permissions)
        http.expect(answer, SERVICE, 200)

    def _url(self, owner: str, grantee_id: str) -> str:
        return f"{self._base}/access/{segment(owner)}/{segment(grantee_id)}"

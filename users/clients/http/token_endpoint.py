"""The OpenID token endpoint over HTTP (rule ACCOUNT-165)."""

from typing import Any

import jwt
from httpx2 import Response

from kernel import http
from kernel.http import ServiceError
from users.clients.http.answers import json_object

SERVICE = "token"
_GRANT = {"grant_type": "client_credentials", "scope": "openid"}
_REFUSED = (400, 401)


class HttpTokenEndpoint:
    def __init__(self, address: str) -> None:
        self._address = address

    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        """Sends the credentials as HTTP Basic first, and as form fields if that is refused."""
        answer = self._ask(_GRANT, auth=(client_id, client_secret))
        if answer.status_code in _REFUSED:
            form = {**_GRANT, "client_id": client_id, "client_secret": client_secret}
            answer = self._ask(form)
        if answer.status_code in _REFUSED:
            return None
        return _subject(http.expect(answer, SERVICE, 200))

    def _ask(self, form: dict[str, str], **options: Any) -> Response:
        return http.request(SERVICE, "POST", self._address, data=form, **options)


def _subject(answer: Response) -> str:
    """The signature is not checked: the token has just come over TLS from its issuer."""
    try:
        token = json_object(answer, SERVICE)["id_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
    except (KeyError, jwt.PyJWTError):
        raise ServiceError(SERVICE, answer.status_code) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ServiceError(SERVICE, answer.status_code)
    return subject

"""This service's own login at the user service, and calls that carry its token.

The token is fetched on first use, renewed every hour, and when a call answers 401 (the user service forgot
it). Since a 401 may also mean another token in the same request, such a renewal happens at most every few
seconds. Many threads share one session; only one of them logs in at a time.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from httpx2 import Response

from kernel import deadline, http
from kernel.authn import HEADER
from kernel.http import A, ServiceError
from kernel.kept_connections import Answer

SERVICE = "user"
_TRUSTED = 5.0  # seconds for which a fresh token is not renewed despite a 401


class ServerSession:
    def __init__(self, *, url: str, name: str, secret: str, lifetime: float = 3600.0) -> None:
        """`url` is the full address of the login, `name` the service name of the caller, `lifetime` in
        seconds."""
        self._url = url
        self._headers = {"x-tidepool-server-name": name, "x-tidepool-server-secret": secret}
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._token = ""
        self._fetched_at = 0.0

    def token(self, *, instead_of: str = "") -> str:
        """The current token, or a new one if the token is old or is `instead_of`, which was refused. Raises Unavailable
        when another thread is still logging in at the end of the request's time."""
        with deadline.held(self._lock):
            age = time.monotonic() - self._fetched_at
            is_refused = self._token == instead_of and age > _TRUSTED
            if not self._token or is_refused or age > self._lifetime:
                self._token = self._log_in()
                self._fetched_at = time.monotonic()
            return self._token

    def _log_in(self) -> str:
        answer = http.request(SERVICE, "POST", self._url, headers=self._headers)
        token = http.expect(answer, SERVICE, 200).headers.get(HEADER, "")
        if not token:
            raise ServiceError(SERVICE, answer.status_code)
        return str(token)

    def call(self, service: str, method: str, url: str, **options: Any) -> Response:
        """One call with the token."""
        return self._ask(
            lambda headers: http.request(service, method, url, headers=headers, **options)
        )

    def get(self, service: str, url: str, **options: Any) -> Answer:
        """As `call`, over connections of its own: see `kernel.http.get`."""
        return self._ask(lambda headers: http.get(service, url, headers=headers, **options))

    def _ask(self, send: Callable[[dict[str, str]], A]) -> A:
        """After a 401 the token may have expired: the call is repeated once with a new one."""
        token = self.token()
        answer = send({HEADER: token})
        if answer.status_code != 401:
            return answer
        renewed = self.token(instead_of=token)
        return answer if renewed == token else send({HEADER: renewed})

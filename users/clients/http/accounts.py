"""The user service over HTTP (rules ACCOUNT-155 to ACCOUNT-159)."""

from typing import Any

import httpx2
import orjson
from django.conf import settings
from httpx2 import Response

from kernel import addresses, deadline, http, kept_connections
from kernel.http import ServiceError, ServiceUnavailable, segment
from kernel.principal import Principal
from kernel.shared_runs import SharedRuns
from users.clients.http.answers import json_object
from users.clients.http.server_session import SERVICE, ServerSession
from users.clients.http.sessions import own_session
from users.clients.protocol import (
    ANYTHING,
    AccountChanged,
    AccountGone,
    EmailTaken,
    Expected,
    User,
    UserUpdate,
)

_SERVER_ERROR = 500
# The service refuses a change of an unknown account in the same way as one of a stranger's account.
_MAY_BE_GONE = (401, 404)
# Every request of a person waits for this answer: a user service that hangs must not make this service hang.
_CHECK_TIMEOUT = httpx2.Timeout(3.0, connect=1.0)
_CHECK_ATTEMPTS = 2


def _seconds_for_check() -> float:
    """In all, with this service's own login; a pause between two tries adds half a second."""
    return settings.TOKEN_CHECK_TIME_LIMIT.total_seconds()


class HttpUserService:
    def __init__(self, address: str, session: ServerSession | None = None) -> None:
        self._base = address.rstrip("/")
        self._session = session or own_session()
        self._can_be_asked_cheaply = kept_connections.can_ask(self._base)
        self._checks: SharedRuns[Principal | None] = SharedRuns()

    def is_personal(self, token: str) -> bool:
        return False  # tokens of the real service do not say

    def check_token(self, token: str) -> Principal | None:
        """None when the service refuses the token. An outage is ServiceUnavailable, not a logout. What is asked about
        one token at one moment is asked once."""
        try:
            with deadline.within(_seconds_for_check()):
                return self._checks.run(token, lambda: self._check_token(token))
        except ServiceError:
            raise ServiceUnavailable(SERVICE) from None

    def _check_token(self, token: str) -> Principal | None:
        url = f"{self._base}/token/{segment(token)}"
        options: Any = {"timeout": _CHECK_TIMEOUT, "attempts": _CHECK_ATTEMPTS}
        answer = (
            self._session.get(SERVICE, url, **options)
            if self._can_be_asked_cheaply
            else self._session.call(SERVICE, "GET", url, **options)
        )
        if answer.status_code >= _SERVER_ERROR:
            raise ServiceUnavailable(SERVICE)
        return _principal(answer.content) if answer.status_code == 200 else None

    def server_token(self) -> str:
        return self._session.token()

    def get_user(self, id_or_email: str) -> User | None:
        """Checks the answer, because the service may consider other addresses the same."""
        address = addresses.account_address(id_or_email)
        user = self._get_user(address or id_or_email)
        if user is None or user.user_id == id_or_email:
            return user
        return user if address is not None and user.has_address(address) else None

    def _get_user(self, id_or_email: str) -> User | None:
        answer = self._call("GET", f"/user/{segment(id_or_email)}")
        if answer.status_code == 404:
            return None
        return _user(http.expect(answer, SERVICE, 200))

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        body = {"username": email, "emails": [email]} if email else {}
        answer = self._call("POST", f"/v1/clinics/{segment(clinic_id)}/users", json=body)
        return _user(http.expect(_raise_if_taken(answer), SERVICE, 201))

    def update_user(self, user_id: str, update: UserUpdate, expected: Expected = ANYTHING) -> User:
        """The service has no conditional updates: read, compare, write, and check again that the verified
        address is still the same."""
        self._check(user_id, expected)
        updated = self._put(user_id, update)
        if expected.address is not None and update.email_verified:
            self._check_verified(user_id, expected)
        return updated

    def _put(self, user_id: str, update: UserUpdate) -> User:
        answer = self._call("PUT", f"/user/{segment(user_id)}", json={"updates": _updates(update)})
        if answer.status_code in _MAY_BE_GONE and self.get_user(user_id) is None:
            raise AccountGone
        return _user(http.expect(_raise_if_taken(answer), SERVICE, 200))

    def _check(self, user_id: str, expected: Expected) -> None:
        if expected == ANYTHING:
            return
        user = self.get_user(user_id)
        if user is None:
            raise AccountGone
        if not expected.holds_for(user):
            raise AccountChanged

    def _check_verified(self, user_id: str, expected: Expected) -> None:
        """No one proved an address that was set between reading and writing."""
        try:
            self._check(user_id, Expected(address=expected.address))
        except AccountChanged:
            self._put(user_id, UserUpdate(email_verified=False))
            raise

    def delete_user(self, user_id: str, expected: Expected = ANYTHING) -> None:
        if expected != ANYTHING:
            user = self.get_user(user_id)
            if user is not None and not expected.holds_for(user):
                raise AccountChanged
        http.expect(self._call("DELETE", f"/user/{segment(user_id)}"), SERVICE, 204, 404)

    def delete_sessions(self, user_id: str) -> None:
        answer = self._call("DELETE", f"/user/{segment(user_id)}/sessions")
        http.expect(answer, SERVICE, 204, 404)

    def _call(self, method: str, path: str, **options: Any) -> Response:
        return self._session.call(SERVICE, method, self._base + path, **options)


def _principal(content: bytes) -> Principal | None:
    """Field names in any case, as other clients of the service accept them. An answer without a user is a
    refusal."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict):
        return None
    fields = {name.lower(): field for name, field in value.items()}
    user_id = fields.get("userid")
    if not isinstance(user_id, str) or not user_id:
        return None
    return Principal(user_id, fields.get("isserver") is True, fields.get("identityprovider"))


def _user(answer: Response) -> User:
    fields = json_object(answer, SERVICE)
    user_id = fields.get("userid")
    if not user_id:
        raise ServiceError(SERVICE, answer.status_code)
    return User(
        user_id=user_id,
        username=addresses.account_address(fields.get("username")),
        emails=tuple(filter(None, map(addresses.account_address, fields.get("emails") or ()))),
        roles=tuple(fields.get("roles") or ()),
        email_verified=bool(fields.get("emailVerified")),
        terms_accepted=fields.get("termsAccepted"),
        password_exists=fields.get("passwordExists"),
    )


def _updates(update: UserUpdate) -> dict[str, Any]:
    fields = {
        "username": update.username,
        "emails": update.emails,
        "password": update.password,
        "roles": update.roles,
        "emailVerified": update.email_verified,
        "termsAccepted": update.terms_accepted,
    }
    if update.username is not None or update.emails is not None:
        fields["emailVerified"] = False
    return {name: value for name, value in fields.items() if value is not None}


def _raise_if_taken(answer: Response) -> Response:
    if answer.status_code == 409:
        raise EmailTaken
    return answer

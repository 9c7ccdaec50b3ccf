"""Log in, renew, log out."""

import base64
import binascii

from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ratelimit
from kernel.api.authentication import principal_of
from kernel.api.viewsets import empty, heavy
from kernel.authn import ENVIRON_HEADER, HEADER
from kernel.errors import BadRequest
from users.api.base import AccountViewSet
from users.representation import users
from users.services import sessions
from users.services.neighbours import user_service


class LoginViewSet(AccountViewSet):
    @heavy  # a password's hash takes 100 MB and both cores of a small machine, for strangers too
    def log_in(self, request: Request) -> Response:
        email, password = _basic_credentials(request)
        found, token = sessions.log_in(
            email=email,
            password=password,
            client_address=ratelimit.client_address(request._request),
        )
        return Response(users.user(found), headers={HEADER: token})

    def renew(self, request: Request) -> Response:
        """The same token lives on, so that other requests under way stay valid."""
        principal = principal_of(request)
        token = request.META[ENVIRON_HEADER]
        sessions.renew(token)
        found = user_service().get_user(principal.user_id)
        body = {"userid": principal.user_id} if found is None else users.user(found)
        return Response(body, headers={HEADER: token})


class LogoutViewSet(AccountViewSet):
    def log_out(self, request: Request) -> Response:
        sessions.log_out(request.META.get(ENVIRON_HEADER, ""))
        return empty()


class ServerLoginViewSet(AccountViewSet):
    def log_in(self, request: Request) -> Response:
        name = request.META.get("HTTP_X_TIDEPOOL_SERVER_NAME", "")
        secret = request.META.get("HTTP_X_TIDEPOOL_SERVER_SECRET", "")
        if not name or not secret:
            raise BadRequest(message="Missing id and/or password")
        token = sessions.log_in_service(
            secret=secret, client_address=ratelimit.client_address(request._request)
        )
        response = empty()
        response.headers[HEADER] = token
        return response


def _basic_credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        decoded = ""
    email, _, password = decoded.partition(":")
    if scheme.lower() != "basic" or not email or not password:
        raise BadRequest(message="Missing id and/or password")
    return email, password

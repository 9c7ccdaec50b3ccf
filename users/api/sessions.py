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
    subject = "session"

    @heavy  # hashing a password takes 100 MB and both cores of a small machine, even for strangers
    def log_in(self, request: Request) -> Response:
        email, password = _basic_credentials(request)
        user, token = sessions.log_in(
            email=email,
            password=password,
            client_address=ratelimit.client_address(request._request),
        )
        return Response(users.user(user), headers={HEADER: token})

    def renew(self, request: Request) -> Response:
        """The token stays the same, so that requests already sent with it stay valid."""
        principal = principal_of(request)
        token = request.META[ENVIRON_HEADER]
        sessions.renew(token)
        user = user_service().get_user(principal.user_id)
        body = {"userid": principal.user_id} if user is None else users.user(user)
        return Response(body, headers={HEADER: token})


class LogoutViewSet(AccountViewSet):
    subject = "session"

    def log_out(self, request: Request) -> Response:
        sessions.log_out(request.META.get(ENVIRON_HEADER, ""))
        return empty()


class ServerLoginViewSet(AccountViewSet):
    subject = "service_session"

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

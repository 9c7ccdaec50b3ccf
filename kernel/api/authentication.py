"""Session token -> `request.user`, the Principal, and `request.auth`, the token (rules ACCOUNT-1 to ACCOUNT-4).

What a token means, and which are remembered, is in `kernel.authn`; how a refusal is worded, in the error family of the
endpoint.
"""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from kernel import authn
from kernel.principal import ENVIRON_KEY, Principal


def principal_of(request: Request) -> Principal:
    """`request.user`, which the framework's types declare as a Django user."""
    principal: Principal = request.user  # type: ignore[assignment]
    return principal


class SessionTokenAuthentication(BaseAuthentication):
    """The only credential of an operation, so a missing token is refused here and not left to the
    permissions."""

    def authenticate(self, request: Request) -> tuple[Principal, str]:
        environ = request._request.META
        token: str = environ.get(authn.ENVIRON_HEADER, "")
        principal: Principal | None = environ.get(ENVIRON_KEY)
        if principal is not None:  # checked before the body was read
            return principal, token
        if not token:
            raise NotAuthenticated
        principal = authn.find_principal(token)
        if principal is None or not principal.user_id:
            raise AuthenticationFailed
        environ[ENVIRON_KEY] = principal
        return principal, token

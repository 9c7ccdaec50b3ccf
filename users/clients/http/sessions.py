"""The server sessions of this process: one at the user service, one (if configured) for the auth service."""

from functools import cache

from django.conf import settings

from users.clients.http.server_session import ServerSession


@cache
def own_session() -> ServerSession:
    return ServerSession(
        url=settings.SHORELINE_ADDRESS.rstrip("/") + "/serverlogin",
        name="clinics",
        secret=settings.SERVER_TOKEN_SECRET,
    )


@cache
def auth_session() -> ServerSession:
    """The auth service expects a login through the gateway under another name, where one is configured."""
    if not settings.AUTH_EXTERNAL_ADDRESS:
        return own_session()
    return ServerSession(
        url=settings.AUTH_EXTERNAL_ADDRESS.rstrip("/") + "/auth/serverlogin",
        name="clinic",
        secret=settings.AUTH_EXTERNAL_SECRET,
        lifetime=settings.AUTH_EXTERNAL_TIMEOUT.total_seconds(),
    )

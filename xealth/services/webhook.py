"""What holds for every request of Xealth, before anything of it is read (rules EHR-132 to EHR-135)."""

from clinic_records.choices import EhrProvider
from kernel import accesses, shared_secrets
from kernel.choices import AccessKind
from kernel.errors import NotFound, Unauthorized
from xealth import configuration

SCHEME = "Bearer "
TOKEN_REQUIRED = "bearer token is required"  # noqa: S105 (a message)
TOKEN_INVALID = "bearer token is invalid"  # noqa: S105 (a message)
SWITCHED_OFF = "Xealth is not enabled"


def check_enabled() -> None:
    """Raises NotFound where the deployment does not use Xealth."""
    if not configuration.is_enabled():
        raise NotFound(SWITCHED_OFF)


def check_sender(authorization: str | None) -> None:
    """Raises Unauthorized; always while no bearer token is configured."""
    if authorization is None or not authorization.startswith(SCHEME):
        raise Unauthorized(TOKEN_REQUIRED)
    token = authorization.removeprefix(SCHEME)
    present, old = map(configuration.text, ("bearer_token", "old_bearer_token"))
    if not shared_secrets.is_either(token, present, old):
        raise Unauthorized(TOKEN_INVALID)
    accesses.note_caller(AccessKind.EHR, EhrProvider.XEALTH)

"""Session tokens, checked for the kernel's authentication."""

from kernel.errors import Unavailable
from kernel.http import ServiceUnavailable
from kernel.principal import Principal
from users.services.neighbours import user_service


def is_personal(token: str) -> bool:
    """Whether the token is a user's, if the user service can tell that from its form."""
    return user_service().is_personal(token)


def check_token(token: str) -> Principal | None:
    """The subject, or None. An unreachable user service leads to 503, never to "allowed" and never to a
    logout."""
    try:
        return user_service().check_token(token)
    except ServiceUnavailable:
        raise Unavailable from None

"""Session tokens, as the core's authentication asks for them."""

from collections.abc import Sequence

from kernel.db import Document
from kernel.errors import Unavailable
from kernel.http import ServiceUnavailable
from kernel.principal import Principal
from users.embedded import sessions
from users.services.neighbours import user_service


def is_personal(token: str) -> bool:
    """Whether the user service can tell a user's token from a service's by its form, and this is a user's."""
    return user_service().is_personal(token)


def check_personal_token(
    token: str, stages: Sequence[Document]
) -> tuple[Principal | None, Document]:
    """The subject of a token for which `is_personal` holds, and what is joined to it, in one command."""
    return sessions.check_joined(token, stages)


def check_token(token: str) -> Principal | None:
    """The subject, or None. An unreachable user service is 503, never "allowed" and never a logout."""
    try:
        return user_service().check_token(token)
    except ServiceUnavailable:
        raise Unavailable from None

"""Session tokens, checked for the kernel's authentication."""

from collections.abc import Sequence

from kernel.db import Document
from kernel.errors import Unavailable
from kernel.http import ServiceUnavailable
from kernel.principal import Principal
from users.embedded import sessions
from users.services.neighbours import user_service


def is_personal(token: str) -> bool:
    """Whether the token is a user's, if the user service can tell that from its form."""
    return user_service().is_personal(token)


def check_personal_token(
    token: str, stages: Sequence[Document]
) -> tuple[Principal | None, Document]:
    """The subject of a token for which `is_personal` holds, and the joined documents, in one command."""
    return sessions.check_joined(token, stages)


def check_token(token: str) -> Principal | None:
    """The subject, or None. An unreachable user service leads to 503, never to "allowed" and never to a
    logout."""
    try:
        return user_service().check_token(token)
    except ServiceUnavailable:
        raise Unavailable from None

"""An account as JSON: the user service's shape, empty fields left out."""

from typing import Any

from users.clients.protocol import User


def user(found: User, *, for_service: bool = False) -> dict[str, Any]:
    """Whether a password exists is told to services alone."""
    fields = {
        "userid": found.user_id,
        "username": found.username,
        "emails": list(found.emails),
        "roles": list(found.roles),
        "termsAccepted": found.terms_accepted,
        "emailVerified": found.email_verified,
        "passwordExists": found.password_exists if for_service else None,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}

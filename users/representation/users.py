"""An account as JSON, in the form of the user service, without empty fields."""

from typing import Any

from users.clients.protocol import User


def user(account: User, *, for_service: bool = False) -> dict[str, Any]:
    """Only services see whether a password exists."""
    fields = {
        "userid": account.user_id,
        "username": account.username,
        "emails": list(account.emails),
        "roles": list(account.roles),
        "termsAccepted": account.terms_accepted,
        "emailVerified": account.email_verified,
        "passwordExists": account.password_exists if for_service else None,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}

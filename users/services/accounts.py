"""Accounts of the embedded user service: for newcomers, commands, demos and tests."""

from users.clients import embedded
from users.clients.protocol import User


def create_user(
    *,
    email: str,
    full_name: str,
    roles: tuple[str, ...] = (),
    password: str | None = None,
    user_id: str | None = None,
) -> User:
    """Raises EmailTaken."""
    user = embedded.create_account(
        email=email, roles=roles, password=password, user_id=user_id, email_verified=True
    )
    embedded.EmbeddedProfileService().update_profile(user.user_id, {"fullName": full_name})
    return user


def issue_user_token(user_id: str, *, identity_provider: str | None = None) -> str:
    return embedded.issue_token(user_id, is_server=False, identity_provider=identity_provider)


def issue_server_token() -> str:
    return embedded.EmbeddedUserService().server_token()

"""Credentials of programs, as the embedded OpenID token endpoint knows them (rule ACCOUNT-165)."""

from django.contrib.auth.hashers import check_password, make_password

from users.store import api_clients


def subject_of(client_id: str, client_secret: str) -> str | None:
    """User id of the client's technical account; None when the credentials are refused."""
    client = api_clients.find_client(client_id)
    if client is None or not check_password(client_secret, client["secret"]):
        return None
    return str(client["userId"])


def register(client_id: str, client_secret: str, user_id: str) -> None:
    """Make the credentials known, as an administrator of the real service would."""
    api_clients.set_client(client_id, secret=make_password(client_secret), user_id=user_id)

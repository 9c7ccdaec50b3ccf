"""Accounts of the embedded user service: creating them and issuing tokens. Never used when a real one is
configured."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from kernel import texts
from users.clients.protocol import User
from users.embedded import accounts, profiles, sessions
from users.embedded.accounts import Invented


def refuse_if_not_embedded(error: type[Exception]) -> None:
    """Raise `error` if a real user service is configured: accounts are created and logged in there."""
    if settings.SHORELINE_ADDRESS:
        message = "the accounts live in the user service at TIDEPOOL_SHORELINE_CLIENT_ADDRESS"
        raise error(message)


def are_embedded() -> bool:
    """Whether the accounts are kept here; a real user service says less of them."""
    return not settings.SHORELINE_ADDRESS


def last_login(user_id: str) -> datetime | None:
    """To the hour; None if the person has not logged in, or not since this is noted."""
    return accounts.last_login(user_id)


def find(user_id: str) -> User | None:
    user = accounts.find(user_id)
    return user if user and user.user_id == user_id else None


def count_sessions(user_id: str) -> int:
    """Those that are open, up to the number that pages count to."""
    return sessions.count(user_id)


def end_sessions(user_id: str) -> int:
    """How many were open. In the caller's transaction."""
    count = sessions.count(user_id)
    sessions.end_all(user_id)
    return count


def create_user(
    *,
    email: str,
    full_name: str,
    roles: tuple[str, ...] = (),
    password: str | None = None,
    user_id: str | None = None,
    is_proven: bool = True,
) -> User:
    """An account with a profile, and with a verified address unless `is_proven` is false. Without a password no one
    can log in to it.

    Raises EmailTaken, and ServiceError 400 for an address, role or password that the rules forbid.
    """
    user = accounts.create_account(
        email=email, roles=roles, password=password, user_id=user_id, email_verified=is_proven
    )
    profiles.update_profile(user.user_id, {"fullName": texts.name(full_name)})
    return user


def set_first_password(user_id: str, password: str) -> None:
    """For an account with which no one could log in until now; any other keeps its password."""
    accounts.set_first_password(user_id, password)


def create_invented_users(invented: Sequence[Invented]) -> None:
    """Creates all of them with their profiles, or none. Raises BulkWriteError if one exists already."""
    accounts.create_accounts(invented)


def issue_user_token(user_id: str, *, identity_provider: str | None = None) -> str:
    return sessions.issue(user_id, identity_provider)


def issue_server_token() -> str:
    return sessions.issue_for_service()

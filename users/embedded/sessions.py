"""Session tokens of the embedded user service."""

import hashlib
import secrets
from datetime import timedelta

from kernel import clock
from kernel.db import Document
from kernel.principal import Principal
from users.store import session_tokens

LIFETIME = timedelta(days=7)
# Says without a query that it is a user's token; only the store says whether it is valid.
_PERSONAL = "u."
# As with the real service, all backend services share one technical account.
SERVICE_ACCOUNT_ID = "5e7b1ce0-0000-4000-8000-000000000001"


def issue(user_id: str, identity_provider: str | None = None) -> str:
    return _issue(user_id, is_server=False, identity_provider=identity_provider)


def issue_for_service() -> str:
    return _issue(SERVICE_ACCOUNT_ID, is_server=True)


def is_personal(token: str) -> bool:
    return token.startswith(_PERSONAL)


def check(token: str) -> Principal | None:
    record = session_tokens.find_valid_token(_digest(token))
    return _principal(record) if record else None


def renew(token: str) -> None:
    session_tokens.set_expiry(_digest(token), clock.now() + LIFETIME)


def end(token: str) -> None:
    session_tokens.remove_token(_digest(token))


def count(user_id: str) -> int:
    return session_tokens.count_of_user(user_id)


def end_all(user_id: str) -> None:
    session_tokens.remove_tokens_of_user(user_id)


def _issue(user_id: str, *, is_server: bool, identity_provider: str | None = None) -> str:
    token = ("" if is_server else _PERSONAL) + secrets.token_urlsafe(32)
    session_tokens.insert_token(
        _digest(token),
        user_id=user_id,
        is_server=is_server,
        identity_provider=identity_provider,
        expires=clock.now() + LIFETIME,
    )
    return token


def _principal(record: Document) -> Principal:
    return Principal(record["userId"], record["isServer"], record.get("identityProvider"))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

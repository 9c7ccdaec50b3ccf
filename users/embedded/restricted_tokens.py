"""Restricted tokens of the embedded auth service (rule ACCOUNT-151)."""

import secrets
import string
from datetime import datetime, timedelta

from kernel import clock, db
from kernel.http import ServiceError
from users.clients.protocol import RestrictedToken
from users.store import restricted_tokens

SERVICE = "auth"
LIFETIME = timedelta(hours=1)
LONGEST = timedelta(days=90)
_ALPHABET = string.digits + string.ascii_lowercase
_MAX_PATHS = 10


def list_of_user(user_id: str) -> list[RestrictedToken]:
    return [_to_token(row) for row in restricted_tokens.list_tokens(user_id)]


def create(
    user_id: str, paths: tuple[str, ...] | None, expires: datetime | None
) -> RestrictedToken:
    moment = clock.now()
    expires = expires or moment + LIFETIME
    _check(paths, expires)
    row: db.Document = {
        "_id": "".join(secrets.choice(_ALPHABET) for _ in range(32)),
        "userId": user_id,
        "expirationTime": clock.truncate(expires),
        "createdTime": moment,
    }
    if paths is not None:
        row["paths"] = list(paths)
    restricted_tokens.insert_token(row)
    return _to_token(row)


def find(token_id: str) -> RestrictedToken | None:
    """Expired tokens too, for a day: the caller checks the time."""
    row = restricted_tokens.find_token(token_id)
    return None if row is None else _to_token(row)


def extend(token_id: str, paths: tuple[str, ...], expires: datetime) -> None:
    _check(paths, expires)
    if not restricted_tokens.set_token(token_id, paths=paths, expires=expires):
        raise ServiceError(SERVICE, 404)


def delete(token_id: str) -> None:
    restricted_tokens.remove_token(token_id)


def _check(paths: tuple[str, ...] | None, expires: datetime) -> None:
    moment = clock.now()
    if not moment < expires <= moment + LONGEST:
        raise ServiceError(SERVICE, 400)
    if paths is None:
        return
    if not 1 <= len(paths) <= _MAX_PATHS or not all(path.startswith("/") for path in paths):
        raise ServiceError(SERVICE, 400)


def _to_token(row: db.Document) -> RestrictedToken:
    paths = row.get("paths")
    return RestrictedToken(
        id=row["_id"],
        user_id=row["userId"],
        paths=None if paths is None else tuple(paths),
        expiration_time=row["expirationTime"],
        created_time=row["createdTime"],
    )

"""How a clinician logs in, as the account service tells it: kept in each clinic's record of the person (rules
CLINIC-130 to CLINIC-135)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

from clinics.services.clinicians import NOT_FOUND
from clinics.store import clinicians as store
from kernel import clock, db
from kernel.errors import NotFound
from users.services import accounts

# How far the clock of the account service may be ahead of ours. A stored log-in beyond that is wrong, and gives way to
# whatever is told next.
_MOST_AHEAD = timedelta(hours=1)
# What is stored of each part of a call, and nothing else that was sent.
_READ: dict[str, Callable[[Any], Any]] = {
    "mfaEnabled": lambda sent: sent,
    "mfaEnabledTime": clock.parse_time,
    "identityProviders": lambda sent: [
        {name: one[name] for name in ("alias", "name")} for one in sent
    ],
    "lastLoginTime": clock.parse_time,
}


def update(user_id: str, changes: Mapping[str, Any]) -> None:
    """`changes`: what is told of `mfaEnabled`, `mfaEnabledTime`, `identityProviders` and `lastLoginTime`, with times as
    texts; the rest stays. Raises NotFound for someone who is a clinician nowhere."""
    fields = {name: read(changes[name]) for name, read in _READ.items() if name in changes}
    login = fields.pop("lastLoginTime", None)
    if not _merge(user_id, fields, login):
        raise NotFound(message=NOT_FOUND)


def _merge(user_id: str, fields: Mapping[str, Any], login: datetime | None) -> int:
    """The number of records. All of them change, or none."""
    possible = clock.now() + _MOST_AHEAD
    records: int = db.run_in_transaction(
        lambda: store.merge_security_profile(user_id, fields, login=login, possible=possible)
    )
    return records


def follow_login(user_id: str) -> None:
    """Keep the last log-in to an embedded account, which other services cannot tell of."""
    login = _login_here(user_id)
    if login is not None:
        _merge(user_id, {}, login)


def complete(clinic_id: ObjectId, user_id: str) -> None:
    """What is known of the person, in the record of a clinic that may be new. The oldest record has heard everything
    that any other one has."""

    def copy() -> None:
        first = store.find_first_membership(user_id)
        if first is None:
            return
        profile = first.get("securityProfile")
        if isinstance(profile, dict) and first["clinicId"] != clinic_id:
            store.set_security_profile(clinic_id, user_id, profile)

    db.run_in_transaction(copy)
    follow_login(user_id)


def _login_here(user_id: str) -> datetime | None:
    return accounts.last_login(user_id) if accounts.are_embedded() else None

"""Who a user is, as the account services tell it."""

from dataclasses import dataclass

from clinics_site.core.errors import ConstraintViolation, NotFound, Unavailable
from clinics_site.core.http import ServiceUnavailable
from users.services.neighbours import profile_service, user_service

LEGACY_ROLE = "clinic"


@dataclass(frozen=True, slots=True)
class Account:
    """`email` as the account has it; None for an account without an address."""

    user_id: str
    email: str | None
    full_name: str | None
    roles: tuple[str, ...]


def access_account(user_id: str) -> Account:
    """Raises NotFound, or Unavailable when the account services can not be asked."""
    try:
        user = user_service().get_user(user_id)
        profile = profile_service().get_profile(user_id) or {}
    except ServiceUnavailable:
        raise Unavailable from None
    if user is None:
        raise NotFound
    return Account(user.user_id, user.address or None, profile.get("fullName") or None, user.roles)


def access_legacy_account(user_id: str) -> Account:
    """An account that stood for a whole practice. Raises ConstraintViolation for any other."""
    account = access_account(user_id)
    if LEGACY_ROLE not in account.roles:
        reason = f"user {user_id} is not clinician"
        raise ConstraintViolation(reason)
    return account


def find_full_name(user_id: str) -> str | None:
    try:
        profile = profile_service().get_profile(user_id) or {}
    except ServiceUnavailable:
        raise Unavailable from None
    return profile.get("fullName") or None

"""The rules for the fields of an account. A violation raises ServiceError 400, like the answer of the user
service."""

from typing import Any

from kernel import addresses, clock
from kernel.addresses import InvalidAddress
from kernel.http import ServiceError
from users.choices import AccountRole
from users.clients.protocol import UserUpdate
from users.embedded import passwords

SERVICE = "user"
ROLES = frozenset(AccountRole.values)


def checked_address(address: str) -> str:
    try:
        return addresses.canonical(address)
    except InvalidAddress:
        raise _invalid() from None


def checked_roles(roles: tuple[str, ...]) -> list[str]:
    if not ROLES.issuperset(roles):
        raise _invalid()
    return list(dict.fromkeys(roles))


def checked_password(password: str) -> str:
    """The hash of an allowed password."""
    if not passwords.is_allowed(password):
        raise _invalid()
    return passwords.hashed(password)


def checked_update(update: UserUpdate) -> dict[str, Any]:
    """Stored fields to write; None removes the field."""
    fields: dict[str, Any] = {}
    if update.username is not None or update.emails is not None:
        fields["username"] = _checked_new_address(update.username, update.emails)
    if update.password is not None:
        fields["password"] = checked_password(update.password)
    if update.roles is not None:
        fields["roles"] = checked_roles(update.roles)
    if update.email_verified is not None:
        fields["emailVerified"] = update.email_verified
    if update.terms_accepted is not None:
        fields["termsAccepted"] = _checked_time(update.terms_accepted)
    return fields


def _checked_new_address(username: str | None, emails: tuple[str, ...] | None) -> str | None:
    if emails is not None and len(emails) > 1:
        raise _invalid()
    from_emails = None if emails is None else (emails[0] if emails else "")
    if username is not None and from_emails is not None and username != from_emails:
        raise _invalid()
    address = username if from_emails is None else from_emails
    return checked_address(address) if address else None


def _checked_time(text: str) -> str:
    try:
        clock.parse_time(text)
    except ValueError:
        raise _invalid() from None
    return text


def _invalid() -> ServiceError:
    return ServiceError(SERVICE, 400)

"""Finds the staff account of a person who logs in through the identity provider.

Accounts are found by issuer and subject, which never change owner. An address is used only once, for the
first link, and only if the provider has verified it.
"""

import enum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import IntegrityError
from pymongo.errors import DuplicateKeyError

from kernel import addresses, db
from kernel.staff import logins, roles
from kernel.staff.sign_in import store

Claims = dict[str, Any]


class Why(enum.StrEnum):
    """Reasons for the audit trail; the person is not told them."""

    DOMAIN = "domain not allowed"
    NOT_ACTIVE = "account not active"
    NOT_VERIFIED = "address not verified"
    LINKED = "account linked already"
    SEVERAL = "several accounts with this address"
    NO_ACCOUNT = "no account"
    NAME_TAKEN = "account name taken"


class Refused(Exception):
    def __init__(self, reason: Why) -> None:
        self.reason = reason
        super().__init__(reason)


def account_of(claims: Claims) -> User:
    """The active staff account of verified claims, linked or created now if necessary. Raises Refused."""
    address = _verified_address(claims)
    if settings.OIDC_ALLOWED_DOMAINS and _domain_of(address) not in _allowed_domains():
        raise Refused(Why.DOMAIN)
    user = _linked_account(claims) or _linked_now(claims, address)
    if not (user.is_active and user.is_staff):
        raise Refused(Why.NOT_ACTIVE)
    _take_roles_from(claims, user)
    return user


def _linked_account(claims: Claims) -> User | None:
    identity = store.find_identity(issuer=claims["iss"], subject=claims["sub"])
    return User.objects.filter(pk=identity["userId"]).first() if identity else None


def _linked_now(claims: Claims, address: str) -> User:
    if not address:
        raise Refused(Why.NOT_VERIFIED)
    user = _account_with(address) or _new_account(address)

    def link() -> None:
        store.insert_identity(user.pk, issuer=claims["iss"], subject=claims["sub"])
        logins.record("staff.identity_linked", user)

    try:
        db.run_in_transaction(link)
    except DuplicateKeyError:
        raise Refused(Why.LINKED) from None
    return user


def _account_with(address: str) -> User | None:
    """The account that an administrator made before. Two accounts with one address are a mistake that a
    person has to correct."""
    candidates = User.objects.filter(is_staff=True, is_active=True).exclude(email="")
    matching = [user for user in candidates if addresses.is_same(user.email, address)]
    if len(matching) > 1:
        raise Refused(Why.SEVERAL)
    return matching[0] if matching else None


def _new_account(address: str) -> User:
    if settings.OIDC_NEW_ACCOUNTS != "create":
        raise Refused(Why.NO_ACCOUNT)
    try:
        user = User.objects.create_user(address, email=address, is_staff=True)
    except IntegrityError:
        raise Refused(Why.NAME_TAKEN) from None
    logins.record("staff.user_created", user, scope={"by": "provider"})
    return user


def _verified_address(claims: Claims) -> str:
    """The canonical address, or an empty text if the provider has not verified that it is the person's."""
    if claims.get("email_verified") not in (True, "true"):
        return ""
    try:
        return addresses.canonical(str(claims.get("email", "")))
    except addresses.InvalidAddress:
        return ""


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _allowed_domains() -> set[str]:
    return {domain.lower().removeprefix("@") for domain in settings.OIDC_ALLOWED_DOMAINS}


# --- roles -----------------------------------------------------------------------------------------------------
def group_roles() -> list[tuple[str, str]]:
    """OIDC_GROUP_ROLES as pairs; a group may give several roles."""
    pairs = [entry.rpartition("=") for entry in settings.OIDC_GROUP_ROLES]
    return [(group.strip(), role.strip()) for group, _, role in pairs]


def _take_roles_from(claims: Claims, user: User) -> None:
    """The provider's groups replace the roles at every login; no claim means no role. They never make a
    superuser."""
    if not settings.OIDC_GROUPS_CLAIM:
        return
    claim = claims.get(settings.OIDC_GROUPS_CLAIM) or []
    groups = {claim} if isinstance(claim, str) else set(map(str, claim))
    new_roles = sorted(
        {role for group, role in group_roles() if group in groups} & set(roles.ROLES)
    )
    old_roles = sorted(user.groups.values_list("name", flat=True))
    if new_roles == old_roles:
        return
    logins.record(
        "staff.roles_taken", user, before={"roles": old_roles}, after={"roles": new_roles}
    )
    user.groups.set(Group.objects.filter(name__in=new_roles))

"""The neighbouring account services as this project needs them (rules ACCOUNT-153 to ACCOUNT-165).

Each protocol has an HTTP implementation (`http/`) and an embedded stand-in on MongoDB (`embedded.py`), chosen in
`users.services.neighbours` by the service's address. Outages surface as kernel.http.ServiceUnavailable, answers
outside the agreement as kernel.http.ServiceError.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from kernel import addresses
from kernel.principal import Principal


class EmailTaken(Exception):
    """The address already belongs to an account."""


class AccountChanged(Exception):
    """The account is not, or no longer, what the change was meant for. Nothing was changed."""


class AccountGone(AccountChanged):
    """There is no such account, or no longer."""


@dataclass(frozen=True, slots=True)
class User:
    """An account. `username` is its address or None for a custodial account without one. Addresses are canonical: one
    that is stored as something else is left out, for nothing may be compared with it or mailed to it."""

    user_id: str
    username: str | None = None
    emails: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    email_verified: bool = False
    terms_accepted: str | None = None
    password_exists: bool | None = None

    @property
    def address(self) -> str:
        """The one address of the account, or "" for an account without one."""
        return self.emails[0] if self.emails else (self.username or "")

    @property
    def is_custodial(self) -> bool:
        """Whether its owner has yet to claim it. Only the account knows: a clinic's record follows later."""
        return self.password_exists is False

    def has_address(self, address: str) -> bool:
        """Whether a canonical address is one of the account's."""
        return address in (self.username, *self.emails)

    def has_proven(self, address: str) -> bool:
        """Whether this is the account's address and its mailbox has been shown to be the owner's."""
        return self.email_verified and addresses.is_same(self.address, address)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must hold for the account at the instant of a change; None: it does not matter."""

    address: str | None = None
    is_custodial: bool | None = None

    def holds_for(self, user: User) -> bool:
        if self.address is not None and not addresses.is_same(self.address, user.address):
            return False
        return self.is_custodial is None or self.is_custodial == user.is_custodial


ANYTHING = Expected()


@dataclass(frozen=True, slots=True)
class RestrictedToken:
    """Lets its bearer act as the user on `paths` (None: any path) until it expires."""

    id: str
    user_id: str
    expiration_time: datetime
    created_time: datetime
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """What to change; a field left at None stays. `emails=()` removes the address.

    A new address is unproven: it takes `email_verified` away, whatever else the update says.
    """

    username: str | None = None
    emails: tuple[str, ...] | None = None
    password: str | None = field(default=None, repr=False)
    roles: tuple[str, ...] | None = None
    email_verified: bool | None = None
    terms_accepted: str | None = None


class UserService(Protocol):
    def check_token(self, token: str) -> Principal | None: ...
    def is_personal(self, token: str) -> bool: ...

    def server_token(self) -> str: ...

    def get_user(self, id_or_email: str) -> User | None:
        """By address only an account that has exactly this canonical address."""
        ...

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        """Raises EmailTaken."""
        ...

    def update_user(self, user_id: str, update: UserUpdate, expected: Expected = ANYTHING) -> User:
        """Raises EmailTaken, AccountChanged when the account is not as expected, and AccountGone when there is none.

        Embedded, expectation and change are one step. Over HTTP, where the service knows no conditions, they are a
        reading and a writing: an address that moved in between loses the verification again.
        """
        ...

    def delete_user(self, user_id: str, expected: Expected = ANYTHING) -> None:
        """Raises AccountChanged; an account that is gone already is as expected."""
        ...

    def delete_sessions(self, user_id: str) -> None: ...


Profile = dict[str, Any]


class ProfileService(Protocol):
    def get_profile(self, user_id: str) -> Profile | None: ...

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        """Each top-level key of `changes` replaces that key; other keys stay."""
        ...


Permissions = dict[str, dict[str, Any]]


class PermissionService(Protocol):
    """What people grant to each other. What clinics permit to their members comes on top: `users.services.custody`."""

    def get_permissions(self, owner_id: str, grantee_id: str) -> Permissions: ...

    def list_owners(self, grantee_id: str) -> dict[str, Permissions]: ...

    def set_permissions(self, owner_id: str, grantee_id: str, permissions: Permissions) -> None: ...


class RestrictedTokens(Protocol):
    def list_tokens(self, user_id: str) -> list[RestrictedToken]: ...

    def create_token(
        self, user_id: str, paths: tuple[str, ...] | None, expires: datetime | None
    ) -> RestrictedToken:
        """`expires` None: one hour from now."""
        ...

    def get_token(self, token_id: str) -> RestrictedToken | None: ...

    def extend_token(self, token_id: str, paths: tuple[str, ...], expires: datetime) -> None: ...

    def delete_token(self, token_id: str) -> None: ...


class DataService(Protocol):
    def list_data_sources(self, user_id: str) -> list[dict[str, Any]]: ...

    def has_data(self, user_id: str) -> bool: ...

    def get_summary(self, kind: str, user_id: str) -> dict[str, Any] | None:
        """`kind` is cgm or bgm; its document is read by rules MAIL-76 to MAIL-86."""
        ...

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None: ...


class TokenEndpoint(Protocol):
    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        """User id of the client's technical account; None when the credentials are refused."""
        ...

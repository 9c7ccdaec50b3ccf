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
    """The account is not, or no longer, as the change expected. Nothing was changed."""


class AccountGone(AccountChanged):
    """The account does not exist, or no longer exists."""


@dataclass(frozen=True, slots=True)
class User:
    """An account. `username` is its address or None for a custodial account without one. Addresses are
    canonical: a stored text that is not a valid address is left out, because nothing may be compared with it
    or mailed to it."""

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
        """Whether no one has claimed it yet. Only the account knows: a clinic's record is updated later."""
        return self.password_exists is False

    def has_address(self, address: str) -> bool:
        """Whether a canonical address is one of the account's."""
        return address in (self.username, *self.emails)

    def has_proven(self, address: str) -> bool:
        """Whether this is the account's address and the owner has proven that the mailbox is theirs."""
        return self.email_verified and addresses.is_same(self.address, address)


@dataclass(frozen=True, slots=True)
class Expected:
    """Conditions on the account at the instant of a change; None: any value."""

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

    def opens(self, path: str) -> bool:
        """Whether it is for this path, which is one of `paths` or below one."""
        return self.paths is None or any(
            path == allowed or path.startswith(allowed.rstrip("/") + "/") for allowed in self.paths
        )


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """Fields to change; a field left at None stays. `emails=()` removes the address.

    A new address is unproven: it resets `email_verified`, whatever else the update says.
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
        """By id or address. An address finds only the account with exactly this canonical address."""
        ...

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        """Raises EmailTaken."""
        ...

    def update_user(self, user_id: str, update: UserUpdate, expected: Expected = ANYTHING) -> User:
        """Raises EmailTaken, AccountChanged when the account is not as expected, and AccountGone when there is none.

        In the embedded service check and change are one step. Over HTTP, without conditional updates, they
        are a read and a write: an address that changed in between loses its verification again.
        """
        ...

    def delete_user(self, user_id: str, expected: Expected = ANYTHING) -> None:
        """Raises AccountChanged. An account that is already deleted counts as expected."""
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
    """Permissions that people grant to each other. `users.services.custody` adds what clinics permit to their
    members."""

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
        """`kind` is cgm or bgm; rules MAIL-76 to MAIL-86 describe the document."""
        ...

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None: ...


class TokenEndpoint(Protocol):
    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        """User id of the client's technical account; None when the credentials are refused."""
        ...

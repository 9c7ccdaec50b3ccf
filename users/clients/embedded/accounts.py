"""The embedded user service (rules ACCOUNT-128 to ACCOUNT-135 and ACCOUNT-147 to ACCOUNT-149)."""

import re
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.hashers import check_password, make_password
from pymongo.errors import DuplicateKeyError

from kernel import addresses, clock, db, ids, outbox
from kernel.addresses import InvalidAddress
from kernel.http import ServiceError
from kernel.principal import Principal
from users.clients.embedded import sessions
from users.clients.protocol import (
    ANYTHING,
    AccountChanged,
    AccountGone,
    EmailTaken,
    Expected,
    Profile,
    User,
    UserUpdate,
)
from users.store import accounts, data, grants, profiles, restricted_tokens

SERVICE = "user"
CUSTODIAL = "custodial_account"
CUSTODIAL_ROLES = (CUSTODIAL, "patient")
UNDELETABLE_ROLES = frozenset({"clinic", "clinician", "brokered"})
ROLES = frozenset({"patient", CUSTODIAL, "clinician", "clinic", "migrated_clinic", "brokered"})
_PASSWORD = re.compile(r"\S{8,72}")
_RENEW_AFTER = timedelta(hours=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invented:
    """A person for demonstrations; without a custodian one who has claimed the account."""

    user_id: str
    email: str | None
    profile: Profile
    custodian_clinic_id: str | None = None


class EmbeddedUserService:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own_token = ""
        self._own_token_time = clock.ZERO

    def is_personal(self, token: str) -> bool:
        return token.startswith(sessions.PERSONAL)

    def check_token(self, token: str) -> Principal | None:
        return sessions.check(token)

    def server_token(self) -> str:
        with self._lock:
            if clock.now() - self._own_token_time > _RENEW_AFTER:
                self._own_token = sessions.issue_for_service()
                self._own_token_time = clock.now()
            return self._own_token

    def get_user(self, id_or_email: str) -> User | None:
        found = _find(id_or_email)
        return None if found is None else to_user(found)

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        return create_account(email=email, roles=CUSTODIAL_ROLES, clinic_id=clinic_id)

    def update_user(self, user_id: str, update: UserUpdate, expected: Expected = ANYTHING) -> User:
        """Raises EmailTaken, AccountChanged, AccountGone, and ServiceError: 400 for what the rules forbid, 401 for
        accounts that belong to another system."""
        fields = _checked(update)
        return _unless_taken(
            lambda: db.run_in_transaction(lambda: _update(user_id, fields, expected))
        )

    def delete_user(self, user_id: str, expected: Expected = ANYTHING) -> None:
        """Also when it is already gone. Raises AccountChanged, and ServiceError 401 for accounts of clinics and
        clinicians."""
        db.run_in_transaction(lambda: _delete(user_id, expected))

    def delete_sessions(self, user_id: str) -> None:
        sessions.end_all(user_id)


# --- creation and login: what only the embedded service offers -------------------------------------------------
def create_account(
    *,
    email: str | None,
    roles: tuple[str, ...],
    password: str | None = None,
    user_id: str | None = None,
    email_verified: bool = False,
    clinic_id: str | None = None,
) -> User:
    account = _new_account(user_id or str(uuid.uuid4()), email, roles)
    account["emailVerified"] = email_verified
    if password is not None:
        account["password"] = _hashed(password)
    if clinic_id is not None:
        account["custodianClinicId"] = clinic_id
    _unless_taken(lambda: accounts.insert_account(account))
    return to_user(account)


def create_accounts(invented: Sequence[Invented]) -> None:
    """All of them with their profiles, or none. Nobody can log in to one. Raises BulkWriteError where one exists."""
    made = [_invented_account(person) for person in invented]

    def insert() -> None:
        accounts.insert_accounts(made)
        profiles.insert_profiles({person.user_id: person.profile for person in invented})

    db.run_in_transaction(insert)


def _invented_account(person: Invented) -> db.Document:
    is_custodial = person.custodian_clinic_id is not None
    roles = CUSTODIAL_ROLES if is_custodial else ("patient",)
    account = _new_account(person.user_id, person.email, roles)
    if is_custodial:
        return {**account, "custodianClinicId": person.custodian_clinic_id}
    return {**account, "emailVerified": person.email is not None}


def _new_account(user_id: str, email: str | None, roles: tuple[str, ...]) -> db.Document:
    moment = clock.now()
    account: db.Document = {
        "_id": user_id,
        "roles": _checked_roles(roles),
        "emailVerified": False,
        "createdTime": moment,
        "updatedTime": moment,
    }
    return {**account, "username": checked_address(email)} if email else account


def find_by_credentials(email: str, password: str) -> User | None:
    """The account of a canonical address, or None. An unknown address takes as long as a wrong password."""
    account = accounts.find_account_by_username(email)
    stored = (account or {}).get("password") or _decoy()
    is_right = check_password(password, stored)
    return to_user(account) if account is not None and is_right else None


def to_user(account: db.Document) -> User:
    username = addresses.of_account(account.get("username"))
    return User(
        user_id=account["_id"],
        username=username,
        emails=(username,) if username else (),
        roles=tuple(account["roles"]),
        email_verified=account["emailVerified"],
        terms_accepted=account.get("termsAccepted"),
        password_exists=CUSTODIAL not in account["roles"],
    )


# --- rules ------------------------------------------------------------------------------------------------------
def checked_address(address: str) -> str:
    try:
        return addresses.canonical(address)
    except InvalidAddress:
        raise _invalid() from None


def _checked_roles(roles: tuple[str, ...]) -> list[str]:
    if not ROLES.issuperset(roles):
        raise _invalid()
    return list(dict.fromkeys(roles))


def _hashed(password: str) -> str:
    if not _PASSWORD.fullmatch(password):
        raise _invalid()
    return make_password(password)


def _decoy() -> str:
    global _decoy_hash  # noqa: PLW0603 (made once, when first needed: hashing is slow on purpose)
    _decoy_hash = _decoy_hash or make_password(uuid.uuid4().hex)
    return _decoy_hash


_decoy_hash = ""


def _checked(update: UserUpdate) -> dict[str, Any]:
    """Stored fields to write; None removes the field."""
    fields: dict[str, Any] = {}
    if update.username is not None or update.emails is not None:
        fields["username"] = _checked_new_address(update.username, update.emails)
    if update.password is not None:
        fields["password"] = _hashed(update.password)
    if update.roles is not None:
        fields["roles"] = _checked_roles(update.roles)
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


def _refused() -> ServiceError:
    return ServiceError(SERVICE, 401)


# --- changes ----------------------------------------------------------------------------------------------------
def _find(id_or_email: str) -> db.Document | None:
    if ids.is_user_id(id_or_email):
        return accounts.find_account(id_or_email)
    try:
        return accounts.find_account_by_username(addresses.canonical(id_or_email))
    except InvalidAddress:
        return None


def _update(user_id: str, wanted: dict[str, Any], expected: Expected) -> User:
    account = accounts.find_account(user_id)
    if account is None:
        raise AccountGone
    if "brokered" in account["roles"]:
        raise _refused()
    if not expected.holds_for(to_user(account)):
        raise AccountChanged
    fields = dict(wanted)  # a repeated transaction starts from what was asked for
    if "username" in fields and fields["username"] != account.get("username"):
        fields["emailVerified"] = False
    if "password" in fields:
        _claim_if_custodial(account, fields)
    changed = [name for name, value in fields.items() if account.get(name) != value]
    if not changed:
        return to_user(account)
    after = _write(account, fields, clock.now())
    outbox.emit("user.updated", {"userId": user_id, "changed": changed}, key=user_id)
    return to_user(after)


def _claim_if_custodial(account: db.Document, fields: dict[str, Any]) -> None:
    """A password ends older sessions; the first one makes the person the owner of the account."""
    sessions.end_all(account["_id"])
    if CUSTODIAL not in account["roles"]:
        return
    roles: list[str] = fields.get("roles") or account["roles"]
    fields["roles"] = [role for role in roles if role != CUSTODIAL]
    grants.remove_permission_from_grants(account["_id"], "custodian")
    outbox.emit("user.password_set", {"userId": account["_id"]}, key=account["_id"])


def _write(account: db.Document, fields: dict[str, Any], moment: datetime) -> db.Document:
    kept = {name: value for name, value in fields.items() if value is not None}
    removed = tuple(name for name, value in fields.items() if value is None)
    after = accounts.set_account_fields(account, {**kept, "updatedTime": moment}, removed)
    if after is None:
        raise AccountChanged
    return after


def _delete(user_id: str, expected: Expected) -> None:
    account = accounts.find_account(user_id)
    if account is None:
        return
    if not expected.holds_for(to_user(account)):
        raise AccountChanged
    if UNDELETABLE_ROLES.intersection(account["roles"]):
        raise _refused()
    if not accounts.remove_account(account):
        raise AccountChanged
    sessions.end_all(user_id)
    profiles.remove_profile(user_id)
    grants.remove_grants_of_user(user_id)
    restricted_tokens.remove_tokens_of_user(user_id)
    data.remove_data(user_id)
    outbox.emit("user.deleted", {"userId": user_id}, key=user_id)


def _unless_taken(write: Callable[[], T]) -> T:
    try:
        return write()
    except DuplicateKeyError:
        raise EmailTaken from None

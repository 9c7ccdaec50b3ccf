"""The embedded user service (rules ACCOUNT-128 to ACCOUNT-135 and ACCOUNT-147 to ACCOUNT-149)."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pymongo.errors import DuplicateKeyError

from kernel import addresses, clock, db, ids, outbox, safe_reading
from kernel.addresses import InvalidAddress
from kernel.http import ServiceError
from users.choices import AccountRole, Grant
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
from users.embedded import account_rules as rules
from users.embedded import passwords, sessions
from users.embedded.account_rules import SERVICE
from users.events import PasswordSet, UserDeleted, UserLoggedIn, UserUpdated
from users.store import accounts, data, grants, profiles, restricted_tokens

CUSTODIAL_ROLES = (AccountRole.CUSTODIAL.value, AccountRole.PATIENT.value)
UNDELETABLE_ROLES = frozenset(
    {AccountRole.LEGACY_CLINIC, AccountRole.CLINICIAN, AccountRole.BROKERED}
)

_LOGINS_APART = timedelta(hours=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invented:
    """A person for demonstrations. Without a custodian the person has claimed the account."""

    user_id: str
    email: str | None
    profile: Profile
    custodian_clinic_id: str | None = None


# --- creation and login -----------------------------------------------------------------------------------------
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
        account["password"] = rules.checked_password(password)
    if clinic_id is not None:
        account["custodianClinicId"] = clinic_id
    _raise_if_taken(lambda: accounts.insert_account(account))
    return to_user(account)


def create_custodial_account(clinic_id: str, email: str | None) -> User:
    return create_account(email=email, roles=CUSTODIAL_ROLES, clinic_id=clinic_id)


def create_accounts(invented: Sequence[Invented]) -> None:
    """Creates all of them with their profiles, or none. No one can log in to them. Raises BulkWriteError if
    one exists."""
    rows = [_invented_account(person) for person in invented]

    def insert() -> None:
        accounts.insert_accounts(rows)
        profiles.insert_profiles({person.user_id: person.profile for person in invented})

    db.run_in_transaction(insert)


def _invented_account(person: Invented) -> db.Document:
    is_custodial = person.custodian_clinic_id is not None
    roles = CUSTODIAL_ROLES if is_custodial else (AccountRole.PATIENT.value,)
    account = _new_account(person.user_id, person.email, roles)
    if is_custodial:
        return {**account, "custodianClinicId": person.custodian_clinic_id}
    return {**account, "emailVerified": person.email is not None}


def _new_account(user_id: str, email: str | None, roles: tuple[str, ...]) -> db.Document:
    moment = clock.now()
    account: db.Document = {
        "_id": user_id,
        "roles": rules.checked_roles(roles),
        "emailVerified": False,
        "createdTime": moment,
        "updatedTime": moment,
    }
    return {**account, "username": rules.checked_address(email)} if email else account


def find(id_or_email: str) -> User | None:
    account = _find(id_or_email)
    return None if account is None else to_user(account)


def _find(id_or_email: str) -> db.Document | None:
    if ids.is_user_id(id_or_email):
        return accounts.find_account(id_or_email)
    try:
        return accounts.find_account_by_username(addresses.canonical(id_or_email))
    except InvalidAddress:
        return None


def find_by_credentials(email: str, password: str) -> User | None:
    """The account of a canonical address, or None. An unknown address takes as long as a wrong password."""
    account = accounts.find_account_by_username(email)
    is_right = passwords.is_right(password, (account or {}).get("password"))
    return to_user(account) if account is not None and is_right else None


def note_login(user_id: str) -> None:
    """Staff and clinics see it. One write an hour is enough for that."""
    moment = clock.now()

    def note() -> None:
        if accounts.note_login(user_id, moment, but_since=moment - _LOGINS_APART):
            outbox.emit(UserLoggedIn(user_id=user_id))

    db.run_in_transaction(note)


def last_login(user_id: str) -> datetime | None:
    return safe_reading.moment((accounts.find_account(user_id) or {}).get("lastLoginTime"))


def to_user(account: db.Document) -> User:
    username = addresses.account_address(account.get("username"))
    return User(
        user_id=account["_id"],
        username=username,
        emails=(username,) if username else (),
        roles=tuple(account["roles"]),
        email_verified=account["emailVerified"],
        terms_accepted=account.get("termsAccepted"),
        password_exists=AccountRole.CUSTODIAL not in account["roles"],
    )


# --- changes ----------------------------------------------------------------------------------------------------
def update(user_id: str, changes: UserUpdate, expected: Expected = ANYTHING) -> User:
    """Raises EmailTaken, AccountChanged, AccountGone, and ServiceError: 400 for what the rules forbid, 401 for
    accounts that belong to another system."""
    fields = rules.checked_update(changes)
    return _raise_if_taken(
        lambda: db.run_in_transaction(lambda: _update(user_id, fields, expected))
    )


def set_first_password(user_id: str, password: str) -> None:
    """For a claimed account that has none. One that has a password is not hashed for: that is slow on purpose."""
    account = accounts.find_account(user_id)
    if account is not None and "password" not in account:
        accounts.set_first_password(user_id, rules.checked_password(password))


def delete(user_id: str, expected: Expected = ANYTHING) -> None:
    """An account that is already deleted is not an error. Raises AccountChanged, and ServiceError 401 for
    accounts of clinics and clinicians."""
    db.run_in_transaction(lambda: _delete(user_id, expected))


def _update(user_id: str, changes: dict[str, Any], expected: Expected) -> User:
    account = accounts.find_account(user_id)
    if account is None:
        raise AccountGone
    if "brokered" in account["roles"]:
        raise _refused()
    if not expected.holds_for(to_user(account)):
        raise AccountChanged
    fields = dict(changes)  # a repeated transaction starts from the request again
    if "username" in fields and fields["username"] != account.get("username"):
        fields["emailVerified"] = False
    if "password" in fields:
        _claim_if_custodial(account, fields)
    changed = [name for name, value in fields.items() if account.get(name) != value]
    if not changed:
        return to_user(account)
    after = _write(account, fields, clock.now())
    outbox.emit(UserUpdated(user_id=user_id, changed=changed))
    return to_user(after)


def _claim_if_custodial(account: db.Document, fields: dict[str, Any]) -> None:
    """Setting a password ends older sessions; the first password makes the person the owner of the
    account."""
    sessions.end_all(account["_id"])
    if AccountRole.CUSTODIAL not in account["roles"]:
        return
    roles: list[str] = fields.get("roles") or account["roles"]
    fields["roles"] = [role for role in roles if role != AccountRole.CUSTODIAL]
    grants.remove_permission_from_grants(account["_id"], Grant.CUSTODIAN)
    outbox.emit(PasswordSet(user_id=account["_id"]))


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
    outbox.emit(UserDeleted(user_id=user_id))


def _refused() -> ServiceError:
    return ServiceError(SERVICE, 401)


def _raise_if_taken(write: Callable[[], T]) -> T:
    try:
        return write()
    except DuplicateKeyError:
        raise EmailTaken from None

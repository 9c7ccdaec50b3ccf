"""The account services' embedded stand-ins, on MongoDB: a newcomer can sign up, log in and share.

They follow the rules of the real ones (behaviour note worker, part B); collections carry the prefix
`account` so that nobody mistakes them for the clinic's data.
"""

import hashlib
import re
import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.module_loading import import_string
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from clinics_site.core import clock, db, outbox
from clinics_site.core.http import ServiceError
from clinics_site.core.principal import Principal
from users.clients.protocol import (
    EmailTaken,
    Permissions,
    Profile,
    RestrictedToken,
    User,
    UserUpdate,
)

ACCOUNTS = "accounts"
TOKENS = "accountTokens"
PROFILES = "accountProfiles"
GRANTS = "accountGrants"
RESTRICTED_TOKENS = "accountRestrictedTokens"
DATA = "accountData"
CLIENTS = "accountClients"
SERVICE = "user service"
SERVER_USER_ID = "0000000000"
SERVER_TOKEN_LIFE = timedelta(hours=2)
USER_TOKEN_LIFE = timedelta(days=30)
RESTRICTED_TOKEN_LIFE = timedelta(hours=1)
CUSTODIAL_ROLE = "custodial_account"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PASSWORD = re.compile(r"\S{8,72}")
_USER_ID = re.compile(r"[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_user_id() -> str:
    return secrets.token_hex(5)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(user_id: str, *, is_server: bool, identity_provider: str | None = None) -> str:
    """A new session token; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    life = SERVER_TOKEN_LIFE if is_server else USER_TOKEN_LIFE
    db.collection(TOKENS).insert_one(
        {
            "_id": hashed(token),
            "userId": user_id,
            "isServer": is_server,
            "identityProvider": identity_provider,
            "expires": clock.now() + life,
        }
    )
    return token


class EmbeddedUserService:
    def check_token(self, token: str) -> Principal | None:
        found = db.collection(TOKENS).find_one(
            {"_id": hashed(token), "expires": {"$gt": clock.now()}}
        )
        if found is None:
            return None
        return Principal(found["userId"], found["isServer"], found.get("identityProvider"))

    def server_token(self) -> str:
        return issue_token(SERVER_USER_ID, is_server=True)

    def get_user(self, id_or_email: str) -> User | None:
        key = "_id" if _USER_ID.fullmatch(id_or_email) else "username"
        found = db.collection(ACCOUNTS).find_one({key: id_or_email.lower()})
        return None if found is None else _user(found)

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        return create_account(email=email, roles=(CUSTODIAL_ROLE, "patient"), password=None)

    def update_user(self, user_id: str, update: UserUpdate) -> User:
        change = _account_change(update)
        try:
            return db.run_in_transaction(lambda: self._apply(user_id, change))
        except DuplicateKeyError:
            raise EmailTaken from None

    def _apply(self, user_id: str, change: dict[str, Any]) -> User:
        before = db.collection(ACCOUNTS).find_one_and_update({"_id": user_id}, change)
        if before is None:
            raise ServiceError(SERVICE, 401)
        after = db.collection(ACCOUNTS).find_one({"_id": user_id})
        assert after is not None  # noqa: S101 (same transaction)
        changed = [k for k in ("username", "roles") if before.get(k) != after.get(k)]
        outbox.emit("user.updated", {"userId": user_id, "changed": changed}, key=user_id)
        if "password" in after and "password" not in before:
            self._claim(user_id)
        return _user(after)

    @staticmethod
    def _claim(user_id: str) -> None:
        """A first password ends custodianship, here and (by the event) in the clinics."""
        db.collection(ACCOUNTS).update_one({"_id": user_id}, {"$pull": {"roles": CUSTODIAL_ROLE}})
        db.collection(GRANTS).update_many(
            {"ownerId": user_id}, {"$unset": {"permissions.custodian": ""}}
        )
        outbox.emit("user.password_set", {"userId": user_id}, key=user_id)

    def delete_user(self, user_id: str) -> None:
        def change() -> None:
            if db.collection(ACCOUNTS).delete_one({"_id": user_id}).deleted_count:
                db.collection(TOKENS).delete_many({"userId": user_id})
                db.collection(PROFILES).delete_one({"_id": user_id})
                outbox.emit("user.deleted", {"userId": user_id}, key=user_id)

        db.run_in_transaction(change)

    def delete_sessions(self, user_id: str) -> None:
        db.collection(TOKENS).delete_many({"userId": user_id, "isServer": False})


def create_account(
    *,
    email: str | None,
    roles: tuple[str, ...],
    password: str | None,
    user_id: str | None = None,
    email_verified: bool = False,
) -> User:
    """Raises EmailTaken, and ServiceError(400) for an address or password the service refuses."""
    account: dict[str, Any] = {
        "_id": user_id or new_user_id(),
        "roles": list(roles),
        "emailVerified": email_verified,
        "createdTime": clock.now(),
    }
    if email:
        account["username"] = _checked_email(email)
    if password is not None:
        account["password"] = make_password(_checked_password(password))
    try:
        db.collection(ACCOUNTS).insert_one(account)
    except DuplicateKeyError:
        raise EmailTaken from None
    return _user(account)


def verify_password(email: str, password: str) -> User | None:
    found = db.collection(ACCOUNTS).find_one({"username": email.lower()})
    stored = (found or {}).get("password")
    if stored is None:
        make_password(password)  # the same work, so that time tells nothing about an address
        return None
    return _user(found or {}) if check_password(password, stored) else None


def _account_change(update: UserUpdate) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    gone: dict[str, str] = {}
    email = update.emails[0] if update.emails else update.username
    if update.emails == ():
        gone["username"] = ""
    elif email:
        fields["username"] = _checked_email(email)
    if update.password is not None:
        fields["password"] = make_password(_checked_password(update.password))
    if update.roles is not None:
        fields["roles"] = list(update.roles)
    if update.email_verified is not None:
        fields["emailVerified"] = update.email_verified
    if update.terms_accepted is not None:
        fields["termsAccepted"] = update.terms_accepted
    fields["updatedTime"] = clock.now()
    return {"$set": fields, **({"$unset": gone} if gone else {})}


def _checked_email(email: str) -> str:
    if not _EMAIL.fullmatch(email):
        raise ServiceError(SERVICE, 400)
    return email.lower()


def _checked_password(password: str) -> str:
    if not _PASSWORD.fullmatch(password):
        raise ServiceError(SERVICE, 400)
    return password


def _user(account: dict[str, Any]) -> User:
    username = account.get("username")
    return User(
        user_id=account["_id"],
        username=username,
        emails=(username,) if username else (),
        roles=tuple(account.get("roles", ())),
        email_verified=account.get("emailVerified", False),
        terms_accepted=account.get("termsAccepted"),
        password_exists="password" in account,
    )


class EmbeddedProfileService:
    def get_profile(self, user_id: str) -> Profile | None:
        return db.collection(PROFILES).find_one({"_id": user_id}, {"_id": 0})

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        fields = {key: value for key, value in changes.items() if key != "_id"}
        stored = db.collection(PROFILES).find_one_and_update(
            {"_id": user_id},
            {"$set": fields} if fields else {"$setOnInsert": {}},
            upsert=True,
            projection={"_id": 0},
            return_document=ReturnDocument.AFTER,
        )
        return stored or {}


class EmbeddedPermissionService:
    """Direct grants, plus what a clinic's patient record grants its clinicians."""

    def get_permissions(self, owner_id: str, grantee_id: str) -> Permissions:
        if owner_id == grantee_id:
            return {"root": {}}
        direct = db.collection(GRANTS).find_one({"_id": f"{owner_id}:{grantee_id}"}) or {}
        shared: Permissions = import_string(settings.CLINIC_PERMISSIONS)(owner_id, grantee_id)
        return {**shared, **direct.get("permissions", {})}

    def list_owners(self, grantee_id: str) -> dict[str, Permissions]:
        rows = db.collection(GRANTS).find({"granteeId": grantee_id, "permissions": {"$ne": {}}})
        return {grantee_id: {"root": {}}, **{row["ownerId"]: row["permissions"] for row in rows}}

    def set_permissions(self, owner_id: str, grantee_id: str, permissions: Permissions) -> None:
        if owner_id == grantee_id:
            return
        granted = {name: value for name, value in permissions.items() if name != "root"}
        key = {"_id": f"{owner_id}:{grantee_id}"}
        if not granted:
            db.collection(GRANTS).delete_one(key)
            return
        fields = {"ownerId": owner_id, "granteeId": grantee_id, "permissions": granted}
        db.collection(GRANTS).update_one(key, {"$set": fields}, upsert=True)


class EmbeddedRestrictedTokens:
    def list_tokens(self, user_id: str) -> list[RestrictedToken]:
        rows = db.collection(RESTRICTED_TOKENS).find({"userId": user_id}, sort=[("createdTime", 1)])
        return [_restricted_token(row) for row in rows]

    def create_token(
        self, user_id: str, paths: tuple[str, ...] | None, expires: datetime | None
    ) -> RestrictedToken:
        row: dict[str, Any] = {
            "_id": "".join(
                secrets.choice(string.digits + string.ascii_lowercase) for _ in range(32)
            ),
            "userId": user_id,
            "expirationTime": expires or clock.now() + RESTRICTED_TOKEN_LIFE,
            "createdTime": clock.now(),
        }
        if paths is not None:
            row["paths"] = list(paths)
        db.collection(RESTRICTED_TOKENS).insert_one(row)
        return _restricted_token(row)

    def get_token(self, token_id: str) -> RestrictedToken | None:
        row = db.collection(RESTRICTED_TOKENS).find_one({"_id": token_id})
        return None if row is None else _restricted_token(row)

    def extend_token(self, token_id: str, paths: tuple[str, ...], expires: datetime) -> None:
        db.collection(RESTRICTED_TOKENS).update_one(
            {"_id": token_id}, {"$set": {"paths": list(paths), "expirationTime": expires}}
        )

    def delete_token(self, token_id: str) -> None:
        db.collection(RESTRICTED_TOKENS).delete_one({"_id": token_id})


def _restricted_token(row: dict[str, Any]) -> RestrictedToken:
    paths = row.get("paths")
    return RestrictedToken(
        id=row["_id"],
        user_id=row["userId"],
        expiration_time=row["expirationTime"],
        created_time=row["createdTime"],
        paths=None if paths is None else tuple(paths),
    )


class EmbeddedDataService:
    """Knows what tests and demos tell it: sources, data, summaries of a user."""

    def list_data_sources(self, user_id: str) -> list[dict[str, Any]]:
        return list(self._of(user_id).get("dataSources", []))

    def has_data(self, user_id: str) -> bool:
        return bool(self._of(user_id).get("hasData"))

    def get_summary(self, kind: str, user_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._of(user_id).get("summaries", {}).get(kind)
        return found

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None:
        db.collection(DATA).update_one(
            {"_id": owner_id}, {"$set": {f"alerts.{follower_id}": config}}, upsert=True
        )

    @staticmethod
    def _of(user_id: str) -> dict[str, Any]:
        return db.collection(DATA).find_one({"_id": user_id}) or {}


class EmbeddedTokenEndpoint:
    """Clients registered in the collection `accountClients` {_id: client id, secret (hashed), userId}."""

    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        found = db.collection(CLIENTS).find_one({"_id": client_id})
        if found is None or not check_password(client_secret, found["secret"]):
            return None
        return str(found["userId"])

"""The embedded account services under the neighbours' protocols. Thin: the rules are in `users.embedded`."""

import threading
from datetime import datetime, timedelta
from typing import Any

from kernel import clock, deadline
from kernel.principal import Principal
from users.clients.protocol import (
    ANYTHING,
    Expected,
    Permissions,
    Profile,
    RestrictedToken,
    User,
    UserUpdate,
)
from users.embedded import (
    accounts,
    api_clients,
    permissions,
    profiles,
    restricted_tokens,
    sessions,
)
from users.store import data

_RENEW_AFTER = timedelta(hours=1)


class EmbeddedUserService:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own_token = ""
        self._own_token_time = clock.ZERO

    def is_personal(self, token: str) -> bool:
        return sessions.is_personal(token)

    def check_token(self, token: str) -> Principal | None:
        return sessions.check(token)

    def server_token(self) -> str:
        with deadline.held(self._lock):
            if clock.now() - self._own_token_time > _RENEW_AFTER:
                self._own_token = sessions.issue_for_service()
                self._own_token_time = clock.now()
            return self._own_token

    def get_user(self, id_or_email: str) -> User | None:
        return accounts.find(id_or_email)

    def create_custodial_user(self, clinic_id: str, email: str | None) -> User:
        return accounts.create_custodial_account(clinic_id, email)

    def update_user(self, user_id: str, update: UserUpdate, expected: Expected = ANYTHING) -> User:
        return accounts.update(user_id, update, expected)

    def delete_user(self, user_id: str, expected: Expected = ANYTHING) -> None:
        accounts.delete(user_id, expected)

    def delete_sessions(self, user_id: str) -> None:
        sessions.end_all(user_id)


class EmbeddedProfileService:
    def get_profile(self, user_id: str) -> Profile | None:
        return profiles.find_profile(user_id)

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        return profiles.update_profile(user_id, changes)


class EmbeddedPermissionService:
    def get_permissions(self, owner_id: str, grantee_id: str) -> Permissions:
        return permissions.find_permissions(owner_id, grantee_id)

    def list_owners(self, grantee_id: str) -> dict[str, Permissions]:
        return permissions.list_owners(grantee_id)

    def set_permissions(self, owner_id: str, grantee_id: str, granted: Permissions) -> None:
        permissions.set_permissions(owner_id, grantee_id, granted)


class EmbeddedRestrictedTokens:
    def list_tokens(self, user_id: str) -> list[RestrictedToken]:
        return restricted_tokens.list_of_user(user_id)

    def create_token(
        self, user_id: str, paths: tuple[str, ...] | None, expires: datetime | None
    ) -> RestrictedToken:
        return restricted_tokens.create(user_id, paths, expires)

    def get_token(self, token_id: str) -> RestrictedToken | None:
        return restricted_tokens.find(token_id)

    def extend_token(self, token_id: str, paths: tuple[str, ...], expires: datetime) -> None:
        restricted_tokens.extend(token_id, paths, expires)

    def delete_token(self, token_id: str) -> None:
        restricted_tokens.delete(token_id)


class EmbeddedTokenEndpoint:
    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        return api_clients.subject_of(client_id, client_secret)

    def register_client(self, client_id: str, client_secret: str, user_id: str) -> None:
        api_clients.register(client_id, client_secret, user_id)


class EmbeddedDataService:
    """Returns what was stored in it before (rule ACCOUNT-164)."""

    def list_data_sources(self, user_id: str) -> list[dict[str, Any]]:
        return list(self._find(user_id).get("dataSources", []))

    def has_data(self, user_id: str) -> bool:
        return bool(self._find(user_id).get("hasData"))

    def get_summary(self, kind: str, user_id: str) -> dict[str, Any] | None:
        summary: dict[str, Any] | None = self._find(user_id).get("summaries", {}).get(kind)
        return summary

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None:
        data.set_data(owner_id, {f"alerts.{follower_id}": config})

    # --- for tests and demonstrations ------------------------------------------------------------------------
    def set_data_sources(self, user_id: str, sources: list[dict[str, Any]]) -> None:
        data.set_data(user_id, {"dataSources": sources})

    def set_has_data(self, user_id: str) -> None:
        data.set_data(user_id, {"hasData": True})

    def set_summary(self, kind: str, user_id: str, summary: dict[str, Any]) -> None:
        data.set_data(user_id, {f"summaries.{kind}": summary})

    def get_alerts(self, owner_id: str, follower_id: str) -> dict[str, Any] | None:
        config: dict[str, Any] | None = self._find(owner_id).get("alerts", {}).get(follower_id)
        return config

    @staticmethod
    def _find(user_id: str) -> dict[str, Any]:
        return data.find_data(user_id) or {}

"""The embedded permission service (behaviour note worker, B4): explicit grants and what clinics grant."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from users.clients.protocol import Permissions
from users.store import grants

_ROOT = "root"
ClinicPermissions = Callable[[str, str], Permissions]


class EmbeddedPermissionService:
    def get_permissions(self, owner_id: str, grantee_id: str) -> Permissions:
        """Includes, for every clinic that treats the owner and employs the grantee, the clinic's permissions."""
        if owner_id == grantee_id:
            return {_ROOT: {}}
        explicit = grants.find_grant(owner_id, grantee_id)
        return {
            **_clinic_permissions()(owner_id, grantee_id),
            **(explicit["permissions"] if explicit else {}),
        }

    def list_owners(self, grantee_id: str) -> dict[str, Permissions]:
        """Explicit grants only, and the grantee itself with `root`."""
        explicit = {row["ownerId"]: row["permissions"] for row in grants.list_grants_to(grantee_id)}
        return {**explicit, grantee_id: {_ROOT: {}}}

    def set_permissions(self, owner_id: str, grantee_id: str, permissions: Permissions) -> None:
        if owner_id == grantee_id:
            return
        granted = {name: value for name, value in permissions.items() if name != _ROOT}
        if granted:
            grants.set_grant(owner_id, grantee_id, granted)
        else:
            grants.remove_grant(owner_id, grantee_id)


@cache
def _clinic_permissions() -> ClinicPermissions:
    found: ClinicPermissions = import_string(settings.CLINIC_PERMISSIONS)
    return found

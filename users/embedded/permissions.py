"""Permissions that people grant to each other."""

from users.choices import Grant
from users.clients.protocol import Permissions
from users.store import grants

_ROOT = Grant.ROOT.value


def find_permissions(owner_id: str, grantee_id: str) -> Permissions:
    if owner_id == grantee_id:
        return {_ROOT: {}}
    grant = grants.find_grant(owner_id, grantee_id)
    return dict(grant["permissions"]) if grant else {}


def list_owners(grantee_id: str) -> dict[str, Permissions]:
    """Includes the grantee, who has `root`."""
    explicit = {row["ownerId"]: row["permissions"] for row in grants.list_grants_to(grantee_id)}
    return {**explicit, grantee_id: {_ROOT: {}}}


def set_permissions(owner_id: str, grantee_id: str, permissions: Permissions) -> None:
    if owner_id == grantee_id:
        return
    granted = {name: value for name, value in permissions.items() if name != _ROOT}
    if granted:
        grants.set_grant(owner_id, grantee_id, granted)
    else:
        grants.remove_grant(owner_id, grantee_id)

"""Clinicians as the API shows them."""

from typing import Any

from kernel import addresses, safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.safe_reading import moment, text


@safe_reading.tolerant("clinician")
def clinician(document: Document, *, with_security: bool = False) -> dict[str, Any]:
    """A member has `id`, a pending invite `inviteId`; a service account has no address. `with_security`: how the person
    logs in, too, if that is known."""
    shown = {
        "id": text(document.get("userId")),
        "inviteId": text(document.get("inviteId")),
        "name": text(document.get("name")) or None,
        "email": addresses.account_address(document.get("email"))
        or "",  # so that a client can send back what it has read
        "roles": list(dict.fromkeys(map(str, document.get("roles") or ()))),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
        "securityProfile": _security(document.get("securityProfile")) if with_security else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _security(profile: Any) -> dict[str, Any] | None:
    """Whether there is a second factor is always said, the rest where it is known."""
    if not isinstance(profile, dict):
        return None
    providers, has_factor = profile.get("identityProviders"), profile.get("mfaEnabled") is True
    shown = {
        "mfaEnabled": has_factor,
        "mfaEnabledTime": moment(profile.get("mfaEnabledTime")) if has_factor else None,
        "identityProviders": _providers(providers) if isinstance(providers, list) else None,
        "lastLoginTime": moment(profile.get("lastLoginTime")),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _providers(stored: list[Any]) -> list[dict[str, str]]:
    """Without those that lack one of both texts."""
    pairs = (
        (text(one.get("alias")), text(one.get("name"))) for one in safe_reading.objects(stored)
    )
    return [{"alias": alias, "name": name} for alias, name in pairs if alias and name]

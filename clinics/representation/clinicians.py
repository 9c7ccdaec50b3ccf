"""Clinicians as the API shows them."""

from typing import Any

from kernel import addresses, safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.safe_reading import moment, text


@safe_reading.tolerant("clinician")
def clinician(document: Document) -> dict[str, Any]:
    """A member has `id`, a pending invite `inviteId`; a service account has no address."""
    shown = {
        "id": text(document.get("userId")),
        "inviteId": text(document.get("inviteId")),
        "name": text(document.get("name")) or None,
        "email": addresses.account_address(document.get("email"))
        or "",  # so that a client can send back what it has read
        "roles": list(dict.fromkeys(map(str, document.get("roles") or ()))),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
    }
    return {name: value for name, value in shown.items() if value is not None}

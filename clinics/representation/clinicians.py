"""Clinicians as the API shows them."""

from typing import Any

from clinics_site.core import addresses
from clinics_site.core.db import Document


def clinician(document: Document) -> dict[str, Any]:
    """A member has `id`, a pending invite `inviteId`; a service account has no address."""
    shown = {
        "id": document.get("userId"),
        "inviteId": document.get("inviteId"),
        "name": document.get("name"),
        "email": addresses.of_account(document.get("email")) or "",  # what is read can be sent back
        "roles": document.get("roles") or [],
        "createdTime": document["createdTime"],
        "updatedTime": document["updatedTime"],
    }
    return {name: value for name, value in shown.items() if value is not None}

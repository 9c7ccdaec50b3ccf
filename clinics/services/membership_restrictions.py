"""Who may become a clinician of a clinic that restricts its membership (rule CONFIRM-62)."""

from collections.abc import Sequence
from typing import Any

from kernel import addresses, safe_reading
from kernel.addresses import InvalidAddress
from kernel.db import Document

UNRESTRICTED: dict[str, Any] = {"canAccept": True}


def evaluate(
    restrictions: Sequence[Document] | None, username: str, identity_provider: str | None
) -> dict[str, Any]:
    """`canAccept`, and `requiredIdp` where signing in through it would help. The first matching domain decides; a
    malformed restriction admits no one."""
    if not restrictions:
        return UNRESTRICTED
    for restriction in safe_reading.objects(restrictions):
        if not _is_of_domain(username, safe_reading.text(restriction.get("emailDomain")) or ""):
            continue
        required = restriction.get("requiredIdp")
        if not required or str(required).lower() == (identity_provider or "").lower():
            return UNRESTRICTED
        return {"canAccept": False, "requiredIdp": str(required)}
    return {"canAccept": False}


def _is_of_domain(username: str, domain: str) -> bool:
    """A stored domain that is not valid admits no one."""
    try:
        return addresses.domain(username) == addresses.canonical_domain(domain)
    except InvalidAddress:
        return False

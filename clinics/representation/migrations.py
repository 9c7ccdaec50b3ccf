"""Migrations of legacy accounts as the API shows them."""

from typing import Any

from kernel import showing
from kernel.clock import ZERO
from kernel.db import Document
from kernel.showing import moment


@showing.tolerant("migration")
def migration(document: Document) -> dict[str, Any]:
    return {
        "userId": document.get("userId") or "",
        "status": (document.get("status") or "PENDING").upper(),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
    }

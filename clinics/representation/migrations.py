"""Migrations of legacy accounts as the API shows them."""

from typing import Any

from clinics_site.core import showing
from clinics_site.core.clock import ZERO
from clinics_site.core.db import Document
from clinics_site.core.showing import moment


@showing.tolerant("migration")
def migration(document: Document) -> dict[str, Any]:
    return {
        "userId": document.get("userId") or "",
        "status": (document.get("status") or "PENDING").upper(),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
    }

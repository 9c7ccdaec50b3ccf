"""Migrations of legacy accounts as the API shows them."""

from typing import Any

from clinics.choices import MigrationStatus
from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.safe_reading import moment


@safe_reading.tolerant("migration")
def migration(document: Document) -> dict[str, Any]:
    return {
        "userId": document.get("userId") or "",
        "status": (document.get("status") or MigrationStatus.PENDING).upper(),
        "createdTime": moment(document.get("createdTime")) or ZERO,
        "updatedTime": moment(document.get("updatedTime")) or ZERO,
    }

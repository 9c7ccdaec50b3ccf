"""Migrations of legacy accounts as the API shows them."""

from typing import Any

from clinics_site.core.db import Document


def migration(document: Document) -> dict[str, Any]:
    return {
        "userId": document["userId"],
        "status": document["status"].upper(),
        "createdTime": document["createdTime"],
        "updatedTime": document["updatedTime"],
    }

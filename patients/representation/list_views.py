"""Saved views as clients see them."""

from kernel.db import Document
from patients.services.list_views import View


def view(one: View) -> Document:
    stored = one.stored
    return {
        "id": stored["id"],
        "name": stored["name"],
        "shared": one.is_shared,
        "ownerId": stored["ownerId"],
        "conditions": {part["name"]: part["value"] for part in stored["conditions"]},
        "columns": stored["columns"],
        "createdTime": stored["createdTime"],
        "updatedTime": stored["updatedTime"],
    }

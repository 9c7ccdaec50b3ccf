"""What a clinic's page says of merges: the one that holds the clinic, or the way to a new one."""

from typing import Any

from django.http import HttpRequest

from clinic_records.services import closures
from kernel.db import Document
from kernel.staff import pages, roles


def _context(_: HttpRequest, clinic: Document) -> dict[str, Any]:
    closure = closures.find(clinic["_id"]) or {}
    return {"clinic_id": str(clinic["_id"]), "merge_id": closure.get("mergeId")}


pages.CLINIC_ENDS.add(pages.Panel("merges/staff/_clinic_panel.html", _context, roles.DESTROY))
